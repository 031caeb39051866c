"""From a new project to its answers, with a real model: two layers of random weights, trained in seconds."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from assistant.albert.checkpoint import random_checkpoint
from assistant.albert.manifest import verify_manifest
from assistant.albert.presets import Preset
from assistant.cli.main import _run
from assistant.config import load_settings
from assistant.dialogue.policies.learned import LearnedPolicy
from assistant.errors import DamagedFile, NoModel
from assistant.opening import open_agent
from assistant.project import find_project, model_in_use
from assistant.scaffold import make_project
from assistant.training import arguments
from assistant.training import project as training
from tests.integration.bots import say, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.nlu.training_data import TrainingData
    from assistant.project import Project

TINY = Preset("tiny", n_layers=2, hidden=32, heads=2, inner=64, embedding=16)


def tiny_checkpoint(data: TrainingData, seed: int, **_: bool) -> tuple[Checkpoint, bool]:
    return random_checkpoint(TINY, (example.text for example in data.examples), seed, vocab_size=200), False


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("ASSISTANT_STATE_DIR", raising=False)
        patch.setattr(training, "starting_checkpoint", tiny_checkpoint)
        quick = partial(arguments.TrainingArguments, tag_epochs=2, penalty=0.001, threads=1)
        patch.setattr(arguments, "TrainingArguments", quick)
        patch.setenv("ASSISTANT_NLU_THRESHOLD", "0")
        patch.setenv("ASSISTANT_NLU_AMBIGUITY", "0")
        found = find_project(make_project(tmp_path_factory.mktemp("trained") / "bot"))
        with pytest.raises(NoModel):
            open_agent(found, load_settings())
        steps: list[Any] = []
        training.train_project(found, mode="fast", on_progress=steps.append)
        assert steps
        yield found


@pytest.fixture
def run(project: Project, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, list[str]]]:
    def run(*arguments: str) -> tuple[int, list[str]]:
        capfd.readouterr()
        return _run([*arguments, "--project", str(project.root)]), capfd.readouterr().out.splitlines()

    return run


def test_a_model_has_the_policy_that_its_stories_teach(project: Project) -> None:
    folder = model_in_use(project)
    assert folder is not None
    manifest = verify_manifest(folder)
    assert {"policy.onnx", "policy.json"} <= set(manifest["files"])
    assert manifest["policy"]["n_examples"] > 0
    agent = open_agent(project, load_settings())
    assert any(isinstance(policy, LearnedPolicy) for policy in agent.policies)
    agent.use_model(folder)
    assert any(isinstance(policy, LearnedPolicy) for policy in agent.policies)
    agent.close()
    without = open_agent(project, load_settings(learned_policy=False))
    assert not any(isinstance(policy, LearnedPolicy) for policy in without.policies)
    without.close()


def test_a_trained_project_answers_and_remembers(project: Project) -> None:
    assert model_in_use(project) is not None
    for turn in (1, 2):
        agent = open_agent(project, load_settings())
        reply = say(agent, "hello")
        assert texts(reply)
        assert reply.trace.parse is not None
        assert reply.trace.parse.intent.name in set(agent.domain.intents)
        assert sum(event.kind == "user" for event in agent.events("ann")) == turn
        entry = agent.entries.all_published()[0]
        assert texts(say(agent, entry.question, "bob")) == [entry.answer]
        agent.close()


def test_answers_come_without_torch(project: Project) -> None:
    code = "import sys; from assistant.cli.main import _run; code = _run(sys.argv[1:]); "
    code += "loaded = [m for m in ('torch', 'transformers', 'textual', 'rasa_sdk') if m in sys.modules]; assert not loaded, loaded"
    command = [sys.executable, "-c", code, "ask", "hello", "--json", "--project", str(project.root)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout.splitlines()[0])["recipient_id"] == "cli"


def test_asking_gives_one_object_a_reply_and_one_more_with_the_trace(run: Callable[..., tuple[int, list[str]]]) -> None:
    code, lines = run("ask", "/greet", "--json", "--sender", "carol", "--trace")
    *messages, last = [json.loads(line) for line in lines]
    assert code == 0
    assert [set(message) - {"buttons"} for message in messages] == [{"recipient_id", "text"}] * len(messages)
    assert messages[0]["recipient_id"] == "carol"
    assert set(last) == {"trace"}
    assert [step["action"] for step in last["trace"]["decisions"]] == ["utter_greet", "action_listen"]
    assert last["trace"]["parse"]["intent"] == {"name": "greet", "confidence": 1.0}


def test_people_read_the_answer_and_why(run: Callable[..., tuple[int, list[str]]]) -> None:
    code, lines = run("ask", "/greet", "--trace")
    assert code == 0
    assert any(line.startswith("  rule      utter_greet 1.00: rule ") for line in lines)
    assert lines[-1].startswith("  ms        ")


def test_each_line_of_standard_input_is_a_message(
    run: Callable[..., tuple[int, list[str]]], monkeypatch: pytest.MonkeyPatch, project: Project
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("/greet\n\n/goodbye\n"))
    code, lines = run("ask", "--json", "--sender", "dave")
    assert (code, len(lines)) == (0, 2)


def test_parsing_gives_one_object_a_message(run: Callable[..., tuple[int, list[str]]]) -> None:
    code, lines = run("parse", "hello", "where is my parcel")
    assert code == 0
    for line, text in zip(lines, ("hello", "where is my parcel"), strict=True):
        found = json.loads(line)
        assert set(found) == {"text", "intent", "intent_ranking", "entities", "text_tokens", "out_of_scope", "sentiment"}
        assert found["text"] == text
        assert found["intent"] == found["intent_ranking"][0]
        assert sum(score["confidence"] for score in found["intent_ranking"]) == pytest.approx(1, abs=1e-3)


def test_a_message_that_names_its_intent_is_parsed_as_what_it_says(run: Callable[..., tuple[int, list[str]]]) -> None:
    code, lines = run("parse", '/goodbye{"order_number": "12345"}', "hello", "/goodbye{")
    named, spoken, broken = map(json.loads, lines)
    assert (code, named["intent"]) == (0, {"name": "goodbye", "confidence": 1.0})
    assert [(entity["entity"], entity["value"]) for entity in named["entities"]] == [("order_number", "12345")]
    assert len(spoken["intent_ranking"]) > 1
    assert len(broken["intent_ranking"]) > 1


def test_the_faq_is_searched_with_the_model(run: Callable[..., tuple[int, list[str]]], project: Project) -> None:
    _, lines = run("faq", "list", "--json")
    entry = json.loads(lines[-1])[0]
    code, lines = run("faq", "search", entry["question"], "--json")
    found = json.loads(lines[-1])
    assert (code, found["answered"]) == (0, True)
    assert (found["matches"][0]["entry"], found["matches"][0]["score"]) == (entry["id"], 1.0)


def test_another_model_takes_over_and_a_damaged_one_does_not(project: Project, tmp_path: Path) -> None:
    current = model_in_use(project)
    assert current is not None
    shutil.copytree(current, tmp_path / "copy")
    agent = open_agent(project, load_settings())
    agent.use_model(tmp_path / "copy")
    interpreter = agent.interpreter
    graph = tmp_path / "copy" / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:-1] + b"\x00\x01")
    with pytest.raises(DamagedFile):
        agent.use_model(tmp_path / "copy")
    assert agent.interpreter is interpreter
    assert texts(say(agent, "/greet", "erin"))
    agent.close()
