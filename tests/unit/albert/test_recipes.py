from __future__ import annotations

from pathlib import Path

import pytest

from assistant.albert.recipes import (
    Loop,
    PretrainRecipe,
    fingerprint,
    load_distill_recipe,
    load_pretrain_recipe,
)
from assistant.errors import BadRecipe, MissingKey, UnknownKey, UnknownPreset, WrongType

RECIPES = Path(__file__).parents[3] / "data" / "recipes"
GOOD = "preset: compact\nloop:\n  steps: 10\n  learning_rate: 1\n  warmup_steps: 2\n"


def load(tmp_path: Path, text: str) -> PretrainRecipe:
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    return load_pretrain_recipe(path)


def test_every_shipped_recipe_can_be_run() -> None:
    found = {path.name: path for path in RECIPES.glob("*.yaml")}
    parts = [load_distill_recipe(found.pop(path.name)) for path in sorted(RECIPES.glob("albert-compact*.yaml"))]
    assert len(parts) == 3
    assert all("text/sgd.txt" in {source.path for source in part.sources} for part in parts)
    assert [load_pretrain_recipe(path).preset for _, path in sorted(found.items())] == ["base", "compact"]


def test_labels_never_enter_the_released_checkpoint() -> None:
    parts = [load_distill_recipe(path) for path in RECIPES.glob("albert-compact*.yaml")]
    fields = {name for part in parts for source in part.sources for name in source.fields}
    assert fields == {"text", "utterance", "premise", "hypothesis", "sentence", "sentence1", "sentence2", "question", "3", "4"}


def test_a_whole_number_is_a_number(tmp_path: Path) -> None:
    recipe = load(tmp_path, GOOD)
    assert recipe.loop.learning_rate == 1.0
    assert isinstance(recipe.loop.learning_rate, float)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingKey, match=r'YML-007.*"steps"'):
        load(tmp_path, GOOD.replace("  steps: 10\n", ""))
    with pytest.raises(MissingKey, match='"loop"'):
        load(tmp_path, "preset: compact\n")


def test_an_unknown_key_names_line_and_nearest(tmp_path: Path) -> None:
    with pytest.raises(UnknownKey, match=r'recipe\.yaml:6.*did you mean "optimizer"'):
        load(tmp_path, GOOD + "  optimiser: lamb\n")


@pytest.mark.parametrize(
    "line",
    ["vocab_size: many", "is_cased: 3", "vocab_size: true", "words: 3", "loop: [1]", "preset: 4", "words: {max_tokens: 1.5}"],
)
def test_a_value_of_another_type_is_named(tmp_path: Path, line: str) -> None:
    key = line.split(":", maxsplit=1)[0]
    rest = "".join(part for part in GOOD.splitlines(keepends=True) if not part.startswith(key))
    if key == "loop":
        rest = "preset: compact\n"
    with pytest.raises(WrongType, match="YML-005"):
        load(tmp_path, rest + line + "\n")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("steps: 10", "steps: 0", "steps must be positive"),
        ("warmup_steps: 2", "warmup_steps: 11", "between 0 and loop.steps"),
        ("learning_rate: 1", "learning_rate: -1", "learning_rate"),
        ("  steps: 10", "  optimizer: sgd\n  steps: 10", "adamw, lamb"),
        ("preset: compact", "words: {mask_share: 1.5}", "mask_share"),
        ("preset: compact", "words: {max_tokens: 600}", "max_tokens"),
        ("preset: compact", "held_out_every: 1", "held_out_every"),
        ("preset: compact", "preset: compact\ngroups: 4", "groups must divide the 6 layers"),
    ],
)
def test_values_that_do_not_fit_are_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    with pytest.raises(BadRecipe, match=f"ALB-007.*{why}"):
        load(tmp_path, GOOD.replace(old, new))


def test_an_unknown_preset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownPreset):
        load(tmp_path, GOOD.replace("compact", "compct"))


def test_a_list_is_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(BadRecipe, match="no mapping"):
        load(tmp_path, "- 1\n")


def test_layer_weights_must_match_the_preset(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    loop = "loop: {steps: 9, learning_rate: 0.1, warmup_steps: 1}\n"
    path.write_text(loop + "sources: [{path: a.txt}]\nlayer_weights: [1.0, 0.5]\n")
    with pytest.raises(BadRecipe, match="7 values"):
        load_distill_recipe(path)


def test_every_value_changes_the_fingerprint() -> None:
    one, other = (PretrainRecipe(Loop(10, 0.1, 2), vocab_size=size) for size in (100, 101))
    assert fingerprint(one) == fingerprint(PretrainRecipe(Loop(10, 0.1, 2), vocab_size=100))
    assert len({fingerprint(one), fingerprint(other), fingerprint(one, "data")}) == 3
