"""FAQ entries as web pages with schema.org's FAQPage: JSON-LD or microdata is read, both are what search engines read too.

A page that is written here shows the entries to people, and holds them as JSON-LD. Answers are HTML there and Markdown here, so
each question carries its entry as it was, which counts as long as nobody changed the question or the answer beside it.
"""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any, TextIO

from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from markdownify import markdownify

from assistant.errors import BadEntry, Place, UnreadableFile
from assistant.faq.records import at, entry_from, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from assistant.faq.entry import FaqEntry

MAX_CHARS = 20_000_000
_OURS = "assistant:entry"
_DROPPED = ("script", "style", "template", "iframe", "object")
_WITHIN_A_LINE = frozenset(
    ["a", "abbr", "b", "cite", "code", "em", "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u", "var"]
)
# Raw HTML within an answer is shown, not run; links to scripts are none.
_MARKDOWN = MarkdownIt("commonmark", {"html": False})


def read_html(file: TextIO, shown: str) -> Iterator[tuple[FaqEntry, Place]]:
    """Yields the entries of a web page with their places. JSON-LD counts before microdata, which often says the same again.

    Raises:
        BadEntry: JSON-LD cannot be read, a question has no answer, or there is no FAQPage.
    """
    text = file.read(MAX_CHARS + 1)
    if len(text) > MAX_CHARS:
        raise UnreadableFile(path=shown, why=f"more than {MAX_CHARS // 1_000_000} MB")
    page = BeautifulSoup(text, "html.parser")
    language = _language(page.html.get("lang") if page.html else None)
    found = list(_from_json(page, shown)) or list(_from_microdata(page, shown))
    if not found and not page.select("script[type='application/ld+json']"):
        raise BadEntry(where=Place(shown), why="the page has no FAQPage of schema.org, neither as JSON-LD nor as microdata")
    for record, where in found:
        yield entry_from(record, at(where), {"language": language} if language else {}), where


def write_html(entries: Iterable[FaqEntry]) -> Iterator[str]:
    """Yields the lines of a web page that shows the entries and holds them as JSON-LD."""
    entries = list(entries)
    yield '<!doctype html>\n<html>\n<head>\n<meta charset="utf-8">\n<title>FAQ</title>\n</head>\n<body>\n'
    for entry in entries:
        yield f"<details id={json.dumps(entry.id)}>\n<summary>{escape(entry.question)}</summary>\n{_html(entry)}</details>\n"
    yield '<script type="application/ld+json">\n{"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [\n'
    # What would end the script early, or start a comment, is written as JSON's escape.
    lines = (json.dumps(_question(entry), ensure_ascii=False).replace("<", "\\u003c") for entry in entries)
    yield ",\n".join(lines)
    yield "\n]}\n</script>\n</body>\n</html>\n"


def _question(entry: FaqEntry) -> dict[str, Any]:
    return {
        "@type": "Question",
        "name": entry.question,
        "acceptedAnswer": {"@type": "Answer", "text": _html(entry)},
        "inLanguage": entry.language,
        "additionalProperty": {"@type": "PropertyValue", "propertyID": _OURS, "value": fields_of(entry, {})},
    }


def _html(entry: FaqEntry) -> str:
    return str(_MARKDOWN.render(entry.answer))


# --- JSON-LD --------------------------------------------------------------------------------------------------------------------


def _from_json(page: BeautifulSoup, shown: str) -> Iterator[tuple[dict[str, Any], Place]]:
    for script in page.select("script[type='application/ld+json']"):
        where = Place(shown, script.sourceline or 0)
        try:
            data = json.loads(script.get_text(), strict=False)
        except (ValueError, RecursionError) as error:
            raise BadEntry(where=where, why=f"the JSON-LD cannot be read: {error}") from error
        for item in _pages(data):
            for question in _listed(item.get("mainEntity")):
                if isinstance(question, dict) and _is_a(question, "Question"):
                    yield _json_record(question, where), where


def _pages(data: Any) -> Iterator[dict[str, Any]]:
    for item in _listed(data):
        if isinstance(item, dict):
            yield from (item,) if _is_a(item, "FAQPage") else _pages(item.get("@graph"))


def _json_record(question: dict[str, Any], where: Place) -> dict[str, Any]:
    answers = [*_listed(question.get("acceptedAnswer")), *_listed(question.get("suggestedAnswer"))]
    text = next((str(answer["text"]) for answer in answers if isinstance(answer, dict) and answer.get("text")), "")
    name = str(question.get("name") or question.get("text") or "")
    kept = _kept(question)
    if kept and name == kept.get("question") and text == str(_MARKDOWN.render(str(kept.get("answer", "")))):
        return kept
    if not name.strip() or not text.strip():
        raise BadEntry(where=where, why=f'the question "{name[:60]}" has no answer' if name.strip() else "a question has no name")
    found: dict[str, Any] = {"question": _text(name), "answer": _markdown(text, where)}
    alternatives = [_text(str(other)) for other in _listed(question.get("alternateName"))]
    language = _language(question.get("inLanguage"))
    return (
        (kept or {})
        | found
        | ({"alternatives": alternatives} if alternatives else {})
        | ({"language": language} if language and not kept else {})
    )


def _kept(question: dict[str, Any]) -> dict[str, Any]:
    for more in _listed(question.get("additionalProperty")):
        if isinstance(more, dict) and more.get("propertyID") == _OURS and isinstance(more.get("value"), dict):
            return dict(more["value"])
    return {}


def _is_a(item: dict[str, Any], kind: str) -> bool:
    return any(str(name).rsplit("/", 1)[-1] == kind for name in _listed(item.get("@type")))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


# --- microdata ------------------------------------------------------------------------------------------------------------------


def _from_microdata(page: BeautifulSoup, shown: str) -> Iterator[tuple[dict[str, Any], Place]]:
    for question in page.select("[itemscope][itemtype$='schema.org/Question']"):
        where = Place(shown, question.sourceline or 0)
        name = question.select_one("[itemprop=name]")
        answer = question.select_one("[itemprop=acceptedAnswer] [itemprop=text], [itemprop=suggestedAnswer] [itemprop=text]")
        if name is None or answer is None:
            raise BadEntry(where=where, why="a question has no name or no answer of text")
        yield {"question": _said(name), "answer": _markdown(_inner(answer), where)}, where


def _said(tag: Tag) -> str:
    """Returns a tag's text as a browser shows it: blocks and line breaks part words, an emphasis does not."""
    for inner in tag.find_all(lambda one: one.name not in _WITHIN_A_LINE):
        inner.insert_before(" ")
        inner.insert_after(" ")
    return str(tag.get("content") or " ".join(tag.get_text().split()))


def _inner(tag: Tag) -> str:
    content = tag.get("content")
    return escape(str(content)) if content else tag.decode_contents()


# --- from HTML ------------------------------------------------------------------------------------------------------------------


def _text(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text().split())


def _markdown(html: str, where: Place) -> str:
    """Returns HTML as Markdown; scripts, styles and what is embedded are left out."""
    parsed = BeautifulSoup(html, "html.parser")
    for tag in parsed.find_all(_DROPPED):
        tag.decompose()
    try:
        return str(markdownify(str(parsed), heading_style="ATX", bullets="-")).strip()
    except RecursionError as error:
        raise BadEntry(where=where, why="the answer's tags are nested too deep") from error


def _language(value: Any) -> str:
    return value.strip()[:2].lower() if isinstance(value, str) else ""
