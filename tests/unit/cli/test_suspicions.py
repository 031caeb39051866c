from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.errors import Place
from assistant.evaluation.suspicious_labels import Suspicion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from assistant.nlu.training_data import TrainingData
    from tests.unit.cli.conftest import Ran


@pytest.fixture
def doubts(monkeypatch: pytest.MonkeyPatch, bot: Path) -> list[TrainingData]:
    """The training data that labels were looked for in; the first example is doubted."""
    asked: list[TrainingData] = []

    def find(data: TrainingData, *_: object) -> list[Suspicion]:
        asked.append(data)
        first = data.examples[0]
        return [Suspicion(first.text, Place(str(bot / "intents" / "nlu.yml"), 7), first.intent, "other", 0.91, 0.02)]

    monkeypatch.setattr("assistant.evaluation.suspicious_labels.find_suspicious_labels", find)
    return asked


def test_labels_that_a_model_doubts_are_warnings(cli: Callable[..., Ran], bot: Path, doubts: list[TrainingData]) -> None:
    ran = cli("validate", "--project", bot, "--labels")
    first = doubts[0].examples[0]
    assert ran.code == 0
    doubt = "but a model that never saw it takes it for other (0.91 against 0.02); move it, or add examples like it"
    assert ran.out.splitlines() == [
        f'warning VAL-013 intents/nlu.yml:7: "{first.text}" is labelled {first.intent}, {doubt}',
        "0 errors, 1 warning",
    ]


def test_labels_are_looked_at_only_when_asked_and_when_the_project_holds_together(
    cli: Callable[..., Ran], bot: Path, doubts: list[TrainingData]
) -> None:
    assert cli("validate", "--project", bot).code == 0
    (bot / "intents" / "rules.yml").write_text("rules:\n- rule: wrong\n  steps:\n  - intent: nothing\n  - action: utter_nothing\n")
    ran = cli("validate", "--project", bot, "--labels")
    assert (ran.code, doubts) == (1, [])
    assert "once the errors are mended" in ran.err
