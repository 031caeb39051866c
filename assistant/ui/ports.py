"""What the screens need of the rest, written down as protocols: so they run without a model in tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.events import Event
    from assistant.dialogue.handoffs import Handoff
    from assistant.dialogue.stories import Story
    from assistant.evaluation.explanation import Explanation
    from assistant.faq.askings import Asking, Rating
    from assistant.faq.duplicates import Likeness
    from assistant.faq.entry import FaqEntry, Status
    from assistant.faq.queue import QuestionCluster, Unanswered
    from assistant.inbox import Case
    from assistant.knowledge.entry_doubts import Doubt
    from assistant.messages import FaqResult, Parse, ProgressCallback, Reply, UserMessage
    from assistant.stores.entry_import import ImportChange, ImportMode, ImportReport
    from assistant.stores.entry_values import EntryVersion

# ruff: noqa: D102 (the methods are described where they are implemented)

Mode: TypeAlias = Literal["fast", "full"]


class EntriesPort(Protocol):
    """The curated FAQ entries, with their versions."""

    def list(self, status: Status | None = None, text: str | None = None) -> tuple[FaqEntry, ...]: ...

    def get(self, entry_id: str) -> FaqEntry: ...

    def add(self, entry: FaqEntry, author: str = "", reason: str = "") -> FaqEntry: ...

    def save(self, entry: FaqEntry, expected_version: int, author: str = "", reason: str = "") -> FaqEntry: ...

    def delete(self, entry_id: str, author: str = "", reason: str = "") -> FaqEntry: ...

    def history(self, entry_id: str) -> tuple[EntryVersion, ...]: ...

    def roll_back(self, entry_id: str, version: int, expected_version: int, author: str = "", reason: str = "") -> FaqEntry: ...

    def import_entries(
        self,
        entries: Iterable[FaqEntry],
        mode: ImportMode = "merge",
        author: str = "",
        reason: str = "import",
        progress: ProgressCallback | None = None,
        *,
        n_entries: int = 0,
        tell: Callable[[ImportChange], None] | None = None,
        is_dry_run: bool = False,
    ) -> ImportReport: ...


class FaqPort(Protocol):
    """Retrieval over the published entries, and what it sees in them and in the queue."""

    def search(self, question: str, limit: int = 5) -> FaqResult: ...

    def clustered(self, questions: Sequence[Unanswered]) -> tuple[QuestionCluster, ...]: ...

    def likenesses(self) -> tuple[Likeness, ...]: ...

    def alike(self, entry: FaqEntry) -> tuple[Likeness, ...]: ...


class UnansweredPort(Protocol):
    """The questions that wait for a curator."""

    def list(self) -> Sequence[Unanswered]: ...

    def resolve(self, ids: Collection[int]) -> int: ...


class AskingsPort(Protocol):
    """What was asked of the FAQ, and what people thought of the answers."""

    def list(self, since: float = 0.0) -> tuple[Asking, ...]: ...

    def hits(self, since: float = 0.0) -> Mapping[str, int]: ...

    def handed_over(self, since: float = 0.0) -> frozenset[str]: ...

    def rate(self, sender_id: str, entry_id: str, rating: Rating) -> bool: ...


class InboxPort(Protocol):
    """The conversations that want a person's eye."""

    def cases(self) -> tuple[Case, ...]: ...

    def events(self, case: Case) -> tuple[Event, ...]: ...

    def refreshed(self, case: Case, events: Sequence[Event]) -> Case: ...

    def take(self, case: Case, agent: str) -> Handoff: ...

    def answer(self, case: Case, agent: str, text: str) -> Handoff: ...

    def give_back(self, case: Case, agent: str) -> None: ...

    def put_aside(self, case: Case, agent: str) -> None: ...


class RatingsPort(Protocol):
    """What people thought of the replies."""

    def rate(self, sender_id: str, turn: int, rating: int) -> None: ...

    def of(self, sender_id: str) -> Mapping[int, int]: ...


class ConversationsPort(Protocol):
    """The conversations that are stored."""

    @property
    def ratings(self) -> RatingsPort: ...

    def senders(self) -> Sequence[ConversationView]: ...

    def containing(self, text: str) -> Collection[str]: ...

    def n_turns(self, sender_id: str) -> int: ...

    def rename(self, sender_id: str, title: str) -> bool: ...

    def archive(self, sender_id: str, *, is_archived: bool = True) -> bool: ...

    def forget(self, sender_id: str) -> object: ...


class ConversationView(Protocol):
    """What a list of conversations shows of one; see ``assistant.stores.conversations.ConversationSummary``."""

    @property
    def sender_id(self) -> str: ...

    @property
    def n_turns(self) -> int: ...

    @property
    def last_at(self) -> float: ...

    @property
    def last_text(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def is_archived(self) -> bool: ...


class ParserPort(Protocol):
    """What understands messages."""

    def parse(self, text: str) -> Parse: ...

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]: ...


class SuggestedReply(Protocol):
    """What a person might answer: the reply, where it comes from, and how much speaks for it, in [0, 1]."""

    @property
    def text(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def score(self) -> float: ...


class AgentPort(Protocol):
    """The assistant itself. Its methods block for milliseconds: call them in a thread."""

    @property
    def entries(self) -> EntriesPort: ...

    @property
    def faq(self) -> FaqPort: ...

    @property
    def unanswered(self) -> UnansweredPort: ...

    @property
    def domain(self) -> Domain: ...

    @property
    def stories(self) -> Sequence[Story]: ...

    @property
    def interpreter(self) -> ParserPort: ...

    @property
    def askings(self) -> AskingsPort: ...

    @property
    def conversations(self) -> ConversationsPort: ...

    @property
    def inbox(self) -> InboxPort: ...

    def handle(self, message: UserMessage) -> Reply: ...

    def suggested_replies(self, sender_id: str) -> Sequence[SuggestedReply]: ...

    def notices(self) -> tuple[str, ...]: ...

    def doubts(self, entry: FaqEntry) -> Sequence[Doubt]: ...

    def start_conversation(self, sender_id: str) -> Reply | None: ...

    def remind_due(self) -> list[tuple[str, Reply]]: ...

    def events(self, sender_id: str) -> tuple[Event, ...]: ...

    def use_model(self, folder: Path) -> None: ...

    def use_dialogue(self, domain: Domain, stories: Sequence[Story]) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TrainingOutcome:
    """What a training made.

    Attributes:
        folder: the new model.
        metrics: figures by name, such as ``dev_intent_accuracy``.
        seconds: how long it took.
    """

    folder: Path
    metrics: Mapping[str, float] = field(default_factory=dict)
    seconds: float = 0.0


Train: TypeAlias = "Callable[[Mode | None, ProgressCallback], Awaitable[TrainingOutcome]]"
"""Trains, None in the mode that suits the project; cancelling the task that awaits it stops it and leaves nothing half-written."""


class Explain(Protocol):
    """Says what each word of a message did for the intent that was found, or for another one.

    Raises NotExplained; cancelling the task that awaits it stops it.
    """

    async def __call__(self, text: str, intent: str | None = None) -> Explanation: ...


OpenAgent: TypeAlias = "Callable[[], AgentPort]"
"""Loads model, rules and database; blocks for about a second. Raises NoModel before the first training."""
