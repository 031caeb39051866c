"""Draws the confusion matrix and the confidences as SVG, which any browser shows; names that are cut show whole when pointed at."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.evaluation.labels import MAX_LABEL, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.evaluation.nlu_report import Bin

CELL = 18
LETTER = 6.6
"""Width of a letter at the size of the names, about."""
MAX_DRAWN = 200
"""More names make a picture that no browser opens; those that are confused most are drawn then."""
RIGHT, WRONG = "#0f766e", "#b91c1c"
_STYLE = (
    "<style>text{font:11px ui-monospace,monospace;fill:#334155}.t{font-size:14px;font-weight:bold}.n{text-anchor:middle}"
    ".e{text-anchor:end}.w{fill:#fff}</style>"
)


def matrix_svg(pairs: Sequence[tuple[str, str, int]]) -> str:
    """Returns the confusion matrix: rows are right, columns were found; a cell is as dark as its share of the row.

    Args:
        pairs: (right, found, times), as in a report.
    """
    names = _drawn(pairs)
    place = {name: number for number, name in enumerate(names)}
    total = dict.fromkeys(names, 0)
    for right, _, times in pairs:
        if right in total:
            total[right] += times
    margin = int(LETTER * max((len(_label(name)) for name in names), default=0)) + 16
    side = CELL * len(names)
    parts = [f'<text class="t" x="8" y="20">Intents: {_dropped(pairs, names)}rows are right, columns were found</text>']
    parts.append(f'<g transform="translate({margin} {margin + 24})">')
    parts.append(f'<rect width="{side}" height="{side}" fill="none" stroke="#cbd5e1"/>')
    for name, number in place.items():
        middle = CELL * number + CELL * 0.7
        title = f"<title>{escape(one_line(name))}</title>"
        label = escape(_label(name))
        parts.append(f'<text class="e" x="-6" y="{middle:.1f}">{label}{title}</text>')
        parts.append(f'<text transform="translate({middle:.1f} -6) rotate(-90)">{label}{title}</text>')
    cells = (pair for pair in pairs if pair[0] in place and pair[1] in place)
    parts += [_cell(pair, place, total[pair[0]]) for pair in cells]
    return _svg(margin + side + 24, margin + side + 48, [*parts, "</g>"])


def _drawn(pairs: Sequence[tuple[str, str, int]]) -> list[str]:
    names = {name for right, found, _ in pairs for name in (right, found)}
    if len(names) <= MAX_DRAWN:
        return sorted(names)
    mistakes = dict.fromkeys(names, 0)
    for right, found, times in pairs:
        if right != found:
            mistakes[right] += times
            mistakes[found] += times
    return sorted(sorted(names, key=lambda name: (-mistakes[name], name))[:MAX_DRAWN])


def _dropped(pairs: Sequence[tuple[str, str, int]], names: Sequence[str]) -> str:
    n_all = len({name for right, found, _ in pairs for name in (right, found)})
    return f"the {len(names)} of {n_all} that are confused most; " if n_all > len(names) else ""


def _cell(pair: tuple[str, str, int], place: dict[str, int], total: int) -> str:
    right, found, times = pair
    share = times / total
    x, y = CELL * place[found], CELL * place[right]
    colour = RIGHT if right == found else WRONG
    title = f"<title>{escape(one_line(right))} found as {escape(_label(found))}: {times} of {total}</title>"
    paint = f'fill="{colour}" fill-opacity="{0.15 + 0.85 * share:.2f}"'
    tone = "n w" if share > 0.5 else "n"  # noqa: PLR2004 (white on a dark cell)
    number = f'<text class="{tone}" x="{x + CELL / 2}" y="{y + CELL * 0.7:.1f}">{_short(times)}</text>'
    return f'<g>{title}<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" {paint}/>{number}</g>'


def _short(times: int) -> str:
    return str(times) if times < 1000 else f"{times // 1000}k"  # noqa: PLR2004 (what fits a cell)


def histogram_svg(bins: Sequence[Bin]) -> str:
    """Returns how confident the model was where it was right, upwards, and where it was wrong, downwards.

    Args:
        bins: of a report.
    """
    step, height, left, top = 34, 160, 48, 48
    most = max((count for b in bins for count in (b.right, b.wrong)), default=0) or 1
    axis = top + height
    floor = axis + max((b.wrong for b in bins), default=0) / most * height
    parts = ['<text class="t" x="8" y="20">Confidence of the intent: right above, wrong below</text>']
    for number, b in enumerate(bins):
        x = left + step * number
        for count, colour, is_up in ((b.right, RIGHT, True), (b.wrong, WRONG, False)):
            tall = count / most * height
            y = axis - tall if is_up else axis
            title = f"<title>{b.low:.2f} to {b.high:.2f}: {count} {'right' if is_up else 'wrong'}</title>"
            parts.append(f'<rect x="{x + 3}" y="{y:.1f}" width="{step - 6}" height="{tall:.1f}" fill="{colour}">{title}</rect>')
            if count:
                beside = y - 4 if is_up else y + tall + 12
                parts.append(f'<text class="n" x="{x + step / 2}" y="{beside:.1f}">{_short(count)}</text>')
    borders = [*(b.low for b in bins), *(b.high for b in bins[-1:])]
    parts += [f'<text class="n" x="{left + step * n}" y="{floor + 34:.1f}">{border:.2f}</text>' for n, border in enumerate(borders)]
    width = left + step * len(bins) + 24
    parts.append(f'<line x1="{left}" y1="{axis}" x2="{width - 24}" y2="{axis}" stroke="#94a3b8"/>')
    return _svg(width, int(floor) + 48, parts)


def _label(name: str) -> str:
    return one_line(name, MAX_LABEL) or "(nothing)"


def _svg(width: int, height: int, parts: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    background = '<rect width="100%" height="100%" fill="#fff"/>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{_STYLE}{background}{"".join(parts)}</svg>\n'
