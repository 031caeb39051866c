"""Translates a conversation: messages into the bot's language before they are understood, and what it says back again."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from assistant.dialogue.events import BotUttered, SlotSet, UserUttered
from assistant.dialogue.payloads import is_payload
from assistant.errors import AssistantError
from assistant.knowledge.sentences import sentences
from assistant.messages import BotMessage, Button
from assistant.translation.choosing import best
from assistant.translation.detecting import detected
from assistant.translation.protecting import parts, protected, restored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from assistant.config import TranslationSettings
    from assistant.dialogue.events import Event
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import UserMessage
    from assistant.translation.engine import Engine

LANGUAGE, ORIGINAL = "language", "original_text"
"""Keys of an event's metadata: the language that was spoken, and the text before it was translated."""

FLUENT_LANGUAGE = "en"
"""The language that the shipped checkpoint can tell the fluency of."""

_COMMAND = re.compile(r"\s*/language\s+([A-Za-z]{2,3})\s*")
_LINE = re.compile(r"^(\s*(?:[-*+>]\s+|\d+[.)]\s+|#{1,6}\s+)?)(.*?)(\s*)$", re.DOTALL)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Translated:
    """A text after translation; where it failed, as it was, with why in `problem`."""

    text: str
    problem: str = ""


class Translator:
    """Translates what comes in and goes out; does nothing where the settings leave it off.

    Args:
        settings: which languages.
        open_engine: gives the engine of a pair of languages, by codes.
        fluency: gives the mean log-probability of a word of English texts; None where nothing does.
        problem: why nothing can be translated; empty as long as it can.
    """

    def __init__(
        self,
        settings: TranslationSettings,
        open_engine: Callable[[str, str], Engine] | None = None,
        fluency: Callable[[Sequence[str]], Sequence[float]] | None = None,
        problem: str = "",
    ) -> None:
        self._settings = settings
        self._open = open_engine
        self._fluency = fluency
        self._engines: dict[tuple[str, str], Engine] = {}
        self.problem = problem

    @property
    def is_on(self) -> bool:
        """Whether anything is translated."""
        return self._open is not None and not self.problem

    @property
    def languages(self) -> tuple[str, ...]:
        """What people may write in, the bot's language first."""
        own = self._settings.bot_language
        return (own, *(language for language in self._settings.languages if language != own))

    # --- which language ---------------------------------------------------------------------------------------------------------

    def chosen(self, text: str) -> str:
        """Returns the language that ``/language CODE`` names; empty for any other message, and where nothing is translated."""
        found = _COMMAND.fullmatch(text) if self.is_on else None
        return found[1].lower() if found else ""

    def choose(self, language: str) -> list[Event]:
        """Returns what happens when a language is chosen: it is kept, and said in that language; one not known is refused."""
        if language not in self.languages:
            return [BotUttered(BotMessage(f"I know these languages: {', '.join(self.languages)}."))]
        said: Event = BotUttered(BotMessage(f"We go on in this language: {language}."))
        return [SlotSet(self._settings.slot, language), *self._in([said], language, [])]

    def language_of(self, message: UserMessage, tracker: Tracker) -> str:
        """Returns the language of a message: as the channel says, as was chosen, as it looks, or as was spoken before."""
        if not self.is_on:
            return self._settings.bot_language
        said = (message.metadata.get(LANGUAGE), tracker.slots.get(self._settings.slot))
        settled = next((str(one).lower() for one in said if str(one).lower() in self.languages), "")
        return settled or detected(message.text, self.languages) or self.language_spoken(tracker)

    def language_spoken(self, tracker: Tracker) -> str:
        """Returns the language of the last message; the bot's before there is one."""
        last = next((event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None)
        return str((last and last.metadata.get(LANGUAGE)) or tracker.slots.get(self._settings.slot) or self._settings.bot_language)

    # --- in and out -------------------------------------------------------------------------------------------------------------

    def heard(self, message: UserMessage, tracker: Tracker, problems: list[str]) -> UserMessage:
        """Returns a message in the bot's language, with the original text and its language in the metadata.

        Args:
            message: as it was written.
            tracker: the conversation before it.
            problems: gets what went wrong; the message is returned as it is then.
        """
        if self.problem:
            problems.append(self.problem)
        if not self.is_on:
            return message
        language = self.language_of(message, tracker)
        spoken = replace(message, metadata={**message.metadata, LANGUAGE: language})
        if language == self._settings.bot_language or is_payload(message.text) or message.text in _offered(tracker):
            return spoken
        found = self.translate(message.text, language, self._settings.bot_language)
        if found.problem:
            problems.append(found.problem)
            return spoken
        return replace(spoken, text=found.text, metadata={**spoken.metadata, ORIGINAL: message.text})

    def spoken(self, events: list[Event], tracker: Tracker, problems: list[str]) -> list[Event]:
        """Returns events with what the assistant says in the conversation's language; texts and titles alone, never payloads.

        Args:
            events: that happen next.
            tracker: the conversation before them.
            problems: gets what went wrong; the texts are left as they are then.
        """
        return self._in(events, self.language_spoken(tracker), problems) if self.is_on else events

    def _in(self, events: Iterable[Event], language: str, problems: list[str]) -> list[Event]:
        if language == self._settings.bot_language or language not in self.languages:
            return list(events)
        return [self._said(event, language, problems) if isinstance(event, BotUttered) else event for event in events]

    def _said(self, event: BotUttered, language: str, problems: list[str]) -> BotUttered:
        own, message = self._settings.bot_language, event.message
        texts = [message.text or "", *(button.title for button in message.buttons)]
        found = [self.translate(text, own, language) for text in texts]
        problems += sorted({one.problem for one in found if one.problem})
        if all(one.problem for one in found):
            return event
        told: dict[str, Any] = {**message.metadata, LANGUAGE: language, ORIGINAL: message.text}
        buttons = tuple(Button(one.text, button.payload) for one, button in zip(found[1:], message.buttons, strict=True))
        return replace(event, message=replace(message, text=message.text and found[0].text, buttons=buttons, metadata=told))

    def translate(self, text: str, source: str, target: str) -> Translated:
        """Returns a text in another language, line by line and sentence by sentence; on failure as it is, with why."""
        try:
            if (source, target) not in self._engines:
                assert self._open is not None  # noqa: S101 (whoever comes here has asked)
                self._engines[source, target] = self._open(source, target)
            engine = self._engines[source, target]
            fluency = self._fluency if target == FLUENT_LANGUAGE else None
            return Translated(_by_lines(text, lambda sentence: self._sentence(sentence, engine, fluency)))
        except AssistantError as error:
            return Translated(text, str(error))

    def _sentence(self, sentence: str, engine: Engine, fluency: Callable[[Sequence[str]], Sequence[float]] | None) -> str:
        covered, kept = protected(sentence)
        if not _LETTER.search(covered):
            return sentence
        offered = [one for one in engine.hypotheses(covered, self._settings.hypotheses) if one.text]
        whole = [replace(one, text=text) for one in offered if (text := restored(one.text, kept)) is not None]
        if whole:
            return best(whole, fluency).text
        if not kept:
            return sentence
        return "".join(self._around(part, engine) if may else part for part, may in parts(sentence))

    def _around(self, part: str, engine: Engine) -> str:
        """Returns what stands between two protected parts, translated by itself: the engine would not let them through."""
        core = part.strip()
        if not _LETTER.search(core):
            return part
        offered = engine.hypotheses(core, 1)
        start = part.index(core)
        return part[:start] + (offered[0].text if offered else core) + part[start + len(core) :]


def _by_lines(text: str, translate: Callable[[str], str]) -> str:
    """Returns a text with its sentences translated, its lines, their marks and blocks of code left as they are."""
    found: list[str] = []
    is_code = False
    for line in text.split("\n"):
        fence = line.lstrip().startswith("```")
        is_code ^= fence
        found.append(line if is_code or fence else _line(line, translate))
    return "\n".join(found)


def _line(line: str, translate: Callable[[str], str]) -> str:
    matched = _LINE.match(line)
    if matched is None or not matched[2]:
        return line
    body, told, end = matched[2], "", 0
    for first, last in sentences(body):
        told += body[end:first] + translate(body[first:last])
        end = last
    return matched[1] + told + body[end:] + matched[3]


def _offered(tracker: Tracker) -> frozenset[str]:
    """Returns what the buttons of the last turn send: it is in the bot's language already."""
    said: set[str] = set()
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            break
        if isinstance(event, BotUttered):
            said |= {button.payload for button in event.message.buttons}
    return frozenset(said)
