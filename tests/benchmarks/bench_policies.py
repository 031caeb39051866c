"""How long the policies take for a decision with 1,000 rules and 1,000 stories: ``python -m tests.benchmarks.bench_policies``.

The project is made up: rules of an intent each, and rules that differ in slots alone; stories of three to six turns. Conversations
follow stories with turns of rules in between. Times are the processor's.
"""

from __future__ import annotations

import random
import time
from statistics import median, quantiles

from assistant.config import load_settings
from assistant.dialogue.domain import Domain, parse_domain
from assistant.dialogue.events import ActionExecuted, SlotSet
from assistant.dialogue.policies import decide
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.stories import ActionStep, SlotStep, Story, UserStep
from assistant.dialogue.tracker import ACTION_LISTEN, Tracker
from assistant.errors import Place
from assistant.messages import FaqResult
from assistant.yaml_source import YamlMap, parse_yaml, want_map
from tests.unit.dialogue.building import said

N_RULES = N_STORIES = 1_000
N_TURNS = 600
CROWDED = 0.3
"""Share of messages for which 500 rules differ in slots alone."""

HERE = Place("made up")


def main() -> None:
    """Prints the time to build the policies, and p50, p95 and the longest decision in milliseconds."""
    rng = random.Random(0)
    domain = _domain()
    stories = [*_rules(rng), *_stories(rng)]
    started = time.process_time()
    policies = build_policies(domain, stories, load_settings(), lambda _: FaqResult((), 1.0))
    print(f"{N_RULES} rules and {N_STORIES} stories: built in {time.process_time() - started:.2f} s")
    figures: dict[str, list[float]] = {}
    tracker = Tracker("bench", domain, [ActionExecuted(ACTION_LISTEN)])
    for _ in range(N_TURNS):
        tracker.update(said("i0" if rng.random() < CROWDED else f"i{rng.randrange(N_RULES + 300)}"))
        tracker.update(SlotSet(f"s{rng.randrange(20)}", rng.choice(("small", "large", None))))
        for _ in range(10):
            before = time.process_time()
            decision = decide(policies, tracker)
            figures.setdefault(decision.policy, []).append((time.process_time() - before) * 1000)
            tracker.update(ActionExecuted(decision.action))
            if decision.action == ACTION_LISTEN:
                break
    figures["all"] = [ms for of_policy in figures.values() for ms in of_policy]
    for policy, times in figures.items():
        print(
            f"  {policy:<9} {len(times):5} decisions  p50 {median(times):.3f} ms  p95 {quantiles(times, n=20)[-1]:.3f} ms  "
            f"longest {max(times):.3f} ms"
        )


def _domain() -> Domain:
    intents = ", ".join(f"i{n}" for n in range(N_RULES + 300))
    responses = ", ".join(f"utter_{n}: [{{text: x}}]" for n in range(N_RULES))
    slots = ", ".join(f"s{n}: {{type: categorical, values: [small, large]}}" for n in range(20))
    text = f"intents: [{intents}]\nslots: {{{slots}}}\nresponses: {{{responses}}}"
    content = want_map(parse_yaml(text, "made up"), key="the file", where=HERE)
    assert isinstance(content, YamlMap)
    return parse_domain(content)


def _rules(rng: random.Random) -> list[Story]:
    rules = []
    for n in range(N_RULES):
        by_slots = n % 2
        slots = tuple((f"s{slot}", rng.choice(("small", "large"))) for slot in rng.sample(range(20), 2))
        rules.append(
            Story(
                f"rule {n}",
                HERE,
                (UserStep(HERE, "i0" if by_slots else f"i{n}"), ActionStep(HERE, f"utter_{n}")),
                is_rule=True,
                condition=(SlotStep(HERE, slots),) if by_slots else (),
            )
        )
    return rules


def _stories(rng: random.Random) -> list[Story]:
    stories = []
    for n in range(N_STORIES):
        steps: list[UserStep | ActionStep] = []
        for _ in range(rng.randrange(3, 7)):
            steps += [UserStep(HERE, f"i{N_RULES + rng.randrange(300)}"), ActionStep(HERE, f"utter_{rng.randrange(N_RULES)}")]
        stories.append(Story(f"story {n}", HERE, tuple(steps)))
    return stories


if __name__ == "__main__":
    main()
