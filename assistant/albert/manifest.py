"""Says what belongs in a checkpoint or model folder, and refuses a folder that differs: no file is read before its hash is checked.

Nothing heavy is imported here, because the answering side checks its model with the same functions.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from assistant.errors import CannotWrite, DamagedFile, ForbiddenFile, ManifestMissing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANIFEST = "manifest.json"
FORMAT = 1
MAX_MANIFEST_BYTES = 5_000_000

# Weights, graphs and values that are parsed, never run. Anything a pickle could hide in is not among them.
ALLOWED_SUFFIXES = frozenset({".safetensors", ".onnx", ".json"})
TOKENIZER_FILES = frozenset({"vocab.txt", "spiece.model", "sentencepiece.model"})
RELEASE_FILES = frozenset({"README.md", "recipe.yaml", "log.jsonl", "curves.svg"})


def write_manifest(folder: Path, metadata: dict[str, Any]) -> None:
    """Writes manifest.json, which lists every file of the folder with its size and sha256.

    Args:
        folder: a flat folder whose files are all written.
        metadata: what else the manifest says; must be JSON, and use neither ``format`` nor ``files`` as a key.

    Raises:
        ForbiddenFile: the folder holds a folder, a link, or a kind of file that does not belong there.
        CannotWrite: the disk refused.
    """
    files = {path.name: {"sha256": sha256(path), "bytes": path.stat().st_size} for path in _files(folder)}
    manifest = {"format": FORMAT, "files": files, **metadata}
    try:
        text = json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False)
        (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CannotWrite(path=folder / MANIFEST, why=str(error)) from error


def verify_manifest(folder: Path) -> dict[str, Any]:
    """Returns the folder's manifest once every file is exactly what it says.

    Raises:
        ManifestMissing: there is no manifest, or it is not one.
        ForbiddenFile: the folder holds a file that is not listed, a folder, a link, or a kind that is never read.
        DamagedFile: a listed file is missing, has another size or another hash.
    """
    manifest = _read(folder)
    listed: dict[str, Any] = manifest["files"]
    found = {path.name: path for path in _files(folder)}
    for name, path in found.items():
        if name not in listed:
            raise ForbiddenFile(path=path, why="the manifest does not list it")
    for name, facts in listed.items():
        if name not in found:
            raise DamagedFile(path=folder / name, why="it is missing")
        _check(found[name], facts)
    return manifest


def sha256(path: Path) -> str:
    """Returns the file's sha256 in hexadecimal, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_allowed(name: str) -> bool:
    """Says whether a file of this name may stand in a checkpoint or model folder."""
    return PurePosixPath(name).suffix in ALLOWED_SUFFIXES or name in TOKENIZER_FILES or name in RELEASE_FILES


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            raise ForbiddenFile(path=path, why="it is a link")
        if not path.is_file():
            raise ForbiddenFile(path=path, why="it is no plain file")
        if not is_allowed(path.name):
            raise ForbiddenFile(path=path, why="files of this kind are never loaded")
        if path.name != MANIFEST:
            yield path


def _read(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if path.is_symlink():
        raise ForbiddenFile(path=path, why="it is a link")
    try:
        if path.stat().st_size > MAX_MANIFEST_BYTES:
            raise ManifestMissing(folder=folder, why="it is too large to be one")
        manifest = json.loads(path.read_bytes())
    except OSError as error:
        raise ManifestMissing(folder=folder, why=error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise ManifestMissing(folder=folder, why="it is not JSON") from error
    if not isinstance(manifest, dict) or not isinstance(manifest.get("files"), dict):
        raise ManifestMissing(folder=folder, why="it lists no files")
    if manifest.get("format") != FORMAT:
        raise ManifestMissing(folder=folder, why=f"its format is {manifest.get('format')!r}, this program reads {FORMAT}")
    return manifest


def _check(path: Path, facts: object) -> None:
    if not isinstance(facts, dict):
        raise DamagedFile(path=path, why="the manifest gives no hash for it")
    if facts.get("bytes") != path.stat().st_size:
        raise DamagedFile(path=path, why=f"{path.stat().st_size} bytes, expected {facts.get('bytes')}")
    if facts.get("sha256") != sha256(path):
        raise DamagedFile(path=path, why="its sha256 differs")
