"""Translates with Argos Translate, whose language packages are installed with its own ``argospm``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.errors import TranslationFailed, TranslationUnavailable
from assistant.translation.engine import Hypothesis, not_installed

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = "argostranslate"


class ArgosEngine:
    """An installed translation of Argos Translate. Made by `open`."""

    def __init__(self, translation: Any) -> None:
        self._translation = translation

    @classmethod
    def open(cls, source: str, target: str) -> ArgosEngine:
        """Returns the engine of a pair of languages.

        Raises:
            TranslationUnavailable: Argos Translate, or a package for the pair, is not installed.
        """
        try:
            from argostranslate import translate
        except ImportError as error:
            raise not_installed(NAME) from error
        try:
            translation = translate.get_translation_from_codes(source, target)
        except Exception as error:  # it raises whatever a language that is not there leads to
            raise _no_package(source, target) from error
        if translation is None:
            raise _no_package(source, target)
        return cls(translation)

    def hypotheses(self, sentence: str, limit: int) -> Sequence[Hypothesis]:
        """Returns translations of a sentence, the favourite first.

        Raises:
            TranslationFailed: Argos Translate failed.
        """
        try:
            found = self._translation.hypotheses(sentence, num_hypotheses=limit)
            return [Hypothesis(str(one.value).strip(), float(one.score)) for one in found]
        except Exception as error:  # a library's failure costs nobody the answer
            raise TranslationFailed(engine=NAME, why=f"{type(error).__name__}: {error}") from error


def _no_package(source: str, target: str) -> TranslationUnavailable:
    change = f"install one with `argospm install translate-{source}_{target}`"
    return TranslationUnavailable(engine=NAME, why=f"no package translates {source} to {target}", change=change)
