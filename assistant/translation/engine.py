"""What translates a sentence: the engines that are supported, and how one of them is opened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from assistant.errors import TranslationUnavailable, TranslationUnsettled

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from assistant.config import TranslationSettings


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A translation that an engine offers.

    Attributes:
        text: the translation.
        score: its log-probability as the engine counts it; only comparable within one sentence.
    """

    text: str
    score: float


class Engine(Protocol):
    """Translates between two languages."""

    def hypotheses(self, sentence: str, limit: int) -> Sequence[Hypothesis]:
        """Returns translations of a sentence, the engine's favourite first.

        Raises:
            TranslationFailed: the engine gave none.
        """


def open_engine(settings: TranslationSettings, source: str, target: str, root: Path) -> Engine:
    """Returns the engine for a pair of languages, with its model found but not necessarily loaded.

    Args:
        settings: which engine, and where its models lie.
        source: what is translated from, an ISO 639-1 code.
        target: what is translated to.
        root: what paths in the settings are relative to.

    Raises:
        TranslationUnavailable: the engine is not installed, or has no model for the pair.
        TranslationUnsettled: the settings name no model for the pair.
    """
    if settings.engine == "argostranslate":
        from assistant.translation.argos import ArgosEngine

        return ArgosEngine.open(source, target)
    from assistant.translation.marian import MarianEngine

    pair = f"{source}-{target}"
    if pair not in settings.models:
        raise TranslationUnsettled(pair=pair, known=settings.models)
    return MarianEngine.open(root / settings.models[pair])


def every_pair(settings: TranslationSettings) -> list[tuple[str, str]]:
    """Returns the pairs of languages that are needed: into the bot's language and out of it."""
    own = settings.bot_language
    others = [language for language in settings.languages if language != own]
    return [(language, own) for language in others] + [(own, language) for language in others]


def not_installed(engine: str) -> TranslationUnavailable:
    """Returns the error of an engine that is not there."""
    change = f'install it with `pip install "albert-assistant[{engine}]"`'
    return TranslationUnavailable(engine=engine, why="it is not installed", change=change)
