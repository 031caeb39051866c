from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.unit.cli.conftest import Ran


def test_a_new_project_is_made_and_valid(cli: Callable[..., Ran], tmp_path: Path) -> None:
    made = cli("init", tmp_path / "mine")
    assert made.code == 0
    assert f"assistant chat --project {tmp_path / 'mine'}" in made.out
    checked = cli("validate", "--project", tmp_path / "mine")
    assert (checked.code, checked.out) == (0, "0 errors, 0 warnings\n")
    again = cli("init", tmp_path / "mine")
    assert (again.code, again.out) == (2, "")
    assert again.err.startswith("PRJ-002")


def test_a_typo_is_named_with_file_line_and_the_nearest_name(cli: Callable[..., Ran], bot: Path) -> None:
    rules = bot / "intents" / "rules.yml"
    lines = rules.read_text().splitlines()
    number = next(n for n, line in enumerate(lines) if "action: utter_greet" in line)
    lines[number] = lines[number].replace("utter_greet", "utter_gret")
    rules.write_text("\n".join(lines))
    ran = cli("validate", "--project", bot)
    assert ran.code == 1
    assert f'DOM-001 intents/rules.yml:{number + 1}: unknown action "utter_gret"; did you mean "utter_greet"?' in ran.out
    found = cli("validate", "--project", bot, "--json").result
    assert found["errors"] == 1
    assert found["findings"][0]["where"] == f"intents/rules.yml:{number + 1}"


def test_a_setting_that_cannot_be_is_a_finding_among_the_others(cli: Callable[..., Ran], bot: Path) -> None:
    (bot / "intents" / "config.yml").write_text("pipeline:\n- name: FallbackClassifier\n  threshold: abc\n")
    ran = cli("validate", "--project", bot, "--json")
    assert (ran.code, ran.result["errors"]) == (1, 1)
    assert ran.result["findings"][0]["code"] == "PRJ-003"
    assert ran.result["findings"][0]["where"] == "intents/config.yml:3"


def test_the_doctor_says_what_is_missing(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("doctor", "--project", bot)
    assert ran.code == 1
    assert [line.split()[1] for line in ran.out.splitlines() if line.startswith("FAIL")] == ["model"]
    found = cli("doctor", "--project", bot, "--json").result
    assert found["ok"] is False
    assert {check["name"] for check in found["checks"]} >= {"assistant", "torch", "project", "model", "database", "disk"}


def test_places_are_located(cli: Callable[..., Ran], bot: Path) -> None:
    found = cli("locate", "--project", bot, "--json").result
    assert found["project"] == str(bot)
    assert found["bot"] == str(bot / "intents")
    assert found["state"] == str(bot / ".assistant")
    assert (found["model"], found["actions"]) == (None, None)
    text = cli("locate", "--project", bot).out
    assert f"project      {bot}\n" in text
    assert "model        -\n" in text


def test_conversations_are_tested(cli: Callable[..., Ran], bot: Path) -> None:
    ran = cli("test", "stories", "--project", bot)
    assert ran.code == 0
    assert " passed, 0 failed" in ran.out
    wrong = bot / "test_wrong.yml"
    wrong.write_text("stories:\n- story: wrong\n  steps:\n  - user: hello\n    intent: greet\n  - action: utter_goodbye\n")
    ran = cli("test", "stories", wrong, "--project", bot, "--json")
    assert ran.code == 1
    assert (ran.result["passed"], ran.result["failed"]) == (0, 1)
    assert ran.result["failures"][0] | {"reason": ""} == {
        "story": "wrong",
        "where": f"{wrong}:6" if "/" in ran.result["failures"][0]["where"] else "test_wrong.yml:6",
        "kind": "action",
        "expected": "utter_goodbye",
        "found": "utter_greet",
        "reason": "",
    }
    shown = cli("test", "stories", wrong, "--project", bot).out
    assert "\n  - action: utter_goodbye  (test_wrong.yml:6)\n  + action: utter_greet" in shown


def test_a_rasa_project_is_copied_and_said_what_became_of_it(cli: Callable[..., Ran], tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "data" / "bots" / "pizzeria"
    ran = cli("init", tmp_path / "mine", "--from", source)
    assert ran.code == 0
    assert "config.yml:13: DIETClassifier -> the heads for intents and entities on the ALBERT encoder" in ran.out
    checked = cli("validate", "--project", tmp_path / "mine", "--json")
    assert (checked.code, checked.result["errors"]) == (0, 0)
    synonyms = {"name": "EntitySynonymMapper", "where": "config.yml:19", "becomes": "synonyms", "without_effect": []}
    assert synonyms in checked.result["components"]
    both = cli("init", tmp_path / "other", "--from", source, "--shop")
    assert (both.code, both.out) == (2, "")


def test_how_answers_read_is_looked_at_when_asked_for(cli: Callable[..., Ran], tmp_path: Path) -> None:
    broken = "Order days the within refund we and soon you your as return received 30 can."
    cli("init", tmp_path / "mine")
    file = next(path for path in (tmp_path / "mine").rglob("*.yml") if path.parent.name == "faq")
    file.write_text(f"{file.read_text().rstrip()}\n- id: broken\n  question: Refunds, how do they work?\n  answer: {broken}\n")
    assert cli("validate", "--project", tmp_path / "mine").out.endswith("0 errors, 0 warnings\n")
    ran = cli("validate", "--fluency", "--project", tmp_path / "mine", "--json")
    assert (ran.code, ran.result["errors"]) == (0, 0)
    assert [found["where"] for found in ran.result["findings"]] == ['FAQ "broken"']
