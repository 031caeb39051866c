"""Translates with CTranslate2 and a folder that holds a converted model beside its SentencePiece models.

``ct2-transformers-converter --model Helsinki-NLP/opus-mt-de-en --copy_files source.spm target.spm --output_dir DIR`` makes such a
folder; one with a single ``sentencepiece.model``, as Argos Translate's packages have, will do as well.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from assistant.errors import TranslationFailed, TranslationUnavailable
from assistant.translation.engine import Hypothesis, not_installed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "ctranslate2"

_SHARED = "sentencepiece.model"
_END = "</s>"
_LONGEST = 256
"""Pieces of a translation; what is longer repeats itself."""


class MarianEngine:
    """A model on CTranslate2. Made by `open`; threads may share one."""

    def __init__(self, translator: Any, source: Any, target: Any, *, adds_end: bool) -> None:
        self._translator, self._source, self._target = translator, source, target
        self._end = [] if adds_end else [_END]

    @classmethod
    def open(cls, folder: Path) -> MarianEngine:
        """Returns the engine of a folder.

        Raises:
            TranslationUnavailable: CTranslate2 is not installed, or the folder holds no model for it.
        """
        try:
            from ctranslate2 import Translator
        except ImportError as error:
            raise not_installed(NAME) from error
        from sentencepiece import SentencePieceProcessor

        try:
            names = [_SHARED, _SHARED] if (folder / _SHARED).is_file() else ["source.spm", "target.spm"]
            source, target = (SentencePieceProcessor(model_file=str(folder / name)) for name in names)
            adds_end = bool(json.loads((folder / "config.json").read_text(encoding="utf-8")).get("add_source_eos"))
            return cls(Translator(str(folder), device="cpu", intra_threads=1), source, target, adds_end=adds_end)
        except (OSError, RuntimeError, ValueError) as error:
            change = "give a folder with model.bin, config.json, and source.spm and target.spm or sentencepiece.model"
            raise TranslationUnavailable(engine=NAME, why=f"{folder} holds no model for it ({error})", change=change) from error

    def hypotheses(self, sentence: str, limit: int) -> Sequence[Hypothesis]:
        """Returns translations of a sentence by beam search, the favourite first; scores are log-probabilities a piece.

        Raises:
            TranslationFailed: CTranslate2 failed.
        """
        pieces = [*self._source.encode(sentence, out_type=str), *self._end]
        try:
            (found,) = self._translator.translate_batch(
                [pieces], beam_size=max(2, limit), num_hypotheses=limit, return_scores=True, max_decoding_length=_LONGEST
            )
        except (RuntimeError, ValueError) as error:
            raise TranslationFailed(engine=NAME, why=str(error)) from error
        return [
            Hypothesis(self._target.decode([piece for piece in one if piece != _END]).strip(), float(score))
            for one, score in zip(found.hypotheses, found.scores, strict=True)
        ]
