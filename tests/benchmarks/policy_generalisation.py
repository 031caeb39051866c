"""What the learned policy does where no rule and no memorised story decides: ``python -m tests.benchmarks.policy_generalisation``.

Each fifth of the stories is left out in turn. The rest is memorised and learned from, and the decisions of the stories left out
that neither rules nor memory give are asked for: how many are right, wrong, or left to others. A decision whose action stands in
no other story cannot be right. ``--project`` takes any Rasa project; where stories are joined by checkpoints, only those without
are measured, as the others would be torn.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.dialogue.domain import load_domain
from assistant.dialogue.policies.learned import NO_ACTION, load_policy
from assistant.dialogue.policies.rules import RulePolicy
from assistant.dialogue.policies.stories import StoryPolicy
from assistant.dialogue.sequences import linear_stories, story_points
from assistant.dialogue.stories import CheckpointStep, Story, load_stories
from assistant.project import find_project
from assistant.training.kept_policy import PolicyArguments
from assistant.training.policy import save_trained_policy, train_policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.sequences import Point

ROOT = Path(__file__).parents[2]
FOLDS = 5
HISTORY = 6
THRESHOLDS = (0.3, 0.5, 0.7)


def main() -> None:
    """Prints, for each threshold, the shares of right, wrong and abstained decisions, turns and what follows in them apart."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--project", type=Path, default=ROOT)
    options.add_argument("--folds", type=int, default=FOLDS, help="how many of the five are measured")
    given = options.parse_args()
    project = find_project(given.project)
    domain, stories = load_domain(project), load_stories(project)
    rules, told = [s for s in stories if s.is_rule], [s for s in stories if not s.is_rule]
    random.Random(0).shuffle(told)
    counts: Counter[tuple[str, float, str]] = Counter()
    covered, seconds = Counter[str](), 0.0
    for fold in range(given.folds):
        held = told[fold::FOLDS]
        rest = [story for story in told if story not in held]
        if any(isinstance(step, CheckpointStep) for story in told for step in story.steps):
            held, rest = [s for s in held if _stands_alone(s)], [s for s in rest if _stands_alone(s)]
        started = time.process_time()
        _measure(domain, rules, rest, held, counts, covered)
        seconds += time.process_time() - started
    print(f"{len(rules)} rules, {len(told)} stories; {seconds / given.folds:.1f} s of the processor a fold")
    print(f"decisions of stories left out: {covered['rule']} by rules, {covered['memory']} by memory, {covered['open']} open")
    for kind in ("turn", "after"):
        for threshold in THRESHOLDS:
            found = {result: counts[kind, threshold, result] for result in ("right", "wrong", "abstained")}
            total = max(1, sum(found.values()))
            shares = "  ".join(f"{result} {count} ({count / total:.1%})" for result, count in found.items())
            print(f"  {kind:<6} from {threshold}: {shares}")


def _measure(
    domain: Domain,
    rules: list[Story],
    rest: list[Story],
    held: list[Story],
    counts: Counter[tuple[str, float, str]],
    covered: Counter[str],
) -> None:
    trained = train_policy([*rules, *rest], domain, PolicyArguments(max_history=HISTORY), lambda _: None)
    assert trained is not None
    with tempfile.TemporaryDirectory() as folder:
        save_trained_policy(Path(folder), trained)
        policy = load_policy(Path(folder), domain, 0.0)
    assert policy is not None
    ruled, memory = RulePolicy(rules, domain), StoryPolicy(rest, domain, HISTORY)
    for point in _points(held, domain):
        by = "rule" if ruled.best(point.states) else "memory" if _is_memorised(point, memory) else "open"
        covered[by] += 1
        if by != "open":
            continue
        probabilities = policy.probabilities(list(point.states[-HISTORY:]))
        best = int(probabilities.argmax())
        action, confidence = trained.settings.actions[best], float(probabilities[best])
        kind = "turn" if point.states[-1].prev_action == "action_listen" else "after"
        for threshold in THRESHOLDS:
            abstains = action == NO_ACTION or confidence < threshold
            counts[kind, threshold, "abstained" if abstains else "right" if action == point.action else "wrong"] += 1


def _points(stories: Iterable[Story], domain: Domain) -> list[Point]:
    return [point for story in linear_stories(stories) for point in story_points(story, domain)]


def _is_memorised(point: Point, memory: StoryPolicy) -> bool:
    return any(memory._points.get(point.states[-n:]) for n in range(1, HISTORY + 1))


def _stands_alone(story: Story) -> bool:
    return not any(isinstance(step, CheckpointStep) for step in story.steps)


if __name__ == "__main__":
    main()
