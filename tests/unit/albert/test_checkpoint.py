from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoModel, AutoTokenizer

from assistant.albert.checkpoint import Checkpoint, load_checkpoint, random_checkpoint, save_checkpoint
from assistant.albert.presets import PRESETS, Preset
from assistant.errors import BadCheckpoint, CannotWrite, DamagedFile, ForbiddenFile

if TYPE_CHECKING:
    from pathlib import Path


def states(checkpoint: Checkpoint, text: str) -> torch.Tensor:
    ids = torch.tensor([checkpoint.tokenizer.encode(text).ids])
    with torch.inference_mode():
        found: torch.Tensor = checkpoint.model(input_ids=ids).last_hidden_state
    return found


def test_what_was_saved_is_loaded(folder: Path, checkpoint: Checkpoint) -> None:
    loaded = load_checkpoint(folder)
    assert torch.equal(states(loaded, "where is my order"), states(checkpoint, "where is my order"))
    assert loaded.manifest["pooling"] == "mean"
    assert not loaded.model.training


def test_half_precision_is_loaded_as_single(tmp_path: Path, checkpoint: Checkpoint) -> None:
    save_checkpoint(checkpoint, tmp_path / "half", is_half=True)
    loaded = load_checkpoint(tmp_path / "half")
    assert {tensor.dtype for tensor in load_file(tmp_path / "half" / "model.safetensors").values()} == {torch.float16}
    assert {parameter.dtype for parameter in loaded.model.parameters()} == {torch.float32}
    assert torch.allclose(states(loaded, "a refund"), states(checkpoint, "a refund"), atol=0.02)


def test_transformers_loads_the_folder(folder: Path, checkpoint: Checkpoint) -> None:
    model, tokenizer = AutoModel.from_pretrained(str(folder)), AutoTokenizer.from_pretrained(str(folder))
    text = "Where is my order?"
    encoded = tokenizer(text, return_tensors="pt")
    assert encoded["input_ids"][0].tolist() == checkpoint.tokenizer.encode(text).ids
    assert str(tokenizer.decode(encoded["input_ids"][0], skip_special_tokens=True)).strip() == "where is my order?"
    assert model.dtype == torch.float32
    with torch.inference_mode():
        assert torch.allclose(model(**encoded).last_hidden_state, states(checkpoint, text), atol=1e-5)


def test_heads_are_kept_beside_the_encoder(tmp_path: Path, checkpoint: Checkpoint) -> None:
    head = {"predictions.bias": torch.arange(3.0)}
    save_checkpoint(Checkpoint(checkpoint.model, checkpoint.tokenizer, checkpoint.config, {}, head), tmp_path / "c")
    loaded = load_checkpoint(tmp_path / "c")
    assert torch.equal(loaded.heads["predictions.bias"], head["predictions.bias"])
    assert torch.equal(states(loaded, "a refund"), states(checkpoint, "a refund"))


def test_a_published_folder_without_manifest_is_loaded(folder: Path, checkpoint: Checkpoint) -> None:
    (folder / "manifest.json").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"never read")
    loaded = load_checkpoint(folder)
    assert loaded.manifest == {}
    assert torch.equal(states(loaded, "my parcel"), states(checkpoint, "my parcel"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the library's bindings, when they are imported
def test_a_published_folder_with_a_sentencepiece_vocabulary_is_loaded(folder: Path, corpus: Path) -> None:
    import sentencepiece

    options: dict[str, Any] = {"pad_id": 0, "unk_id": 1, "bos_id": -1, "eos_id": -1, "pad_piece": "<pad>", "unk_piece": "<unk>"}
    options |= {"user_defined_symbols": ["[CLS]", "[SEP]", "[MASK]"], "vocab_size": 60, "minloglevel": 2}
    sentencepiece.SentencePieceTrainer.train(input=str(corpus), model_prefix=str(folder / "spiece"), **options)
    for name in ("manifest.json", "tokenizer.json", "tokenizer_config.json", "spiece.vocab"):
        (folder / name).unlink(missing_ok=True)
    tokens = load_checkpoint(folder).tokenizer.encode("where is it now?").tokens
    assert (tokens[0], tokens[-1]) == ("[CLS]", "[SEP]")
    assert "".join(tokens[1:-1]).replace("▁", " ").strip() == "where is it now?"


def test_a_published_folder_with_a_wordpiece_vocabulary_is_loaded(folder: Path) -> None:
    for name in ("manifest.json", "tokenizer.json"):
        (folder / name).unlink()
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "BertTokenizer"}))
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "where", "is", "it", "par", "##cel"]
    (folder / "vocab.txt").write_text("\n".join(words))
    tokens = load_checkpoint(folder).tokenizer.encode("Where is it parcel").tokens
    assert tokens == ["[CLS]", "where", "is", "it", "par", "##cel", "[SEP]"]


def test_a_damaged_folder_is_refused_before_it_is_read(folder: Path) -> None:
    content = bytearray((folder / "model.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(DamagedFile):
        load_checkpoint(folder)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [None, b"", b"{", b"\x00\xff" * 40])
def test_an_unlisted_damage_is_a_coded_error(folder: Path, name: str, content: bytes | None) -> None:
    (folder / "manifest.json").unlink()
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(BadCheckpoint, match="ALB-004"):
        load_checkpoint(folder)


def test_another_kind_of_model_is_refused(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "config.json").write_text('{"model_type": "t5"}')
    with pytest.raises(BadCheckpoint, match="model_type"):
        load_checkpoint(folder)


def test_weights_of_another_size_are_refused(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"intermediate_size": 60}))
    with pytest.raises(BadCheckpoint, match="do not fit"):
        load_checkpoint(folder)


def test_missing_weights_are_named(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    tensors = load_file(folder / "model.safetensors")
    del tensors["albert.embeddings.word_embeddings.weight"]
    save_file(tensors, folder / "model.safetensors")
    with pytest.raises(BadCheckpoint, match="word_embeddings"):
        load_checkpoint(folder)


def test_a_vocabulary_larger_than_the_embeddings_is_refused(folder: Path, sentences: list[str]) -> None:
    (folder / "manifest.json").unlink()
    tokenizer = load_checkpoint(folder).tokenizer
    tokenizer.add_tokens(["zebra", "quark"])
    tokenizer.save(str(folder / "tokenizer.json"))
    with pytest.raises(BadCheckpoint, match="more entries"):
        load_checkpoint(folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCheckpoint, match=r"config\.json"):
        load_checkpoint(tmp_path / "nothing")


def test_a_failed_save_leaves_the_old_folder_and_nothing_else(folder: Path, checkpoint: Checkpoint) -> None:
    before = (folder / "manifest.json").read_bytes()
    with pytest.raises(ForbiddenFile):
        save_checkpoint(checkpoint, folder, extra={"run.py": b"print()"})
    assert (folder / "manifest.json").read_bytes() == before
    assert [path.name for path in folder.parent.iterdir()] == ["checkpoint"]


def test_a_save_replaces_a_folder_whole(folder: Path, checkpoint: Checkpoint) -> None:
    (folder / "stray.json").write_text("{}")
    save_checkpoint(checkpoint, folder, extra={"README.md": b"# card"})
    assert load_checkpoint(folder).manifest["files"]["README.md"]["bytes"] == 6
    assert not (folder / "stray.json").exists()


def test_a_place_that_cannot_be_written_is_a_coded_error(tmp_path: Path, checkpoint: Checkpoint) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWrite, match="ALB-010"):
        save_checkpoint(checkpoint, tmp_path / "file" / "checkpoint")


def test_the_same_seed_gives_the_same_checkpoint(sentences: list[str], checkpoint: Checkpoint) -> None:
    shape = Preset("tiny", n_layers=2, hidden=24, heads=2, inner=48, embedding=16)
    again = random_checkpoint(shape, sentences, seed=1, vocab_size=120)
    other = random_checkpoint(shape, sentences, seed=2, vocab_size=120)
    assert again.tokenizer.to_str() == checkpoint.tokenizer.to_str()
    assert torch.equal(states(again, "my order"), states(checkpoint, "my order"))
    assert not torch.equal(states(other, "my order"), states(checkpoint, "my order"))


def test_a_preset_can_be_drawn_at_random() -> None:
    found = random_checkpoint(PRESETS["compact"], ["one two three"], seed=0)
    assert found.config.num_hidden_layers == 6
