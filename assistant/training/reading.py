"""Makes the reader of answers: its samples, its head over the frozen encoder, the calibration of its score, and its figures."""

from __future__ import annotations

import json
import random
import time
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, cross_val_predict

from assistant.albert.folders import replacing_folder
from assistant.albert.manifest import sha256, write_manifest
from assistant.albert.tasks.squad_score import exact, f1
from assistant.faq.off_topic import OFF_TOPIC
from assistant.faq.passages import plain
from assistant.knowledge.document import Document, Passage
from assistant.knowledge.features import asked as put
from assistant.knowledge.reader import HEAD, SETTINGS, found_in
from assistant.knowledge.search import PassageSearch, texts_of
from assistant.knowledge.sentences import sentences
from assistant.knowledge.span_head import SpanHead
from assistant.messages import Progress
from assistant.training.reading_data import covid_samples, faq_samples, made_samples, part_of, qnli_samples
from assistant.training.span_head import HeadArguments, Target, train_head

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from assistant.albert.plain_states import PlainEncoder, Read
    from assistant.faq.entry import FaqEntry
    from assistant.knowledge.features import Asked, Floats
    from assistant.messages import ProgressCallback
    from assistant.training.reading_data import Sample

PASSAGES_OF_TEXTS = (1500, 350, 350)
QNLI_ROWS = 2_600
COMPLAINTS_LEFT_OUT = 0.4
"""Share of the questions made of complaints that is left out of training: what is real shall not drown in what is made."""

THRESHOLD = 0.5
"""A score is the probability of being right: from one half on an answer is likelier right than wrong."""

_FOLDS = 5
_BATCH = 512
_DEV_SHARES = {"covid-qa": 1, "qnli": 2, "faq": 4}
_OTHER_DEV = 5


@dataclass(slots=True)
class Readings:
    """Texts as the frozen encoder reads them, each read once and kept in half precision."""

    encoder: PlainEncoder
    kept: dict[str, Read] = field(default_factory=dict)

    def add(self, texts: Iterable[str], progress: ProgressCallback | None = None) -> None:
        """Reads texts that were not read yet."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self.kept]
        for first in range(0, len(unknown), _BATCH):
            chunk = unknown[first : first + _BATCH]
            for text, read in zip(chunk, self.encoder.read(chunk), strict=True):
                self.kept[text] = replace(read, states=read.states.astype(np.float16))
            if progress:
                progress(Progress("read", first + len(chunk), len(unknown)))

    def put(self, question: str, passage: str) -> Asked:
        """Returns a question put to a passage, both of which were read; its states stay in half precision until they are used."""
        reads = [replace(self.kept[text], states=self.kept[text].states.astype(np.float32)) for text in (question, passage)]
        found = put(question, reads[0], passage, reads[1])
        return found._replace(question=self.kept[question].states, passage=self.kept[passage].states)


def collect(data: Path, entries: Sequence[FaqEntry], seed: int = 0) -> list[Sample]:
    """Returns all samples, each with the part that its document belongs to.

    Every other FAQ entry is kept for choosing and calibrating; of the other sources every tenth document is kept for the figures.

    Raises:
        BadCorpus: a file of the data folder is missing or damaged.
    """
    rng = random.Random(seed)
    found = [*covid_samples(data, rng), *made_samples(data, PASSAGES_OF_TEXTS, rng), *qnli_samples(data, QNLI_ROWS, rng)]
    found = [replace(sample, part=part_of(sample.document)) for sample in found]
    of_faq = [replace(sample, part="dev" if sample.document % 2 else "train") for sample in faq_samples(entries, rng)]
    return found + of_faq


def train_reader(
    data: Path,
    entries: Sequence[FaqEntry],
    encoder: PlainEncoder,
    arguments: HeadArguments,
    progress: ProgressCallback | None = None,
) -> tuple[dict[str, Floats], dict[str, Any]]:
    """Returns the head's weights, and its settings with the figures.

    Args:
        data: the folder of the data sets.
        entries: of an FAQ whose questions and answers are like those that will be asked.
        encoder: frozen.
        arguments: how the head is trained.
        progress: told how far reading and training are.

    Raises:
        BadCorpus: a file of the data folder is missing or damaged.
    """
    samples = collect(data, entries, arguments.seed)
    readings = Readings(encoder)
    readings.add([text for sample in samples for text in (sample.question, sample.passage)], progress)
    rng = random.Random(arguments.seed + 3)
    training = [sample for sample in samples if sample.part == "train" and _is_kept(sample, rng)]
    pairs = [(asked := readings.put(s.question, s.passage), target_of(s, asked)) for s in training]
    pairs = [pair for pair in pairs if len(pair[0].passage)]
    chosen = _development(samples)

    def measure(weights: dict[str, Floats]) -> float:
        return goodness(figures_of(weights, chosen, readings))

    def report(epoch: int, loss: float, score: float) -> None:
        if progress:
            progress(Progress("train", epoch, arguments.epochs, {"loss": loss, "score": score}))

    began = time.process_time()
    weights = train_head(pairs, arguments, measure, report)
    settings: dict[str, Any] = {"train_samples": len(pairs), "train_processor_s": round(time.process_time() - began)}
    settings |= calibrated(entries, encoder)
    settings["figures"] = figures_of(weights, [s for s in samples if s.part == "test"], readings)
    return weights, settings


def write_reader(folder: Path, weights: Mapping[str, Floats], settings: Mapping[str, Any], checkpoint: Path, card: str) -> None:
    """Writes a reader's folder whole or not at all, its weights in half precision.

    Raises:
        CannotWrite: the disk refused.
    """
    from safetensors.numpy import save_file

    with replacing_folder(folder) as draft:
        save_file({name: value.astype(np.float16) for name, value in weights.items()}, draft / HEAD)
        (draft / SETTINGS).write_text(json.dumps(dict(settings), indent=1, sort_keys=True) + "\n", encoding="utf-8")
        (draft / "README.md").write_text(card, encoding="utf-8")
        write_manifest(draft, {"kind": "reader", "encoder": sha256(checkpoint / "model.safetensors")})


def target_of(sample: Sample, asked: Asked) -> Target:
    """Returns the pieces in which the answer of a sample starts and ends."""
    if sample.answer is None:
        return Target(None, None)
    start, end = sample.answer
    inside = np.flatnonzero((asked.offsets[:, 1] > start) & (asked.offsets[:, 0] < end))
    if not len(inside):  # it stands past what the encoder reads
        return Target(None, None)
    first, last = int(inside[0]), int(inside[-1])
    return Target((first, first), (last, last)) if sample.is_exact else Target((first, last), (first, last))


def figures_of(weights: Mapping[str, Floats], samples: Sequence[Sample], readings: Readings) -> dict[str, dict[str, float]]:
    """Returns the figures of each source.

    ``exact`` and ``f1`` are of the span that is found in the passage that holds the answer, ``sentence_exact`` and ``sentence_f1``
    of the sentence most like the question. Where nobody has said which words are the answer, ``inside`` is the share of spans that
    stand in the sentence that has it. ``told_apart`` is how often a passage with an answer has the higher margin than one without.
    """
    head = SpanHead(weights)
    rows: dict[str, list[dict[str, float]]] = defaultdict(list)
    margins: dict[str, list[tuple[bool, float]]] = defaultdict(list)
    for sample in samples:
        asked = readings.put(sample.question, sample.passage)
        if not len(asked.passage):
            continue
        found = found_in(head, sample.passage, _single(asked))
        margins[sample.source].append((sample.answer is not None, found.margin))
        if sample.answer is not None:
            rows[sample.source].append(_scored(sample, asked, sample.passage[slice(*found.span)]))
    return {
        source: {"n": len(of)} | {name: _mean([row[name] for row in of]) for name in of[0]} | _apart(margins[source])
        for source, of in rows.items()
    }


def goodness(figures: Mapping[str, Mapping[str, float]]) -> float:
    """Returns one number out of the figures of all sources, by which an epoch is chosen."""
    spans = [of["f1"] for of in figures.values() if "f1" in of]
    inside = [of["inside"] for of in figures.values() if "inside" in of]
    apart = [of["told_apart"] for of in figures.values() if "told_apart" in of]
    return sum(_mean(values) for values in (spans, inside, apart) if values)


def calibrated(entries: Sequence[FaqEntry], encoder: PlainEncoder) -> dict[str, Any]:
    """Returns the weights of the score, and the threshold, fitted to FAQ entries that the head was not trained on.

    Their answers are the passages of a document, their names its headings: their own questions it can answer, those of the other
    entries and talk about anything else it cannot. The score is of the passage found first, which is the one that is given.
    """
    inside = [entry for number, entry in enumerate(entries) if number % 2]
    document = _as_document(inside)
    search = PassageSearch([document], [encoder.encode(texts_of(document))])
    asked = [(question, place) for place, entry in enumerate(inside) for question in entry.questions]
    outside = [(question, -1) for number, entry in enumerate(entries) if not number % 2 for question in entry.questions[:2]]
    outside += [(text, -1) for text in OFF_TOPIC]
    found = [_found_first(search, document, encoder, *one) for one in [*asked, *outside]]
    table, labels = np.array([row for row, _ in found]), np.array([is_right for _, is_right in found])
    fitted = LogisticRegression(C=10.0).fit(table, labels)
    folds = KFold(_FOLDS, shuffle=True, random_state=0)
    unseen = cross_val_predict(LogisticRegression(C=10.0), table, labels, cv=folds, method="predict_proba")[:, 1]
    names = ("cosine", "words", "lead", "bias")
    values = [round(float(value), 5) for value in (*fitted.coef_[0], fitted.intercept_[0])]
    return {
        "calibration": dict(zip(names, values, strict=True)),
        "threshold": THRESHOLD,
        "calibrated_on": {
            "answerable": len(asked),
            "unanswerable": len(outside),
            "found_first": _mean(labels[: len(asked)]),
            "answered": _mean(unseen[: len(asked)] >= THRESHOLD),
            "answered_unanswerable": _mean(unseen[len(asked) :] >= THRESHOLD),
            "right_of_answered": _mean(labels[unseen >= THRESHOLD]),
            "mean_score_of_answered": _mean(unseen[unseen >= THRESHOLD]),
        },
    }


def _as_document(entries: Sequence[FaqEntry]) -> Document:
    parts, passages, length = [], [], 0
    for entry in entries:
        text = " ".join(plain(entry.answer).split())
        passages.append(Passage(length, length + len(text), (entry.id.replace("-", " "),)))
        parts.append(text)
        length += len(text) + 2
    return Document("faq", "FAQ", "faq", "\n\n".join(parts), tuple(passages), "")


def _found_first(
    search: PassageSearch, document: Document, encoder: PlainEncoder, question: str, right: int
) -> tuple[tuple[float, float, float], bool]:
    """Returns what is known of the passage found first, and whether it is the right one."""
    best = search.find(question, encoder.encode([question])[0], 1)[0]
    return (best.cosine, best.words, best.lead), right >= 0 and best.passage is document.passages[right]


def _single(asked: Asked) -> Asked:
    return asked._replace(question=asked.question.astype(np.float32), passage=asked.passage.astype(np.float32))


def _scored(sample: Sample, asked: Asked, said: str) -> dict[str, float]:
    assert sample.answer is not None  # noqa: S101 (for the type checker)
    right = sample.passage[slice(*sample.answer)]
    spans = sentences(sample.passage) or [(0, len(sample.passage))]
    nearest = sample.passage[slice(*spans[int((asked.likeness[:, 0] + 0.5 * asked.likeness[:, 1]).argmax())])]
    if not sample.is_exact:
        return {"inside": float(said in right), "sentence_inside": float(nearest in right or right in nearest)}
    return {
        "exact": exact(right, said),
        "f1": f1(right, said),
        "sentence_exact": exact(right, nearest),
        "sentence_f1": f1(right, nearest),
    }


def _apart(margins: Sequence[tuple[bool, float]]) -> dict[str, float]:
    with_answer = np.array([margin for has, margin in margins if has])
    without = np.array([margin for has, margin in margins if not has])
    return {"told_apart": round(float((with_answer[:, None] > without[None]).mean()), 4)} if len(without) else {}


def _development(samples: Sequence[Sample]) -> list[Sample]:
    """Returns some of the samples that epochs are chosen by: all of the rarest kind, and fewer of the others."""
    chosen: list[Sample] = []
    for source in dict.fromkeys(sample.source for sample in samples):
        of = [sample for sample in samples if sample.source == source and sample.part == "dev"]
        chosen += of[:: _DEV_SHARES.get(source, _OTHER_DEV)]
    return chosen


def _is_kept(sample: Sample, rng: random.Random) -> bool:
    return "complaints" not in sample.source or rng.random() >= COMPLAINTS_LEFT_OUT


def _mean(values: Any) -> float:
    return round(float(np.mean(values)), 4) if len(values) else 0.0
