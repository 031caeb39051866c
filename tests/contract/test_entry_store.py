"""What every store of FAQ entries must do."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from assistant.errors import BadEntry, DuplicateEntry, StaleEntry, UnknownEntry, UnknownFollowUp, UnknownVersion
from assistant.faq.entry import FaqEntry
from assistant.messages import Cancelled, Progress
from assistant.stores.entries import EntryStore

if TYPE_CHECKING:
    from assistant.stores.database import Database
    from assistant.stores.entry_import import ImportMode

SHOES = FaqEntry("shoes", "Can I return worn shoes?", "Only *unworn* ones.", ("shoes i wore once",), ("returns",), "returns")
HOURS = FaqEntry("hours", "When are you open?", "Nine to five.", status="published", threshold=0.4)
GIFTS = FaqEntry("gifts", "Do you wrap presents?", "Yes, for two euros.", ("gift paper",), status="published")


@pytest.fixture
def store(database: Database) -> EntryStore:
    return EntryStore(database)


def test_an_added_entry_has_a_version_an_author_and_a_time(store: EntryStore) -> None:
    saved = store.add(SHOES, author="ann", reason="asked often")
    assert saved.content() == SHOES
    assert (saved.version, saved.author) == (1, "ann")
    assert saved.updated_at > 0
    assert store.get("shoes") == saved


def test_an_entry_without_an_id_gets_one_from_its_question(store: EntryStore) -> None:
    first = store.add(replace(SHOES, id=""))
    second = store.add(replace(SHOES, id=""))
    assert (first.id, second.id) == ("can-i-return-worn-shoes", "can-i-return-worn-shoes-2")


def test_an_id_is_given_once(store: EntryStore) -> None:
    store.add(SHOES)
    with pytest.raises(DuplicateEntry, match='FAQ-002 an entry "shoes" is there already'):
        store.add(SHOES)


def test_what_does_not_hold_together_is_not_saved(store: EntryStore) -> None:
    with pytest.raises(BadEntry, match="FAQ-001"):
        store.add(replace(SHOES, answer="  "))
    assert store.list() == ()


def test_an_unknown_entry_is_answered_with_the_nearest(store: EntryStore) -> None:
    store.add(SHOES)
    with pytest.raises(UnknownEntry, match=r'FAQ-003 no FAQ entry "shoe"; did you mean "shoes"\?'):
        store.get("shoe")


def test_every_save_is_a_version(store: EntryStore) -> None:
    first = store.add(SHOES, author="ann")
    second = store.save(replace(first, answer="None."), 1, author="bob", reason="new policy")
    assert second.version == 2
    newest, oldest = store.history("shoes")
    assert (newest.entry, newest.reason) == (second, "new policy")
    assert oldest.entry == first


def test_two_curators_never_overwrite_one_another(store: EntryStore) -> None:
    opened = store.add(SHOES, author="ann")
    store.save(replace(opened, answer="From Bob."), 1, author="bob")
    with pytest.raises(StaleEntry, match='FAQ-004 entry "shoes" was saved by bob in the meantime: it has version 2'):
        store.save(replace(opened, answer="From Ann."), 1, author="ann")
    assert store.get("shoes").answer == "From Bob."


def test_the_text_of_whoever_comes_second_is_kept_in_the_error(store: EntryStore) -> None:
    opened = store.add(SHOES, author="ann")
    theirs = store.save(replace(opened, answer="From Bob."), 1, author="bob")
    mine = replace(opened, answer="From Ann.")
    with pytest.raises(StaleEntry) as caught:
        store.save(mine, 1, author="ann")
    assert (caught.value.rejected, caught.value.current) == (mine, theirs)


def test_an_entry_keeps_its_links_and_days(store: EntryStore) -> None:
    store.add(HOURS)
    entry = replace(
        SHOES, intent="faq/shoes", follow_ups=("hours",), valid_from=date(2020, 2, 29), valid_until=date(2030, 1, 31), threshold=0.7
    )
    saved = store.add(entry)
    assert saved.content() == entry
    assert store.get("shoes") == saved
    assert store.version("shoes", 1) == saved


def test_a_follow_up_is_there(store: EntryStore) -> None:
    store.add(HOURS)
    with pytest.raises(UnknownFollowUp, match=r'FAQ-008 .*"shoes" names a follow-up "hour" .* did you mean "hours"'):
        store.add(replace(SHOES, follow_ups=("hour",)))
    with pytest.raises(UnknownFollowUp):
        store.import_entries([replace(SHOES, follow_ups=("gone",))])
    assert store.import_entries([replace(SHOES, follow_ups=("gifts",)), GIFTS]).n_added == 2


def test_only_what_is_valid_today_is_found_by_its_words(store: EntryStore) -> None:
    day = timedelta(days=1)
    today = date.today()  # noqa: DTZ011 (the day of the store)
    spans = {"past": (None, today - day), "now": (today, today), "future": (today + day, None), "always": (None, None)}
    store.import_entries([replace(GIFTS, id=name, valid_from=first, valid_until=last) for name, (first, last) in spans.items()])
    assert {hit.entry_id for hit in store.search_text("presents", 9)} == {"now", "always"}
    assert len(store.list(text="presents")) == 4


def test_an_older_version_comes_back_as_a_new_one(store: EntryStore) -> None:
    first = store.add(SHOES, author="ann")
    store.save(replace(first, answer="None.", tags=()), 1, author="bob")
    back = store.roll_back("shoes", 1, expected_version=2, author="cat")
    assert (back.content(), back.version, back.author) == (first.content(), 3, "cat")
    assert [version.reason for version in store.history("shoes")] == ["back to version 1", "", ""]
    assert store.get("shoes") == back
    assert store.version("shoes", 2).answer == "None."


def test_going_back_overwrites_nobody_either(store: EntryStore) -> None:
    store.save(store.add(SHOES), 1)
    with pytest.raises(StaleEntry):
        store.roll_back("shoes", 1, expected_version=1)
    with pytest.raises(UnknownVersion, match='FAQ-007 entry "shoes" has no version 3; it has 1 to 2'):
        store.roll_back("shoes", 3, expected_version=2)
    assert store.get("shoes").version == 2


def test_a_deleted_entry_is_archived_with_its_history(store: EntryStore) -> None:
    store.add(GIFTS)
    archived = store.delete("gifts", author="ann", reason="no more")
    assert (archived.status, archived.version) == ("archived", 2)
    assert store.list() == ()
    assert store.all_published() == ()
    assert store.list(status="archived") == (archived,)
    assert len(store.history("gifts")) == 2


def test_lists_are_by_status_and_text(store: EntryStore) -> None:
    store.import_entries([SHOES, HOURS, GIFTS])
    assert [entry.id for entry in store.list()] == ["gifts", "hours", "shoes"]
    assert [entry.id for entry in store.all_published()] == ["gifts", "hours"]
    assert [entry.id for entry in store.list(text="sho")] == ["shoes"]
    assert [entry.id for entry in store.list(text="two EURO")] == ["gifts"]
    assert [entry.id for entry in store.list(status="published", text="shoes")] == []
    assert len(store.list(text="  ")) == 3


def test_edits_are_found_by_their_words_and_no_more_by_the_old_ones(store: EntryStore) -> None:
    saved = store.add(HOURS)
    store.save(replace(saved, question="Opening times on Sunday?"), 1)
    assert [hit.entry_id for hit in store.search_text("sunday", 5)] == ["hours"]
    assert store.search_text("when", 5) == ()


@pytest.mark.parametrize(
    "query", ["multi-agent", "who's", '"', "NEAR(", "a OR", "*", "^x", "col:umn", "\x00", "\ud800", "", "-", "あ"]
)
def test_no_text_is_a_syntax_error(store: EntryStore, query: str) -> None:
    store.add(HOURS)
    assert isinstance(store.search_text(query, 5), tuple)
    assert isinstance(store.list(text=query), tuple)


def test_the_nearest_in_words_comes_first(store: EntryStore) -> None:
    store.import_entries([HOURS, GIFTS])
    hits = store.search_text("do you wrap presents in gift paper", 5)
    assert [hit.entry_id for hit in hits] == ["gifts", "hours"]
    assert hits[0].score > hits[1].score


def test_each_change_moves_the_revision_on_and_is_told(store: EntryStore) -> None:
    assert store.revision() == 0
    first = store.add(SHOES)
    seen = store.changes_since(0)
    assert seen.entries == (first,)
    second = store.add(HOURS)
    assert store.revision() > seen.revision
    assert store.changes_since(seen.revision).entries == (second,)
    assert store.changes_since(store.revision()).entries == ()


def test_importing_again_changes_nothing(store: EntryStore) -> None:
    assert store.import_entries([SHOES, HOURS]).n_added == 2
    revision = store.revision()
    report = store.import_entries([SHOES, HOURS])
    assert (report.n_added, report.n_changed, report.n_unchanged) == (0, 0, 2)
    assert store.revision() == revision


def test_entries_are_added_and_imported_in_turn(store: EntryStore) -> None:
    store.add(SHOES)
    store.import_entries([HOURS])
    store.add(GIFTS)
    store.import_entries([replace(HOURS, id="late"), replace(HOURS, id="early")])
    store.add(replace(GIFTS, id="wraps"))
    assert {entry.id for entry in store.list()} == {"shoes", "hours", "gifts", "late", "early", "wraps"}


@pytest.mark.parametrize(
    ("mode", "answer", "statuses"),
    [("merge", "New.", {"published"}), ("add", "Nine to five.", {"published"}), ("replace", "New.", {"published", "archived"})],
)
def test_modes_of_import(store: EntryStore, mode: ImportMode, answer: str, statuses: set[str]) -> None:
    store.import_entries([HOURS, GIFTS])
    store.import_entries([replace(HOURS, answer="New.")], mode)
    assert store.get("hours").answer == answer
    assert {store.get("hours").status, store.get("gifts").status} == statuses


def test_an_import_is_all_or_nothing(store: EntryStore) -> None:
    store.add(SHOES)
    with pytest.raises(BadEntry):
        store.import_entries([HOURS, replace(GIFTS, answer="")])
    with pytest.raises(DuplicateEntry):
        store.import_entries([HOURS, GIFTS, HOURS])
    assert [entry.id for entry in store.list()] == ["shoes"]
    assert store.search_text("open", 5) == ()


def test_a_cancelled_import_leaves_the_old_state(store: EntryStore) -> None:
    def stop(_: Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        store.import_entries([HOURS], progress=stop)
    assert store.list() == ()


def test_an_import_reports_its_progress(store: EntryStore) -> None:
    steps: list[int] = []
    store.import_entries(
        (replace(HOURS, id=f"hours-{number}") for number in range(1200)), progress=lambda step: steps.append(step.done)
    )
    assert steps == [500, 1000, 1200]
    assert len(store.list()) == 1200


def test_vectors_are_kept_by_encoder_and_version(store: EntryStore) -> None:
    store.import_entries([SHOES, HOURS])
    made = np.array([[0.6, 0.8], [1.0, 0.0]], dtype=np.float32)
    store.save_vectors("encoder-1", {"shoes": (1, made), "gone": (1, made)})
    kept = store.load_vectors("encoder-1")
    assert list(kept) == ["shoes"]
    assert kept["shoes"][0] == 1
    np.testing.assert_allclose(kept["shoes"][1], made, atol=1e-3)
    assert kept["shoes"][1].dtype == np.float32
    assert store.load_vectors("encoder-2") == {}
    assert store.load_vectors("encoder-1", ["hours"]) == {}


def test_the_nearest_in_meaning_come_from_the_database_where_it_has_an_index(store: EntryStore, url: str) -> None:
    names = [f"e{number}" for number in range(300)]
    store.import_entries([replace(HOURS, id=name, status="draft" if name == "e7" else "published") for name in names])
    made = np.random.default_rng(1).normal(size=(300, 2, 16)).astype(np.float32)
    made /= np.linalg.norm(made, axis=2, keepdims=True)
    store.save_vectors("encoder-1", {name: (1, of_entry) for name, of_entry in zip(names, made, strict=True)})
    hits = store.search_vectors("encoder-1", made[5, 1], 10)
    if url.startswith("sqlite"):
        assert hits is None
        return
    if hits is None:
        pytest.skip("the server has no pgvector")
    assert (hits[0].entry_id, hits[0].position) == ("e5", 1)
    assert hits[0].score == pytest.approx(1.0, abs=2e-3)
    exact = np.sort((made @ made[5, 1])[[n for n in range(300) if n != 7]].ravel())[::-1][:10]
    np.testing.assert_allclose([hit.score for hit in hits], exact, atol=2e-3)
    draft = store.search_vectors("encoder-1", made[7, 0], 5)
    assert draft is not None
    assert "e7" not in {hit.entry_id for hit in draft}
    assert store.search_vectors("encoder-2", made[5, 1], 5) == ()


def test_a_calibration_is_kept_by_encoder(store: EntryStore) -> None:
    assert store.load_calibration("encoder-1") is None
    store.save_calibration("encoder-1", 3, {"slope": 1.0})
    store.save_calibration("encoder-1", 4, {"slope": 2.0})
    kept = store.load_calibration("encoder-1")
    assert kept is not None
    assert (kept.revision, kept.body) == (4, {"slope": 2.0})
