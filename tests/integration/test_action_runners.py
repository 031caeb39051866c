"""One suite for both ways to run custom actions: in a child process, and on an action server of rasa-sdk."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.choosing import action_runner, is_here, runs_in_process
from assistant.actions.process import ProcessRunner
from assistant.actions.server import ServerRunner
from assistant.config import load_settings
from assistant.dialogue.events import ActiveLoop, Event, SlotSet, event_from_json
from assistant.dialogue.slots import REQUESTED_SLOT
from assistant.errors import (
    ActionFailed,
    ActionNotRegistered,
    ActionServerUnreachable,
    ActionsNotLoaded,
    ActionTimedOut,
    BadActionAnswer,
    BadSetting,
)
from assistant.project import find_project
from tests.action_servers import rasa_server
from tests.unit.dialogue.building import domain_of, listening, said

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from assistant.actions.outcome import ActionOutcome, ActionRunner
    from assistant.project import Project

DOMAIN = domain_of("""
intents: [a]
slots: {s: {type: any}, forms: {type: any}, number: {type: text}, extra: {type: text}, reason: {type: text}, checked: {type: bool}}
responses: {utter_x: [{text: "x {who}"}]}
forms: {form: {required_slots: [number, extra]}}
actions: [action_ok, validate_form]
""")


def project(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(__file__).with_name("shop_actions.py"), folder / "actions.py")
    return folder


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessRunner]:
    folder = tmp_path_factory.mktemp("process")
    runner = ProcessRunner(project(folder / "bot"), folder / "state", 30.0)
    runner.start()
    yield runner
    runner.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerRunner]:
    folder = project(tmp_path_factory.mktemp("server"))
    with rasa_server(folder) as webhook:
        yield ServerRunner(webhook, 30.0)


@pytest.fixture(params=["process", "server"])
def runner(request: pytest.FixtureRequest) -> ActionRunner:
    found: ActionRunner = request.getfixturevalue(request.param)
    return found


def call(runner: ActionRunner, name: str, *events: Event) -> ActionOutcome:
    tracker = listening(DOMAIN, said("a"), *events)
    return runner.run(name, tracker.as_json(), DOMAIN.as_json())


def slots(outcome: ActionOutcome) -> dict[str, Any]:
    events = [event_from_json(event) for event in outcome.events]
    return {event.name: event.value for event in events if isinstance(event, SlotSet)}


# --- both ways ------------------------------------------------------------------------------------------------------------------


def test_an_action_sees_the_conversation_and_answers(runner: ActionRunner) -> None:
    outcome = call(runner, "action_ok", SlotSet("s", "v"))
    assert not outcome.is_rejected
    assert slots(outcome) == {"s": "v", "forms": ["form"]}
    first, second = outcome.responses
    assert (first["text"], first["buttons"]) == ("hello ann", [{"title": "Yes", "payload": "/affirm"}])
    assert (second["response"], second["who"]) == ("utter_x", "you")


def test_an_action_may_decline(runner: ActionRunner) -> None:
    outcome = call(runner, "action_reject")
    assert (outcome.is_rejected, outcome.events, outcome.responses) == (True, (), ())


def test_an_action_that_nobody_wrote_is_named(runner: ActionRunner) -> None:
    with pytest.raises(ActionNotRegistered, match="ACT-003 action_okay"):
        call(runner, "action_okay")


def test_an_action_that_raises_fails_and_the_next_call_works(runner: ActionRunner) -> None:
    with pytest.raises(ActionFailed, match="ACT-001 action_raise"):
        call(runner, "action_raise")
    assert slots(call(runner, "action_ok", SlotSet("s", 1)))["s"] == 1


def test_what_an_action_prints_is_no_answer(runner: ActionRunner) -> None:
    assert slots(call(runner, "action_print")) == {"s": "printed"}
    assert slots(call(runner, "action_ok", SlotSet("s", 2)))["s"] == 2


def test_events_that_make_no_sense_leave_the_others_standing(runner: ActionRunner) -> None:
    assert slots(call(runner, "action_junk"))["s"] == "good"


def test_an_action_that_changes_what_it_was_given_changes_nothing(runner: ActionRunner) -> None:
    tracker, domain = listening(DOMAIN, SlotSet("s", "v"), said("a")).as_json(), DOMAIN.as_json()
    before = json.dumps([tracker, domain])
    runner.run("action_mutate", tracker, domain)
    assert json.dumps([tracker, domain]) == before
    assert slots(call(runner, "action_ok"))["forms"] == ["form"]


@pytest.mark.parametrize(
    ("value", "number", "checked", "said_text"),
    [("12345", "12345", True, []), (12345, "12345", True, []), ("x", None, None, ["digits only"])],
)
def test_a_form_validates_what_was_said(
    runner: ActionRunner, value: object, number: str | None, *, checked: bool | None, said_text: list[str]
) -> None:
    outcome = call(runner, "validate_form", ActiveLoop("form"), SlotSet("number", value))
    assert slots(outcome).get("number", "none") == number
    assert slots(outcome).get("checked") is checked
    assert [response["text"] for response in outcome.responses] == said_text


def test_a_form_extracts_slots_of_its_own(runner: ActionRunner) -> None:
    tracker = listening(DOMAIN, ActiveLoop("form"), said("a", text="as a gift please"))
    assert slots(runner.run("validate_form", tracker.as_json(), DOMAIN.as_json())) == {"extra": "gift"}


def test_a_form_with_other_slots_than_the_domains_says_what_comes_next(runner: ActionRunner) -> None:
    def next_slot(*events: Event) -> object:
        return slots(call(runner, "validate_form", ActiveLoop("form"), *events)).get(REQUESTED_SLOT, "the host decides")

    assert next_slot(SlotSet("number", "12345")) == "the host decides"
    assert next_slot(SlotSet("extra", "x"), SlotSet("number", "99999")) == "reason"
    assert next_slot(SlotSet("extra", "x"), SlotSet("reason", "x"), SlotSet("number", "99999")) is None


# --- the process ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Callable[[float], ProcessRunner]]:
    runners = []

    def make(timeout_s: float) -> ProcessRunner:
        runners.append(ProcessRunner(project(tmp_path / "bot"), tmp_path / "state", timeout_s))
        return runners[-1]

    yield make
    for runner in runners:
        runner.close()


def is_running(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    if status.parent.parent.is_dir() and Path("/proc/self/stat").exists():
        return status.exists() and status.read_text().split(")")[1].split()[0] not in {"Z", "X"}
    return subprocess.run(["/bin/ps", "-p", str(pid)], capture_output=True, check=False).returncode == 0


def test_an_action_that_hangs_is_ended_with_all_it_started(quick: Callable[[float], ProcessRunner], tmp_path: Path) -> None:
    runner = quick(30.0)
    call(runner, "action_ok")
    runner._timeout_s = 3.0
    before = time.monotonic()
    with pytest.raises(ActionTimedOut, match=r"ACT-002 action_hang: custom action took longer than 3 s"):
        call(runner, "action_hang")
    assert time.monotonic() - before < 45  # it sleeps for longer
    child = int((tmp_path / "state" / "child").read_text())
    deadline = time.monotonic() + 45
    while is_running(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(child)
    runner._timeout_s = 30.0
    assert slots(call(runner, "action_ok", SlotSet("s", 1)))["s"] == 1


@pytest.mark.parametrize(
    ("name", "error", "why"),
    [
        ("action_exit", ActionFailed, "its process ended"),
        ("action_sys_exit", ActionFailed, "SystemExit: 0"),
        ("action_huge", BadActionAnswer, "too large"),
        ("action_unsendable", ActionFailed, "not JSON serializable"),
    ],
)
def test_an_action_that_does_its_worst_fails_alone(process: ProcessRunner, name: str, error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        call(process, name)
    assert slots(call(process, "action_ok", SlotSet("s", 1)))["s"] == 1


def test_an_action_that_asks_for_input_gets_none(process: ProcessRunner) -> None:
    assert slots(call(process, "action_input")) == {"s": "no input"}
    assert slots(call(process, "action_ok", SlotSet("s", 1)))["s"] == 1


def test_what_actions_print_and_how_they_fail_is_in_the_log(process: ProcessRunner) -> None:
    call(process, "action_print")
    with pytest.raises(ActionFailed, match="KeyError: 'the secret of the customer'"):
        call(process, "action_raise")
    log = (process._state / "actions.log").read_text()
    assert "straight to the file" in log
    assert "Traceback" in log


@pytest.mark.parametrize("source", ["import no_such_module_anywhere", "raise SystemExit(1)", "def broken(:"])
def test_actions_that_cannot_be_imported_are_named(tmp_path: Path, source: str) -> None:
    (tmp_path / "actions.py").write_text(source)
    runner = ProcessRunner(tmp_path, tmp_path / "state", 30.0)
    try:
        with pytest.raises(ActionsNotLoaded, match="ACT-004"):
            call(runner, "action_ok")
    finally:
        runner.close()


def test_a_runner_may_be_closed_twice_and_used_again(quick: Callable[[float], ProcessRunner]) -> None:
    runner = quick(30.0)
    call(runner, "action_ok")
    runner.close()
    runner.close()
    assert slots(call(runner, "action_ok", SlotSet("s", 1)))["s"] == 1


# --- the server: a small one that answers what it is told -----------------------------------------------------------------------


@contextmanager
def answering(answer: Callable[[http.server.BaseHTTPRequestHandler], None], port: int = 0) -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            try:
                answer(self)
            except OSError:  # the caller has gone
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    running = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_port}/webhook"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def plain(code: int, body: bytes) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(900):
        handler.wfile.write(b" ")
        time.sleep(0.05)


def silence(_: http.server.BaseHTTPRequestHandler) -> None:
    time.sleep(45)


def no_http(handler: http.server.BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (plain(200, b"<html>"), BadActionAnswer),
        (plain(200, b"[1]"), BadActionAnswer),
        (plain(200, b'{"events": "all"}'), BadActionAnswer),
        (plain(200, b'{"responses": [], "x": "' + b"x" * 9_000_000 + b'"}'), BadActionAnswer),
        (plain(400, b'{"error": "Invalid body request"}'), ActionFailed),
        (plain(400, b"{"), ActionFailed),
        (plain(404, b"{}"), ActionNotRegistered),
        (no_http, ActionServerUnreachable),
    ],
)
def test_an_answer_that_is_none_is_a_failure(
    answer: Callable[[http.server.BaseHTTPRequestHandler], None], error: type[Exception]
) -> None:
    with answering(answer) as url, pytest.raises(error, match="ACT-"):
        call(ServerRunner(url, 10.0), "action_ok")


@pytest.mark.parametrize("answer", [drip, silence])
def test_a_server_that_is_slow_or_slower_is_left_at_the_deadline(
    answer: Callable[[http.server.BaseHTTPRequestHandler], None],
) -> None:
    before = time.monotonic()
    with answering(answer) as url:
        with pytest.raises(ActionTimedOut, match=r"longer than 0\.4 s"):
            call(ServerRunner(url, 0.4), "action_ok")
        assert time.monotonic() - before < 30  # the server takes longer


def test_what_a_failing_server_echoes_is_not_shown() -> None:
    echo = plain(500, b'{"error": "boom", "request_body": "the secret of the customer"}')
    with answering(echo) as url, pytest.raises(ActionFailed, match="answered 500") as caught:
        call(ServerRunner(url, 10.0), "action_ok")
    assert "secret" not in str(caught.value)


def counted(*answers: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Callable[[http.server.BaseHTTPRequestHandler], None]:
    """Answers the first call with the first answer, and so on; a call more than that fails the test."""
    left = list(answers)

    def answer(handler: http.server.BaseHTTPRequestHandler) -> None:
        left.pop(0)(handler)

    return answer


def test_a_server_that_has_lost_the_domain_is_called_once_more() -> None:
    with answering(counted(plain(449, b"{}"), plain(200, b'{"events": [], "responses": [{"text": "hi"}]}'))) as url:
        assert call(ServerRunner(url, 10.0), "action_ok").responses == [{"text": "hi"}]
    with answering(counted(plain(449, b"{}"), plain(449, b"{}"))) as url, pytest.raises(ActionFailed, match="answered 449"):
        call(ServerRunner(url, 10.0), "action_ok")


@pytest.mark.parametrize("code", [500, 502, 503, 504])
def test_an_action_that_may_have_had_its_effect_is_not_called_again(code: int) -> None:
    with answering(counted(plain(code, b"{}"))) as url, pytest.raises(ActionFailed, match=f"answered {code}"):
        call(ServerRunner(url, 10.0), "action_ok")


def test_a_server_that_breaks_off_is_not_called_again() -> None:
    calls = []

    def break_off(handler: http.server.BaseHTTPRequestHandler) -> None:
        calls.append(1)
        handler.close_connection = True

    with answering(break_off) as url, pytest.raises(ActionServerUnreachable):
        call(ServerRunner(url, 10.0), "action_ok")
    assert len(calls) == 1


def test_a_server_that_starts_again_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.actions.server._PAUSES_S", (0.05,) * 1200)  # however long it takes here
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    found: list[ActionOutcome] = []
    caller = threading.Thread(
        target=lambda: found.append(call(ServerRunner(f"http://127.0.0.1:{port}/webhook", 60.0), "action_ok"))
    )
    caller.start()
    time.sleep(0.05)
    with answering(plain(200, b"null"), port):
        caller.join(60)
    assert [outcome.is_rejected for outcome in found] == [False]


def test_no_answer_is_an_answer_without_anything() -> None:
    with answering(plain(200, b"null")) as url:
        outcome = call(ServerRunner(url, 10.0), "action_ok")
    assert (outcome.events, outcome.responses, outcome.is_rejected) == ((), (), False)


ASK = "import sys; from assistant.actions.server import ServerRunner; "
ASK += "print(ServerRunner(sys.argv[1], 10.0).run('action_ok', {'sender_id': 'ann'}, {}).is_rejected)"


def test_conversations_do_not_go_through_a_proxy_of_the_environment() -> None:
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    environment |= {"http_proxy": "http://127.0.0.1:9", "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with answering(plain(200, b"null")) as url:
        ran = subprocess.run([sys.executable, "-c", ASK, url], env=environment, capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("False\n", "")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/webhook", "http://", "http://[broken/", "http://127.0.0.1:port/"])
def test_a_server_that_cannot_be_reached_is_named(url: str) -> None:
    with pytest.raises(ActionServerUnreachable, match="ACT-005"):
        call(ServerRunner(url, 5.0), "action_ok")


def test_other_schemes_are_refused() -> None:
    with pytest.raises(BadSetting, match="no http or https URL"):
        ServerRunner("file:///etc/passwd", 5.0)


# --- where they run -------------------------------------------------------------------------------------------------------------


def bot(folder: Path) -> Project:
    project(folder)
    (folder / "domain.yml").write_text("actions: [action_ok]\n")
    return find_project(folder)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return port


def test_actions_run_here_while_their_server_is_not_there(tmp_path: Path) -> None:
    found = bot(tmp_path / "bot")
    port = free_port()
    settings = load_settings(action_endpoint=f"http://localhost:{port}/webhook")
    assert runs_in_process(found, settings)
    runner = action_runner(found, settings, tmp_path / "state")
    assert runner is not None
    try:
        assert call(runner, "action_ok").responses[0]["text"] == "hello ann"
        with answering(plain(200, b'{"responses": [{"text": "from the server"}]}'), port) as url:
            assert url.endswith(f":{port}/webhook")
            assert not runs_in_process(found, settings)
            assert call(runner, "action_ok").responses == [{"text": "from the server"}]
        assert call(runner, "action_ok").responses[0]["text"] == "hello ann"
    finally:
        runner.close()


def test_a_server_elsewhere_is_not_replaced(tmp_path: Path) -> None:
    found = bot(tmp_path / "bot")
    settings = load_settings(action_endpoint="http://actions.invalid:5055/webhook")
    assert not runs_in_process(found, settings)
    assert isinstance(action_runner(found, settings, tmp_path / "state"), ServerRunner)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://localhost:1/webhook", True),
        ("http://127.0.0.7/webhook", True),
        ("http://[::1]:5055/webhook", True),
        ("http://actions:5055/webhook", False),
        ("http://10.0.0.1/webhook", False),
        ("nonsense", False),
    ],
)
def test_this_machine_is_known_by_its_names(url: str, *, expected: bool) -> None:
    assert is_here(url) is expected
