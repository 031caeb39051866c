"""Many changes at once: each undone and done again, and written as the fewest lines that say it."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from assistant.corrections.applying import apply, undo
from assistant.corrections.draft import Draft, History, propose_draft, read_draft
from assistant.corrections.new_intent import NewIntent, fault_of_name
from assistant.dialogue.domain import load_domain
from assistant.dialogue.stories import load_stories
from assistant.errors import BadAnnotation, BadExample, CannotPlace, ChangedMeanwhile, UnknownName
from assistant.messages import Entity
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project, shipped_root
from assistant.validation import validate_project

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.dialogue.domain import Domain
    from assistant.project import Project


@pytest.fixture
def history(project: Project) -> History:
    return History(read_draft(project))


def lines_of(project: Project, domain: Domain, history: History) -> list[str]:
    proposal = propose_draft(project, domain, history.base, history.now)
    return [line for line in proposal.diff() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


def key(history: History, text: str) -> int:
    return next(one.key for one in history.now.utterances if one.text == text)


def test_what_nobody_changed_is_not_written(project: Project, domain: Domain, history: History) -> None:
    assert propose_draft(project, domain, history.base, history.now).edits == ()
    history.change(history.now.reworded(key(history, "hello"), "hello"), "nothing")
    assert history.undo() == ""


def test_each_change_is_the_fewest_lines(project: Project, domain: Domain, history: History) -> None:
    now = history.now.reworded(key(history, "hello"), "hello there")
    now = now.reworded(key(history, "where is 12345"), "where is [12345](number) please")
    now = now.without({key(history, 'track "it", please: now')})
    now = now.added("greet", ["hey", "hello there", "hi   you"])
    now = now.moved({key(history, "good  day")}, "track")
    history.change(now, "much")
    assert lines_of(project, domain, history) == [
        "-    - hello",
        "-    - good  day",
        "+    - hello there",
        "+    - hey",
        "+    - hi you",
        "-      - where is [12345](number)",
        '-      - track "it", please: now',
        "+      - where is [12345](number) please",
        "+      - good  day",
    ]
    apply(project, propose_draft(project, domain, history.base, history.now))
    again = read_draft(project)
    assert sorted((one.text, one.intent) for one in again.utterances) == sorted((one.text, one.intent) for one in now.utterances)
    text = project.training[0].read_text()
    for comment in ("# Everything that people say.", "# --- first meetings", "# polite", "# as it came", "# the end"):
        assert comment in text


def test_the_long_form_is_edited_in_its_place(project: Project, domain: Domain, history: History) -> None:
    now = history.now.reworded(key(history, "when are you open"), "when do you open")
    now = now.without({key(history, "opening hours")})
    history.change(now, "long form")
    assert lines_of(project, domain, history) == ["-      when are you open", "+      when do you open", "-  - text: opening hours"]


def test_with_its_last_example_a_section_goes(project: Project, domain: Domain, history: History) -> None:
    history.change(history.now.moved({one.key for one in history.now.of("greet")}, "chat"), "all of greet")
    apply(project, propose_draft(project, domain, history.base, history.now))
    data = read_nlu(project.training)
    assert "greet" not in data.intents
    assert [one.text for one in data.examples if one.intent == "chat"] == ["hello", "good  day"]
    assert "# --- first meetings" in project.training[0].read_text()


def test_entities_are_marked_and_moved(project: Project, domain: Domain, history: History) -> None:
    number = key(history, "hello")
    history.change(history.now.annotated(number, (Entity("city", 0, 5, "hello", role="from"),)), "marked")
    assert lines_of(project, domain, history) == ["-    - hello", '+    - [hello]{"entity": "city", "role": "from"}']


def test_undo_and_redo_go_step_by_step(history: History) -> None:
    first = history.now
    history.change(first.added("greet", ["one"]), "added one")
    history.change(history.now.added("greet", ["two"]), "added two")
    assert history.n_changes == 2
    assert history.undo() == "added two"
    assert history.n_changes == 1
    assert history.undo() == "added one"
    assert history.now == first
    assert history.undo() == ""
    assert [history.redo(), history.redo(), history.redo()] == ["added one", "added two", ""]
    history.undo()
    history.change(history.now.added("greet", ["three"]), "added three")
    assert history.redo() == ""


@pytest.mark.parametrize("marked", ["", "  ", "/greet"])
def test_what_is_no_text_is_refused(history: History, marked: str) -> None:
    with pytest.raises(BadExample):
        history.now.reworded(1, marked)


def test_wrong_markup_and_unknown_names_are_refused(project: Project, domain: Domain, history: History) -> None:
    with pytest.raises(BadAnnotation):
        history.now.added("greet", ['[x]{"entity": '])
    for draft in (history.now.added("greeet", ["x"]), history.now.added("greet", ["[x](nubmer)"])):
        with pytest.raises(UnknownName):
            propose_draft(project, domain, history.base, draft)


@pytest.mark.parametrize("change", ["    - new\n    - hello", "    - hullo"])
def test_files_that_changed_meanwhile_are_left_alone(project: Project, domain: Domain, history: History, change: str) -> None:
    path = project.training[0]
    path.write_text(path.read_text().replace("    - hello", change))
    history.change(history.now.added("track", ["x"]), "added")
    with pytest.raises(ChangedMeanwhile):
        propose_draft(project, domain, history.base, history.now)


def test_a_new_intent_with_an_answer_is_a_whole_one(project: Project, domain: Domain, history: History) -> None:
    new = NewIntent("ask_gift_card", 'Yes: "gift cards" from 10 euros.\nAt the till.')
    history.change(history.now.with_intent(new, ["do you sell gift cards", "gift card", "vouchers for [12](number) euros"]), "new")
    before = project.domain[0].read_text()
    apply(project, propose_draft(project, domain, history.base, history.now))
    again = find_project(project.root)
    found = load_domain(again)
    assert "ask_gift_card" in found.intents
    assert found.responses["utter_ask_gift_card"][0].message.text == new.response
    rule = next(story for story in load_stories(again) if story.name == "Answer ask_gift_card")
    assert rule.is_rule
    assert next(one.text for one in read_nlu(again.training).examples if one.intent == "ask_gift_card") == "do you sell gift cards"
    assert "# the version" in project.domain[0].read_text()
    undo(project)
    assert project.domain[0].read_text() == before


@pytest.mark.parametrize(
    "domain_text",
    [
        "intents:\n- greet\n- track   # why\n\n# next\nresponses:\n  utter_x:\n  - text: x\n",
        "intents:\n  - greet\n  - track: {use_entities: []}\nresponses:\n    utter_x:\n    - text: x\nslots: {}\n",
        "intents: [greet, track]  # all\n",
        "intents: [\n  greet,\n  track\n]\n",
        "intents: [\n  greet,\n  track,\n]\n",
        "intents: []\n",
        "entities: [number]\n",
        "intents:\r\n- greet\r\n- track\r\n",
    ],
)
def test_domains_are_added_to_in_the_form_they_have(tmp_path: Path, domain_text: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_bytes(domain_text.encode())
    (tmp_path / "data" / "nlu.yml").write_text("nlu:\n- intent: greet\n  examples: |\n    - hi\n")
    project = find_project(tmp_path)
    base = read_draft(project)
    draft = (
        base.with_intent(NewIntent("ask_a", "A."), ["a"])
        .with_intent(NewIntent("ask_b", "B."), ["b"])
        .with_intent(NewIntent("c"), ["c"])
    )
    apply(project, propose_draft(project, load_domain(project), base, draft))
    again = find_project(tmp_path)
    found = load_domain(again)
    assert {"ask_a", "ask_b", "c"} <= set(found.intents)
    assert {"utter_ask_a", "utter_ask_b"} <= set(found.responses)
    assert {"Answer ask_a", "Answer ask_b"} <= {story.name for story in load_stories(again)}
    written = (tmp_path / "domain.yml").read_bytes().decode()
    kept = iter(written.splitlines())
    for line in domain_text.splitlines():
        assert any(line.rstrip("] #al,") in other for other in kept), line


def test_one_file_for_everything(tmp_path: Path) -> None:
    text = "intents: [greet, bye]\nrules:\n- rule: r\n  steps:\n  - intent: greet\n  - action: utter_x\n"
    text += "responses: {utter_x: [{text: x}]}\n"
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text("entities: []\n")
    (tmp_path / "data" / "all.yml").write_text(text + "nlu:\n- intent: greet\n  examples: |\n    - hi\n    - yo\n")
    project = find_project(tmp_path)
    base = read_draft(project)
    draft = base.with_intent(NewIntent("ask_a", "A."), ["a"]).without({1})
    apply(project, propose_draft(project, load_domain(project), base, draft))
    assert [(one.text, one.intent) for one in read_nlu(find_project(tmp_path).training).examples] == [
        ("yo", "greet"),
        ("a", "ask_a"),
    ]


def test_what_cannot_be_edited_by_line_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "domain.yml").write_text("intents: [greet, bye]\n")
    nlu = tmp_path / "data" / "nlu.yml"
    nlu.write_text('nlu:\n- {intent: greet, examples: "- hi\\n- yo"}\n- {intent: bye, examples: "- bye"}\n')
    project = find_project(tmp_path)
    before, base = nlu.read_text(), read_draft(project)
    for draft in (base.reworded(1, "hullo"), base.without({2}), base.without({1, 2}), base.added("bye", ["cu"])):
        with pytest.raises(CannotPlace):
            propose_draft(project, load_domain(project), base, draft)
    assert nlu.read_text() == before


def test_names_of_new_intents() -> None:
    assert fault_of_name("ask_gift-card", {"greet"}) == ""
    assert fault_of_name("faq/ask_x", ()) == ""
    assert "already" in fault_of_name("greet", {"greet"})
    for name in ("", "1st", "a b", "ä", "a/b/c", "nlu:"):
        assert fault_of_name(name, ())


def test_the_shipped_bot_with_a_new_intent_still_validates(tmp_path: Path) -> None:
    shutil.copytree(shipped_root() / "intents", tmp_path / "bot" / "intents", ignore=shutil.ignore_patterns("__pycache__"))
    project = find_project(tmp_path / "bot")
    domain, base = load_domain(project), read_draft(project)
    draft: Draft = base.with_intent(NewIntent("ask_cat", "Her name is Mog."), ["do you have a cat", "who is the shop's cat"])
    draft = draft.moved({base.of("greet")[0].key}, "goodbye").without({base.of("track_order")[-1].key})
    proposal = propose_draft(project, domain, base, draft)
    assert sum(line[:1] in "+-" and line[:3] not in {"+++", "---"} for line in proposal.diff()) < 24
    apply(project, proposal)
    errors = [finding for finding in validate_project(find_project(project.root)) if finding.is_error]
    assert errors == []
