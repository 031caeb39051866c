"""Checks a domain for what it defines in vain: responses that nobody says, slots that nothing fills or that policies cannot see."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.config import CATEGORIES
from assistant.dialogue.slots import REQUESTED_SLOT, SLOT_TYPES
from assistant.dialogue.stories import ActionStep
from assistant.validation.finding import Finding
from assistant.yaml_source import YamlMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.dialogue.domain import Domain, Form
    from assistant.dialogue.stories import Story
    from assistant.project import Project

_SAID_UNASKED = {
    "utter_welcome",
    "utter_default",
    "utter_restart",
    "utter_back",
    "utter_ask_rephrase",
    "utter_no_answer",
    "utter_action_failed",
    "utter_handoff",
    "utter_form_cancelled",
    "utter_form_stuck",
    "utter_propose_handoff",
    *(f"utter_moderation_{category}" for category in CATEGORIES),
}
"""Responses that actions say which every bot has."""

_NAME = re.compile(r"utter_\w+")


def unused_responses(domain: Domain, stories: Iterable[Story], project: Project, fallback: str) -> Iterator[Finding]:
    """Yields the responses that no rule, story, form or action says, and that are not the fallback.

    Where custom actions run elsewhere nobody can tell what they say, and nothing is yielded.
    """
    if domain.custom_actions() and project.actions is None:
        return
    said = {step.name for story in stories for step in story.steps if isinstance(step, ActionStep)}
    asked = ((form.name, slot) for form in domain.forms.values() for slot in _may_be_asked(domain, form))
    said |= {f"utter_ask_{name}" for form, slot in asked for name in (slot, f"{form}_{slot}")}
    said |= {fallback} | _SAID_UNASKED | set(_NAME.findall(_code(project)))
    for name in domain.responses:
        if name not in said and name.split("/")[0] not in said:
            where = str(domain.places["response", name])
            yield Finding(False, "VAL-015", where, f'nothing says "{name}"', "use it in a rule or story, or remove it")


def _may_be_asked(domain: Domain, form: Form) -> Iterable[str]:
    """The slots that a form may ask for: any at all where the project's own code chooses them."""
    return domain.slots if f"validate_{form.name}" in domain.actions else form.required_slots


def _code(project: Project) -> str:
    """The source of the project's actions; responses that they name are said."""
    if project.actions is None:
        return ""
    files = [project.actions] if project.actions.is_file() else sorted(project.actions.rglob("*.py"))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in files)


def slots_in_vain(domain: Domain) -> Iterator[Finding]:
    """Yields slots that policies cannot see though they should, as they are of a class of the project's own."""
    for name, definition in domain.source.get("slots", {}).items():
        kind = str(definition.get("type")) if isinstance(definition, YamlMap) else ""
        slot = domain.slots.get(name)
        if slot is None or name == REQUESTED_SLOT:
            continue
        if "." in kind and slot.type == "any" and kind not in SLOT_TYPES and slot.influences:
            what = f'slot "{name}" is of the class {kind}: it keeps any value, and policies do not see it'
            yield Finding(False, "VAL-016", str(definition.place("type")), what, "give it a type of Rasa's if they should")
