from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.dialogue.domain import Domain
from assistant.faq.entry import FaqEntry
from assistant.opening import open_fluency
from assistant.validation.fluency_checks import fluency_findings

if TYPE_CHECKING:
    from assistant.messages import Progress

BROKEN = "Order days the within refund we and soon you your as return received 30 can."


def test_answers_that_read_badly_are_warned_of_with_their_entry() -> None:
    entries = [
        FaqEntry("fine", "Returns?", "You can return your order within 30 days."),
        FaqEntry("broken", "Refunds?", f"We refund you within five days. {BROKEN}"),
        FaqEntry("german", "Boote?", BROKEN, language="de"),
    ]
    steps: list[Progress] = []
    (finding,) = fluency_findings(Domain(), entries, open_fluency(), steps.append)
    assert (finding.is_error, finding.where) == (False, 'FAQ "broken"')
    assert finding.what.startswith("this reads badly, look at")
    assert finding.what.endswith(BROKEN)
    assert [(step.done, step.total) for step in steps] == [(1, 2), (2, 2)]
