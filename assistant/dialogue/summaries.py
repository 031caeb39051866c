"""Sums a conversation up for the person who takes it over: what the customer wants, what was tried, what is open, what is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import ActionExecuted, ActiveLoop, BotUttered, UserUttered
from assistant.dialogue.payloads import is_payload
from assistant.dialogue.slots import REQUESTED_SLOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from assistant.dialogue.events import Event
    from assistant.dialogue.tracker import Tracker

MAX_QUOTED = 200
"""Characters of what is quoted."""

_MIN_TELLING_WORDS = 3
_HANDOFF = "action_handoff"
_MAX_TRIED = 4
_UNANSWERED = frozenset({"utter_no_answer", "action_default_fallback", "utter_default", "utter_please_rephrase"})


def first_telling(messages: Sequence[str]) -> str:
    """Returns the first of some messages: what is wanted mostly stands there."""
    return messages[0]


def summarise(tracker: Tracker, pick: Callable[[Sequence[str]], str] = first_telling) -> str:
    """Returns a conversation in three sentences of a line each, and a line with what is known.

    Args:
        tracker: of the conversation.
        pick: returns the sentence of some messages that says most; it is called with at least one.
    """
    said = _messages(tracker)
    wanted = pick(said) if said else ""
    wants = f"The customer wants: {_quoted(wanted)}." if wanted else "The customer has not said what it is about."
    lines = [wants, _tried(tracker), _open(tracker, wanted)]
    known = [f"{name} = {value}" for name, value in tracker.slots.items() if _is_telling(tracker, name, value)]
    return "\n".join([*lines, *([f"Known: {', '.join(known)}."] if known else [])])


def _messages(tracker: Tracker) -> list[str]:
    """Returns what the user wrote: what says little, and what only asks for a person, counts where there is nothing else."""
    said: list[tuple[str, bool]] = []
    for event in tracker.events:
        if isinstance(event, UserUttered):
            said.append((str(event.metadata.get("title") or event.text), False))
        elif isinstance(event, ActionExecuted) and event.name == _HANDOFF and said:
            said[-1] = (said[-1][0], True)
    texts = [(text, asks) for text, asks in said if text.strip() and not is_payload(text)]
    telling = [(text, asks) for text, asks in texts if len(text.split()) >= _MIN_TELLING_WORDS] or texts
    chosen = [text for text, asks in telling if not asks] or [text for text, asks in texts if not asks]
    return chosen or [text for text, _ in texts]


def _tried(tracker: Tracker) -> str:
    done = list(dict.fromkeys(_steps(tracker)))
    if not done:
        return "Nothing has been tried yet."
    more = f" and {len(done) - _MAX_TRIED} more" if len(done) > _MAX_TRIED else ""
    return f"The assistant has {'; '.join(done[-_MAX_TRIED:])}{more}."


def _steps(tracker: Tracker) -> Iterator[str]:
    """Yields what the assistant did for the customer, in words."""
    for event in tracker.events:
        match event:
            case BotUttered(message=message) if message.metadata.get("faq_entry"):
                yield f'answered from the FAQ ("{message.metadata["faq_entry"]}")'
            case BotUttered(message=message) if message.metadata.get("document_place"):
                yield f"answered from {message.metadata['document_place']}"
            case ActiveLoop(name=str(name)):
                yield f"begun the {_worded(name)}"
            case ActionExecuted(name=name) if name in tracker.domain.actions and not name.startswith(("utter_", "validate_")):
                if name not in {_HANDOFF, "action_answer_faq"} and not name.startswith("action_ask_"):
                    yield f"done: {_worded(name.removeprefix('action_'))}"


def _open(tracker: Tracker, wanted: str) -> str:
    left = []
    requested = tracker.slots.get(REQUESTED_SLOT)
    if tracker.active_loop and requested:
        left.append(f"the {_worded(tracker.active_loop)} waits for {_worded(str(requested))}")
    elif tracker.active_loop:
        left.append(f"the {_worded(tracker.active_loop)} is not finished")
    unanswered = _unanswered(tracker)
    if unanswered:
        left.append(f"{_quoted(unanswered)} was not answered")
    said = [event.text for event in tracker.events if isinstance(event, UserUttered)]
    if said and wanted not in said[-1] and said[-1] != unanswered and not is_payload(said[-1]):
        left.append(f"the customer said last: {_quoted(said[-1])}")
    return f"Open: {'; '.join(left)}." if left else "Open: all of it."


def _unanswered(tracker: Tracker) -> str:
    """Returns the last message that the assistant had no answer to; empty when there is none."""
    found = last = ""
    for event in tracker.events:
        if isinstance(event, UserUttered):
            last = event.text
        elif _says_nothing(event):
            found = last
    return found


def _says_nothing(event: Event) -> bool:
    """Whether the assistant admits that it has no answer."""
    if isinstance(event, BotUttered):
        return event.message.metadata.get("utter_action") in _UNANSWERED
    return isinstance(event, ActionExecuted) and event.name in _UNANSWERED


def _is_telling(tracker: Tracker, name: str, value: Any) -> bool:
    if name == REQUESTED_SLOT:
        return False
    slot = tracker.domain.slots.get(name)
    return isinstance(value, str | int | float) and value != "" and (slot is None or value != slot.initial_value)


def _worded(name: str) -> str:
    return name.replace("_", " ")


def _quoted(text: str) -> str:
    flat = " ".join(text.split()).rstrip(".")
    shown = flat if len(flat) <= MAX_QUOTED else f"{flat[: MAX_QUOTED - 3]}..."
    return f'"{shown}"'
