"""Makes an intent known to a bot: in its domain and, where it has an answer, with a response and a rule that says it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from assistant.corrections.lines import Lines
from assistant.corrections.proposal import FileEdit
from assistant.dialogue.stories import read_stories
from assistant.errors import CannotPlace, Place, SourceError
from assistant.languages import tr
from assistant.yaml_source import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.project import Project

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(/[A-Za-z0-9_-]+)?")
_NEW_RULES: Final = "rules.yml"


@dataclass(frozen=True, slots=True)
class NewIntent:
    """An intent that shall be new.

    Attributes:
        name: such as ``ask_gift_card``.
        response: what the bot says to it; empty: nothing yet.
    """

    name: str
    response: str = ""


def fault_of_name(name: str, known: Iterable[str]) -> str:
    """Returns what is wrong with the name of a new intent, in a clause; empty when it may be used."""
    if not name:
        return tr("an intent needs a name")
    if not _NAME.fullmatch(name):
        return tr("letters, digits, _ and - only, a letter first")
    return tr("there is such an intent already") if name in set(known) else ""


def intent_edits(project: Project, domain: Domain, intent: NewIntent, edits: Mapping[Path, FileEdit]) -> dict[Path, FileEdit]:
    """Returns the edits that make an intent known.

    Args:
        project: whose files are edited.
        domain: as it is now.
        intent: to make known.
        edits: that are to be made already; where they touch the same files, the edits returned hold both.

    Raises:
        CannotPlace: a file is written in a form that cannot be added to.
        SourceError: a file cannot be read.
    """
    found = dict(edits)

    def change(path: Path, what: str, write: Callable[[Lines], None], holds: Callable[[Any], bool]) -> None:
        found[path] = _changed(project, path, found.get(path), what, write, holds)

    base = intent.name.split("/", maxsplit=1)[0]
    if base not in domain.intents:
        home = _home(project, "intents")
        change(home, "an intent", lambda lines: _add_item(lines, "intents", base), lambda content: base in _names(content))
    if not intent.response.strip():
        return _only_new(found, edits)
    action = f"utter_{intent.name}"
    if action not in domain.responses:
        home = _home(project, "responses")
        text = json.dumps(intent.response.strip(), ensure_ascii=False)
        entry = [f"  {action}:", f"  - text: {text}"]
        change(
            home, "a response", lambda lines: _add_entry(lines, "responses", entry), lambda c: action in (c.get("responses") or {})
        )
    rule = f"Answer {intent.name}"
    body = [
        f"- rule: {rule}",
        "  steps:",
        f"  - intent: {base}",
        f"  - action: utter_{base if '/' in intent.name else intent.name}",
    ]
    change(
        _rules(project), "a rule", lambda lines: _add_rule(lines, body), lambda c: any(r.get("rule") == rule for r in c["rules"])
    )
    return _only_new(found, edits)


def _only_new(found: Mapping[Path, FileEdit], edits: Mapping[Path, FileEdit]) -> dict[Path, FileEdit]:
    return {path: edit for path, edit in found.items() if edits.get(path) is not edit}


def _changed(
    project: Project,
    path: Path,
    edit: FileEdit | None,
    what: str,
    write: Callable[[Lines], None],
    holds: Callable[[Any], bool],
) -> FileEdit:
    """Returns a file's edit with a change more, once it has been read back and found to say what was meant."""
    shown = project.shown(path)
    if edit is None:
        before = path.read_bytes().decode("utf-8") if path.is_file() else None
        edit = FileEdit(path, shown, before, before or 'version: "3.1"\n')
    lines = Lines(edit.after)
    write(lines)
    changed = replace(edit, after=str(lines))
    try:
        is_meant = holds(parse_yaml(changed.after, shown))
    except (SourceError, AttributeError, TypeError, KeyError) as error:
        raise CannotPlace(where=Place(shown), what=what) from error
    if not is_meant:
        raise CannotPlace(where=Place(shown), what=what)
    return changed


def _names(content: Any) -> list[str]:
    return [str(next(iter(one))) if isinstance(one, dict) else str(one) for one in content.get("intents") or ()]


def _home(project: Project, key: str) -> Path:
    """The file of the domain that has a key; else the first one, or one named like the key."""
    for path in project.domain:
        content = parse_yaml(path.read_text(encoding="utf-8-sig"), project.shown(path))
        if isinstance(content, dict) and key in content:
            return path
    return project.domain[0]


def _rules(project: Project) -> Path:
    """The file with most rules; else a new one beside where they would be."""
    counts = {path: sum(story.is_rule for story in read_stories(path)) for path in project.training}
    best = max(counts, key=lambda path: counts[path], default=None)
    if best is not None and counts[best]:
        return best
    return (project.bot if project.bot != project.root else project.bot / "data") / _NEW_RULES


def _key_line(lines: Lines, key: str) -> int:
    """The line of a key at the top of a file; 0 when there is none."""
    return next((n for n in range(1, len(lines) + 1) if re.match(rf"{key}\s*:", lines.line(n))), 0)


def _end_of(lines: Lines, start: int) -> int:
    """The last line with content that belongs to the key at the top of a file that stands on a line."""
    last = start
    for number in range(start + 1, len(lines) + 1):
        line = lines.line(number)
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith((" ", "- ", "-\t", "]", "}")):
            break
        last = number
    return last


def _append(lines: Lines, *new: str) -> None:
    lines.insert_after(len(lines), "", *new)


def _add_item(lines: Lines, key: str, name: str) -> None:
    """Puts a name at the end of the list of a key, in the form in which the list is written."""
    start = _key_line(lines, key)
    if not start:
        _append(lines, f"{key}:", f"- {name}")
        return
    end = _end_of(lines, start)
    if "[" in lines.line(start).split("#")[0]:
        line = lines.line(end)
        head, bracket, tail = line.rpartition("]")
        if end != start and not head.strip():  # the bracket stands alone: the name goes behind the last one
            end -= 1
            last = lines.line(end).rstrip()
            lines.replace(end, f"{last}{' ' if last.endswith(',') else ', '}{name}")
            return
        gap = "" if head.rstrip().endswith("[") else " " if head.rstrip().endswith(",") else ", "
        lines.replace(end, f"{head.rstrip()}{gap}{name}{bracket}{tail}")
        return
    items = [n for n in range(start + 1, end + 1) if lines.line(n).lstrip().startswith("- ")]
    lines.insert_after(end, f"{' ' * (lines.indent(items[0]) if items else 0)}- {name}")


def _add_entry(lines: Lines, key: str, entry: list[str]) -> None:
    """Puts an entry at the end of the mapping of a key."""
    start = _key_line(lines, key)
    if not start:
        _append(lines, f"{key}:", *entry)
        return
    end = _end_of(lines, start)
    pad = lines.indent(start + 1) if end > start and lines.indent(start + 1) else 2
    lines.insert_after(end, *(f"{' ' * (pad - 2)}{line}" for line in entry))


def _add_rule(lines: Lines, body: list[str]) -> None:
    start = _key_line(lines, "rules")
    if not start:
        _append(lines, "rules:", *body)
        return
    end = _end_of(lines, start)
    items = [n for n in range(start + 1, end + 1) if lines.line(n).lstrip().startswith("- rule:")]
    pad = " " * (lines.indent(items[0]) if items else 0)
    lines.insert_after(end, "", *(f"{pad}{line}" for line in body))
