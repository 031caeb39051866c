"""How long a large project takes to load: 10,000 utterances and 1,000 stories, in processor time.

Run it with ``python -m tests.benchmarks.bench_loading``. The reference is PyYAML's C loader over the same files, which only makes
dictionaries and lists of them: no places, no entities, no checks.
"""

from __future__ import annotations

import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import yaml

from assistant.dialogue.domain import load_domain
from assistant.dialogue.policies.rules import RulePolicy
from assistant.dialogue.policies.stories import StoryPolicy
from assistant.dialogue.stories import load_stories
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.project import Project

N_INTENTS, N_EXAMPLES, N_STORIES, N_RULES = 100, 100, 1000, 100
RUNS = 5


def make_project(folder: Path) -> Project:
    """Returns a project of N_INTENTS intents with N_EXAMPLES examples each, N_STORIES stories and N_RULES rules."""
    (folder / "data").mkdir()
    intents = [f"intent_{number}" for number in range(N_INTENTS)]
    domain = {
        "version": "3.1",
        "intents": intents,
        "entities": ["city"],
        "slots": {"city": {"type": "text", "mappings": [{"type": "from_entity", "entity": "city"}]}},
        "responses": {f"utter_{number}": [{"text": f"Answer {number} for {{city}}."}] for number in range(N_INTENTS)},
    }
    (folder / "domain.yml").write_text(yaml.safe_dump(domain))
    for first in range(0, N_INTENTS, 10):  # ten files, as large projects are split
        lines = ["nlu:"]
        for number in range(first, first + 10):
            lines += [f"- intent: intent_{number}", "  examples: |"]
            lines += [f"    - please do thing {number} the {n}th time in [Cork](city) for me" for n in range(N_EXAMPLES)]
        (folder / "data" / f"nlu_{first}.yml").write_text("\n".join(lines) + "\n")
    (folder / "data" / "stories.yml").write_text("stories:\n" + "".join(map(_story, range(N_STORIES))))
    (folder / "data" / "rules.yml").write_text("rules:\n" + "".join(map(_rule, range(N_RULES))))
    return find_project(folder)


def _story(number: int) -> str:
    turns = [(number + step * (number // N_INTENTS + 1)) % N_INTENTS for step in range(4)]
    steps = "".join(f"  - intent: intent_{turn}\n    entities:\n    - city: Cork\n  - action: utter_{turn}\n" for turn in turns)
    return f"- story: story {number}\n  steps:\n{steps}"


def _rule(number: int) -> str:
    return f"- rule: rule {number}\n  steps:\n  - intent: intent_{number}\n  - action: utter_{number}\n"


def seconds(work: Callable[[], object]) -> float:
    """Returns the median processor time of some runs. Unit: seconds."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


def main() -> None:
    """Measures and prints."""
    with TemporaryDirectory() as made:
        project = make_project(Path(made))
        files = [*project.domain, *project.training]
        domain, stories = load_domain(project), load_stories(project)
        n_examples = len(read_nlu(project.training).examples)
        print(f"{n_examples} utterances, {sum(not s.is_rule for s in stories)} stories, {sum(s.is_rule for s in stories)} rules")
        rows = {
            "domain": lambda: load_domain(project),
            "rules and stories": lambda: load_stories(project),
            "NLU data": lambda: read_nlu(project.training),
            "policies made of them": lambda: (RulePolicy(stories, domain), StoryPolicy(stories, domain)),
        }
        times = {name: seconds(work) for name, work in rows.items()}
        for name, spent in times.items():
            print(f"{name:<24} {spent:6.3f} s")
        print(f"{'together':<24} {sum(times.values()):6.3f} s")
        bare = seconds(lambda: [yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader) for path in files])
        print(f"{'bare parsing (PyYAML, C)':<24} {bare:6.3f} s")


if __name__ == "__main__":
    main()
