"""Projects: ``init`` a new one, ``validate`` its files, ``doctor`` and ``locate`` what is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from assistant.cli.options import JsonOption, ProjectOption, project_and_settings
from assistant.cli.output import progress, talk, write, write_json

if TYPE_CHECKING:
    from assistant.project import Project
    from assistant.validation.finding import Finding

FAILED = 1


def register(app: typer.Typer) -> None:
    """Adds the verbs."""
    for verb in (init, validate, doctor, locate):
        app.command()(verb)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    shop: Annotated[bool, typer.Option("--shop", help="Start from the whole shipped bot of an online shop.")] = False,
    source: Annotated[Path | None, typer.Option("--from", metavar="PATH", help="Start from a copy of a Rasa project.")] = None,
) -> None:
    """Makes a new project: a small bot to grow, or a copy of the shipped one or of a Rasa project."""
    if source is not None:
        if shop:
            raise typer.BadParameter("--shop and --from are two ways to start: give one")
        _adopt(source, folder)
        return
    from assistant.scaffold import make_project

    made = make_project(folder, shop=shop)
    write(f"made {made}")
    write(f"next: assistant chat --project {made}")


def _adopt(source: Path, folder: Path) -> None:
    """Copies a Rasa project, and says what became of it."""
    from assistant.adoption import adopt_project, summary
    from assistant.project import find_project
    from assistant.validation import components_of

    adoption = adopt_project(source, folder)
    write(f"made {adoption.folder}")
    write(f"copied {len(adoption.copied)} files: " + "".join(summary(adoption)))
    for component in components_of(find_project(adoption.folder)):
        write(f"{component.where}: {component.name} -> {component.becomes or 'left out'}")
    for name, why in adoption.left_out:
        write(f"not copied: {name} ({why})")
    write(f"next: assistant validate --project {adoption.folder}")


def validate(
    project: ProjectOption = None,
    labels: Annotated[
        bool, typer.Option("--labels", help="Look for examples whose intent a model doubts, too: trains on folds, a minute.")
    ] = False,
    fluency: Annotated[
        bool, typer.Option("--fluency", help="Look for English answers and responses that read badly, too: half a minute.")
    ] = False,
    as_json: JsonOption = False,
) -> int:
    """Checks a project's files and says what is wrong and where; exit code 1 when something is."""
    from assistant.project import find_project
    from assistant.validation import components_of, replaced_options, validate_project

    found = find_project(project)
    findings = validate_project(found)
    has_errors = any(finding.is_error for finding in findings)
    if has_errors and (labels or fluency):
        talk("what --labels and --fluency look for is looked for once the errors are mended")
    if labels and not has_errors:
        from assistant.cli.suspicions import suspicious_findings

        findings += suspicious_findings(found)
    if fluency and not has_errors:
        findings += _badly_read(found)
    components = components_of(found)
    n_errors = sum(finding.is_error for finding in findings)
    if as_json:
        counts = {"errors": n_errors, "warnings": len(findings) - n_errors}
        named = [
            {"name": c.name, "where": str(c.where), "becomes": c.becomes or None, "without_effect": list(replaced_options(c))}
            for c in components
        ]
        write_json(counts | {"findings": [finding.as_json() for finding in findings], "components": named})
    else:
        for component in components:
            replaced = ", ".join(replaced_options(component))
            note = f"; without effect: {replaced}" if replaced else ""
            talk(f"{component.where}: {component.name} -> {component.becomes or 'left out'}{note}")
        for finding in findings:
            write(str(finding))
        write(f"{_counted(n_errors, 'error')}, {_counted(len(findings) - n_errors, 'warning')}")
    return FAILED if n_errors else 0


def _counted(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _badly_read(project: Project) -> list[Finding]:
    from assistant.dialogue.domain import load_domain
    from assistant.faq.files import read_entries
    from assistant.opening import open_fluency
    from assistant.validation.fluency_checks import fluency_findings

    entries = [entry for path in project.faq for entry in read_entries(path)]
    with progress() as report:
        return list(fluency_findings(load_domain(project), entries, open_fluency(), report))


def doctor(project: ProjectOption = None, as_json: JsonOption = False) -> int:
    """Checks this installation: versions, paths, model, database, actions; exit code 1 when something is not right."""
    from assistant.health import examine

    found, settings = project_and_settings(project)
    checks = examine(found, settings)
    if as_json:
        write_json({"ok": all(check.is_ok for check in checks), "checks": [check.as_json() for check in checks]})
    else:
        for check in checks:
            write(f"{'ok  ' if check.is_ok else 'FAIL'} {check.name:<12} {check.detail}")
    return 0 if all(check.is_ok for check in checks) else FAILED


def locate(project: ProjectOption = None, as_json: JsonOption = False) -> None:
    """Says where things lie: the project, its state, model and database, and what is shipped."""
    from assistant.project import model_in_use, shipped_checkpoint, shipped_root

    found, settings = project_and_settings(project)
    places = {
        "project": found.root,
        "bot": found.bot,
        "state": found.state,
        "model": model_in_use(found),
        "database": settings.database_url or found.database_url,
        "actions": found.actions,
        "shipped": shipped_root(),
        "checkpoint": shipped_checkpoint(),
    }
    if as_json:
        write_json({name: None if place is None else str(place) for name, place in places.items()})
    else:
        for name, place in places.items():
            write(f"{name:<12} {place if place is not None else '-'}")
