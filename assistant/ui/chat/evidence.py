"""How a turn came about, as text: the quiet line under a reply, and the sections of the side panel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from assistant.languages import N_, tr
from assistant.ui.safe_text import safe, safe_line, safe_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assistant.messages import Decision, Parse, Sentiment, Trace

LISTEN: Final = "action_listen"
_MAX_INTENTS: Final = 5
_MAX_MATCHES: Final = 3
_BAR: Final = 10


def bar(fraction: float, width: int, style: str = "$primary") -> Content:
    """Returns a bar, filled to half a cell, on its track; a fraction outside [0, 1] counts as the nearer end."""
    halves = round(min(max(fraction, 0.0), 1.0) * width * 2)
    filled = "━" * (halves // 2) + "╸" * (halves % 2)
    return Content.assemble((filled, style), ("─" * (width - len(filled)), "$track"))


def percent(fraction: float) -> str:
    """Returns a probability as people read it, four cells wide."""
    return f"{round(fraction * 100):>3}%"


def summary(trace: Trace) -> Content:
    """Returns one quiet line: what was understood, who decided, where the answer is from, how long it took.

    It is empty when nothing was understood, as in a greeting.
    """
    parts = []
    if trace.parse is None and not trace.problems:
        return Content("")
    if trace.parse is not None and trace.parse.intent.name:
        parts.append(f"{safe_line(trace.parse.intent.name, limit=40)} {percent(trace.parse.intent.confidence).strip()}")
    decided = next((decision for decision in trace.decisions if decision.action != LISTEN), None)
    if decided is not None and decided.policy:
        parts.append(safe_line(decided.policy, limit=24))
    if trace.faq is not None and trace.faq.best is not None:
        parts.append(tr("FAQ {share}", share=percent(trace.faq.best.score).strip()))
    elif trace.documents is not None and trace.documents.best is not None:
        parts.append(tr("document {share}", share=percent(trace.documents.best.score).strip()))
    if trace.problems:
        parts.append(tr("⚠ a step failed"))
    if "total" in trace.timings_ms:
        parts.append(milliseconds(trace.timings_ms["total"]))
    return Content(" · ".join(parts))


def milliseconds(value: float) -> str:
    """Returns a duration: with one decimal below ten milliseconds, in seconds from a thousand on."""
    if value >= 1000:  # noqa: PLR2004
        return f"{value / 1000:.1f} s"
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"  # noqa: PLR2004


def sections(trace: Trace, width: int) -> Iterator[tuple[str, Content]]:
    """Yields title and text of each section that has something to say; the title is English, see ``tr``.

    Args:
        trace: of the turn.
        width: cells of a line.
    """
    if trace.parse is not None:
        yield N_("Message"), _message(trace.parse)
        yield N_("Intent"), _intents(trace.parse, width)
        if trace.parse.entities:
            yield N_("Entities"), _entities(trace.parse)
        if trace.parse.sentiment is not None:
            yield N_("Sentiment"), _sentiment(trace.parse.sentiment)
        if trace.parse.flags:
            yield N_("Flags"), _pairs([(flag.category, percent(flag.score).strip()) for flag in trace.parse.flags])
    if trace.slots:
        yield (
            N_("Slots set"),
            _pairs([(name, tr("emptied") if value is None else safe_value(value)) for name, value in trace.slots.items()]),
        )
    if trace.decisions:
        yield N_("Decisions"), _decisions(trace.decisions)
    yield from _searched(trace, width)
    if trace.problems:
        yield (
            N_("Problems"),
            Content("\n").join(Content.styled(f"⚠ {safe_line(problem)}", "$text-error") for problem in trace.problems),
        )
    if trace.timings_ms:
        yield N_("Time"), _timings(dict(trace.timings_ms))


def _message(parse: Parse) -> Content:
    """Returns the message with its entities underlined; escapes are cleaned piece by piece, so that offsets stay right."""
    parts: list[tuple[str, str]] = []
    position = 0
    shown = parse.text[:600]
    for entity in parse.entities:
        if not position <= entity.start < entity.end <= len(shown):
            continue
        parts += [(safe(shown[position : entity.start]), ""), (safe(shown[entity.start : entity.end]), "underline $text-accent")]
        position = entity.end
    parts.append((safe(shown[position:]), ""))
    return Content.assemble("“", *parts, "”" if len(shown) == len(parse.text) else "…”")


def _intents(parse: Parse, width: int) -> Content:
    lines = []
    room = max(width - _BAR - 6, 8)
    for position, score in enumerate(parse.intent_ranking[:_MAX_INTENTS]):
        name = safe_line(score.name, limit=room).ljust(room)
        styles = ("bold", "$primary", "") if position == 0 else ("$muted", "$secondary", "$muted")
        shown = percent(score.confidence)
        lines.append(Content.assemble((name, styles[0]), " ", bar(score.confidence, _BAR, styles[1]), " ", (shown, styles[2])))
    if not lines:
        return Content.styled(tr("nothing"), "$muted")
    if parse.out_of_scope:
        lines.append(Content.styled(tr("strangeness {value:.2f}", value=parse.out_of_scope), "$muted"))
    return Content("\n").join(lines)


def _entities(parse: Parse) -> Content:
    rows = []
    for entity in parse.entities:
        refined = "".join(f" ({safe_line(part, limit=20)})" for part in (entity.role, entity.group) if part)
        rows.append((entity.entity + refined, safe_value(entity.value)))
    return _pairs(rows)


def _sentiment(sentiment: Sentiment) -> Content:
    emotion = f", {safe_line(sentiment.emotion, limit=30)}" if sentiment.emotion != "neutral" else ""
    return Content.assemble((f"{sentiment.score:+.2f} ", "$text-accent"), safe_line(sentiment.label, limit=30), emotion)


def _pairs(rows: list[tuple[str, str]]) -> Content:
    return Content("\n").join(
        Content.assemble((safe_line(name, limit=60), "$muted"), "  ", (value, "$text-accent")) for name, value in rows
    )


def _decisions(decisions: tuple[Decision, ...]) -> Content:
    lines = []
    for decision in decisions:
        is_listen = decision.action == LISTEN
        by = f"  {safe_line(decision.policy, limit=40)}" if decision.policy and not is_listen else ""
        lines.append(
            Content.assemble(("→ ", "$primary"), (safe_line(decision.action), "$muted" if is_listen else ""), (by, "$muted"))
        )
        if decision.reason and not is_listen:
            lines.append(Content.styled(safe_line(decision.reason), "$muted"))
    return Content("\n").join(lines)


def _searched(trace: Trace, width: int) -> Iterator[tuple[str, Content]]:
    if trace.faq is not None:
        yield N_("FAQ"), _found([(match.question, match.score) for match in trace.faq.matches], trace.faq.threshold, width)
    if trace.documents is not None:
        read = [(f"{match.answer} ({match.place})", match.score) for match in trace.documents.matches]
        yield N_("Documents"), _found(read, trace.documents.threshold, width)


def _found(matches: Sequence[tuple[str, float]], threshold: float, width: int) -> Content:
    """Returns what was found, the best first, each with its score; the first is given where it reaches the threshold."""
    lines = []
    is_answered = bool(matches) and matches[0][1] >= threshold
    for number, (text, score) in enumerate(matches[:_MAX_MATCHES]):
        is_given = is_answered and number == 0
        sign = ("✓ ", "$text-success") if is_given else ("  ", "")
        shown = safe_line(text, limit=max(2 * width - 12, 20))
        lines.append(Content.assemble(sign, (f"{percent(score).strip()} ", "bold" if is_given else "$muted"), shown))
    needed = percent(threshold).strip()
    verdict = tr("answered above {share}", share=needed) if is_answered else tr("not answered: all are under {share}", share=needed)
    lines.append(Content.styled(verdict, "$muted"))
    return Content("\n").join(lines)


def _timings(timings: dict[str, float]) -> Content:
    total = timings.pop("total", 0.0) or sum(timings.values()) or 1.0
    lines = [
        Content.assemble(
            (safe_line(stage, limit=12).ljust(12), "$muted"), bar(value / total, _BAR, "$secondary"), milliseconds(value).rjust(9)
        )
        for stage, value in timings.items()
    ]
    lines.append(Content.assemble((tr("total").ljust(12 + _BAR), "$muted"), milliseconds(total).rjust(9)))
    return Content("\n").join(lines)
