"""A BERT checkpoint is read as the ALBERT that computes the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertForMaskedLM, BertModel

from assistant.albert.checkpoint import load_checkpoint, save_checkpoint
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint

LAYERS = 3


def bert_folder(path: Path, tokenizer_of: Checkpoint, *, has_heads: bool = False) -> Path:
    config = BertConfig(
        vocab_size=200, hidden_size=24, num_hidden_layers=LAYERS, num_attention_heads=2, intermediate_size=48,
        max_position_embeddings=64,
    )  # fmt: skip
    torch.manual_seed(5)
    model = BertForMaskedLM(config) if has_heads else BertModel(config)
    for parameter in model.parameters():  # norms and biases start as ones and noughts: a mistake there would not be seen
        torch.nn.init.normal_(parameter, 0, 0.3)
    model.save_pretrained(path)
    tokenizer = Tokenizer.from_str(tokenizer_of.tokenizer.to_str())
    tokenizer.enable_padding(length=40)  # as all-MiniLM-L6-v2 is published
    tokenizer.enable_truncation(4)
    tokenizer.save(str(path / "tokenizer.json"))
    return path


@pytest.mark.parametrize("has_heads", [False, True])
def test_every_layer_computes_what_berts_does(tmp_path: Path, checkpoint: Checkpoint, has_heads: bool) -> None:
    folder = bert_folder(tmp_path / "bert", checkpoint, has_heads=has_heads)
    theirs = BertModel.from_pretrained(folder, add_pooling_layer=not has_heads)
    module: torch.nn.Module = theirs
    module.eval()
    ours = load_checkpoint(folder).model
    ids, types = torch.arange(5, 17).reshape(2, 6), torch.tensor([[0, 0, 0, 1, 1, 1]] * 2)
    mask = torch.tensor([[1] * 6, [1] * 4 + [0] * 2])
    inputs = {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}
    with torch.no_grad():
        expected, found = (model(**inputs, output_hidden_states=True) for model in (theirs, ours))
    assert len(found.hidden_states) == LAYERS + 1
    for one, other in zip(expected.hidden_states, found.hidden_states, strict=True):
        torch.testing.assert_close(one[mask == 1], other[mask == 1], atol=1e-5, rtol=1e-5)
    if not has_heads:
        torch.testing.assert_close(expected.pooler_output, found.pooler_output, atol=1e-5, rtol=1e-5)


def test_it_is_kept_as_an_albert(tmp_path: Path, checkpoint: Checkpoint) -> None:
    first = load_checkpoint(bert_folder(tmp_path / "bert", checkpoint))
    save_checkpoint(first, tmp_path / "albert")
    second = load_checkpoint(tmp_path / "albert")
    assert json.loads((tmp_path / "albert" / "config.json").read_text())["model_type"] == "albert"
    for name, value in first.model.state_dict().items():
        assert torch.equal(value, second.model.state_dict()[name]), name


def test_its_texts_are_neither_padded_nor_cut(tmp_path: Path, checkpoint: Checkpoint) -> None:
    text = "my order has not arrived, who can help me?"
    tokenizer = load_checkpoint(bert_folder(tmp_path / "bert", checkpoint)).tokenizer
    assert tokenizer.encode(text).ids == checkpoint.tokenizer.encode(text).ids


def test_a_bert_that_lacks_a_layer_is_refused(tmp_path: Path, checkpoint: Checkpoint) -> None:
    folder = bert_folder(tmp_path / "bert", checkpoint)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"num_hidden_layers": LAYERS + 1}))
    with pytest.raises(BadCheckpoint, match="weights are missing"):
        load_checkpoint(folder)
