"""Tells people what an audit found: a line a dimension, the groups of each, and the surest pairs that are answered differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.evaluation.labels import fitted, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.audit.auditing import DimensionReport, GroupFigures, Share

NAME = 26
SHOWN = 3
COLUMNS = {"messages": 9, "other intent": 14, "by wording": 12, "beyond it": 18, "fallback": 10, "flags": 8, "sentiment": 11}


def report_text(reports: Sequence[DimensionReport]) -> str:
    """Returns the report for people."""
    return "\n\n".join("\n".join(part) for part in (_overview(reports), *(_dimension(report) for report in reports)))


def _overview(reports: Sequence[DimensionReport]) -> list[str]:
    head = " " * (NAME + 2) + "".join(f"{name:>{width}}" for name, width in COLUMNS.items())
    rows = [
        f"  {fitted(report.name, NAME)}{report.n_messages:>9}{report.intent.between:>14.1%}{report.intent.within:>12.1%}"
        f"{_beyond(report.intent):>18}{report.fallback.beyond:>10.1%}{report.flags.beyond:>8.1%}{_score(report.sentiment_gap):>11}"
        for report in reports
    ]
    return ["what changes when only the customer does, as a share of pairs", head, *rows]


def _beyond(share: Share) -> str:
    return f"{share.beyond:+.1%} ± {share.margin:.1%}"


def _dimension(report: DimensionReport) -> list[str]:
    head = f"  {'':<{NAME + 6}}{'messages':>9}{'alone':>8}{'fallback':>10}{'confidence':>12}{'sentiment':>11}{'flagged':>9}"
    return [report.name, head, *(_group(group) for group in report.groups), *_changes(report)]


def _group(group: GroupFigures) -> str:
    return (
        f"  {fitted(group.name, NAME + 6)}{group.n_messages:>9}{group.alone:>8.1%}{group.fallback:>10.1%}"
        f"{group.confidence:>12.2f}{_score(group.sentiment):>11}{group.flagged:>9.1%}"
    )


def _changes(report: DimensionReport) -> list[str]:
    lines: list[str] = []
    for change in report.changes[:SHOWN]:
        lines += [
            f'  {change.first_intent}: "{one_line(change.first)}"',
            f'    {change.second_intent}: "{one_line(change.second)}"',
        ]
    return lines


def _score(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
