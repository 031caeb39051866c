"""Checks a project's ``config.yml`` against what it is for, and finds training data of earlier Rasas."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.errors import OldFormat, Place, SourceError, UnknownName, closest
from assistant.misspellings import ALIKE_COMPONENT
from assistant.rasa_config import COMPONENTS, NamedComponent, named_components
from assistant.validation.finding import Finding
from assistant.validation.option_checks import option_findings
from assistant.yaml_source import YamlMap, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from assistant.config import Settings
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story
    from assistant.project import Project

_MARKDOWN = re.compile(r"^##\s*(intent|synonym|regex|lookup)\s*:|^##[^\n]*\n(?:>[^\n]*\n|\s*\n)*\*\s*\w+", re.MULTILINE)
_LOOKED_INTO = 100_000


def components_of(project: Project) -> list[NamedComponent]:
    """Returns the components and policies that the project's configuration names; none where it cannot be read."""
    try:
        content = read_yaml(project.config, shown_as=project.shown(project.config)) if project.config else None
    except SourceError:  # whoever reads it in earnest says so
        return []
    return list(named_components(content)) if isinstance(content, YamlMap) else []


def config_findings(project: Project, settings: Settings, domain: Domain, stories: Iterable[Story]) -> Iterator[Finding]:
    """Yields what a configuration names that is not here, and what a project has that its configuration leaves out."""
    stories = tuple(stories)
    content = read_yaml(project.config, shown_as=project.shown(project.config)) if project.config else None
    if not isinstance(content, YamlMap):
        return
    strange = [c for c in named_components(content) if not c.becomes and not closest(c.name, COMPONENTS, ALIKE_COMPONENT)]
    if strange:
        names = ", ".join(dict.fromkeys(component.name for component in strange))
        yield _warning("VAL-006", strange[0].where, f"these components have no counterpart here: {names}", "nothing runs for them")
    yield from option_findings(content, stories)
    language = str(content.get("language") or "en")
    if not language.lower().startswith("en"):
        what = f'language "{language}": the shipped encoder has read English, and only letters tell of other languages'
        yield _warning("VAL-007", content.place("language"), what, "measure intents and entities with `assistant test nlu`")
    if not settings.rule_policy:
        rule = next((story for story in stories if story.is_rule), None)
        if rule is not None:
            what = f"{rule.where} and other rules are never applied, as the policies here leave out RulePolicy"
            yield _warning("VAL-008", content.place("policies"), what, "add RulePolicy, or remove the rules")
    if settings.fallback_prediction and not domain.has_action(settings.fallback_action):
        error = UnknownName(
            where=_place_of_fallback(content), kind="action", name=settings.fallback_action, known=domain.action_names()
        )
        yield Finding(True, error.code, str(error.where), error.what, error.fix)


def _place_of_fallback(content: YamlMap) -> Place:
    for component in named_components(content):
        for option in ("core_fallback_action_name", "fallback_action_name"):
            if option in component.options:
                return component.options.place(option)
    return content.place("assistant")


def old_data(project: Project) -> Iterator[OldFormat]:
    """Yields what to say of training data in a format that Rasa 3 does not read: Rasa 1's Markdown."""
    data = project.bot if project.bot != project.root else project.root / "data"
    for path in sorted(data.rglob("*.md")):
        shown = project.shown(path)
        what = _old_kind(path)
        if what:
            fix = "convert it with `rasa data convert` of Rasa 2.8, or write it as YAML"
            yield OldFormat(where=Place(shown), what=f"left out: this is {what}", change=fix)


def strange_files(project: Project) -> Iterator[Finding]:
    """Yields the files among the training data that hold none, whatever it is that they hold."""
    for path in project.training:
        try:
            content = read_yaml(path, shown_as=project.shown(path))
        except SourceError:  # whoever reads it in earnest says so
            continue
        if content is not None and not isinstance(content, YamlMap):
            yield _warning(
                "VAL-014", Place(project.shown(path)), "left out: this is no training data", "move it, or write `nlu:` over it"
            )


def _old_kind(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_LOOKED_INTO)
    except (OSError, UnicodeDecodeError):
        return ""
    return "training data as Rasa 1's Markdown" if _MARKDOWN.search(text) else ""


def _warning(code: str, where: Place, what: str, fix: str) -> Finding:
    return Finding(False, code, str(where), what, fix)
