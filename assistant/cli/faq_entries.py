"""``faq add``, ``edit``, ``show``, ``delete``: one entry at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from assistant.cli.faq_store import (
    EntryArgument,
    ExpectOption,
    ReasonOption,
    StatusOption,
    as_day,
    as_json,
    as_status,
    as_threshold,
    losing_nothing,
    open_entries,
    open_project,
    show,
)
from assistant.cli.options import JsonOption, ProjectOption, project_and_settings
from assistant.cli.output import talk, write, write_json
from assistant.people import user_name

if TYPE_CHECKING:
    from assistant.faq.entry import FaqEntry

QuestionOption = Annotated[str | None, typer.Option("--question", "-q", help="The question as it is shown.")]
AnswerOption = Annotated[str | None, typer.Option("--answer", "-a", help="The answer, Markdown.")]
AlternativesOption = Annotated[list[str] | None, typer.Option("--alternative", help="Another way to ask it; may be repeated.")]
TagsOption = Annotated[list[str] | None, typer.Option("--tag", help="A word to find it by; may be repeated.")]
FollowUpsOption = Annotated[
    list[str] | None, typer.Option("--follow-up", help="The id of an entry that is asked for next; may be repeated.")
]
CategoryOption = Annotated[str | None, typer.Option(help="One word to group it by.")]
LanguageOption = Annotated[str | None, typer.Option(help="ISO 639-1, such as en.")]
IntentOption = Annotated[str | None, typer.Option(help="The intent that asks for it.")]
ThresholdOption = Annotated[str | None, typer.Option(help="The score from which it answers, in place of the FAQ's; or none.")]
FromOption = Annotated[str | None, typer.Option("--valid-from", metavar="DAY", help="The first day it answers; or none.")]
UntilOption = Annotated[str | None, typer.Option("--valid-until", metavar="DAY", help="The last day it answers; or none.")]


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    for verb in (add, edit, delete):
        app.command()(verb)
    app.command("show")(show_entry)


def add(
    question: Annotated[str, typer.Option("--question", "-q", help="The question as it is shown.")],
    answer: Annotated[str, typer.Option("--answer", "-a", help="The answer, Markdown.")],
    alternative: AlternativesOption = None,
    tag: TagsOption = None,
    follow_up: FollowUpsOption = None,
    category: CategoryOption = None,
    language: LanguageOption = None,
    intent: IntentOption = None,
    threshold: ThresholdOption = None,
    valid_from: FromOption = None,
    valid_until: UntilOption = None,
    publish: Annotated[bool, typer.Option("--publish", help="Let it answer at once; else it is a draft.")] = False,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Adds an entry."""
    from assistant.faq.entry import FaqEntry

    typed = _typed(category, language, intent, threshold, valid_from, valid_until)
    entry = replace(
        FaqEntry("", question, answer, tuple(alternative or ()), tuple(tag or ()), status="published" if publish else "draft"),
        follow_ups=tuple(follow_up or ()),
        **typed,
    )
    with open_entries(project) as entries:
        saved = entries.add(entry, user_name(), "added")
        show(saved, in_json=json)
    if saved.status == "draft":
        talk(f"a draft answers nobody yet: assistant faq edit {saved.id} --status published")
    _warn_of(saved, project)


def edit(
    entry_id: EntryArgument,
    question: QuestionOption = None,
    answer: AnswerOption = None,
    alternative: AlternativesOption = None,
    tag: TagsOption = None,
    follow_up: FollowUpsOption = None,
    category: CategoryOption = None,
    language: LanguageOption = None,
    intent: IntentOption = None,
    threshold: ThresholdOption = None,
    valid_from: FromOption = None,
    valid_until: UntilOption = None,
    status: StatusOption = None,
    editor: Annotated[bool, typer.Option("--editor", "-e", help="Write it in $VISUAL or $EDITOR.")] = False,
    expect: ExpectOption = None,
    reason: ReasonOption = "edited",
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Changes an entry; what is not named stays. --alternative, --tag and --follow-up replace those that were there."""
    wanted = _typed(category, language, intent, threshold, valid_from, valid_until)
    wanted |= {"question": question, "answer": answer, "status": as_status(status)}
    wanted |= {name: tuple(texts) for name, texts in _lists(alternative, tag, follow_up).items() if texts}
    with open_project(project) as (found, _, entries), losing_nothing(found):
        opened = entries.get(entry_id)
        changed = replace(opened, **{name: value for name, value in wanted.items() if value is not None or name in _MAY_BE_NONE})
        if editor:
            changed = _written(changed)
        saved = entries.save(changed, opened.version if expect is None else expect, user_name(), reason)
        show(saved, in_json=json)
    _warn_of(saved, project, reads_answer=saved.answer != opened.answer)


def show_entry(
    entry_id: EntryArgument,
    version: Annotated[int | None, typer.Option(help="As it was in this version.")] = None,
    json: JsonOption = False,
    project: ProjectOption = None,
) -> None:
    """Shows an entry whole, as it would stand in a YAML file."""
    from assistant.faq.yaml_format import write_yaml_entries

    with open_entries(project) as entries:
        entry = entries.get(entry_id) if version is None else entries.version(entry_id, version)
    if json:
        write_json(as_json(entry))
    else:
        write("".join(list(write_yaml_entries([entry]))).rstrip())


def delete(
    entry_id: EntryArgument, reason: ReasonOption = "deleted", json: JsonOption = False, project: ProjectOption = None
) -> None:
    """Archives an entry: it answers no more, its history stays, and `faq rollback` brings it back."""
    with open_entries(project) as entries:
        show(entries.delete(entry_id, user_name(), reason), in_json=json)


def _warn_of(entry: FaqEntry, project: Path | None, *, reads_answer: bool = True) -> None:
    """Says what in an entry should be read once more; it is saved all the same."""
    from assistant.opening import open_proofs

    _, settings = project_and_settings(project)
    proofs = open_proofs(settings)
    for doubt in proofs.doubts(entry) if reads_answer else proofs.flagged(entry):
        talk(f"warning: {doubt}")


_MAY_BE_NONE = {"threshold", "valid_from", "valid_until"}


def _typed(
    category: str | None,
    language: str | None,
    intent: str | None,
    threshold: str | None,
    valid_from: str | None,
    valid_until: str | None,
) -> dict[str, Any]:
    """Returns the fields that were typed; those that can be cleared are there with None then."""
    typed: dict[str, Any] = {
        name: text for name, text in (("category", category), ("language", language), ("intent", intent)) if text is not None
    }
    if threshold is not None:
        typed["threshold"] = as_threshold(threshold)
    for name, day in (("valid_from", valid_from), ("valid_until", valid_until)):
        if day is not None:
            typed[name] = as_day(day, f"--{name.replace('_', '-')}")
    return typed


def _lists(alternative: list[str] | None, tag: list[str] | None, follow_up: list[str] | None) -> dict[str, list[str] | None]:
    return {"alternatives": alternative, "tags": tag, "follow_ups": follow_up}


def _written(entry: FaqEntry) -> FaqEntry:
    """Returns the entry as a person leaves it in an editor. The file stays when it cannot be read, so that nothing is lost."""
    import os
    import shlex
    import subprocess
    import tempfile

    from assistant.errors import BadEntry
    from assistant.faq.files import read_entries, write_entries

    file = Path(tempfile.mkdtemp(prefix="faq-")) / f"{entry.id}.yml"
    write_entries(file, [entry])
    command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    result = subprocess.run([*command, str(file)], check=False)  # noqa: S603 (the person's own editor)
    written = read_entries(file)
    if result.returncode or len(written) != 1 or written[0].id != entry.id:
        why = "the editor failed" if result.returncode else f'the file no longer holds just the entry "{entry.id}"'
        raise BadEntry(where=str(file), why=why)
    file.unlink()
    file.parent.rmdir()
    return replace(written[0], version=entry.version)
