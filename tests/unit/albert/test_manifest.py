from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from assistant.albert.manifest import verify_manifest, write_manifest
from assistant.errors import DamagedFile, ForbiddenFile, ManifestMissing

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights" * 50)
    (folder / "labels.json").write_text("[]")
    write_manifest(folder, {"pooling": "mean"})
    return folder


def test_an_untouched_folder_is_accepted(model: Path) -> None:
    manifest = verify_manifest(model)
    assert manifest["pooling"] == "mean"
    assert sorted(manifest["files"]) == ["labels.json", "model.safetensors"]
    assert manifest["files"]["labels.json"]["bytes"] == 2


def test_a_flipped_byte_is_refused(model: Path) -> None:
    content = bytearray((model / "model.safetensors").read_bytes())
    content[17] ^= 1
    (model / "model.safetensors").write_bytes(content)
    with pytest.raises(DamagedFile, match=r"ALB-002.*sha256 differs"):
        verify_manifest(model)


def test_a_truncated_file_is_refused(model: Path) -> None:
    (model / "model.safetensors").write_bytes(b"weights")
    with pytest.raises(DamagedFile, match="7 bytes, expected 350"):
        verify_manifest(model)


def test_a_missing_file_is_refused(model: Path) -> None:
    (model / "labels.json").unlink()
    with pytest.raises(DamagedFile, match="missing"):
        verify_manifest(model)


def test_a_file_that_is_not_listed_is_refused(model: Path) -> None:
    (model / "more.json").write_text("{}")
    with pytest.raises(ForbiddenFile, match="does not list it"):
        verify_manifest(model)


@pytest.mark.parametrize("name", ["pytorch_model.bin", "code.py", "model.pkl", "README.txt"])
def test_a_kind_that_is_never_loaded_is_refused_even_when_listed(model: Path, name: str) -> None:
    (model / name).write_bytes(b"x")
    with pytest.raises(ForbiddenFile, match="never loaded"):
        write_manifest(model, {})
    with pytest.raises(ForbiddenFile, match="never loaded"):
        verify_manifest(model)


def test_a_link_is_refused(model: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text("[]")
    (model / "labels.json").unlink()
    (model / "labels.json").symlink_to(outside)
    with pytest.raises(ForbiddenFile, match="link"):
        verify_manifest(model)


def test_a_linked_manifest_is_refused(model: Path, tmp_path: Path) -> None:
    (model / "manifest.json").rename(tmp_path / "manifest.json")
    (model / "manifest.json").symlink_to(tmp_path / "manifest.json")
    with pytest.raises(ForbiddenFile, match="link"):
        verify_manifest(model)


def test_a_folder_inside_is_refused(model: Path) -> None:
    (model / "inner.json").mkdir()
    with pytest.raises(ForbiddenFile, match="no plain file"):
        verify_manifest(model)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "lists no files"),
        (b'{"files": {}, "format": 99}', "its format is 99"),
    ],
)
def test_a_manifest_that_is_none_is_refused(model: Path, content: bytes, why: str) -> None:
    (model / "manifest.json").write_bytes(content)
    with pytest.raises(ManifestMissing, match=why):
        verify_manifest(model)


def test_a_missing_manifest_is_refused(model: Path) -> None:
    (model / "manifest.json").unlink()
    with pytest.raises(ManifestMissing, match="ALB-001"):
        verify_manifest(model)


def test_a_listed_path_outside_the_folder_is_never_opened(model: Path) -> None:
    manifest = json.loads((model / "manifest.json").read_text())
    manifest["files"]["../secret.json"] = {"sha256": "0", "bytes": 0}
    (model / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(DamagedFile, match="missing"):
        verify_manifest(model)


def test_checking_needs_no_torch() -> None:
    code = "import sys, assistant.albert.manifest; print('torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"
