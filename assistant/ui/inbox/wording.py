"""How the inbox says things: why a conversation is there, how its user feels, how long ago something was."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from textual.content import Content

from assistant.languages import N_, tr, trn
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from assistant.dialogue.handoffs import Handoff
    from assistant.dialogue.reviewing import Cause
    from assistant.inbox import Case

CAUSES: Final[dict[Cause, tuple[str, str]]] = {
    "handoff": ("☎", N_("Handoff")),
    "thumb": ("▼", N_("Thumb down")),
    "fallback": ("✕", N_("Not answered")),
    "unsure": ("?", N_("Unsure")),
}
"""Sign and name of each reason, so that colour is not needed to tell them apart."""

_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400
_LOW, _HIGH = -0.15, 0.15
_MAX_REASONS = 4


def ago(timestamp: float, now: float | None = None) -> str:
    """Returns how long ago something was, in a word or two."""
    seconds = max(0.0, (time.time() if now is None else now) - timestamp)
    if seconds < _MINUTE_S:
        return tr("now")
    if seconds < _HOUR_S:
        return tr("{n} min", n=int(seconds // _MINUTE_S))
    if seconds < _DAY_S:
        return tr("{n} h", n=int(seconds // _HOUR_S))
    days = int(seconds // _DAY_S)
    return trn("{n} day", "{n} days", days)


def feeling(sentiment: float | None) -> str:
    """Returns how a user sounds, with the number in [-1, 1]; empty when nothing has measured it."""
    if sentiment is None:
        return ""
    sign, word = ("☹", tr("negative")) if sentiment < _LOW else ("☺", tr("positive")) if sentiment > _HIGH else ("·", tr("neutral"))
    return f"{sign} {word} {sentiment:+.1f}"


def causes(case: Case) -> str:
    """Returns why a case is in the inbox, its most pressing reason in words, the others as signs."""
    first, *others = case.causes
    sign, name = CAUSES[first]
    return " ".join([f"{sign} {tr(name)}", *(CAUSES[cause][0] for cause in others)])


def holder(handoff: Handoff | None, me: str) -> str:
    """Returns who has a case."""
    if handoff is None:
        return ""
    if handoff.status == "waiting":
        return tr("waits")
    return tr("you") if handoff.agent == me else safe_line(handoff.agent, limit=20)


def headline(case: Case, me: str, between: str = " · ") -> Content:
    """Returns who has a case, since when, and how its user sounds."""
    handoff = case.handoff
    parts: list[Content] = []
    if handoff is None:
        parts.append(Content.styled(tr("The assistant answers here"), "$muted"))
    elif handoff.status == "waiting":
        parts.append(Content.styled(tr("☎ Waits for a person · {time}", time=ago(handoff.asked_at)), "$text-warning"))
    elif handoff.agent == me:
        parts.append(Content.styled(tr("● You have taken this over"), "$text-success"))
    else:
        parts.append(Content.styled(tr("● {name} has taken this over", name=safe_line(handoff.agent, limit=40)), "$text-accent"))
    if case.sentiment is not None:
        parts.append(Content(feeling(case.sentiment)))
    return Content(between).join(parts)


def reasons(case: Case) -> Content:
    """Returns why a case is in the inbox, a line each, and what it was about where it was handed over."""
    lines = [
        Content.assemble(
            (f"{CAUSES[one.cause][0]} ", "$text-warning"), safe_line(f"{tr(CAUSES[one.cause][1])}: {one.detail}", limit=200)
        )
        for one in case.concerns[:_MAX_REASONS]
    ]
    if len(case.concerns) > _MAX_REASONS:
        lines.append(
            Content.styled("  " + trn("and {n} more message", "and {n} more messages", len(case.concerns) - _MAX_REASONS), "$muted")
        )
    if case.handoff is not None and case.handoff.request.summary:
        lines.append(Content.styled(safe(case.handoff.request.summary, limit=600), "$muted"))
    return Content("\n").join(lines)
