from __future__ import annotations

import json
import warnings
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [
    f"{a} {b} {c}." for a in ("wo ist", "hier ist") for b in ("mein paket", "der schuh") for c in ("heute", "morgen", "gestern")
]


@pytest.fixture(scope="session")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Marian model of random weights, converted for CTranslate2 with its SentencePiece models beside it."""
    import torch
    from ctranslate2.converters import TransformersConverter
    from sentencepiece import SentencePieceProcessor, SentencePieceTrainer
    from transformers import MarianConfig, MarianMTModel

    folder = tmp_path_factory.mktemp("marian")
    source = folder / "source"
    source.mkdir()
    (folder / "texts.txt").write_text("\n".join(TEXTS))
    SentencePieceTrainer.train(
        input=str(folder / "texts.txt"),
        model_prefix=str(folder / "pieces"),
        vocab_size=50,
        hard_vocab_limit=False,
        minloglevel=2,
    )
    pieces = SentencePieceProcessor(model_file=str(folder / "pieces.model"))
    known = [pieces.id_to_piece(i) for i in range(pieces.get_piece_size()) if not (pieces.is_control(i) or pieces.is_unknown(i))]
    vocabulary = {piece: number for number, piece in enumerate(["</s>", "<unk>", *known, "<pad>"])}
    for name in ("source.spm", "target.spm"):
        (source / name).write_bytes((folder / "pieces.model").read_bytes())
    (source / "vocab.json").write_text(json.dumps(vocabulary))
    (source / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "MarianTokenizer"}))
    torch.manual_seed(0)
    config = MarianConfig(
        vocab_size=len(vocabulary),
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        pad_token_id=vocabulary["<pad>"],
        eos_token_id=0,
        decoder_start_token_id=vocabulary["<pad>"],
        forced_eos_token_id=0,
        max_position_embeddings=64,
    )
    MarianMTModel(config).save_pretrained(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of libraries: one recommends another
        TransformersConverter(str(source), copy_files=["source.spm", "target.spm"]).convert(str(folder / "de-en"))
    return folder / "de-en"
