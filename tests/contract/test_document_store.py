"""What every store of documents must do."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.errors import UnknownDocument
from assistant.knowledge.document import Document, Passage
from assistant.knowledge.syncing import sync
from assistant.stores.documents import DocumentStore

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.stores.database import Database

POLICY = Document(
    "policy", "Returns policy", "docs/policy.md", "Deadlines\n\nYou have 30 days.", (Passage(11, 28, ("Deadlines",)),), "d1"
)


@pytest.fixture
def store(database: Database) -> DocumentStore:
    return DocumentStore(database)


def test_a_document_comes_back_as_it_was_put(store: DocumentStore) -> None:
    assert store.put(POLICY) == "added"
    found = store.get("policy")
    assert found.updated_at > 0
    assert replace(found, updated_at=0.0) == POLICY
    assert found.text[found.passages[0].start : found.passages[0].end] == "You have 30 days."
    assert found.place(found.passages[0]) == "Returns policy > Deadlines"


def test_the_same_file_again_changes_nothing(store: DocumentStore) -> None:
    store.put(POLICY)
    revision = store.revision()
    assert store.put(POLICY) == "unchanged"
    assert store.revision() == revision
    assert store.put(replace(POLICY, digest="d2", text="x" * 28)) == "updated"
    assert store.revision() > revision
    assert len(store.list()) == 1


def test_a_file_that_was_moved_is_the_same_document(store: DocumentStore) -> None:
    store.put(POLICY)
    assert store.put(replace(POLICY, source="elsewhere/policy.md")) == "updated"
    assert store.sources() == {"elsewhere/policy.md": ("policy", "d1")}


def test_two_files_of_one_name_are_two_documents(store: DocumentStore) -> None:
    store.put(POLICY)
    store.put(replace(POLICY, source="other/policy.md", digest="d2"))
    assert sorted(document.id for document in store.list()) == ["policy", "policy-2"]


def test_vectors_are_kept_for_the_encoder_and_the_text_that_they_are_of(store: DocumentStore) -> None:
    store.put(POLICY)
    vectors = np.eye(2, 4, dtype=np.float32)
    store.save_vectors("encoder", {"policy": ("d1", vectors), "gone": ("d1", vectors)})
    digest, found = store.load_vectors("encoder")["policy"]
    assert digest == "d1"
    assert np.array_equal(found, vectors)
    assert store.load_vectors("another") == {}


def test_what_is_removed_is_gone_with_its_vectors(store: DocumentStore) -> None:
    store.put(POLICY)
    store.save_vectors("encoder", {"policy": ("d1", np.eye(1, 4, dtype=np.float32))})
    store.remove("policy")
    assert store.list() == ()
    assert store.load_vectors("encoder") == {}
    with pytest.raises(UnknownDocument, match="policy"):
        store.get("policy")


def test_a_projects_own_folder_is_followed(store: DocumentStore, tmp_path: Path) -> None:
    folder = tmp_path / "knowledge"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nFirst.")
    (folder / "b.md").write_text("# B\n\nSecond.")
    store.put(POLICY)

    def synced() -> int:
        return sync(store, [folder], lambda path: str(path.relative_to(tmp_path)))

    assert synced() == 2
    assert synced() == 0
    (folder / "a.md").write_text("# A\n\nChanged.")
    (folder / "b.md").unlink()
    assert synced() == 2
    assert {document.source: document.text for document in store.list()} == {
        "docs/policy.md": POLICY.text,
        "knowledge/a.md": "A\n\nChanged.",
    }
