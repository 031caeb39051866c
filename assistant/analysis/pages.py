"""The report of an analysis as one page that any browser shows, without anything from elsewhere."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from assistant.analysis.report import LABELS, by_size
from assistant.analysis.tally import periods

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from assistant.analysis.report import Analysis
    from assistant.analysis.tally import Mood, Quoted

COLOURS = {"negative": "#b91c1c", "neutral": "#94a3b8", "positive": "#0f766e"}
_STYLE = """
body{font:15px/1.5 system-ui,sans-serif;color:#1e293b;max-width:60rem;margin:2rem auto;padding:0 1rem;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%}
td,th{padding:.2rem .6rem;text-align:left;vertical-align:top;border-bottom:1px solid #e2e8f0}
td.n{text-align:right;white-space:nowrap}
svg{max-width:100%;height:auto}text{font:11px system-ui,sans-serif;fill:#334155}
@media (prefers-color-scheme:dark){body{background:#0f172a;color:#e2e8f0}td,th{border-color:#334155}text{fill:#cbd5e1}}
"""
_WIDTH, _HEIGHT = 900, 180
_MOST_INTENTS = 30


def page_of(analysis: Analysis, title: str) -> str:
    """Returns the page as HTML."""
    tally = analysis.tally
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<p>{tally.mood.n:,} messages, mean sentiment {tally.mood.mean:+.2f}, {tally.mood.n_flagged:,} flagged</p>",
        "<h2>Sentiment</h2>",
        histogram_svg(tally.bins),
        _counts([(label, tally.mood.labels[label]) for label in LABELS], tally.mood.n),
        "<h2>Emotions</h2>",
        _counts(tally.emotions.most_common(), tally.mood.n),
    ]
    if len(course := periods(tally.by_day)) > 1:
        parts += ["<h2>Over time</h2>", course_svg(course)]
    if analysis.topics:
        rows = (
            (f"{topic.share:.1%}", f"{topic.sentiment:+.2f}", ", ".join(topic.words), " · ".join(topic.examples))
            for topic in analysis.topics
        )
        parts += [
            f"<h2>Topics, among {analysis.n_sampled:,} messages</h2>",
            _table(("share", "sentiment", "words", "such as"), rows),
        ]
    intents = (
        (name or "(none)", f"{mood.n:,}", f"{mood.n / tally.mood.n:.1%}", f"{mood.mean:+.2f}")
        for name, mood in by_size(tally.by_intent)[:_MOST_INTENTS]
    )
    parts += ["<h2>Intents</h2>", _table(("intent", "messages", "share", "sentiment"), intents)]
    if tally.flags:
        parts += [
            "<h2>Moderation flags</h2>",
            _counts(tally.flags.most_common(), tally.mood.n),
            _quotes(sorted(tally.flagged, reverse=True)),
        ]
    parts += ["<h2>Best</h2>", _quotes(tally.best()), "<h2>Worst</h2>", _quotes(tally.worst())]
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style>'
    return f"{head}<body>{''.join(parts)}</body></html>\n"


def histogram_svg(bins: Sequence[int]) -> str:
    """Returns how many messages have which sentiment, from -1 to 1."""
    most, step = max([*bins, 1]), _WIDTH / max(len(bins), 1)
    parts = []
    for number, n in enumerate(bins):
        low, high = (-1 + 2 * edge / len(bins) for edge in (number, number + 1))
        colour = COLOURS["negative" if high <= 0 else "positive" if low >= 0 else "neutral"]
        tall = n / most * _HEIGHT
        title = f"<title>{low:+.1f} to {high:+.1f}: {n:,}</title>"
        box = f'x="{step * number + 2:.1f}" y="{_HEIGHT - tall:.1f}" width="{step - 4:.1f}" height="{tall:.1f}"'
        parts.append(f'<rect {box} fill="{colour}">{title}</rect>')
        parts.append(f'<text x="{step * (number + 0.5):.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{low:+.1f}</text>')
    return _svg(_HEIGHT + 24, parts)


def course_svg(moods: Sequence[tuple[str, Mood]]) -> str:
    """Returns the mean sentiment over time as a line, and how many messages there were as bars behind it."""
    most, step = max(mood.n for _, mood in moods), _WIDTH / len(moods)
    parts, points = [], []
    for number, (name, mood) in enumerate(moods):
        x, tall = step * (number + 0.5), mood.n / most * _HEIGHT
        title = f"<title>{escape(name)}: {mood.n:,} messages, {mood.mean:+.2f}</title>"
        box = f'x="{x - step * 0.4:.1f}" y="{_HEIGHT - tall:.1f}" width="{step * 0.8:.1f}" height="{tall:.1f}"'
        parts.append(f'<rect {box} fill="#94a3b8" fill-opacity=".35">{title}</rect>')
        points.append(f"{x:.1f},{_HEIGHT / 2 - mood.mean * _HEIGHT / 2:.1f}")
        if number % max(1, len(moods) // 10) == 0:
            parts.append(f'<text x="{x:.1f}" y="{_HEIGHT + 16}" text-anchor="middle">{escape(name)}</text>')
    parts.append(f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT / 2}" y2="{_HEIGHT / 2}" stroke="#94a3b8" stroke-dasharray="4"/>')
    parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="#0f766e" stroke-width="2.5"/>')
    return _svg(_HEIGHT + 24, parts)


def _svg(height: int, parts: Iterable[str]) -> str:
    size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size}>{"".join(parts)}</svg>'


def _counts(counts: Sequence[tuple[str, int]], total: int) -> str:
    return _table(("", "messages", "share"), ((name, f"{n:,}", f"{n / max(total, 1):.1%}") for name, n in counts))


def _quotes(quotes: Sequence[Quoted]) -> str:
    return _table(("score", "", "message"), ((f"{q.score:+.2f}", q.label, q.text) for q in quotes))


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{head}</tr>{body}</table>"


def _cell(text: str) -> str:
    is_number = text.lstrip("+-").replace(",", "").replace(".", "").rstrip("%").isdigit()
    return f'<td class="n">{escape(text)}</td>' if is_number else f"<td>{escape(text)}</td>"
