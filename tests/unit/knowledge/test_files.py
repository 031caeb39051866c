from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from assistant.errors import PdfReaderMissing, UnreadableDocument
from assistant.knowledge.cutting import MAX_CHARS
from assistant.knowledge.files import MAX_BYTES, document_files, read_document

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.knowledge.document import Document

MARKDOWN = """---
owner: ann
---
# Returns policy

Nothing is *lost* here, see [our page](https://shop.example).

## Deadlines

You have **30 days**.

- Gifts: until January
- Mattresses: 100 nights

### Late parcels

They are kept for 28 days.

## Costs

| country | price |
|---|---|
| Ireland | free |
"""


def places(document: Document) -> dict[str, str]:
    return {document.place(passage): document.text[passage.start : passage.end] for passage in document.passages}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_markdown_is_cut_along_its_headings(tmp_path: Path) -> None:
    document = read_document(written(tmp_path, "returns-policy.md", MARKDOWN))
    assert (document.id, document.title) == ("returns-policy", "Returns policy")
    assert places(document) == {
        "Returns policy": "Nothing is lost here, see our page.",
        "Returns policy > Deadlines": "You have 30 days.\n\nGifts: until January\n\nMattresses: 100 nights",
        "Returns policy > Deadlines > Late parcels": "They are kept for 28 days.",
        "Returns policy > Costs": "country; price\n\nIreland; free",
    }


def test_plain_text_has_headings_where_people_see_some(tmp_path: Path) -> None:
    text = (
        "Handbook\n========\n\nAsk for a person.\n\n1.2 Opening hours\n\nWe open at nine\nand close at six.\n\n* first\n* second\n"
    )
    document = read_document(written(tmp_path, "handbook.txt", text))
    assert places(document) == {
        "Handbook": "Ask for a person.",
        "Handbook > 1.2 Opening hours": "We open at nine and close at six.\n\nfirst\n\nsecond",
    }


def test_a_web_page_is_read_without_menus_and_scripts(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Delivery</title><script>var x = 'no'</script></head><body><nav>Home</nav><!-- no -->"
        "<div>We deliver <b>fast</b>.<h2>Prices</h2><ul><li>Home: &euro;3</li><li>Shop: free</li></ul></div>"
        "<footer>(c)</footer></body>"
    )
    document = read_document(written(tmp_path, "delivery.html", page))
    assert places(document) == {"Delivery": "We deliver fast.", "Delivery > Prices": "Home: €3\n\nShop: free"}


def test_long_paragraphs_are_cut_between_sentences_and_offsets_hold(tmp_path: Path) -> None:
    sentence = "This is sentence number {} of a paragraph that goes on and on, e.g. about Mr. Smith and his 3.5 shoes."
    document = read_document(written(tmp_path, "long.txt", " ".join(sentence.format(number) for number in range(30))))
    assert len(document.passages) > 3
    for passage in document.passages:
        text = document.text[passage.start : passage.end]
        assert len(text) <= MAX_CHARS
        assert text.startswith("This is sentence")
        assert text.endswith("shoes.")


def test_a_document_without_a_heading_is_named_after_its_file(tmp_path: Path) -> None:
    assert read_document(written(tmp_path, "gift_cards.txt", "they never expire, and can be used in parts.")).title == "Gift cards"


def test_what_no_terminal_shows_is_left_out(tmp_path: Path) -> None:
    document = read_document(written(tmp_path, "odd.md", "red \x1b[31m\u202eand\u200b blue\x00"))
    assert document.text == "red [31mand blue\ufffd"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.docx", b"text", 'files ending in ".docx"'),
        ("a.md", b"", "holds no text"),
        ("a.md", b"# Only a heading", "holds no text"),
        ("a.txt", b"\xff\xfe\x00", "no UTF-8"),
        ("a.txt", b"x" * (MAX_BYTES + 1), "more than 20 MB"),
    ],
)
def test_what_is_no_document_is_refused(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableDocument, match=why):
        read_document(tmp_path / name)


def test_folders_give_their_files_by_name(tmp_path: Path) -> None:
    for name in ("b.md", "a.txt", "sub/c.html", ".hidden/d.md", "e.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        written(tmp_path, name, "x")
    assert [str(file.relative_to(tmp_path)) for file in document_files([tmp_path])] == ["a.txt", "b.md", "sub/c.html"]
    (tmp_path / "empty").mkdir()
    with pytest.raises(UnreadableDocument, match="no file"):
        list(document_files([tmp_path / "empty"]))


def test_pdf_is_read_where_the_library_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdf", reason="the library that reads PDF is an extra")
    path = tmp_path / "terms.pdf"
    path.write_bytes(_pdf("Returns are free of charge."))
    document = read_document(path)
    assert (document.title, document.text) == ("Terms", "Returns are free of charge.")
    path.write_bytes(b"%PDF-1.4 nothing")
    with pytest.raises(UnreadableDocument, match="no sound PDF"):
        read_document(path)
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(PdfReaderMissing):
        read_document(path)


def _pdf(line: str) -> bytes:
    """Returns a page with a line of text, in the shortest form that readers take."""
    stream = f"BT /F1 12 Tf 72 720 Td ({line}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    content, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj" % number + body + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(content)
    content += b"xref\n0 6\n0000000000 65535 f \n" + table + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start
    return content
