from __future__ import annotations

import pytest

from assistant.translation.protecting import parts, protected, restored

KEPT = [
    ("order AB-1234 is late", ("AB-1234",)),
    ("order #20481 is late, 20482 too", ("#20481", "20482")),
    ("see https://shop.example/a?b=1. Then", ("https://shop.example/a?b=1",)),
    ("write to help@shop.example now", ("help@shop.example",)),
    ("hello {name}, you owe {amount}", ("{name}", "{amount}")),
    ("run `pip install x` now", ("`pip install x`",)),
    ("our [terms](https://shop.example/t) hold", ("(https://shop.example/t)",)),
    ("type /restart to start over", ("/restart",)),
    ("within 14 days, at 9:00", ()),
    ("either/or, and so on", ()),
]


@pytest.mark.parametrize(("text", "kept"), KEPT)
def test_what_must_come_through_is_covered_and_put_back(text: str, kept: tuple[str, ...]) -> None:
    covered, found = protected(text)
    assert found == kept
    assert not any(one in covered for one in kept)
    assert restored(covered, found) == text
    assert "".join(part for part, _ in parts(text)) == text
    assert tuple(part for part, may in parts(text) if not may) == kept


def test_stand_ins_may_move_and_change_case() -> None:
    assert restored("Bei xz2 schuldest du XZ 1.", ("5 EUR", "{shop}")) == "Bei {shop} schuldest du 5 EUR."


@pytest.mark.parametrize("translation", ["nothing left", "XZ1 and XZ1", "XZ1 and XZ3", "XZ1"])
def test_a_translation_that_loses_doubles_or_makes_up_a_stand_in_is_none(translation: str) -> None:
    assert restored(translation, ("a", "b")) is None
