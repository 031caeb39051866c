"""Trains a SentencePiece-style unigram vocabulary, and says how transformers should open a tokenizer.

Source: Kudo 2018 for the unigram model; Lan et al. 2019 for the special tokens and the space marker.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from assistant.errors import BadCorpus

if TYPE_CHECKING:
    from collections.abc import Iterable

PAD, UNKNOWN, START, END, MASK = "<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"
SPECIAL = (PAD, UNKNOWN, START, END, MASK)
MAX_TOKENS = 512
CHUNK = 10_000


@dataclass(frozen=True, slots=True)
class SpecialIds:
    """The ids of the tokens with a meaning of their own."""

    pad: int
    unknown: int
    start: int
    end: int
    mask: int


def train_tokenizer(texts: Iterable[str], *, vocab_size: int, is_cased: bool = False) -> Tokenizer:
    """Returns a unigram tokenizer that wraps a text as ``[CLS] text [SEP]``.

    Args:
        texts: what the vocabulary is made from, one sentence or paragraph each.
        vocab_size: most entries, special tokens included; few texts make fewer.
        is_cased: keep capitals and accents; otherwise both are folded away.

    Raises:
        BadCorpus: the texts hold no words.
    """
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = _normalizer(is_cased=is_cased)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=vocab_size,
        special_tokens=list(SPECIAL),
        unk_token=UNKNOWN,
        show_progress=False,
    )
    kept = [text for text in texts if text.strip()]
    if not kept:
        raise BadCorpus(path="vocabulary", why="it holds no words")
    tokenizer.train_from_iterator(kept, trainer)
    tokenizer.model = _settled(tokenizer, kept)
    ids = special_ids(tokenizer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{START} $A {END}",
        pair=f"{START} $A {END} $B:1 {END}:1",
        special_tokens=[(START, ids.start), (END, ids.end)],
    )
    return tokenizer


def special_ids(tokenizer: Tokenizer) -> SpecialIds:
    """Returns the ids of the special tokens, in SentencePiece's spelling or in WordPiece's."""

    def find(*names: str) -> int:
        found = (tokenizer.token_to_id(name) for name in names)
        return next((token for token in found if token is not None), 0)

    return SpecialIds(find(PAD, "[PAD]"), find(UNKNOWN, "[UNK]"), find(START), find(END), find(MASK))


def is_word_piece(tokenizer: Tokenizer) -> bool:
    """Says whether pieces inside a word are marked, as in BERT, rather than pieces that start one."""
    return isinstance(tokenizer.model, models.WordPiece)


def is_one_piece(tokenizer: Tokenizer, word: str) -> bool:
    """Says whether a word stands in the vocabulary whole."""
    ids: list[int] = tokenizer.encode(word, add_special_tokens=False).ids
    return len(ids) == 1 and ids[0] != special_ids(tokenizer).unknown


def starts_word(piece: str, *, word_piece: bool) -> bool:
    """Says whether a piece of the vocabulary begins a word."""
    return not piece.startswith("##") if word_piece else piece.startswith("▁")


def tokenizer_config(tokenizer: Tokenizer) -> dict[str, Any]:
    """Returns what transformers' `AutoTokenizer` needs beside tokenizer.json."""
    vocabulary = tokenizer.get_vocab()
    names = {
        "pad_token": PAD if PAD in vocabulary else "[PAD]",
        "unk_token": UNKNOWN if UNKNOWN in vocabulary else "[UNK]",
        "cls_token": START,
        "sep_token": END,
        "mask_token": MASK,
    }
    kind = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS}
    return {**kind, **names, "model_input_names": ["input_ids", "token_type_ids", "attention_mask"]}


def _settled(tokenizer: Tokenizer, texts: list[str]) -> models.Unigram:
    """Returns the trained pieces in one order, scored by how often they are used.

    The trainer sums in another order each time, so its scores differ in the last digits from run to run, and its pieces stand in
    another order. Whole counts do neither.
    """
    state = json.loads(tokenizer.to_str())["model"]
    special, pieces = state["vocab"][: len(SPECIAL)], state["vocab"][len(SPECIAL) :]
    counts: Counter[str] = Counter()
    for start in range(0, len(texts), CHUNK):
        for encoding in tokenizer.encode_batch(texts[start : start + CHUNK], add_special_tokens=False):
            counts.update(encoding.tokens)
    total = sum(counts.values()) + len(pieces)
    used = sorted(((piece, counts[piece] + 1) for piece, _ in pieces), key=lambda entry: (-entry[1], entry[0]))
    scored = [(piece, math.log(count / total)) for piece, count in used]
    return models.Unigram([*map(tuple, special), *scored], unk_id=state["unk_id"])


def _normalizer(*, is_cased: bool) -> normalizers.Normalizer:
    steps: list[normalizers.Normalizer] = [
        normalizers.Replace("``", '"'),
        normalizers.Replace("''", '"'),
        normalizers.NFKC(),
        normalizers.Replace(Regex(r"\s+"), " "),
        normalizers.Strip(),
    ]
    if not is_cased:
        steps += [normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]
    return normalizers.Sequence(steps)
