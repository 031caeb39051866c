"""The checkpoint that is shipped: whole, small, loadable everywhere, and telling like from unlike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModel, AutoTokenizer

from assistant.albert.checkpoint import Checkpoint, load_checkpoint
from assistant.albert.encode import encode_texts
from assistant.albert.plain_checkpoint import load_plain_checkpoint
from assistant.albert.recipes import load_distill_recipe
from assistant.training.encoding import encode_plain

RELEASED = Path(__file__).parents[3] / "data" / "albert-compact"
MOST_BYTES = 16_000_000


@pytest.fixture(scope="module")
def released() -> Checkpoint:
    return load_checkpoint(RELEASED)


def test_it_is_small_and_whole(released: Checkpoint) -> None:
    assert sum(path.stat().st_size for path in RELEASED.iterdir()) <= MOST_BYTES
    assert {"README.md", "recipe.yaml", "log.jsonl", "curves.svg"} <= set(released.manifest["files"])
    assert released.manifest["pooling"] == "mean"
    assert sum(parameter.numel() for parameter in released.model.parameters()) < 6_500_000


def test_it_is_stored_in_half_and_computed_in_single_precision(released: Checkpoint) -> None:
    assert {tensor.dtype for tensor in load_file(RELEASED / "model.safetensors").values()} == {torch.float16}
    assert {parameter.dtype for parameter in released.model.parameters()} == {torch.float32}


def test_its_recipe_is_the_last_part_of_those_in_the_recipes_folder() -> None:
    shipped = load_distill_recipe(RELEASED.parent / "recipes" / "albert-compact-last.yaml")
    assert load_distill_recipe(RELEASED / "recipe.yaml") == shipped


def test_transformers_gives_the_same_vectors(released: Checkpoint) -> None:
    text = "Where is my order #12345?"
    model, tokenizer = AutoModel.from_pretrained(str(RELEASED)), AutoTokenizer.from_pretrained(str(RELEASED))
    with torch.inference_mode():
        states = model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].mean(0)
    vector = torch.nn.functional.normalize(states, dim=0).numpy()
    assert encode_texts(released.model, released.tokenizer, [text])[0] == pytest.approx(vector, abs=1e-5)


@pytest.mark.parametrize(
    ("message", "like", "unlike"),
    [
        ("where is my order", "my parcel has not arrived yet", "i forgot my password"),
        ("i want my money back", "how do i get a refund", "what are your opening hours"),
        ("i cannot log in", "my password does not work", "do you ship to france"),
        ("talk to a human please", "can i speak with an agent", "cancel my order"),
        ("the jacket is too small", "can i change it for a larger size", "delete all my personal data"),
    ],
)
def test_a_paraphrase_is_nearer_than_another_matter(released: Checkpoint, message: str, like: str, unlike: str) -> None:
    vectors = encode_texts(released.model, released.tokenizer, [message, like, unlike])
    near, far = (float(np.dot(vectors[0], other)) for other in vectors[1:])
    assert near > far + 0.05


def test_read_without_torch_it_says_what_torch_says(released: Checkpoint) -> None:
    plain = load_plain_checkpoint(RELEASED)
    same = released.plain().weights.stored()
    assert plain.weights.stored().keys() == same.keys()
    assert all(np.array_equal(value, same[name]) for name, value in plain.weights.stored().items())
    texts = ["where is my order", "can i return shoes that i wore once", "no", "Is the RED one £20 cheaper?"]
    assert encode_plain(plain, texts) == pytest.approx(encode_texts(released.model, released.tokenizer, texts), abs=1e-4)
