"""Draws figures with the characters of a terminal: the confusion matrix, the confidences, and bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.evaluation.labels import fitted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.nlu_report import Bin

LABEL = 26
CELL = 4
MAX_DRAWN = 20
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float, width: int) -> str:
    """Returns a bar whose full length stands for 1, to an eighth of a character.

    Args:
        share: in [0, 1]; what is outside is drawn as the nearest border.
        width: of the full bar, in characters.
    """
    eighths = round(min(max(share, 0.0), 1.0) * width * 8)
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def draw_matrix(pairs: Sequence[tuple[str, str, int]], width: int) -> list[str]:
    """Returns the lines of a confusion matrix: rows are right, columns found; the names that are confused most, as many as fit.

    Args:
        pairs: (right, found, times), as in a report.
        width: of the terminal, in characters.
    """
    names = _most_confused(pairs, max(2, min(MAX_DRAWN, (width - LABEL - 12) // CELL)))
    if not names:
        return []
    times = {(right, found): n for right, found, n in pairs}
    total: dict[str, int] = {}
    for right, _, n in pairs:
        total[right] = total.get(right, 0) + n
    lines = [" " * (LABEL + 6) + "".join(f"{number:>{CELL}}" for number in range(1, len(names) + 1)) + "  else"]
    for number, right in enumerate(names, 1):
        cells = [times.get((right, found), 0) for found in names]
        rest = total.get(right, 0) - sum(cells)
        drawn = "".join(f"{_count(n):>{CELL}}" for n in cells)
        lines.append(f"  {fitted(right or '(nothing)', LABEL)} {number:>2} {drawn}  {_count(rest):>4}")
    return lines


def _most_confused(pairs: Sequence[tuple[str, str, int]], most: int) -> list[str]:
    """Names by name, those kept that take part in the most confusions; empty when nothing is confused."""
    mistakes: dict[str, int] = {}
    for right, found, n in pairs:
        if right != found:
            for name in (right, found):
                mistakes[name] = mistakes.get(name, 0) + n
    return sorted(sorted(mistakes, key=lambda name: (-mistakes[name], name))[:most])


def _count(n: int) -> str:
    """Returns the number in at most three characters."""
    return "·" if n == 0 else str(n) if n < 1000 else f"{min(n // 1000, 99)}k"  # noqa: PLR2004 (what fits a cell)


def draw_histogram(bins: Sequence[Bin], width: int) -> list[str]:
    """Returns the lines of a histogram of confidences, right intents as full and wrong ones as light blocks.

    Args:
        bins: of a report; two and two are drawn as one.
        width: of the terminal, in characters.
    """
    rows = [(a.low, b.high, a.right + b.right, a.wrong + b.wrong) for a, b in zip(bins[::2], bins[1::2], strict=True)]
    most = max((right + wrong for _, _, right, wrong in rows), default=0)
    if not most:
        return []
    room = max(10, width - 38)
    lines = []
    for low, high, right, wrong in rows:
        both = _blocks(right + wrong, most, room)
        full = min(both, _blocks(right, most, room))
        drawn = "█" * full + "░" * (both - full)
        lines.append(f"  {low:.1f} to {high:.1f}  {drawn:<{room}} {right:>5} right {wrong:>4} wrong")
    return lines


def _blocks(n: int, most: int, room: int) -> int:
    """Returns the length of a bar; what is there at all has at least one block."""
    return max(1, round(n / most * room)) if n else 0
