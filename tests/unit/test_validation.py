from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

import pytest

from assistant.project import find_project, shipped_root
from assistant.validation import components_of, validate_project

if TYPE_CHECKING:
    from pathlib import Path

DOMAIN = """\
intents: [greet, order]
entities: [number]
slots:
  number: {type: text, mappings: [{type: from_entity, entity: number}]}
responses:
  utter_greet: [{text: hi}]
  utter_ask_number: [{text: which?}]
forms:
  order_form: {required_slots: [number]}
"""
NLU = """\
nlu:
- intent: greet
  examples: |
    - hello
    - hi
    - hey
    - good day
    - greetings
- intent: order
  examples: |
    - order
    - my order
    - order [12345](number)
    - where is my order
    - order please
"""
RULES = "rules:\n- rule: greet\n  steps:\n  - intent: greet\n  - action: utter_greet\n"


def findings(folder: Path, **files: str) -> list[str]:
    texts = {"domain": DOMAIN, "data/nlu": NLU, "data/rules": RULES} | {
        name.replace("_", "/", 1): text for name, text in files.items()
    }
    for name, text in texts.items():
        path = folder / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text))
    return [str(finding) for finding in validate_project(find_project(folder))]


def test_a_sound_project_has_no_findings(tmp_path: Path) -> None:
    assert findings(tmp_path) == []


def test_the_shipped_bot_is_sound() -> None:
    assert [str(finding) for finding in validate_project(find_project(shipped_root()))] == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            {"data_rules": RULES.replace("utter_greet", "utter_gret")},
            [
                'error DOM-001 data/rules.yml:5: unknown action "utter_gret"; did you mean "utter_greet"?',
                'warning VAL-015 domain.yml:6: nothing says "utter_greet"',
            ],
        ),
        (
            {"data_rules": RULES.replace("intent: greet", "intent: great")},
            ['error DOM-001 data/rules.yml:4: unknown intent "great"; did you mean "greet"?'],
        ),
        (
            {"data_nlu": NLU.replace("intent: order", "intent: oder")},
            [
                'error DOM-001 data/nlu.yml:9: unknown intent "oder"; did you mean "order"?',
                'warning VAL-002 domain.yml:1: intent "order" has no examples; add some or remove it',
            ],
        ),
        (
            {
                "domain": DOMAIN.replace("[number]\nslots", "[number: {roles: [old, new], groups: [one]}]\nslots"),
                "data_nlu": NLU.replace("(number)", '{"entity": "number", "role": "nwe", "group": "two"}'),
            },
            [
                'error DOM-001 data/nlu.yml:13: unknown role of "number" "nwe"; did you mean "new"?',
                'error DOM-001 data/nlu.yml:13: unknown group of "number" "two"; known are: one',
            ],
        ),
        (
            {"data_nlu": NLU.replace("(number)", '{"entity": "number", "role": "any"}')},
            [],
        ),
        (
            {"data_rules": RULES.replace("intent: greet\n", "intent: greet\n    entities: [{numbr: 1}, number]\n")},
            ['error DOM-001 data/rules.yml:4: unknown entity "numbr"; did you mean "number"?'],
        ),
        (
            {"data_more": "ruels:\n- rule: other\nmy_own: 1\n"},
            ['warning YML-006 data/more.yml:1: unknown key "ruels"; did you mean "rules"?'],
        ),
        (
            {"domain": DOMAIN + "reponses: {}\n"},
            ['error YML-006 domain.yml:10: unknown key "reponses"; did you mean "responses"?'],
        ),
        (
            {"tests_test_a": "storys: []\n"},
            ['warning YML-006 tests/test_a.yml:1: unknown key "storys"; did you mean "stories"?'],
        ),
        (
            {"domain": DOMAIN.replace("text: hi", 'text: "hi {nubmer}, {who} and {{numbers}}"')},
            ['warning DOM-001 domain.yml:6: unknown slot "nubmer"; did you mean "number"?'],
        ),
        (
            {"config": "polcies:\n- name: RulePolicy\npipeline:\n- name: mine.DIETClasifier\n- DIETClasifier\n"},
            [
                "warning VAL-006 config.yml:4: these components have no counterpart here: mine.DIETClasifier; nothing",
                'warning YML-006 config.yml:1: unknown key "polcies"; did you mean "policies"?',
                'warning DOM-001 config.yml:5: unknown component "DIETClasifier"; did you mean "DIETClassifier"?',
            ],
        ),
        (
            {"config": "policies:\n- name: RulPolicy\n- name: rasa.core.policies.ted_policy.TEDPolicy\n- name: MyPolicy\n"},
            [
                "warning VAL-006 config.yml:4: these components have no counterpart here: MyPolicy",
                "warning VAL-008 config.yml:1: data/rules.yml:2 and other rules are never applied",
                'warning DOM-001 config.yml:2: unknown component "RulPolicy"; did you mean "RulePolicy"?',
            ],
        ),
        (
            {
                "domain": DOMAIN.replace("responses:\n", "responses:\n  utter_shrug: [{text: x}]\n"),
                "config": "policies: [{name: RulePolicy, core_fallback_action_name: utter_shrug}]\n",
            },
            [],
        ),
        (
            {"config": "language: de\n"},
            ['warning VAL-007 config.yml:1: language "de": the shipped encoder has read English'],
        ),
        (
            {"config": "policies:\n- name: RulePolicy\n  core_fallback_action_name: action_defualt_fallback\n"},
            ['error DOM-001 config.yml:3: unknown action "action_defualt_fallback"; did you mean "action_default_fallback"?'],
        ),
        (
            {"config": "pipeline:\n- name: FallbackClassifier\n  threshold: abc\n"},
            ["error PRJ-003 config.yml:3: setting \"nlu_threshold\" cannot be 'abc'"],
        ),
        (
            {"endpoints": "action_endpoint: {ulr: 'http://localhost:5055/webhook'}\ntraker_store: {}\n"},
            [
                'error YML-007 endpoints.yml:1: key "url" is missing; did you mean it by "ulr"?',
                'warning YML-006 endpoints.yml:2: unknown key "traker_store"; did you mean "tracker_store"?',
            ],
        ),
        (
            {"domain": DOMAIN + "actions: [action_ship]\n"},
            ["warning VAL-005 domain.yml:10: nothing runs the custom actions that are named here, such as action_ship; add an"],
        ),
        (
            {"domain": DOMAIN + "actions: [action_ship]\n", "endpoints": "action_endpoint: {url: 'http://localhost'}\n"},
            [],
        ),
        (
            {"data_nlu": NLU.replace("(number)", "(numbr)")},
            ['error DOM-001 data/nlu.yml:13: unknown entity "numbr"; did you mean "number"?'],
        ),
        (
            {"domain": DOMAIN.replace("required_slots: [number]", "required_slots: [numer]")},
            ['error DOM-001 domain.yml:9: unknown slot "numer"; did you mean "number"?'],
        ),
        (
            {"data_more": "rules:\n- rule: other\n  steps:\n  - intent: greet\n  - action: order_form\n"},
            [
                (
                    'error STO-002 data/rules.yml:5: wants "utter_greet" where data/more.yml:5 wants "order_form"; '
                    "make the two agree or tell them apart by a slot"
                )
            ],
        ),
        (
            {"tests_test_a": "stories:\n- story: t\n  steps:\n  - user: hi\n    intent: gret\n  - action: utter_gret\n"},
            [
                'error DOM-001 tests/test_a.yml:4: unknown intent "gret"; did you mean "greet"?',
                'error DOM-001 tests/test_a.yml:6: unknown action "utter_gret"; did you mean "utter_greet"?',
            ],
        ),
        ({"faq_a": "entries:\n- question: q\n"}, ['error YML-007 faq/a.yml:2: key "answer" is missing']),
        ({"data_nlu": NLU.replace("- intent: order\n", "- inten: order\n")}, ["error "]),
        (
            {"data_nlu": NLU.replace("    - hey\n", "    - My order!\n")},
            ['warning VAL-003 data/nlu.yml:12: "my order" stands in order and in greet (data/nlu.yml:6);'],
        ),
        (
            {"data_nlu": NLU.replace("    - hey\n", "")},
            ['warning VAL-001 data/nlu.yml:4: intent "greet" has only 4 examples; add some'],
        ),
        (
            {"domain": DOMAIN.replace("utter_ask_number", "utter_ask_numbers")},
            [
                'warning VAL-004 domain.yml:9: nothing asks for slot "number" of "order_form"; add the response utter_ask_number',
                'warning VAL-015 domain.yml:7: nothing says "utter_ask_numbers"',
            ],
        ),
    ],
)
def test_a_mistake_is_found_with_its_place_and_its_mend(tmp_path: Path, files: dict[str, str], expected: list[str]) -> None:
    found = findings(tmp_path, **files)
    assert len(found) == len(expected), found
    for finding, words in zip(found, expected, strict=True):
        assert finding.startswith(words)


def test_one_broken_file_does_not_hide_what_is_wrong_with_the_others(tmp_path: Path) -> None:
    found = findings(tmp_path, domain=DOMAIN + "slotz: {}\n", data_rules="rules: {}\n", data_nlu=NLU.replace("- hello", "hello"))
    assert [finding.split(":")[0] for finding in found] == [
        "error YML-006 domain.yml",
        "error YML-005 data/rules.yml",
        "warning NLU-002 data/nlu.yml",
    ]


def test_one_broken_example_does_not_hide_what_is_wrong_with_the_others(tmp_path: Path) -> None:
    broken = NLU.replace("- hey\n", "- [hey](x\n").replace("- hi\n", '- [hi]{"name": "x"}\n') + "    - greetings\n"
    shown = findings(tmp_path, data_nlu=broken)
    assert [line[: line.index(": ")] for line in shown] == [
        "error NLU-001 data/nlu.yml:5",
        "error NLU-001 data/nlu.yml:6",
        "warning VAL-003 data/nlu.yml:16",  # and that "greet" has less than five examples is not said: it has more
    ]


def test_one_broken_section_does_not_hide_the_others(tmp_path: Path) -> None:
    more = "nlu:\n- intent: greet\n  examples: {a: 1}\n- intent: nothing\n  examples: |\n    - a\n"
    assert [line[: line.index(": ")] for line in findings(tmp_path, data_more=more)] == [
        "error YML-005 data/more.yml:3",
        "error DOM-001 data/more.yml:4",
    ]


def test_one_broken_file_of_examples_does_not_hide_the_others(tmp_path: Path) -> None:
    shown = findings(tmp_path, data_bad="nlu: [", data_more="nlu:\n- intent: greet\n  examples: |\n    - my order\n")
    assert {line.split(":")[0] for line in shown} == {"error YML-001 data/bad.yml", "warning VAL-003 data/nlu.yml"}


def test_a_single_example_is_counted_in_words(tmp_path: Path) -> None:
    one = NLU[: NLU.index("    - hi\n")] + NLU[NLU.index("- intent: order") :]
    assert findings(tmp_path, data_nlu=one) == ['warning VAL-001 data/nlu.yml:4: intent "greet" has only one example; add some']


def test_errors_stand_before_warnings(tmp_path: Path) -> None:
    files = {"data_nlu": NLU.replace("    - hey\n", "").replace("(number)", "(numbr)")}
    assert [finding.split()[0] for finding in findings(tmp_path, **files)] == ["error", "warning"]


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("nlu.md", "## intent:greet\n- hi\n", "training data as Rasa 1's Markdown"),
        ("stories.md", "## happy path\n* greet\n  - utter_greet\n", "training data as Rasa 1's Markdown"),
    ],
)
def test_training_data_of_earlier_rasas_is_named_as_left_out(tmp_path: Path, name: str, text: str, kind: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text(text)
    (tmp_path / "data" / "README.md").write_text("# How to write data\n\n## Intents\n\nOne file each.\n\n* first\n")
    (tmp_path / "data" / "other.json").write_text("{}")
    assert findings(tmp_path) == [
        f"error DOM-005 data/{name}: left out: this is {kind}; convert it with `rasa data convert` of Rasa 2.8, or write it as YAML"
    ]


def test_files_of_other_programs_beside_the_training_data_are_passed_over(tmp_path: Path) -> None:
    found = findings(tmp_path, **{"data_docker-compose": "version: '3.8'\nservices: {}\n", "data_list": "- rule: lost\n"})
    assert found == ["warning VAL-014 data/list.yml: left out: this is no training data; move it, or write `nlu:` over it"]


def test_components_are_said_with_what_they_become(tmp_path: Path) -> None:
    findings(tmp_path, config="pipeline:\n- name: DIETClassifier\n- name: mine.Own\npolicies:\n- RulePolicy\n")
    named = components_of(find_project(tmp_path))
    assert [(str(c.where), c.name, c.is_policy) for c in named] == [
        ("config.yml:2", "DIETClassifier", False),
        ("config.yml:3", "mine.Own", False),
        ("config.yml:5", "RulePolicy", True),
    ]
    assert [c.becomes for c in named][1] == ""
    assert "ALBERT" in named[0].becomes
    (tmp_path / "config.yml").write_text("pipeline: [")
    assert components_of(find_project(tmp_path)) == []


def test_responses_that_the_projects_own_code_says_are_not_in_vain(tmp_path: Path) -> None:
    extra = DOMAIN.replace("responses:\n", "responses:\n  utter_only_in_code: [{text: x}]\n  utter_never: [{text: x}]\n")
    (tmp_path / "actions").mkdir()
    (tmp_path / "actions" / "actions.py").write_text('dispatcher.utter_message(response="utter_only_in_code")\n')
    found = findings(tmp_path, domain=extra + "actions: [action_x]\n")
    assert found == ['warning VAL-015 domain.yml:7: nothing says "utter_never"; use it in a rule or story, or remove it']
    (tmp_path / "actions" / "actions.py").unlink()  # then they run elsewhere, and nobody can tell what they say
    assert not [finding for finding in findings(tmp_path, domain=extra + "actions: [action_x]\n") if "VAL-015" in finding]


def test_slots_of_a_class_of_the_projects_own_are_named(tmp_path: Path) -> None:
    own = DOMAIN.replace("slots:\n", "slots:\n  own: {type: mine.OwnSlot, mappings: [{type: custom}]}\n")
    (found,) = findings(tmp_path, domain=own)
    assert found.startswith('warning VAL-016 domain.yml:4: slot "own" is of the class mine.OwnSlot: it keeps any value')


def test_a_retrieval_intent_without_its_response_is_found(tmp_path: Path) -> None:
    domain = DOMAIN.replace("[greet, order]", "[greet, order, faq]").replace("responses:", "responses:\n  utter_faq/a: [{text: A}]")
    lines = "".join(f"    - question {word}\n" for word in ("one", "two", "three", "four", "five"))
    nlu = NLU + f"- intent: faq/a\n  examples: |\n{lines}- intent: faq/b\n  examples: |\n{lines.replace('question', 'about')}"
    rules = RULES + "- rule: faq\n  steps:\n  - intent: faq\n  - action: utter_faq\n"
    found = findings(tmp_path, domain=domain, data_nlu=nlu, data_rules=rules)
    what = 'examples of "faq/b" are answered by "utter_faq/b", which is not there; add the response to the domain'
    assert [finding for finding in found if "VAL-020" in finding] == [f"warning VAL-020 data/nlu.yml:25: {what}"]


def test_synonyms_that_contradict_one_another_are_found_in_one_file_and_in_two(tmp_path: Path) -> None:
    section = "nlu:\n- synonym: {}\n  examples: |\n    - the usual\n"
    found = findings(tmp_path, data_one=section.format("cash") + section.format("cash")[5:], data_two=section.format("card"))
    what = '"the usual" means "card" here, and "cash" at data/one.yml:7; keep one of the two; the later one counts'
    assert found == [f"warning NLU-008 data/two.yml:4: {what}"]
    found = findings(tmp_path, data_one=section.format("cash") + section.format("card")[5:], data_two="nlu: []\n")
    assert found == ["warning NLU-008 data/one.yml:7: " + what.replace("one.yml:7", "one.yml:4")]


def test_a_retrieval_intent_that_the_domain_lists_with_its_response_key_is_unknown_by_its_name(tmp_path: Path) -> None:
    domain = DOMAIN.replace("[greet, order]", "[greet, order, faq/a]")
    lines = "".join(f"    - question {word}\n" for word in ("one", "two", "three", "four", "five"))
    found = findings(tmp_path, domain=domain, data_nlu=NLU + f"- intent: faq/a\n  examples: |\n{lines}")
    assert found[0].startswith('error DOM-001 data/nlu.yml:16: unknown intent "faq"; ')
