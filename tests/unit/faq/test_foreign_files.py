"""Files that other programs wrote: web pages with FAQ markup, Rasa's response selector data, spreadsheets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from assistant.errors import BadEntry, MissingKey, UnreadableFile
from assistant.faq import html_format
from assistant.faq.entry import FaqEntry
from assistant.faq.files import entries_in, read_entries, survey, write_entries

if TYPE_CHECKING:
    from pathlib import Path

JSON_LD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "name": "Shop"},
        {
            "@type": ["WebPage", "https://schema.org/FAQPage"],
            "inLanguage": "en",
            "mainEntity": [
                {
                    "@type": "Question",
                    "name": "Where is my <b>parcel</b>?",
                    "alternateName": ["parcel late"],
                    "inLanguage": "en-IE",
                    "acceptedAnswer": {
                        "@type": "Answer",
                        "text": "<p>Look <a href='https://x.example/track'>here</a>:</p><ul><li>one</li><li>two</li></ul><script>x()</script>",
                    },
                },
                {"@type": "Question", "name": "When?", "suggestedAnswer": [{"@type": "Answer", "text": "Now."}]},
            ],
        },
    ],
}

MICRODATA = """<!doctype html><html lang="de-AT"><body itemscope itemtype="https://schema.org/FAQPage">
<div itemprop="mainEntity" itemscope itemtype="https://schema.org/Question">
  <h2 itemprop="name">Wo ist   mein Paket?</h2>
  <div itemprop="acceptedAnswer" itemscope itemtype="https://schema.org/Answer">
    <div itemprop="text"><p>Im <em>Lager</em>.</p></div></div>
</div>
</body></html>"""

NLU = """\
version: "3.1"
nlu:
  - intent: greet
    examples: |
      - hello
  - intent: faq/opening hours
    examples: |
      - when are you [open](state)
      - opening hours
  - intent: chitchat/ask_name
    examples:
      - text: what is your name
      - text: who are you
        metadata: {sentiment: neutral}
  - lookup: city
    examples: |
      - Cork
"""
RESPONSES = """\
version: "3.1"
responses:
  utter_greet:
    - text: hi
  utter_faq/opening hours:
    - image: http://x.example/y.png
    - text: Nine to five.
  utter_chitchat/ask_name:
    - text: I am a bot.
"""


def page(*items: Any) -> str:
    sources = [json.dumps(item).replace("</", "<\\/") for item in items]
    scripts = "".join(f'<script type="application/ld+json">{source}</script>\n' for source in sources)
    return f"<html>\n<head>{scripts}</head></html>"


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_json_ld_of_a_web_page(tmp_path: Path) -> None:
    parcel, when = read_entries(written(tmp_path, "faq.html", page({"@type": "Thing"}, JSON_LD)))
    assert (parcel.question, parcel.alternatives, parcel.language) == ("Where is my parcel?", ("parcel late",), "en")
    assert parcel.answer == "Look [here](https://x.example/track):\n\n- one\n- two"
    assert (when.id, when.answer, when.status) == ("when", "Now.", "published")


def test_microdata_of_a_web_page(tmp_path: Path) -> None:
    (only,) = read_entries(written(tmp_path, "faq.htm", MICRODATA))
    assert (only.question, only.answer, only.language) == ("Wo ist mein Paket?", "Im *Lager*.", "de")


def test_an_emphasis_parts_no_word_from_its_sign_and_a_line_break_does(tmp_path: Path) -> None:
    shown = MICRODATA.replace("Wo ist   mein Paket?", "Do you sell <b>ropes</b>?<br>Or <i>ship</i>s<p>too</p>")
    (only,) = read_entries(written(tmp_path, "faq.htm", shown))
    assert only.question == "Do you sell ropes? Or ships too"


def test_an_answer_that_was_changed_on_the_page_counts(tmp_path: Path) -> None:
    path = tmp_path / "faq.html"
    write_entries(path, [FaqEntry("hours", "When?", "Nine *to* five.", tags=("time",), status="draft")])
    path.write_text(path.read_text().replace("five.", "six."))
    (changed,) = read_entries(path)
    assert (changed.id, changed.answer, changed.tags, changed.status) == ("hours", "Nine *to* six.", ("time",), "draft")


def test_no_answer_ends_the_script_or_runs_on_the_page(tmp_path: Path) -> None:
    path = tmp_path / "faq.html"
    entry = FaqEntry("x", "</script><b>?", "</script><script>alert(1)</script> [x](javascript:alert(1))", status="published")
    write_entries(path, [entry])
    text = path.read_text()
    assert text.count("<script") == text.count("</script>") == 1
    assert 'href="javascript' not in text
    assert read_entries(path) == [entry]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("<p>nothing</p>", "the page has no FAQPage"),
        ('<script type="application/ld+json">{oops</script>', "f.html:1: .* the JSON-LD cannot be read"),
        (
            page({"@type": "FAQPage", "mainEntity": {"@type": "Question", "name": "Q?"}}),
            'f.html:2: .* question "Q\\?" has no answer',
        ),
        (page({"@type": "FAQPage", "mainEntity": {"@type": "Question", "acceptedAnswer": {"text": "a"}}}), "has no name"),
        (MICRODATA.replace('itemprop="name"', ""), "f.html:2: .* a question has no name"),
    ],
)
def test_a_page_that_does_not_hold_together_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(BadEntry, match=why):
        read_entries(written(tmp_path, "f.html", text))


def test_a_hostile_page_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = {"@type": "FAQPage", "mainEntity": {"@type": "Question", "name": "Q", "acceptedAnswer": {"text": "<b>" * 20_000 + "x"}}}
    with pytest.raises(BadEntry, match="nested too deep"):
        read_entries(written(tmp_path, "deep.html", page(deep)))
    monkeypatch.setattr(html_format, "MAX_CHARS", 1_000)
    with pytest.raises(UnreadableFile, match="more than"):
        read_entries(written(tmp_path, "long.html", MICRODATA + " " * 1_000))


def test_examples_and_responses_of_rasa_are_joined(tmp_path: Path) -> None:
    written(tmp_path, "nlu.yml", NLU)
    written(tmp_path, "domain.yml", RESPONSES)
    (tmp_path / ".hidden").mkdir()
    written(tmp_path / ".hidden", "broken.yml", "{")
    found = survey([tmp_path])
    hours, name = entries_in(found)
    assert found.n_entries == 2
    assert (hours.id, hours.questions, hours.answer) == ("opening-hours", ("when are you open", "opening hours"), "Nine to five.")
    assert hours.intent == "faq/opening hours"
    assert (name.id, name.intent, name.category) == ("chitchat.ask_name", "chitchat/ask_name", "chitchat")
    assert name.questions == ("what is your name", "who are you")


def test_an_intent_without_a_response_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadEntry, match=r'nlu.yml:6: .* no file has a text for the response "utter_faq/opening hours"'):
        read_entries(written(tmp_path, "nlu.yml", NLU))


def test_an_intent_without_examples_is_named(tmp_path: Path) -> None:
    text = NLU.replace("    examples: |\n      - when are you [open](state)\n      - opening hours\n", "")
    with pytest.raises(MissingKey, match=r'nlu.yml:6: key "examples" is missing'):
        read_entries(written(tmp_path, "nlu.yml", text + RESPONSES.split("\n", 1)[1]))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\uff1d", "'=", "'+"])
def test_no_cell_of_a_spreadsheet_is_a_formula(tmp_path: Path, start: str) -> None:
    entry = FaqEntry("x", f"{start}1+1 Is it two?", f"{start}HYPERLINK(1)", (f"{start}2", "plain"), status="published")
    path = tmp_path / "faq.csv"
    write_entries(path, [entry])
    row = path.read_text(encoding="utf-8").split("\n", 1)[1]
    assert f",{start}" not in row
    assert f'"{start}' not in row
    assert read_entries(path) == [entry]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_as_spreadsheets_of_other_countries_write_it(tmp_path: Path, delimiter: str) -> None:
    text = "Question,Answer,Valid_From\r\nWhen?,Now.,2026-01-31\r\n".replace(",", delimiter)
    (only,) = read_entries(written(tmp_path, "faq.csv", text))
    assert (only.question, only.answer, str(only.valid_from)) == ("When?", "Now.", "2026-01-31")
