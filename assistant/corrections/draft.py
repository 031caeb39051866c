"""Changes of many training examples at once, kept apart from the files until they are saved, with a way back for each.

A draft is a value: every change gives another one, so that undoing is nothing but going back to the one before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.annotations import annotated, read_annotations
from assistant.corrections.example_file import ExampleFile, all_said
from assistant.corrections.new_intent import NewIntent, intent_edits
from assistant.corrections.proposal import Proposal
from assistant.dialogue.tracker import base_intent
from assistant.errors import BadExample, ChangedMeanwhile, Place, UnknownName
from assistant.nlu.rasa_yaml import read_rasa_yaml
from assistant.nlu.training_data import Example

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.messages import Entity
    from assistant.project import Project

HERE = Place("the draft")
_NEW_FILE = "nlu.yml"


@dataclass(frozen=True, slots=True)
class Utterance:
    """An example as it shall be.

    Attributes:
        key: names it in its draft, however it is changed.
        text: without markup; intent, entities: what it means.
        origin: as it stands in its file; None: it is new.
    """

    key: int
    text: str
    intent: str
    entities: tuple[Entity, ...] = ()
    origin: Example | None = None

    @property
    def marked(self) -> str:
        """The text with its entities marked, as the files have it.

        Raises:
            BadAnnotation: the text has brackets that cannot be told from markup.
        """
        return annotated(self.text, self.entities, HERE)

    @property
    def is_changed(self) -> bool:
        """Whether it is not as its file has it."""
        return self.origin is None or all_said(self.origin) != all_said(Example(self.text, self.intent, self.entities, HERE))


@dataclass(frozen=True, slots=True)
class Draft:
    """All examples of a project as they shall be, and intents that shall be new."""

    utterances: tuple[Utterance, ...] = ()
    new_intents: tuple[NewIntent, ...] = ()

    def of(self, intent: str) -> tuple[Utterance, ...]:
        """Returns the utterances of an intent, in their order."""
        return tuple(one for one in self.utterances if one.intent == intent)

    def reworded(self, key: int, marked: str) -> Draft:
        """Returns the draft with another text for an utterance, its entities marked up.

        Raises:
            BadAnnotation: the markup is wrong.
            BadExample: there is no text.
        """
        text, entities = said_in(marked)
        return self._with(replace(one, text=text, entities=entities) if one.key == key else one for one in self.utterances)

    def annotated(self, key: int, entities: Sequence[Entity]) -> Draft:
        """Returns the draft with other entities for an utterance."""
        kept = tuple(sorted(entities, key=lambda entity: entity.start))
        return self._with(replace(one, entities=kept) if one.key == key else one for one in self.utterances)

    def moved(self, keys: Collection[int], intent: str) -> Draft:
        """Returns the draft with utterances moved to another intent."""
        return self._with(replace(one, intent=intent) if one.key in keys else one for one in self.utterances)

    def without(self, keys: Collection[int]) -> Draft:
        """Returns the draft without some utterances."""
        return self._with(one for one in self.utterances if one.key not in keys)

    def added(self, intent: str, marked: Iterable[str]) -> Draft:
        """Returns the draft with new utterances at the end of an intent; those that it has already are passed over.

        Raises:
            BadAnnotation, BadExample: as for ``reworded``.
        """
        known = {one.text for one in self.of(intent)}
        number = max((one.key for one in self.utterances), default=0)
        new: list[Utterance] = []
        for line in marked:
            text, entities = said_in(line)
            if text not in known:
                known.add(text)
                new.append(Utterance(number + len(new) + 1, text, intent, entities))
        return self._with((*self.utterances, *new))

    def with_intent(self, intent: NewIntent, marked: Iterable[str]) -> Draft:
        """Returns the draft with a new intent and its first utterances."""
        return replace(self, new_intents=(*self.new_intents, intent)).added(intent.name, marked)

    def n_changes(self, base: Draft) -> int:
        """Returns how many utterances were changed, added or taken out since another draft was read."""
        kept = {one.key for one in self.utterances}
        return sum(one.is_changed for one in self.utterances) + sum(one.key not in kept for one in base.utterances)

    def _with(self, utterances: Iterable[Utterance]) -> Draft:
        return replace(self, utterances=tuple(utterances))


class History:
    """Drafts one after another: undo goes back, redo forward again.

    Args:
        base: as it was read.
    """

    def __init__(self, base: Draft) -> None:
        self.base = self.now = base
        self._past: list[tuple[Draft, str]] = []
        self._future: list[tuple[Draft, str]] = []

    @property
    def n_changes(self) -> int:
        """How many utterances and intents differ from what was read."""
        return self.now.n_changes(self.base) + len(self.now.new_intents)

    def change(self, draft: Draft, what: str) -> None:
        """Notes a change, and what it was in a clause."""
        if draft != self.now:
            self._past.append((self.now, what))
            self._future.clear()
            self.now = draft

    def undo(self) -> str:
        """Goes back and returns what was taken back; empty when there is nothing."""
        return self._step(self._past, self._future)

    def redo(self) -> str:
        """Goes forward again and returns what was done again; empty when there is nothing."""
        return self._step(self._future, self._past)

    def _step(self, source: list[tuple[Draft, str]], target: list[tuple[Draft, str]]) -> str:
        if not source:
            return ""
        draft, what = source.pop()
        target.append((self.now, what))
        self.now = draft
        return what


def said_in(marked: str) -> tuple[str, tuple[Entity, ...]]:
    """Returns the text of a marked example as one line, and its entities.

    Raises:
        BadAnnotation: the markup is wrong.
        BadExample: there is no text, or it would be taken for a command.
    """
    text, entities = read_annotations(" ".join(marked.split()), HERE)
    if not text.strip() or text.startswith("/"):
        raise BadExample(where=HERE, example=marked)
    return text, entities


def read_draft(project: Project) -> Draft:
    """Returns the project's examples as they stand.

    Raises:
        SourceError: a file cannot be read.
    """
    examples = (one for path in project.training for one in read_rasa_yaml(path, shown_as=project.shown(path)).examples)
    return Draft(tuple(Utterance(key, one.text, one.intent, one.entities, one) for key, one in enumerate(examples, 1)))


def propose_draft(project: Project, domain: Domain, base: Draft, draft: Draft) -> Proposal:
    """Returns the edits of the project's files that a draft asks for.

    Args:
        project: whose files are edited.
        domain: knows the intents and entities.
        base: the examples as they were read from the project.
        draft: the examples as they shall be.

    Raises:
        UnknownName: an intent or entity is not in the domain, and is not new.
        ChangedMeanwhile: a file does not hold any more what was read.
        CannotPlace: a file is written in a form that cannot be edited so.
        BadAnnotation: a text has brackets that would be read as markup.
        SourceError: a file cannot be read.
    """
    _check(domain, draft)
    files = {path: ExampleFile(path, project.shown(path)) for path in project.training}
    kept = {one.origin: one for one in draft.utterances if one.origin is not None}
    for file in files.values():
        _edit(file, base, kept)
    for one in draft.utterances:
        if one.origin is None or one.origin.intent != one.intent:
            _home(project, files, one.intent).add(Example(one.text, one.intent, one.entities, HERE), one.marked)
    edits = {edit.path: edit for file in files.values() if (edit := file.edit()) is not None}
    for intent in draft.new_intents:
        edits |= intent_edits(project, domain, intent, edits)
    return Proposal(_title(base, draft), tuple(sorted(edits.values(), key=lambda edit: edit.shown)))


def _title(base: Draft, draft: Draft) -> str:
    n_changes = draft.n_changes(base)
    new = [f"intent {intent.name}" for intent in draft.new_intents]
    return ", ".join([*new, f"{n_changes} example{'s' * (n_changes != 1)}"])


def _check(domain: Domain, draft: Draft) -> None:
    intents = {*domain.intents, *(new.name for new in draft.new_intents)}
    for one in draft.utterances:
        if not one.is_changed:
            continue
        if not {base_intent(part) for part in one.intent.split("+")} <= {*map(base_intent, intents)}:
            raise UnknownName(where=HERE, kind="intent", name=one.intent, known=intents)
        for entity in one.entities:
            if entity.entity not in domain.entities:
                raise UnknownName(where=HERE, kind="entity", name=entity.entity, known=domain.entities)


def _edit(file: ExampleFile, base: Draft, kept: Mapping[Example, Utterance]) -> None:
    """Replaces and takes out, from the end of the file on, so that the lines of the others stay where they are."""
    here = sorted(file.examples, key=lambda example: -example.place.line)
    if set(here) != {one.origin for one in base.utterances if one.origin and one.origin.place.path == file.shown}:
        raise ChangedMeanwhile(path=file.shown)
    for example in here:
        one = kept.get(example)
        if one is None or one.intent != example.intent:
            file.delete(example)
        elif one.is_changed:
            file.replace(example, Example(one.text, one.intent, one.entities, HERE), one.marked)


def _home(project: Project, files: dict[Path, ExampleFile], intent: str) -> ExampleFile:
    """The file with most examples of the intent; else with most at all; else a new one."""
    for fits in (lambda name: name == intent, lambda name: base_intent(name) == base_intent(intent), lambda _: True):
        counts = {path: sum(fits(example.intent) for example in file.examples) for path, file in files.items()}
        if any(counts.values()):
            return files[max(counts, key=lambda path: counts[path])]
    folder = project.bot if project.bot != project.root else project.bot / "data"
    path = folder / _NEW_FILE
    return files.setdefault(path, ExampleFile(path, project.shown(path)))
