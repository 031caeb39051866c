from __future__ import annotations

from pathlib import Path

import pytest

from assistant.albert.tasks.registry import TASKS
from assistant.albert.tasks.settings import TaskRecipe, load_task_recipe
from assistant.errors import BadRecipe, UnknownKey

RECIPES = Path(__file__).parents[4] / "data" / "recipes"
# ALBERT's paper, table 14: rate, batch, dropout of the encoder, of the classifier, steps, warm-up, longest sequence.
PAPER = {
    "cola": (1e-5, 16, 0, 0.1, 5336, 320, 512),
    "stsb": (2e-5, 16, 0, 0.1, 3598, 214, 512),
    "sst2": (1e-5, 32, 0, 0.1, 20935, 1256, 512),
    "mnli": (3e-5, 128, 0, 0.1, 10000, 1000, 512),
    "qnli": (1e-5, 32, 0, 0.1, 33112, 1986, 512),
    "qqp": (5e-5, 128, 0.1, 0.1, 14000, 1000, 512),
    "rte": (3e-5, 32, 0.1, 0.1, 800, 200, 512),
    "mrpc": (2e-5, 32, 0, 0.1, 800, 200, 512),
    "wnli": (2e-5, 16, 0.1, 0.1, 2000, 250, 512),
    "squad": (5e-5, 48, 0, 0.1, 3649, 365, 384),
    "squad2": (3e-5, 48, 0, 0.1, 8144, 814, 512),
    "race": (2e-5, 32, 0.1, 0.1, 12000, 1000, 512),
}


def test_every_task_has_a_recipe_of_its_own() -> None:
    found = {path.stem for path in (RECIPES / "tasks").glob("*.yaml")}
    assert found == set(TASKS)
    for name in found:
        load_task_recipe(RECIPES / "tasks" / f"{name}.yaml")


@pytest.mark.parametrize("name", PAPER)
def test_the_papers_settings_are_the_papers(name: str) -> None:
    recipe = load_task_recipe(RECIPES / "paper" / f"{name}.yaml")
    assert PAPER[name] == (
        recipe.encoder_rate, recipe.batch_size, recipe.encoder_dropout, recipe.head_dropout, recipe.steps, recipe.warmup_steps,
        recipe.max_pieces,
    )  # fmt: skip
    assert (recipe.head_rate, recipe.layer_decay, recipe.reading, recipe.hold_out) == (recipe.encoder_rate, 1.0, "joint", 0.0)


def test_a_recipe_that_cannot_be_run_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text("epochs: 3\nepoch: 3\n")
    with pytest.raises(UnknownKey, match=r'recipe\.yaml:2.*"epochs"'):
        load_task_recipe(path)
    for line in (
        "layer_decay: 0",
        "hold_out: 0.6",
        "accumulate: 99",
        "reading: sideways",
        "clip_norm: 0",
        "seed: -1",
        "pooling: match",
    ):
        path.write_text(f"{line}\n")
        with pytest.raises(BadRecipe):
            load_task_recipe(path)
    path.write_text("pooling: match\nreading: twin\n")
    assert load_task_recipe(path) == TaskRecipe(pooling="match", reading="twin")
