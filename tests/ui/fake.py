"""An assistant without a model: the same answers to the same messages, always, so that screens can be tested and pictured."""

from __future__ import annotations

import difflib
import threading
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from assistant.dialogue.domain import Domain
from assistant.dialogue.events import ActionExecuted, BotUttered, Event, Restarted, SlotSet, UserUttered
from assistant.dialogue.handoffs import Handoff, HandoffRequest
from assistant.errors import DuplicateEntry, StaleEntry, UnknownEntry
from assistant.faq.askings import Asking
from assistant.faq.entry import FaqEntry, checked, slug
from assistant.faq.queue import QuestionCluster
from assistant.knowledge.entry_doubts import FLUENCY, Doubt
from assistant.messages import (
    BotMessage,
    Button,
    Decision,
    Entity,
    FaqMatch,
    FaqResult,
    IntentScore,
    Parse,
    Progress,
    Reply,
    Trace,
    UserMessage,
)
from assistant.stores.conversations import ConversationSummary
from assistant.stores.entry_import import ImportChange, ImportReport
from assistant.stores.entry_values import EntryVersion
from tests.integration.bots import Keywords

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.dialogue.stories import Story
    from assistant.faq.askings import Rating
    from assistant.faq.duplicates import Likeness
    from assistant.faq.entry import Status
    from assistant.faq.queue import Unanswered
    from assistant.inbox import Case
    from assistant.knowledge.suggesting import Suggestion
    from assistant.messages import ProgressCallback
    from assistant.stores.entry_import import ImportMode
    from assistant.ui.ports import InboxPort

LISTEN = Decision("action_listen", "rule", 1.0, "")


class FakeEntries:
    """FAQ entries in memory, with the real store's rules for versions."""

    def __init__(self, entries: tuple[FaqEntry, ...] = ()) -> None:
        self.kept = {entry.id: replace(entry, version=1) for entry in entries}
        self.reasons: list[str] = []
        self.versions: dict[str, list[EntryVersion]] = {}

    def list(self, status: Status | None = None, text: str | None = None) -> tuple[FaqEntry, ...]:
        words = (text or "").lower().split()
        shown = (entry for entry in self.kept.values() if (entry.status == status if status else entry.status != "archived"))
        return tuple(entry for entry in shown if all(word in " ".join((*entry.questions, entry.answer)).lower() for word in words))

    def get(self, entry_id: str) -> FaqEntry:
        if entry_id not in self.kept:
            raise UnknownEntry(entry_id=entry_id, known=self.kept)
        return self.kept[entry_id]

    def add(self, entry: FaqEntry, author: str = "", reason: str = "") -> FaqEntry:
        entry = checked(entry)
        if entry.id in self.kept:
            raise DuplicateEntry(entry_id=entry.id)
        return self._keep(replace(entry, id=entry.id or slug(entry.question, self.kept), version=1), author, reason)

    def save(self, entry: FaqEntry, expected_version: int, author: str = "", reason: str = "") -> FaqEntry:
        kept = self.get(entry.id)
        if kept.version != expected_version:
            raise StaleEntry(rejected=entry, expected=expected_version, current=kept)
        return self._keep(replace(checked(entry), version=kept.version + 1), author, reason)

    def delete(self, entry_id: str, author: str = "", reason: str = "") -> FaqEntry:
        kept = self.get(entry_id)
        return self._keep(replace(kept, status="archived", version=kept.version + 1), author, reason)

    def history(self, entry_id: str) -> tuple[EntryVersion, ...]:
        return tuple(reversed(self.versions.get(entry_id, [EntryVersion(self.get(entry_id), "")])))

    def roll_back(self, entry_id: str, version: int, expected_version: int, author: str = "", reason: str = "") -> FaqEntry:
        wanted = next(kept.entry for kept in self.versions[entry_id] if kept.entry.version == version)
        return self.save(
            replace(wanted, version=expected_version), expected_version, author, reason or f"back to version {version}"
        )

    def import_entries(
        self,
        entries: Iterable[FaqEntry],
        mode: ImportMode = "merge",  # noqa: ARG002 (the real signature)
        author: str = "",
        reason: str = "import",
        progress: ProgressCallback | None = None,
        *,
        n_entries: int = 0,
        tell: Callable[[ImportChange], None] | None = None,
        is_dry_run: bool = False,
    ) -> ImportReport:
        """Adds what is new; the real store is tested with the rest."""
        new = [replace(entry, version=1) for entry in entries if entry.id not in self.kept]
        for number, entry in enumerate(new, start=1):
            if tell is not None:
                tell(ImportChange(None, entry))
            if progress is not None:
                progress(Progress("import", number, n_entries))
            if not is_dry_run:
                self._keep(entry, author, reason)
        return ImportReport(n_added=len(new), n_unchanged=n_entries - len(new))

    def _keep(self, entry: FaqEntry, author: str, reason: str) -> FaqEntry:
        self.reasons.append(reason)
        before = self.kept.get(entry.id)
        kept = self.versions.setdefault(entry.id, [EntryVersion(before, "")] if before is not None else [])
        self.kept[entry.id] = replace(entry, author=author or entry.author)
        kept.append(EntryVersion(self.kept[entry.id], reason))
        return self.kept[entry.id]


class FakeFaq:
    """Finds entries by likeness of letters: enough to tell a good question from a strange one."""

    def __init__(self, entries: FakeEntries) -> None:
        self._entries = entries
        self.found_alike: tuple[Likeness, ...] = ()
        self.answers_now: dict[str, str] = {}

    def search(self, question: str, limit: int = 5) -> FaqResult:
        asked = question.lower().strip(" ?!.")
        matches = []
        for entry in self._entries.list(status="published"):
            scored = [(difflib.SequenceMatcher(None, asked, text.lower().strip(" ?!.")).ratio(), text) for text in entry.questions]
            score, matched = max(scored)
            matches.append(FaqMatch(entry.id, entry.question, matched, entry.answer, round(score, 3)))
        matches.sort(key=lambda match: -match.score)
        return FaqResult(tuple(matches[:limit]), threshold=0.6)

    def clustered(self, questions: Sequence[Unanswered]) -> tuple[QuestionCluster, ...]:
        """Those that begin with the same word mean the same."""
        groups: dict[str, list[Unanswered]] = {}
        for question in questions:
            groups.setdefault(question.question.split()[0] if question.question.split() else "", []).append(question)
        return tuple(
            QuestionCluster(
                first.question,
                tuple(other.question for other in others),
                sum(one.count for one in (first, *others)),
                tuple(number for one in (first, *others) for number in one.ids),
                tuple(sender for one in (first, *others) for sender in one.sender_ids),
                first.last_at,
                first.best_entry_id,
                first.best_score,
                self.answers_now.get(first.question),
            )
            for first, *others in groups.values()
        )

    def likenesses(self) -> tuple[Likeness, ...]:
        return self.found_alike

    def alike(self, entry: FaqEntry) -> tuple[Likeness, ...]:
        return tuple(pair for pair in self.found_alike if entry.id in {pair.entry_id, pair.other_id})


@dataclass
class FakeAskings:
    """What was asked of the FAQ, in memory."""

    kept: list[Asking] = field(default_factory=list)

    def add(self, question: str, sender_id: str, entry_id: str | None, score: float) -> None:
        self.kept.append(Asking(len(self.kept) + 1, question, sender_id, entry_id, score, time.time()))

    def list(self, since: float = 0.0) -> tuple[Asking, ...]:
        return tuple(asking for asking in self.kept if asking.asked_at >= since)

    def hits(self, since: float = 0.0) -> dict[str, int]:
        return dict(Counter(asking.entry_id for asking in self.list(since) if asking.entry_id is not None))

    def handed_over(self, since: float = 0.0) -> frozenset[str]:  # noqa: ARG002 (the real signature)
        return frozenset()

    def rate(self, sender_id: str, entry_id: str, rating: Rating) -> bool:
        for place in range(len(self.kept) - 1, -1, -1):
            if (self.kept[place].sender_id, self.kept[place].entry_id) == (sender_id, entry_id):
                self.kept[place] = replace(self.kept[place], rating=rating)
                return True
        return False


@dataclass
class FakeRatings:
    """Thumbs in memory."""

    kept: dict[tuple[str, int], int] = field(default_factory=dict)

    def rate(self, sender_id: str, turn: int, rating: int) -> None:
        self.kept[sender_id, turn] = rating
        if not rating:
            del self.kept[sender_id, turn]

    def of(self, sender_id: str) -> dict[int, int]:
        return {turn: rating for (sender, turn), rating in self.kept.items() if sender == sender_id}


@dataclass
class FakeConversations:
    """The conversations of a fake agent, by the rules of the real store."""

    agent: FakeAgent
    ratings: FakeRatings = field(default_factory=FakeRatings)
    titles: dict[str, str] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)

    def senders(self) -> list[ConversationSummary]:
        return [
            ConversationSummary(
                sender_id,
                len(events),
                self.n_turns(sender_id),
                1_699_963_200.0,
                1_699_963_200.0 + len(events),
                next((event.text for event in reversed(events) if isinstance(event, UserUttered)), ""),
                self.titles.get(sender_id, ""),
                sender_id in self.archived,
            )
            for sender_id, events in {"terminal": self.agent.stored, **self.agent.others}.items()
            if events
        ]

    def containing(self, text: str) -> frozenset[str]:
        return frozenset(
            one.sender_id
            for one in self.senders()
            if any(text.lower() in str(event.as_json()).lower() for event in self.agent.events(one.sender_id))
        )

    def n_turns(self, sender_id: str) -> int:
        return sum(isinstance(event, UserUttered) for event in self.agent.events(sender_id))

    def rename(self, sender_id: str, title: str) -> bool:
        self.titles[sender_id] = title
        return True

    def archive(self, sender_id: str, *, is_archived: bool = True) -> bool:
        (self.archived.add if is_archived else self.archived.discard)(sender_id)
        return True

    def forget(self, sender_id: str) -> None:
        self.agent.others.pop(sender_id, None)
        if sender_id == "terminal":
            self.agent.stored.clear()


@dataclass(frozen=True)
class FakeQuestion:
    question: str
    count: int
    ids: tuple[int, ...]
    last_at: float = 1_699_963_200.0
    best_entry_id: str | None = None
    best_score: float = 0.2
    sender_ids: tuple[str, ...] = ("terminal",)


class FakeUnanswered:
    def __init__(self, questions: tuple[str, ...] = ()) -> None:
        self.open = [FakeQuestion(question, count, (count,)) for count, question in enumerate(questions, start=1)]

    def list(self) -> tuple[FakeQuestion, ...]:
        return tuple(self.open)

    def resolve(self, ids: Collection[int]) -> int:
        before = len(self.open)
        self.open = [question for question in self.open if not set(question.ids) & set(ids)]
        return before - len(self.open)

    def add(self, question: str) -> None:
        number = max((question.ids[0] for question in self.open), default=0) + 1
        self.open.insert(0, FakeQuestion(question, 1, (number,)))


@dataclass
class FakeInbox:
    """Nothing wants a person's eye, unless a test says so."""

    listed: list[Case] = field(default_factory=list)

    def cases(self) -> tuple[Case, ...]:
        return tuple(self.listed)

    def events(self, case: Case) -> tuple[Event, ...]:  # noqa: ARG002 (the real signature)
        return ()

    def refreshed(self, case: Case, events: Sequence[Event]) -> Case:
        return replace(case, n_events=len(events))

    def take(self, case: Case, agent: str) -> Handoff:
        return Handoff(1, case.sender_id, HandoffRequest("", ""), "taken", agent, 0.0)

    def answer(self, case: Case, agent: str, text: str) -> Handoff:  # noqa: ARG002
        return self.take(case, agent)

    def give_back(self, case: Case, agent: str) -> None: ...

    def put_aside(self, case: Case, agent: str) -> None:  # noqa: ARG002
        self.listed.remove(case)


class FakeInterpreter:
    def parse(self, text: str) -> Parse:
        return Parse(text, _ranking("track_order", 0.5, "return_item", 0.3))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Words hashed into a vector."""
        return Keywords({}, {}).encode(texts)


@dataclass
class FakeAgent:
    """Greets, tracks an order, answers from the FAQ, and fails when it is told to.

    Attributes:
        scripted: replies by message, before any other.
        stored: events of the conversation in the terminal; others: of other conversations.
        failure: raised by the next turn, once.
        gate: turns wait for it; set from the start.
        reminders: go off at the next look.
        told_before: notices when it is opened.
    """

    entries: FakeEntries = field(default_factory=lambda: FakeEntries(entries_of_the_shop()))
    unanswered: FakeUnanswered = field(default_factory=lambda: FakeUnanswered(("do you sell gift cards", "can I pay in kroner")))
    askings: FakeAskings = field(default_factory=FakeAskings)
    inbox: InboxPort = field(default_factory=FakeInbox)
    scripted: dict[str, Reply] = field(default_factory=dict)
    failure: Exception | None = None
    stored: list[Event] = field(default_factory=list)
    others: dict[str, list[Event]] = field(default_factory=dict)
    received: list[UserMessage] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    used_models: list[Path] = field(default_factory=list)
    reminders: list[tuple[str, Reply]] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    greets: bool = True
    told_before: tuple[str, ...] = ()
    is_closed: bool = False

    def __post_init__(self) -> None:
        self.gate.set()
        self.interpreter = FakeInterpreter()
        self.domain = Domain()
        self.stories: tuple[Story, ...] = ()
        self.conversations = FakeConversations(self)
        self.faq = FakeFaq(self.entries)

    def suggested_replies(self, sender_id: str) -> tuple[Suggestion, ...]:  # noqa: ARG002 (the real signature)
        return ()

    def notices(self) -> tuple[str, ...]:
        return self.told_before

    def doubts(self, entry: FaqEntry) -> tuple[Doubt, ...]:
        badly = (Doubt(entry.id, "answer", FLUENCY, entry.answer, ("wibble",)),) if "wibble" in entry.answer else ()
        rude = (Doubt(entry.id, "question", "abuse", entry.question, score=0.91),) if "idiot" in entry.question else ()
        return (*rude, *badly)

    def start_conversation(self, sender_id: str) -> Reply | None:
        self.senders.append(sender_id)
        if self._of(sender_id) or not self.greets:
            return None
        return Reply((GREETING,), Trace(decisions=(Decision("utter_greet", "rule", 1.0, "a conversation starts"), LISTEN)))

    def events(self, sender_id: str) -> tuple[Event, ...]:
        self.senders.append(sender_id)
        return tuple(self._of(sender_id))

    def _of(self, sender_id: str) -> list[Event]:
        return self.stored if sender_id == "terminal" else self.others.setdefault(sender_id, [])

    def handle(self, message: UserMessage) -> Reply:
        self.gate.wait(60)
        self.received.append(message)
        if self.failure is not None:
            failure, self.failure = self.failure, None
            raise failure
        reply = self.scripted.get(message.text) or self._reply(message.text)
        for said in reply.messages:
            if "faq_entry" in said.metadata:
                self.askings.add(message.text, message.sender_id, said.metadata["faq_entry"], 0.9)
        self.store(message, reply)
        return reply

    def remind_due(self) -> list[tuple[str, Reply]]:
        due, self.reminders = self.reminders, []
        return due

    def use_dialogue(self, domain: Domain, stories: Sequence[Story]) -> None:
        self.domain, self.stories = domain, tuple(stories)

    def use_model(self, folder: Path) -> None:
        self.used_models.append(folder)

    def close(self) -> None:
        self.is_closed = True

    def _reply(self, text: str) -> Reply:
        if text == "/restart":
            return Reply((), Trace(decisions=(Decision("action_restart", "rule", 1.0, "asked for"), LISTEN)))
        if text == "/track_order" or "order" in text:
            return _order_reply(text)
        found = self.faq.search(text)
        parse = Parse(text, _ranking("ask_faq", 0.81, "return_item", 0.12), out_of_scope=0.31)
        if found.best is None:
            self.keep_unanswered(text)
            sorry = BotMessage("I do not know that yet. I have passed your question on.")
            because = Decision("action_default_fallback", "faq", 1.0, "the best entry is under the threshold")
            return Reply((sorry,), Trace(parse, (because, LISTEN), faq=found, timings_ms=TIMINGS))
        because = Decision("action_answer_faq", "faq", found.best.score, f'nearest to "{found.best.matched}"')
        said = BotMessage(found.best.answer, metadata={"faq_entry": found.best.entry_id})
        return Reply((said,), Trace(parse, (because, LISTEN), faq=found, timings_ms=TIMINGS))

    def keep_unanswered(self, text: str) -> None:
        self.unanswered.add(text)

    def store(self, message: UserMessage, reply: Reply) -> None:
        stored = self._of(message.sender_id) if message.sender_id != "default" else self.stored
        stored.append(UserUttered(message.text, reply.trace.parse or Parse(message.text), metadata=message.metadata))
        stored += [SlotSet(name, value) for name, value in reply.trace.slots.items()]
        if message.text == "/restart":
            stored.append(Restarted())
        stored += [BotUttered(said) for said in reply.messages]
        stored += [ActionExecuted(d.action, d.policy, d.confidence, d.reason) for d in reply.trace.decisions]


def _order_reply(text: str) -> Reply:
    digits = next((word for word in text.strip("?.!").split() if word.isdecimal()), "")
    found = text.find(digits) if digits else 0
    entities = (Entity("order_number", found, found + len(digits), digits, confidence=0.99, extractor="tagger"),) if digits else ()
    parse = Parse(text, _ranking("track_order", 0.97, "cancel_order", 0.02, "change_address", 0.01), entities, out_of_scope=0.04)
    slots: dict[str, Any] = {"order_number": digits} if digits else {}
    said = SHIPPED if digits else BotMessage("Which order is it? Please give me its **number**.")
    because = Decision("track_order_form", "rule", 1.0, 'rule "Start tracking an order" (intents/rules.yml:14)')
    return Reply((said,), Trace(parse, (because, LISTEN), slots, timings_ms=TIMINGS))


def _ranking(*pairs: Any) -> tuple[IntentScore, ...]:
    return tuple(IntentScore(name, score) for name, score in zip(pairs[::2], pairs[1::2], strict=True))


TIMINGS = {"nlu": 3.42, "dialogue": 0.61, "actions": 7.9, "store": 1.35, "total": 13.3}

GREETING = BotMessage(
    "Hello, I am the shop's assistant. I look up orders, start returns and answer questions.\n\nWhat can I do for you?",
    buttons=(
        Button("Track an order", "/track_order"),
        Button("Return something", "/return_item"),
        Button("Opening hours", "/opening_hours"),
    ),
)

SHIPPED = BotMessage(
    "Order **12345** left our warehouse on Monday and is with the carrier.\n\n"
    "- Expected: **Thursday, 9:00 to 13:00**\n- Parcel: `IE-5521-8840`\n- [Follow the parcel](https://shop.example/t/5521)",
    buttons=(Button("Change the address", "/change_address"), Button("Cancel the order", "/cancel_order")),
)


def entries_of_the_shop() -> tuple[FaqEntry, ...]:
    return (
        FaqEntry(
            "return-worn-shoes",
            "Can I return shoes that I have worn?",
            "Yes, once and **indoors**: shoes may be tried on at home.\n\n1. Start the return within *30 days*.\n"
            "2. Use the box they came in.\n3. We refund you within five days of their arrival.",
            alternatives=("can i return shoes i wore once", "shoes worn one time, send them back?"),
            tags=("returns", "shoes"),
            category="returns",
            status="published",
        ),
        FaqEntry(
            "delivery-time",
            "How long does delivery take?",
            "Two to four working days within Ireland, up to seven elsewhere in the EU.",
            alternatives=("when will my parcel arrive", "delivery time"),
            tags=("delivery",),
            category="delivery",
            status="published",
        ),
        FaqEntry(
            "pay-later",
            "Can I pay later?",
            "Not yet: we take cards, PayPal and bank transfer.",
            tags=("payment",),
            category="payment",
            status="draft",
        ),
    )
