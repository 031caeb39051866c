"""GLUE's nine tasks from the benchmark's own files, and SNLI beside them.

The files differ in columns, headers and labels; each spec below says what one task's files look like as they are published.
Quotes in them are letters, so nothing is unquoted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.albert.tasks import metrics
from assistant.albert.tasks.examples import Splits, TextExample
from assistant.albert.tasks.glue_submission import submission_writer
from assistant.albert.tasks.rows import column, read_json_lines, read_tsv
from assistant.albert.tasks.texts import TextTask
from assistant.errors import BadTaskData, Place, meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from assistant.albert.tasks.examples import Target

NLI = ("entailment", "neutral", "contradiction")
TWO_WAY = ("entailment", "not_entailment")
BINARY = ("0", "1")


@dataclass(frozen=True, slots=True)
class GlueFiles:
    """What the files of one task look like.

    Attributes:
        folder: the benchmark's name of it.
        texts: for each text the names that its column may have.
        target: names of the target's column.
        labels: all there are; empty for numbers.
        low, high: ends of the scale of numbers.
        dev, test: files by the name of the part.
        places: columns of texts and of the target in files without a header (CoLA); empty: files have one.
        skips_damaged: leave rows out that have too few fields: the published QQP has some.
    """

    folder: str
    texts: tuple[tuple[str, ...], ...]
    target: tuple[str, ...] = ("label",)
    labels: tuple[str, ...] = BINARY
    low: float = 0.0
    high: float = 5.0
    dev: tuple[tuple[str, str], ...] = (("dev", "dev.tsv"),)
    test: tuple[tuple[str, str], ...] = (("test", "test.tsv"),)
    places: tuple[int, ...] = ()
    skips_damaged: bool = False

    def read(self, data: Path) -> Splits[TextExample]:
        """Returns the examples in the task's folder, or in the folder of all tasks.

        Raises:
            BadTaskData: a file is missing or damaged.
        """
        folder = data / self.folder if (data / self.folder).is_dir() else data
        skipped: list[Place] = []
        train = self._examples(folder / "train.tsv", skipped)
        dev = {part: self._examples(path, skipped) for part, path in _there(folder, self.dev)}
        test = {part: self._examples(path, skipped, is_test=True) for part, path in _there(folder, self.test)}
        return Splits(train, dev, test, len(skipped))

    def _examples(self, path: Path, skipped: list[Place], *, is_test: bool = False) -> tuple[TextExample, ...]:
        has_header = is_test or not self.places
        header, rows = read_tsv(path, has_header=has_header)
        columns = [column(header, names, path) for names in self.texts] if has_header else list(self.places[:-1])
        target = None if is_test else (column(header, self.target, path) if has_header else self.places[-1])
        key = header.index("index") if "index" in header else header.index("id") if "id" in header else None
        most = max(columns if target is None else [*columns, target])
        examples: list[TextExample] = []
        for place, fields in rows:
            if len(fields) <= most:
                if not self.skips_damaged:
                    raise BadTaskData(where=place, why=f"the row has {len(fields)} fields, at least {most + 1} are needed")
                skipped.append(place)
                continue
            texts = tuple(fields[number].strip() for number in columns)
            name = fields[key] if key is not None else str(len(examples))
            examples.append(TextExample(name, texts, None if target is None else self._target(fields[target].strip(), place)))
        if not examples:
            raise BadTaskData(where=Place(str(path)), why="no row of it can be used")
        return tuple(examples)

    def _target(self, text: str, place: Place) -> Target:
        if self.labels:
            return _label(text, self.labels, place)
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not self.low <= value <= self.high:
            raise BadTaskData(where=place, why=f'"{text}" is no number from {self.low:g} to {self.high:g}')
        return value


def _there(folder: Path, files: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Path]]:
    """Yields the files that are there, each with its part; the diagnostics have a folder of their own beside the task's."""
    for part, name in files:
        beside = [parent / own / name for parent in (folder, folder.parent) for own in ("diagnostic", "AX")]
        found = next((path for path in (folder / name, *beside) if path.exists()), None)
        if found is not None:
            yield part, found


@dataclass(frozen=True, slots=True)
class SnliFiles:
    """SNLI as JSON Lines with premise, hypothesis and label; rows that the annotators could not agree on are left out."""

    names: tuple[str, ...] = ("snli_train.jsonl", "train.jsonl")

    def read(self, data: Path) -> Splits[TextExample]:
        """Returns the examples in a folder.

        Raises:
            BadTaskData: a file is missing or damaged.
        """
        train = next((data / name for name in self.names if (data / name).exists()), data / self.names[-1])
        dev = {"dev": self._examples(data / "dev.jsonl")} if (data / "dev.jsonl").exists() else {}
        return Splits(self._examples(train), dev)

    def _examples(self, path: Path) -> tuple[TextExample, ...]:
        examples: list[TextExample] = []
        for place, row in read_json_lines(path):
            texts = tuple(_text(row, names, place) for names in (("premise", "sentence1"), ("hypothesis", "sentence2")))
            label = _text(row, ("label", "gold_label"), place)
            if label != "-":
                examples.append(TextExample(str(len(examples)), texts, _label(label, NLI, place)))
        if not examples:
            raise BadTaskData(where=Place(str(path)), why="no row of it can be used")
        return tuple(examples)


def _text(row: dict[str, object], names: Sequence[str], place: Place) -> str:
    for name in names:
        if isinstance(value := row.get(name), str):
            return value
    raise BadTaskData(where=place, why=f'the row has no text "{names[0]}"')


def _label(text: str, labels: Sequence[str], place: Place) -> str:
    if text in labels:
        return text
    fix = meant(text, labels)
    raise BadTaskData(where=place, why=f'"{text}" is none of {", ".join(labels)}' + (f"; {fix}" if fix else ""))


_PAIR = (("sentence1",), ("sentence2",))
FILES = {
    "cola": GlueFiles("CoLA", (("sentence",),), places=(3, 1)),
    "sst2": GlueFiles("SST-2", (("sentence",),)),
    "mrpc": GlueFiles("MRPC", (("#1 String",), ("#2 String",)), ("Quality",)),
    "stsb": GlueFiles("STS-B", _PAIR, ("score",), labels=()),
    "qqp": GlueFiles("QQP", (("question1",), ("question2",)), ("is_duplicate",), skips_damaged=True),
    "mnli": GlueFiles(
        "MNLI",
        (("sentence1", "Premise"), ("sentence2", "Hypothesis")),
        ("gold_label", "label", "Label"),
        NLI,
        dev=(("dev", "dev_matched.tsv"), ("dev_mismatched", "dev_mismatched.tsv"), ("diagnostic", "diagnostic-full.tsv")),
        test=(("test", "test_matched.tsv"), ("test_mismatched", "test_mismatched.tsv"), ("test_diagnostic", "diagnostic.tsv")),
    ),
    "qnli": GlueFiles("QNLI", (("question",), ("sentence",)), labels=TWO_WAY),
    "rte": GlueFiles("RTE", _PAIR, labels=TWO_WAY),
    "wnli": GlueFiles("WNLI", _PAIR),
}


def _task(name: str, title: str, metric: str = "accuracy", positive: str = "") -> TextTask:
    files = FILES[name]
    scorer = {"accuracy": metrics.accuracy, "matthews": metrics.matthews, "spearman": metrics.correlations}.get(metric)
    return TextTask(
        name=name,
        title=title,
        form="one_label" if files.labels else "number",
        main_metric=metric,
        reader=files.read,
        scorer=_SCORERS.get(name) or scorer or metrics.f1_of(positive),
        writer=submission_writer(files.folder, is_number=not files.labels),
        labels=files.labels,
        positive=positive,
        low=files.low,
        high=files.high,
    )


_SCORERS = {"mnli": metrics.matthews}
"""MNLI is counted by accuracy, and the diagnostics beside it by Matthews's correlation: both are given."""

TASKS = (
    _task("cola", "CoLA: is a sentence grammatical", "matthews"),
    _task("sst2", "SST-2: is a film review's sentence positive"),
    _task("mrpc", "MRPC: do two sentences mean the same", "f1", "1"),
    _task("stsb", "STS-B: how alike are two sentences", "spearman"),
    _task("qqp", "QQP: do two questions ask the same", "f1", "1"),
    _task("mnli", "MNLI: does one sentence follow from another, across genres; with GLUE's diagnostics (AX)"),
    _task("qnli", "QNLI: does a sentence answer a question"),
    _task("rte", "RTE: does one sentence follow from another"),
    _task("wnli", "WNLI: what does a pronoun stand for"),
    TextTask(
        name="snli",
        title="SNLI: does one caption follow from another",
        form="one_label",
        main_metric="accuracy",
        reader=SnliFiles().read,
        scorer=metrics.accuracy,
        writer=submission_writer("SNLI", is_number=False),
        labels=NLI,
    ),
)
