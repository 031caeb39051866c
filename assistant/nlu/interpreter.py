"""Reads messages with a trained model: ONNX Runtime, the tokenizer and numpy, no torch."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from assistant.albert.activations import softmax
from assistant.albert.batches import equal_lengths
from assistant.albert.manifest import verify_manifest
from assistant.albert.session import open_session
from assistant.albert.tokenizer import is_one_piece
from assistant.errors import BadModel
from assistant.messages import Parse
from assistant.nlu.entities import EntityFinder
from assistant.nlu.intents import IntentRanker
from assistant.nlu.model_folder import GRAPH, INPUTS, OUTPUTS, PROBE, TOKENIZER, ModelParts, load_settings
from assistant.nlu.tags import TagScheme, log_softmax
from assistant.nlu.words import NO_PIECE, Span, first_pieces, split_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Encoding, Tokenizer

    from assistant.nlu.values.extractor import ValueExtractor

# More than 512 pieces need; cutting here keeps a message of a megabyte as cheap as one of a page.
MAX_CHARACTERS = 8_000
# Messages that are cut into pieces and sorted by length together: enough to fill batches, and few enough to hold in memory.
WINDOW = 1_024

RECENT = 32
"""Vectors of so many parsed messages are kept: the FAQ asks for the vector of the message that was just parsed."""

# Cosine that the sentence vector of PROBE must have with what it was when the model was trained.
LEAST_LIKENESS = 0.99

_SURROGATE = re.compile("[\ud800-\udfff]")


class Interpreter:
    """A model that parses messages. Made by `load`; safe to use from several threads.

    Attributes:
        manifest: what the model folder says of itself, metrics included.
        fingerprint: names the encoder: stored vectors of another fingerprint are stale.
        intents: sorted.
        entities: types that may be found, sorted.
        vector_size: width of the vectors that `encode` returns.
    """

    def __init__(
        self,
        session: Any,
        tokenizer: Tokenizer,
        parts: ModelParts,
        manifest: Mapping[str, Any],
        values: Sequence[ValueExtractor] = (),
    ) -> None:
        settings, extractors, self._novelty, several, self._signals, self._spelling, self._chain, self._likeness = parts
        self._session = session
        self._tokenizer = tokenizer
        self._finder = EntityFinder(TagScheme(settings.kinds), extractors, tuple(values))
        self._ranker = IntentRanker(settings.intents, settings.calibration, several)
        self.manifest = manifest
        self.fingerprint = settings.fingerprint
        self.intents = settings.intents
        self.entities = self._finder.entities
        self.vector_size = settings.hidden
        self._recent: dict[str, NDArray[np.float32]] = {}

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        threads: int = 1,
        values: Sequence[ValueExtractor] = (),
        thresholds: Mapping[str, float] = MappingProxyType({}),
    ) -> Interpreter:
        """Returns the model of a folder, after every file was checked against the manifest.

        Args:
            folder: as `assistant.training.train_model` wrote it.
            threads: that one message may use; one is best for short messages.
            values: what finds times, amounts and the like beside the model; see `assistant.nlu.values`.
            thresholds: by category of moderation: flags below it are none; the model's own where a category is not named.

        Raises:
            ManifestMissing, DamagedFile, ForbiddenFile: the folder is not as its manifest says.
            BadModel: the files are whole but do not make a model.
        """
        manifest = verify_manifest(folder)
        parts = load_settings(folder)
        if parts.signals is not None:
            parts = parts._replace(signals=parts.signals.with_thresholds(thresholds))
        tokenizer = _load_tokenizer(folder, parts[0].max_pieces)
        session = _load_session(folder, threads)
        _check_numbers(folder, session, tokenizer, manifest)
        return cls(session, tokenizer, parts, manifest, values)

    def parse(self, text: str) -> Parse:
        """Returns what one message means; see `parse_many`."""
        return self._parsed([text])[0]

    def parse_many(self, texts: Sequence[str]) -> list[Parse]:
        """Returns what each message means, in order; the same whatever else is in the list.

        Any text is taken: one without words gives a Parse without intents, one that is too long is read to where it is cut.
        """
        distinct = list(dict.fromkeys(texts))
        known: dict[str, Parse] = {}
        for first in range(0, len(distinct), WINDOW):
            window = distinct[first : first + WINDOW]
            known |= zip(window, self._parsed(window), strict=True)
        return [known[text] for text in texts]

    def _parsed(self, texts: Sequence[str]) -> list[Parse]:
        cleaned = [_clean(text) for text in texts]
        words = [split_words(text) for text in cleaned]
        parses = [Parse(text) for text in texts]
        spoken = [i for i, spans in enumerate(words) if spans]
        encodings = self._encodings([cleaned[i] for i in spoken])
        for row, (logits, tag_logits, vector) in self._run(encodings):
            i = spoken[row]
            ranking, responses = self._ranker.rank(logits + self._beside(cleaned[i], vector), vector)
            tags = self._tag_log_probs(cleaned[i], words[i], encodings[row], tag_logits, logits)
            entities = self._finder.find(cleaned[i], words[i], tags, ranking[0].name)
            strangeness = self._novelty.distance(vector)
            sentiment, flags = self._signals.weigh(cleaned[i], vector) if self._signals else (None, ())
            parses[i] = Parse(
                texts[i], ranking, entities, round(strangeness, 6), tuple(words[i]), sentiment, flags, responses=responses
            )
            self._remember(cleaned[i], vector)
        return parses

    def _beside(self, text: str, vector: NDArray[np.float32]) -> NDArray[np.float32] | np.float32:
        """Returns what is to be added to the logits of the intents: what letters say, and likeness to examples."""
        spelt = self._spelling.logits(text) if self._spelling else np.float32(0)
        return spelt + self._likeness.logits(vector) if self._likeness else spelt

    def _encodings(self, texts: Sequence[str]) -> list[Encoding]:
        # Handing messages to the tokenizer's threads takes longer than cutting them does.
        return [self._tokenizer.encode(text) for text in texts]

    def _remember(self, text: str, vector: NDArray[np.float32]) -> None:
        self._recent[text] = vector
        while len(self._recent) > RECENT:
            self._recent.pop(next(iter(self._recent), ""), None)  # another thread may have been here meanwhile

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns the encoder's sentence vectors, of length one.

        Returns:
            Shape: (n, vector_size) float32.
        """
        vectors = np.zeros((len(texts), self.vector_size), dtype=np.float32)
        cleaned = [_clean(text) for text in texts]
        known = {row: vector for row, text in enumerate(cleaned) if (vector := self._recent.get(text)) is not None}
        unknown = [row for row in range(len(texts)) if row not in known]
        encodings = self._encodings([cleaned[row] for row in unknown])
        for index, (_, _, vector) in self._run(encodings):
            vectors[unknown[index]] = vector
        for row, vector in known.items():
            vectors[row] = vector
        return vectors

    def is_word(self, text: str) -> bool:
        """Returns whether a text is one piece of the encoder's vocabulary: no misspelt word, nor one that it hardly ever read."""
        return is_one_piece(self._tokenizer, text)

    def _run(self, encodings: Sequence[Encoding]) -> Iterator[tuple[int, tuple[NDArray[np.float32], ...]]]:
        """Yields the index of each encoding and its outputs. Only equally long texts share a batch: nothing is padded."""
        for rows in equal_lengths([len(encoding.ids) for encoding in encodings]):
            input_ids = np.array([encodings[row].ids for row in rows], dtype=np.int64)
            outputs = self._session.run(OUTPUTS, {INPUTS[0]: input_ids})
            yield from zip(rows, zip(*outputs, strict=True), strict=True)

    def _tag_log_probs(
        self,
        text: str,
        words: Sequence[Span],
        encoding: Encoding,
        tag_logits: NDArray[np.float32],
        intent_logits: NDArray[np.float32],
    ) -> NDArray[np.float64]:
        """Returns the log-probability of each tag at each word. Shape: (word, tag)."""
        pieces = first_pieces(text, words, encoding.offsets)
        if NO_PIECE not in pieces:
            logits = tag_logits[pieces]
        else:
            logits = np.zeros((len(words), tag_logits.shape[1]), dtype=np.float32)
            has_piece = [row for row, piece in enumerate(pieces) if piece != NO_PIECE]
            logits[has_piece] = tag_logits[[pieces[row] for row in has_piece]]
        if self._chain is not None:
            return self._chain.weigh([text[start:end] for start, end in words], logits, softmax(intent_logits.astype(np.float64)))
        return log_softmax(logits)


def _clean(text: str) -> str:
    """Returns the text as the tokenizer can take it, every character in its place: cut, and without lone surrogates."""
    return _SURROGATE.sub("\ufffd", text[:MAX_CHARACTERS])


def _load_tokenizer(folder: Path, max_pieces: int) -> Tokenizer:
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    except Exception as error:  # the library raises bare Exception
        raise BadModel(folder=folder, why=f"tokenizer.json: {error}") from error
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_pieces)
    return tokenizer


def _load_session(folder: Path, threads: int) -> Any:
    try:
        session = open_session(folder / GRAPH, threads)
    except Exception as error:  # the library raises many kinds, none with a public base
        raise BadModel(folder=folder, why=f"model.onnx: {str(error).splitlines()[0]}") from error
    inputs, outputs = (tuple(node.name for node in nodes) for nodes in (session.get_inputs(), session.get_outputs()))
    if inputs != INPUTS or not set(outputs) >= set(OUTPUTS):
        raise BadModel(folder=folder, why=f"model.onnx: another release wrote it, it takes {', '.join(inputs)}")
    return session


def _check_numbers(folder: Path, session: Any, tokenizer: Tokenizer, manifest: Mapping[str, Any]) -> None:
    """Checks that a model in eight bits computes here what it did where it was trained.

    Processors without instructions for them add products of eight-bit numbers in sixteen bits, which may not hold the sum.
    """
    expected = manifest.get("runtime", {}).get("probe")
    if expected is None:
        return
    input_ids = np.array([tokenizer.encode(PROBE).ids], dtype=np.int64)
    found = session.run([OUTPUTS[2]], {INPUTS[0]: input_ids})[0][0]
    if len(expected) != len(found) or not float(found @ np.array(expected)) > LEAST_LIKENESS:
        raise BadModel(folder=folder, why="this processor computes its eight-bit numbers otherwise than the one it was trained on")
