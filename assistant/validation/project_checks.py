"""Checks each kind of a project's files, and how they go together."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from assistant.config import load_settings
from assistant.dialogue.consistency import contradictions
from assistant.dialogue.domain import DEFAULT_INTENTS, load_domain
from assistant.dialogue.policies.faq import ACTION_ANSWER_FAQ
from assistant.dialogue.stories import ActionStep, OrStep, SlotStep, UserStep, load_stories, load_tests
from assistant.errors import AssistantError, Place, UnknownName, nearest
from assistant.faq.files import read_entries
from assistant.misspellings import misspelt_keys, misspelt_variables, places_of_intents
from assistant.nlu.patterns import check_pattern
from assistant.nlu.training_data import read_nlu
from assistant.validation.config_checks import config_findings, old_data, strange_files
from assistant.validation.domain_checks import slots_in_vain, unused_responses
from assistant.validation.example_checks import example_findings, faq_findings, retrieval_findings
from assistant.validation.finding import Finding
from assistant.validation.option_checks import checks_contradictions
from assistant.validation.text_checks import moderation_findings, own_texts
from assistant.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from assistant.config import Settings
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Step, Story
    from assistant.errors import SourceError
    from assistant.faq.entry import FaqEntry
    from assistant.messages import Entity
    from assistant.nlu.training_data import TrainingData
    from assistant.project import Project

FEW_EXAMPLES = 5


def validate_project(project: Project) -> list[Finding]:
    """Returns what is wrong with a project, errors first."""
    findings: list[Finding] = []
    settings: Settings | None = _attempt(findings, lambda: load_settings(project.config, project.endpoints))
    domain: Domain | None = _attempt(findings, lambda: load_domain(project))
    stories: tuple[Story, ...] | None = _attempt(findings, lambda: load_stories(project))
    tests: tuple[Story, ...] | None = _attempt(findings, lambda: load_tests(project))
    faults: list[SourceError] = []
    data: TrainingData | None = _attempt(findings, lambda: read_nlu(project.nlu, faults=faults))
    findings += map(_error, faults)
    if data:
        findings += map(_warning, data.problems)
        findings += _patterns(data, domain)
    entries: list[FaqEntry] = []
    for path in project.faq:
        entries += _attempt(findings, lambda path=path: read_entries(path)) or ()  # type: ignore[misc]
    if data:
        findings += example_findings(data.examples)
    if data and stories is not None:
        findings += faq_findings(data.examples, entries, _answered_by_faq(stories))
    if domain and stories is not None:
        findings += _contradicting(domain, stories, is_error=_wants_no_contradictions(project))
        findings += _steps(domain, (*stories, *(tests or ())))
    if domain and data and stories is not None:
        findings += retrieval_findings(domain, stories, data.examples)
    if domain and data:
        findings += _examples(domain, data, places_of_intents(project), are_all=not faults)
    if domain:
        findings += _of_domain(domain)
    if domain and settings:
        findings += unused_responses(domain, stories, project, settings.fallback_action) if stories is not None else ()
        findings += config_findings(project, settings, domain, stories or ())
        findings += _without_code(domain, project, settings)
    findings += moderation_findings(own_texts(domain, entries), settings.moderation_thresholds if settings else {})
    findings += map(_error, old_data(project))
    findings += strange_files(project)
    findings += map(_warning, misspelt_keys(project))
    return _sorted(_from_root(finding, project) for finding in findings)


def _patterns(data: TrainingData, domain: Domain | None) -> list[Finding]:
    """Regexes that extract an entity and cannot be used: training stops at them."""
    findings: list[Finding] = []
    for pattern in data.regexes:
        if domain is None or pattern.name in domain.entities:
            _attempt(findings, partial(check_pattern, pattern))
    return findings


def _of_domain(domain: Domain) -> Iterator[Finding]:
    yield from map(_error, domain.problems)
    yield from map(_warning, domain.notes)
    yield from _questions_of_forms(domain)
    yield from map(_warning, misspelt_variables(domain))
    yield from slots_in_vain(domain)


def _answered_by_faq(stories: Iterable[Story]) -> frozenset[str]:
    """Returns the intents that rules and stories hand to the FAQ."""
    pairs = ((before, step) for story in stories for before, step in pairwise(story.steps))
    answered = (before.intent for before, step in pairs if isinstance(before, UserStep) and _asks_faq(step))
    return frozenset(intent.split("/")[0] for intent in answered if intent)


def _asks_faq(step: Step) -> bool:
    return isinstance(step, ActionStep) and step.name == ACTION_ANSWER_FAQ


def _sorted(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, and each thing once: what is an error already is no warning too."""
    unique: dict[tuple[str, str, str], Finding] = {}
    for finding in sorted(findings, key=lambda finding: not finding.is_error):
        unique.setdefault((finding.code, finding.where, finding.what), finding)
    return list(unique.values())


def _from_root(finding: Finding, project: Project) -> Finding:
    """Shows the project's files from its root on, whoever found them."""
    root = f"{project.root}{os.sep}"
    return replace(finding, where=finding.where.replace(root, ""), what=finding.what.replace(root, ""))


def _attempt(findings: list[Finding], load: Callable[[], Any]) -> Any:
    try:
        return load()
    except AssistantError as error:
        findings.append(_error(error))
        return None


def _error(error: AssistantError) -> Finding:
    return Finding(True, error.code, str(error.where or "project"), error.what, error.fix)


def _warning(error: AssistantError) -> Finding:
    return replace(_error(error), is_error=False)


def _wants_no_contradictions(project: Project) -> bool:
    try:
        return checks_contradictions(read_yaml(project.config)) if project.config else True
    except AssistantError:  # whoever reads it in earnest says so
        return True


def _contradicting(domain: Domain, stories: tuple[Story, ...], *, is_error: bool) -> Iterator[Finding]:
    try:
        for contradiction in contradictions(stories, domain):
            yield replace(_error(contradiction), is_error=is_error)
    except AssistantError as error:  # a step names what is not there
        yield _error(error)


def _steps(domain: Domain, stories: tuple[Story, ...]) -> Iterator[Finding]:
    intents = domain.intent_names()
    for story in stories:
        for step in (*story.condition, *story.steps):
            options = step.options if isinstance(step, OrStep) else (step,)
            for option in options:
                if isinstance(option, UserStep):
                    yield from _said(domain, option, intents)
                elif isinstance(option, SlotStep):
                    yield from _set(domain, option)
            if isinstance(step, ActionStep) and not domain.has_action(step.name):
                fix = nearest(step.name, domain.action_names())
                yield Finding(True, "DOM-001", str(step.where), f'unknown action "{step.name}"', fix)


def _set(domain: Domain, step: SlotStep) -> Iterator[Finding]:
    yield from (_unknown("slot", name, step.where, domain.slots) for name, _ in step.values if name not in domain.slots)


def _said(domain: Domain, step: UserStep, intents: set[str]) -> Iterator[Finding]:
    if step.intent and step.intent.split("/")[0] not in intents:
        yield _unknown("intent", step.intent, step.where, intents)
    for entity in step.entities:
        yield from _entity(domain, entity, step.where)


def _entity(domain: Domain, entity: Entity, where: Place) -> Iterator[Finding]:
    kind = domain.entities.get(entity.entity)
    if kind is None:
        yield _unknown("entity", entity.entity, where, domain.entities)
        return
    for part, name, known in (("role", entity.role, kind.roles), ("group", entity.group, kind.groups)):
        if name and known and name not in known:
            yield _unknown(f'{part} of "{kind.name}"', name, where, known)


def _unknown(kind: str, name: str, where: Place, known: Iterable[str]) -> Finding:
    return _error(UnknownName(where=where, kind=kind, name=name, known=known))


def _without_code(domain: Domain, project: Project, settings: Settings) -> Iterator[Finding]:
    custom = domain.custom_actions()
    if custom and project.actions is None and not settings.action_endpoint:
        what = f"nothing runs the custom actions that are named here, such as {custom[0]}"
        fix = "add an actions folder, or name an action server in endpoints.yml"
        yield Finding(False, "VAL-005", str(domain.places["action", custom[0]]), what, fix)


def _examples(domain: Domain, data: TrainingData, headings: Mapping[str, Place], *, are_all: bool) -> Iterator[Finding]:
    """Yields what examples and domain do not agree on; how many examples there are only where all could be read."""
    counts = Counter(example.intent for example in data.examples)
    places = {example.intent: example.place for example in reversed(data.examples)}
    for intent, place in places.items():
        if intent.split("/")[0] not in domain.intent_names():
            yield _unknown("intent", intent.split("/")[0], headings.get(intent, place), domain.intent_names())
        elif are_all and counts[intent] < FEW_EXAMPLES:
            n = "one example" if counts[intent] == 1 else f"{counts[intent]} examples"
            yield Finding(False, "VAL-001", str(place), f'intent "{intent}" has only {n}', "add some")
    yield from _untaught(domain, counts) if are_all else ()
    yield from _entities(domain, data)


def _untaught(domain: Domain, counts: Mapping[str, int]) -> Iterator[Finding]:
    taught = {intent.split("/")[0] for intent in counts}
    for intent in domain.intents:
        if intent not in taught and intent not in DEFAULT_INTENTS:
            yield Finding(
                False,
                "VAL-002",
                str(domain.places["intent", intent]),
                f'intent "{intent}" has no examples',
                "add some or remove it",
            )


def _entities(domain: Domain, data: TrainingData) -> Iterator[Finding]:
    first: dict[str, Finding] = {}
    for example in data.examples:
        for entity in example.entities:
            for finding in _entity(domain, entity, example.place):
                first.setdefault(finding.what, finding)
    yield from first.values()


def _questions_of_forms(domain: Domain) -> Iterator[Finding]:
    for form in domain.forms.values():
        for slot in form.required_slots:
            asks = {f"{kind}_ask_{name}" for kind in ("utter", "action") for name in (f"{form.name}_{slot}", slot)}
            if not any(domain.has_action(name) for name in asks):
                where = str(domain.places["form", form.name])
                yield Finding(
                    False,
                    "VAL-004",
                    where,
                    f'nothing asks for slot "{slot}" of "{form.name}"',
                    f"add the response utter_ask_{slot}",
                )
