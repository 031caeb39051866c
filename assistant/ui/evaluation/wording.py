"""How the evaluation screen says what was measured."""

from __future__ import annotations

import time
from itertools import groupby
from typing import TYPE_CHECKING, Final

from textual.content import Content

from assistant.languages import N_, tr, trn
from assistant.ui.safe_text import safe, safe_line
from assistant.ui.training.figures import figure, label

if TYPE_CHECKING:
    from collections.abc import Iterator

    from assistant.ui.evaluation.results import Followed, Understood

_MOST_FAILURES: Final = 200
NOTHING: Final = N_(
    "Nothing was measured yet: r measures how messages are understood, in about a minute; c runs the conversation tests."
)

_COVERED: Final = {
    "rules": N_("rules"),
    "stories": N_("stories"),
    "forms": N_("forms"),
    "responses": N_("responses"),
    "intents": N_("intents"),
}


def headline(understood: Understood | None) -> Content:
    """Returns the figures of a measurement, and with what, how and when it was made."""
    if understood is None:
        return Content.styled(tr(NOTHING), "$muted")
    figures = [
        Content.assemble((f"{label(name)} ", "$muted"), (figure(name, value), "bold")) for name, value in understood.figures.items()
    ]
    n_wrong = sum(one.intent != one.found for one in understood.readings)
    told = tr(
        "{n:,} examples, {wrong:,} taken for another intent · {how}",
        n=len(understood.readings),
        wrong=n_wrong,
        how=tr(understood.what) if understood.what else "",
    )
    made = _made(understood.model, understood.at)
    return Content("\n").join([Content("   ").join(figures), Content.styled(f"{safe_line(told, limit=300)} · {made}", "$muted")])


def followed_text(followed: Followed | None) -> Content:
    """Returns what came of conversation tests, with a diff for each that failed."""
    if followed is None:
        return Content.styled(tr("No conversation tests were run yet: c runs them, forms and actions included."), "$muted")
    sign, style = ("✓", "$text-success") if not followed.n_failed else ("✕", "$text-error")
    told = tr(
        "{sign} {passed} passed, {failed} failed; {right} of {all} decisions as expected",
        sign=sign,
        passed=followed.n_passed,
        failed=followed.n_failed,
        right=followed.n_right,
        all=followed.n_decisions,
    )
    lines = [Content.styled(told, f"bold {style}")]
    touched = [
        tr("{n} of {all} {kind}", n=n, all=n_all, kind=tr(_COVERED[kind]) if kind in _COVERED else safe_line(kind, limit=20))
        for kind, (n, n_all) in followed.coverage.items()
    ]
    if touched:
        lines.append(Content.styled(tr("tested: {what}", what=", ".join(touched)), "$muted"))
    lines.append(Content.styled(_made(followed.model, followed.at), "$muted"))
    return Content("\n").join([*lines, *_diffs(followed)])


def _diffs(followed: Followed) -> Iterator[Content]:
    shown = followed.failures[:_MOST_FAILURES]
    for story, steps in groupby(shown, key=lambda step: step.get("story", "")):
        yield Content("")
        yield Content.styled(safe_line(story, limit=200), "bold")
        for step in steps:
            kind = safe_line(step.get("kind", ""), limit=20)
            reason = safe_line(step.get("reason", ""), limit=200)
            yield Content.styled(f"  {safe_line(step.get('where', ''), limit=120)}", "$muted")
            yield Content.styled(f"  - {kind}: {_value(step.get('expected', ''))}", "$text-error")
            found = Content.styled(f"  + {kind}: {_value(step.get('found', ''))}", "$text-success")
            yield Content.assemble(found, (f"  ({reason})", "$muted")) if reason else found
    if len(followed.failures) > _MOST_FAILURES:
        yield Content.styled(trn("and {n} more step", "and {n} more steps", len(followed.failures) - _MOST_FAILURES), "$muted")


def _value(text: str) -> str:
    return safe_line(safe(text, limit=400), limit=200) or tr("none")


def _made(model: str, at: float) -> str:
    return f"{safe_line(model, limit=60)} · {_when(at)}" if model else _when(at)


def _when(at: float) -> str:
    return time.strftime(tr("%d %b %Y %H:%M"), time.localtime(at))
