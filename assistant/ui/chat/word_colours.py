"""A message in colours: its words by the entity they belong to, and by what they did for the intent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.content import Content

from assistant.languages import tr, trn
from assistant.ui.chat.evidence import bar, percent
from assistant.ui.safe_text import safe, safe_line, safe_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.evaluation.explanation import Explanation
    from assistant.messages import Parse

_TAG_COLOURS: Final = ("$text-accent", "$text-success", "$text-primary", "$text-warning", "$text-secondary", "$text-error")
_MOST_CHARS: Final = 600
_MOST_WORDS: Final = 12
_WORD_CELLS: Final = 20
_STRONG, _WEAK = 0.66, 0.25
"""Shares of the strongest word's; above the first a word is painted in full, below the second not at all."""


def by_tag(parse: Parse) -> Content:
    """Returns the message with each entity underlined in the colour of its type, and a legend of the types below it."""
    types = list(dict.fromkeys(entity.entity for entity in parse.entities))
    colours = {name: _TAG_COLOURS[place % len(_TAG_COLOURS)] for place, name in enumerate(types)}
    spans = [(entity.start, entity.end, f"underline bold {colours[entity.entity]}") for entity in parse.entities]
    message = _painted(parse.text, spans)
    if not types:
        return message
    legend = [Content.styled(f"▬ {safe_line(name, limit=40)}", colours[name]) for name in types]
    return Content("\n").join([message, Content("  ").join(legend)])


def by_attribution(explanation: Explanation) -> Content:
    """Returns the message with words for the intent in green and words against it in red, strong ones on colour."""
    words = explanation.attribution.words
    strongest = max((abs(word.share) for word in words), default=0.0) or 1.0
    spans = [(word.start, word.end, _style(word.share / strongest)) for word in words]
    return _painted(explanation.parse.text, spans)


def _style(part: float) -> str:
    colour = "success" if part > 0 else "error"
    if abs(part) >= _STRONG:
        return f"bold $background on ${colour}"
    return f"$text-{colour}" if abs(part) >= _WEAK else ""


def shares(explanation: Explanation, width: int) -> Content:
    """Returns a bar for each of the strongest words, with how much it raised the log-probability of the intent."""
    found, text = explanation.attribution, explanation.parse.text
    strongest = sorted(found.words, key=lambda word: -abs(word.share))[:_MOST_WORDS]
    most = max((abs(word.share) for word in strongest), default=0.0) or 1.0
    cells = max(min(width - _WORD_CELLS - 10, 40), 4)
    lines = []
    for word in strongest:
        named = safe_line(text[word.start : word.end], limit=_WORD_CELLS)
        style = "$success" if word.share > 0 else "$error"
        lines.append(Content.assemble(f"{named:<{_WORD_CELLS}} {word.share:>+6.2f} ", bar(abs(word.share) / most, cells, style)))
    more = len(found.words) - len(strongest)
    if more:
        lines.append(Content.styled(trn("and {n} weaker word", "and {n} weaker words", more), "$muted"))
    lines.append(Content.styled(tr("in all {value:+.2f} in log-probability", value=found.score - found.baseline), "$muted"))
    return Content("\n").join(lines)


def entities_found(parse: Parse) -> Content:
    """Returns a line for each entity: what it is, its value, and who found it how surely."""
    lines = []
    for entity in parse.entities:
        refined = "".join(f" ({safe_line(part, limit=20)})" for part in (entity.role, entity.group) if part)
        by = (
            "  " + tr("{share} by {who}", share=percent(entity.confidence).strip(), who=safe_line(entity.extractor, limit=40))
            if entity.extractor
            else ""
        )
        lines.append(
            Content.assemble(
                (safe_line(entity.entity, limit=60) + refined, "$muted"),
                "  ",
                (safe_value(entity.value), "$text-accent"),
                (by, "$muted"),
            )
        )
    return Content("\n").join(lines)


def nearest(explanation: Explanation) -> Content:
    """Returns the training utterances that are nearest to the message, with their intents and places."""
    lines = [
        Content.assemble(
            (f"{near.distance:.3f}  ", "$muted"),
            (safe_line(near.intent, limit=30), "bold"),
            f"  “{safe_line(near.text, limit=80)}”",
            (f"  {safe_line(near.place, limit=60)}", "$muted"),
        )
        for near in explanation.neighbours
    ]
    return Content("\n").join(lines) if lines else Content.styled(tr("none"), "$muted")


def _painted(text: str, spans: Iterable[tuple[int, int, str]]) -> Content:
    """Returns the text with its spans styled; cleaned piece by piece, so that offsets stay right."""
    shown = text[:_MOST_CHARS]
    parts: list[tuple[str, str]] = []
    position = 0
    for start, end, style in sorted(spans):
        if not position <= start < end <= len(shown):
            continue
        parts += [(safe(shown[position:start]), ""), (safe(shown[start:end]), style)]
        position = end
    parts.append((safe(shown[position:]), ""))
    return Content.assemble(*parts, "" if len(shown) == len(text) else "…")
