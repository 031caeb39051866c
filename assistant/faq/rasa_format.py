"""FAQ entries as Rasa's response selector keeps them: examples of ``faq/opening_hours``, and responses ``utter_faq/opening_hours``.

Examples and responses may stand in different files. What Rasa has no place for stands in the metadata of the intent, which Rasa
leaves alone::

    nlu:
      - intent: faq/returns-shoes
        metadata:
          faq:
            status: published
        examples: |
          - Can I return shoes?
    responses:
      utter_faq/returns-shoes:
        - text: Yes, within 30 days.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.annotations import read_annotations
from assistant.errors import BadAnnotation, BadEntry, Place
from assistant.faq.records import FIELDS, entry_from, fields_of
from assistant.faq.yaml_format import mapping_lines, scalar
from assistant.yaml_source import YamlList, YamlMap, require, want_list, want_map, want_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.faq.entry import FaqEntry

GROUP = "faq"
"""The retrieval intent that entries are written under."""

_VERBATIM = "questions"  # in the metadata, where Rasa would read an annotation into a question
_NO_ID = re.compile(r"[^\w.-]+|^[^\w]+")


@dataclass(frozen=True, slots=True)
class _Intent:
    name: str
    questions: tuple[str, ...]
    notes: YamlMap | None  # None: it was not written here
    where: Place


def is_rasa(document: object) -> bool:
    """Whether a parsed YAML file is one of Rasa's training data or domain files."""
    return isinstance(document, YamlMap) and "entries" not in document and any(key in document for key in ("nlu", "responses"))


def read_rasa(documents: Sequence[YamlMap]) -> Iterator[tuple[FaqEntry, Place]]:
    """Yields the entries of parsed Rasa files with their places: one for each retrieval intent; other intents are passed over.

    Raises:
        SourceError: a retrieval intent has no examples or no response of text, or a value is not what it should be.
    """
    answers = {name: answer for document in documents for name, answer in _answers(document)}
    for intent in (intent for document in documents for intent in _intents(document)):
        answer = answers.get(f"utter_{intent.name}")
        if answer is None:
            raise BadEntry(where=intent.where, why=f'no file has a text for the response "utter_{intent.name}"')
        yield entry_from(_record(intent, answer), lambda _, where=intent.where: where, {}), intent.where  # type: ignore[misc]


def write_rasa(entries: Iterable[FaqEntry]) -> Iterator[str]:
    """Yields the lines of a Rasa file that holds the entries."""
    entries = list(entries)
    yield 'version: "3.1"\n'
    yield "nlu:\n" if entries else "nlu: []\n"
    for entry in entries:
        yield f"  - intent: {scalar(f'{GROUP}/{entry.id}')}\n    metadata:\n      faq:\n"
        yield from (f"        {line}" for line in mapping_lines(_notes(entry)))
        yield from _block("    examples", "\n".join(f"- {question}" for question in entry.questions))
    yield "responses:\n" if entries else "responses: {}\n"
    for entry in entries:
        yield f"  {scalar(f'utter_{GROUP}/{entry.id}')}:\n"
        yield from _block("    - text", entry.answer)


def _notes(entry: FaqEntry) -> dict[str, Any]:
    notes = {
        name: value for name, value in fields_of(entry, {}).items() if name not in {"id", "question", "alternatives", "answer"}
    }
    where = Place("")
    is_plain = all(_plain(question, where) == question for question in entry.questions)
    return {"status": entry.status} | notes | ({} if is_plain else {_VERBATIM: list(entry.questions)})


def _block(name: str, value: str) -> Iterator[str]:
    first, *others = mapping_lines({name.strip(" -"): value if "\n" in value else f"{value}\n"})
    indent = " " * (len(name) - len(name.lstrip(" -")))
    yield f"{name}{first.removeprefix(name.strip(' -'))}"
    yield from (f"{indent}{line}" if line.strip() else line for line in others if "\n" in value or line != "\n")


def _record(intent: _Intent, answer: str) -> dict[str, Any]:
    group, _, key = intent.name.partition("/")
    usual = {"question": intent.questions[0], "alternatives": list(intent.questions[1:]), "answer": answer}
    if intent.notes is not None:
        return usual | {"id": key} | {name: value for name, value in intent.notes.items() if name != _VERBATIM}
    entry_id = _NO_ID.sub("-", key if group == GROUP else f"{group}.{key}").strip("-")
    return usual | {"id": entry_id, "intent": intent.name, "category": "" if group == GROUP else group}


def _intents(document: YamlMap) -> Iterator[_Intent]:
    items = want_list(document.get("nlu"), key="nlu", where=document.place("nlu"))
    for position, item in enumerate(items):
        where = items.place(position)
        found = want_map(item, key="nlu", where=where)
        if "intent" not in found:
            continue
        name = str(want_text(found["intent"], key="intent", where=found.place("intent")))
        if "/" not in name:
            continue
        notes = _metadata(found)
        questions = _examples(found) if notes is None or _VERBATIM not in notes else tuple(map(str, notes[_VERBATIM]))
        if not questions:
            raise BadEntry(where=where, why=f'intent "{name}" has no examples')
        yield _Intent(name, questions, notes, where)


def _metadata(intent: YamlMap) -> YamlMap | None:
    metadata = intent.get("metadata")
    notes = metadata.get(GROUP) if isinstance(metadata, YamlMap) else None
    is_ours = isinstance(notes, YamlMap) and set(notes) <= {*FIELDS, _VERBATIM} and isinstance(notes.get(_VERBATIM, []), list)
    return notes if is_ours else None


def _examples(intent: YamlMap) -> tuple[str, ...]:
    where = intent.place("examples")
    value = require(intent, "examples")
    if isinstance(value, YamlList):
        lines = [
            str(want_text(require(want_map(item, key="examples", where=where), "text"), key="text", where=where)) for item in value
        ]
    else:
        lines = str(want_text(value, key="examples", where=where)).splitlines()
    texts = (line.strip().removeprefix("-").strip() for line in lines)
    return tuple(dict.fromkeys(_plain(text, where) for text in texts if text))


def _plain(marked: str, where: Place) -> str:
    """Returns an example without its annotations of entities; as it is where they are none."""
    try:
        return read_annotations(marked, where)[0].strip()
    except BadAnnotation:
        return marked


def _answers(document: YamlMap) -> Iterator[tuple[str, str]]:
    responses = want_map(document.get("responses"), key="responses", where=document.place("responses"))
    for name, variations in responses.items():
        texts = [variation.get("text") for variation in variations if isinstance(variation, YamlMap)] if "/" in name else []
        texts = [text for text in texts if isinstance(text, str) and text.strip()]
        if texts:  # an entry has one answer: that of the first variation
            yield name, str(texts[0])
