"""A message becomes an example: one line more in the right place, and every other byte as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from assistant.corrections.applying import apply
from assistant.corrections.examples import propose_example
from assistant.errors import BadAnnotation, BadExample, CannotPlace, UnknownName
from assistant.messages import Entity
from assistant.nlu.training_data import read_nlu

if TYPE_CHECKING:
    from assistant.corrections.proposal import Proposal
    from assistant.dialogue.domain import Domain
    from assistant.project import Project


def changed(proposal: Proposal) -> list[str]:
    """The lines of the diff that are added or taken away."""
    return [line for line in proposal.diff() if line[:1] in "+-" and line[:3] not in {"+++", "---"}]


@pytest.mark.parametrize(
    ("text", "intent", "line"),
    [
        ("hi there", "greet", "+    - hi there"),
        ("is it coming", "track", "+      - is it coming"),
        ("  two\n  lines\t here ", "greet", "+    - two lines here"),
        ('quotes "and": colons # and - dashes', "greet", '+    - quotes "and": colons # and - dashes'),
        ("- begins with a dash", "greet", "+    - - begins with a dash"),
        ("né \U0001f600 'x", "greet", "+    - né \U0001f600 'x"),
    ],
)
def test_an_example_stands_after_the_last_of_its_intent(
    project: Project, domain: Domain, text: str, intent: str, line: str
) -> None:
    proposal = propose_example(project, domain, text, intent, ())
    assert changed(proposal) == [line]
    assert [edit.shown for edit in proposal.edits] == ["data/nlu.yml"]
    apply(project, proposal)
    found = [example for example in read_nlu(project.training).examples if example.intent == intent]
    assert found[-1].text == " ".join(text.split())


def test_the_long_form_gets_an_item(project: Project, domain: Domain) -> None:
    proposal = propose_example(project, domain, "at what time: now?", "faq/hours", ())
    assert changed(proposal) == ["+  - text: |", "+      at what time: now?"]
    apply(project, proposal)
    assert read_nlu(project.training).examples[-1].text == "at what time: now?"


def test_an_intent_without_examples_gets_a_section(project: Project, domain: Domain) -> None:
    proposal = propose_example(project, domain, "nice weather", "chat", ())
    assert sorted(changed(proposal)) == ["+", "+    - nice weather", "+  examples: |", "+- intent: chat"]
    apply(project, proposal)
    data = read_nlu(project.training)
    assert [(example.text, example.intent) for example in data.examples][-1] == ("nice weather", "chat")
    assert data.synonyms["corcaigh"] == "Cork"


def test_entities_are_marked(project: Project, domain: Domain) -> None:
    text = "from Cork  to 12345"
    entities = (Entity("number", 14, 19, "12345"), Entity("city", 5, 9, "Cork", role="from"))
    proposal = propose_example(project, domain, text, "track", entities)
    assert changed(proposal) == ['+      - from [Cork]{"entity": "city", "role": "from"} to [12345](number)']


def test_what_is_there_already_changes_nothing(project: Project, domain: Domain) -> None:
    assert propose_example(project, domain, "hello", "greet", ()).edits == ()
    number = Entity("number", 9, 14, "12345")
    assert propose_example(project, domain, "where is 12345", "track", (number,)).edits == ()


def test_other_entities_replace_the_example(project: Project, domain: Domain) -> None:
    proposal = propose_example(project, domain, "where is 12345", "track", ())
    assert changed(proposal) == ["-      - where is [12345](number)", "+      - where is 12345"]


def test_an_example_of_another_intent_is_taken_from_it(project: Project, domain: Domain) -> None:
    proposal = propose_example(project, domain, "hello", "track", ())
    assert changed(proposal) == ["-    - hello", "+      - hello"]
    assert proposal.notes == ("taken from greet",)
    apply(project, proposal)
    assert [example.intent for example in read_nlu(project.training).examples if example.text == "hello"] == ["track"]


def test_the_only_example_of_an_intent_is_left_to_a_person(project: Project, domain: Domain) -> None:
    (project.training[0]).write_text(
        "nlu:\n- intent: greet\n  examples: |\n    - hello\n- intent: track\n  examples: |\n    - go\n"
    )
    proposal = propose_example(project, domain, "hello", "track", ())
    assert changed(proposal) == ["+    - hello"]
    assert proposal.notes == ("it stays an example of greet too, at data/nlu.yml:4: take it out by hand",)


def test_all_else_stays_byte_for_byte(project: Project, domain: Domain) -> None:
    path = project.training[0]
    before = path.read_text()
    apply(project, propose_example(project, domain, "hi there", "greet", ()))
    assert path.read_text() == before.replace("    - good  day\n", "    - good  day\n    - hi there\n")


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_ends_of_lines_and_of_the_file_stay(project: Project, domain: Domain, end: str, newline: str) -> None:
    text = "nlu:\n- intent: greet\n  examples: |\n    - hello\n    - hi" + end
    path = project.training[0]
    path.write_bytes(text.replace("\n", newline).encode())
    apply(project, propose_example(project, domain, "good day", "greet", ()))
    assert path.read_bytes().decode() == text.replace("- hi", "- hi\n    - good day").replace("\n", newline)


def test_a_project_without_examples_gets_a_file(project: Project, domain: Domain) -> None:
    from assistant.project import find_project

    project.training[0].unlink()
    bare = find_project(project.root)
    proposal = propose_example(bare, domain, "hello", "greet", ())
    apply(bare, proposal)
    assert (project.root / "data" / "nlu.yml").read_text() == (
        'version: "3.1"\n\nnlu:\n\n- intent: greet\n  examples: |\n    - hello\n'
    )
    assert [edit.before for edit in proposal.edits] == [None]


def test_names_that_are_not_there_are_named(project: Project, domain: Domain) -> None:
    with pytest.raises(UnknownName, match='unknown intent "gret"; did you mean "greet"'):
        propose_example(project, domain, "hi", "gret", ())
    with pytest.raises(UnknownName, match='unknown entity "numbr"; did you mean "number"'):
        propose_example(project, domain, "12345", "track", (Entity("numbr", 0, 5, "12345"),))


@pytest.mark.parametrize("text", ["", "   ", "/greet"])
def test_what_is_no_utterance_is_refused(project: Project, domain: Domain, text: str) -> None:
    with pytest.raises(BadExample, match="NLU-002"):
        propose_example(project, domain, text, "greet", ())


def test_a_text_that_would_be_read_as_markup_is_refused(project: Project, domain: Domain) -> None:
    with pytest.raises(BadAnnotation, match="NLU-001"):
        propose_example(project, domain, "[hi](number)", "greet", ())


@pytest.mark.parametrize(
    "examples",
    ['"- hello\\n- hi"', "[hello, hi]", "\n  - |\n    hello\n  - |\n    hi", ">\n    - hello\n\n    - hi"],
)
def test_a_form_that_cannot_be_added_to_is_left_alone(project: Project, domain: Domain, examples: str) -> None:
    path = project.training[0]
    path.write_text(f"nlu:\n- intent: greet\n  examples: {examples}\n")
    with pytest.raises(CannotPlace, match=r"COR-002 data/nlu\.yml"):
        propose_example(project, domain, "good: day", "greet", ())


def test_the_shipped_examples_can_be_added_to() -> None:
    from assistant.dialogue.domain import load_domain
    from assistant.project import find_project, shipped_root

    shop = find_project(shipped_root())
    domain = load_domain(shop)
    intents = {example.intent for path in shop.training for example in read_nlu([path]).examples}
    for intent in sorted(intents):
        assert len(changed(propose_example(shop, domain, "a text that nobody has written before", intent, ()))) == 1
