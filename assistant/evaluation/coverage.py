"""How much of a bot its conversation tests touch."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from assistant.dialogue.stories import ActionStep
from assistant.dialogue.tracker import base_intent
from assistant.evaluation.story_report import Touched

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story
    from assistant.evaluation.story_report import StoryResult

_DECIDED_BY = re.compile(r'\b(?P<kind>rule|story) "(?P<name>.*)" \(')
"""How policies name the rule or story that made them decide."""


def coverage(domain: Domain, stories: Sequence[Story], results: Sequence[StoryResult]) -> Mapping[str, Touched]:
    """Returns what tests touch, by kind.

    Rules and stories: those that have decided something. Forms and responses: those that were run; of responses only those that
    rules and stories may lead to, as what custom actions say is theirs to test. Intents: those that were said.

    Args:
        domain: of the bot.
        stories: its rules and stories.
        results: of the tests.
    """
    steps = [step for result in results for step in result.steps]
    run = {step.found for step in steps if step.kind == "action"}
    said = {base_intent(step.expected) for step in steps if step.kind == "intent"}
    deciding = {(match["kind"], match["name"]) for step in steps if (match := _DECIDED_BY.search(step.reason))}
    planned = {step.name for story in stories for step in story.steps if isinstance(step, ActionStep)}
    return {
        "rules": _touched((story.name for story in stories if story.is_rule), {name for kind, name in deciding if kind == "rule"}),
        "stories": _touched((s.name for s in stories if not s.is_rule), {name for kind, name in deciding if kind == "story"}),
        "forms": _touched(domain.forms, run),
        "responses": _touched(planned & set(domain.responses), run),
        "intents": _touched(domain.intents, said),
    }


def _touched(names: Iterable[str], touched: set[str]) -> Touched:
    every = set(names)
    return Touched(len(every & touched), len(every), tuple(sorted(every - touched)))
