"""Finds among what people really wrote the messages that would teach the model most, once somebody says what they mean.

Source: Settles and Craven 2008, section 3.3 (information density): uncertainty times mean likeness to all the others.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from assistant.dialogue.events import UserUttered
from assistant.dialogue.payloads import is_payload
from assistant.dialogue.reminders import is_external
from assistant.errors import CannotWrite
from assistant.project import made_folder
from assistant.validation.likeness import plain_words

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.dialogue.events import Event
    from assistant.messages import Parse
    from assistant.project import Project

    Vectors = NDArray[np.float32]

MOST_MESSAGES: Final = 400
"""So many different messages are weighed, those that were written last."""
SAME: Final = 0.97
"""Messages whose vectors have at least this cosine are one suggestion."""
_MOST_CHARS: Final = 300
_FILE: Final = "ignored-messages.json"
_IGNORING: Final = threading.Lock()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A message that nobody has labelled.

    Attributes:
        text: as it was written.
        parse: what the model makes of it.
        n_times: how often it was written, messages that say the same included.
        uncertainty: how little the model knows what it means, in [0, 1].
        density: its mean likeness to the other messages, in [0, 1].
    """

    text: str
    parse: Parse
    n_times: int
    uncertainty: float
    density: float

    @property
    def worth(self) -> float:
        """How much it would teach, in [0, 1]."""
        return self.uncertainty * self.density


def messages_in(conversations: Iterable[Sequence[Event]]) -> Counter[str]:
    """Returns what people wrote, each once on one line, with how often; those met first come first.

    Args:
        conversations: their events, the conversations that were last spoken in first.
    """
    found: Counter[str] = Counter()
    for events in conversations:
        for event in reversed(events):
            if isinstance(event, UserUttered) and not is_payload(event.text) and not is_external(event):
                text = " ".join(event.text.split())
                if 0 < len(text) <= _MOST_CHARS:
                    found[text] += 1
    return found


def suggest(
    messages: Mapping[str, int],
    known: Iterable[str],
    ignored: Collection[str],
    parse: Callable[[str], Parse],
    encode: Callable[[Sequence[str]], Vectors],
) -> tuple[Suggestion, ...]:
    """Returns the messages that would teach most, the best first.

    Args:
        messages: what people wrote, with how often.
        known: texts of the training examples; what says the same, up to case and punctuation, is left out.
        ignored: keys of messages that somebody has set aside; see ``key_of``.
        parse: understands a message.
        encode: gives vectors of length one. Shape: (text, hidden).
    """
    taken = {plain_words(text) for text in known}
    counted: dict[tuple[str, ...], tuple[str, int]] = {}
    for text, times in messages.items():
        words = plain_words(text)
        if words and words not in taken and key_of(text) not in ignored:
            first, before = counted.get(words, (text, 0))
            counted[words] = (first, before + times)
    chosen = list(counted.values())[:MOST_MESSAGES]
    if not chosen:
        return ()
    vectors = encode([text for text, _ in chosen])
    likeness = np.clip(vectors @ vectors.T, 0.0, 1.0)
    density = (likeness.sum(axis=1) - likeness.diagonal()) / max(1, len(chosen) - 1) if len(chosen) > 1 else np.ones(1)
    weighed = [
        Suggestion(text, found, times, uncertainty(found), float(density[row]))
        for row, (text, times) in enumerate(chosen)
        for found in [parse(text)]
    ]
    return _merged(weighed, likeness)


def _merged(weighed: Sequence[Suggestion], likeness: Vectors) -> tuple[Suggestion, ...]:
    """The suggestions by falling worth, those that say the same as one."""
    order = sorted(range(len(weighed)), key=lambda row: (-weighed[row].worth, -weighed[row].uncertainty, weighed[row].text))
    kept: dict[int, int] = {}
    for row in order:
        same = next((first for first in kept if likeness[first, row] >= SAME), row)
        kept[same] = kept.get(same, 0) + weighed[row].n_times
    return tuple(
        Suggestion(one.text, one.parse, times, one.uncertainty, one.density)
        for row, times in kept.items()
        for one in [weighed[row]]
    )


def uncertainty(parse: Parse) -> float:
    """Returns how undecided a model is about a message: the entropy of its intents, 1 when all are as likely."""
    confidences = np.array([score.confidence for score in parse.intent_ranking], dtype=np.float64)
    if len(confidences) < 2 or confidences.sum() <= 0:  # noqa: PLR2004 (nothing to be undecided between)
        return float(1 - confidences[0]) if len(confidences) else 1.0
    shares = confidences / confidences.sum()
    entropy = -(shares * np.log(np.maximum(shares, 1e-12))).sum()
    return float(min(1.0, entropy / np.log(len(shares))))


def key_of(text: str) -> str:
    """Returns what names a message without telling it: what is set aside is kept, but not what somebody wrote."""
    return hashlib.sha256(" ".join(plain_words(text)).encode()).hexdigest()[:16]


def ignored_messages(project: Project) -> frozenset[str]:
    """Returns the keys of the messages that were set aside."""
    try:
        return frozenset(json.loads((project.state / _FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return frozenset()


def ignore(project: Project, texts: Collection[str], *, is_ignored: bool = True) -> None:
    """Sets messages aside for good, or takes that back.

    Raises:
        CannotWrite: the disk refuses.
    """
    keys = {key_of(text) for text in texts}
    path: Path = made_folder(project.state) / _FILE
    draft = path.with_name(f"{path.name}.new")
    with _IGNORING:  # several messages may be set aside one right after the other
        kept = ignored_messages(project) | keys if is_ignored else ignored_messages(project) - keys
        try:
            draft.write_text(json.dumps(sorted(kept)), encoding="utf-8")
            draft.replace(path)
        except OSError as error:
            raise CannotWrite(path=path, why=error.strerror or str(error)) from error
