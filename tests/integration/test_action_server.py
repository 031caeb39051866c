"""``assistant actions``: rasa-sdk's server with bounds."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from assistant.actions.serving import MAX_REQUEST_BYTES, _inflated
from tests.integration.test_action_runners import project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "assistant.cli.main", "actions"]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = project(tmp_path_factory.mktemp("bot"))
    (folder / "domain.yml").write_text("intents: [greet]\n")
    return folder


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[str]:
    running = subprocess.Popen(
        [*COMMAND, "--project", str(root), "--port", "0", "--reload"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    assert running.stderr is not None
    address = running.stdout.readline().strip()
    assert running.stderr.readline().startswith("13 actions: action_exit, ")
    yield address
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=60)


def post(url: str, body: bytes, **headers: str) -> tuple[int, Any, Any]:
    request = urllib.request.Request(url, data=body, headers={"Content-Type": "application/json", **headers})  # noqa: S310 (ours)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:  # noqa: S310
            return response.status, json.loads(response.read()), response.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), error.headers


def call(action: str, **more: Any) -> bytes:
    tracker = {"sender_id": "ann", "slots": {"s": "the secret of the customer"}, "events": []}
    return json.dumps({"next_action": action, "tracker": tracker, "domain": {"forms": {}}} | more).encode()


def test_it_listens_on_this_machine_alone(server: str) -> None:
    assert server.startswith("http://127.0.0.1:")


def test_it_runs_actions(server: str) -> None:
    status, answer, _ = post(server, call("action_print"))
    assert (status, answer["events"][0]["value"]) == (200, "printed")


def test_it_takes_what_is_deflated(server: str) -> None:
    status, answer, _ = post(server, zlib.compress(call("action_print")), **{"Content-Encoding": "deflate"})
    assert (status, answer["events"][0]["value"]) == (200, "printed")


def test_it_tells_the_kinds_of_failure_apart(server: str) -> None:
    assert post(server, call("action_reject"))[:2] == (400, {"error": "not now", "action_name": "action_reject"})
    assert post(server, call("action_nowhere"))[0] == 404
    body = json.loads(call("action_print"))
    del body["domain"]
    assert post(server, json.dumps(body).encode())[0] in {200, 449}  # a domain that it was sent before serves again


def test_a_failure_does_not_send_back_what_was_asked(server: str) -> None:
    status, answer, _ = post(server, call("action_raise", note="nobody else may read this"))
    assert status == 500
    assert set(answer) == {"error"}
    assert "nobody else" not in json.dumps(answer)


@pytest.mark.parametrize("body", [b"", b"null", b"[1]", b"{", b"\xff", b"[" * 100_000])
def test_what_is_no_call_is_refused(server: str, body: bytes) -> None:
    assert post(server, body)[:2] == (400, {"error": "Invalid body request"})


def test_what_is_no_deflated_call_is_refused(server: str) -> None:
    assert post(server, b"not deflated", **{"Content-Encoding": "deflate"})[0] == 400


def test_a_small_body_may_not_become_a_huge_one(server: str) -> None:
    bomb = zlib.compress(b" " * (MAX_REQUEST_BYTES + 1))
    assert len(bomb) < 100_000
    assert post(server, bomb, **{"Content-Encoding": "deflate"})[0] == 413
    assert len(_inflated(zlib.compress(b" " * MAX_REQUEST_BYTES))) == MAX_REQUEST_BYTES


def test_other_origins_are_not_let_in(server: str) -> None:
    _, _, headers = post(server, call("action_print"), Origin="https://elsewhere.example")
    assert headers["Access-Control-Allow-Origin"] is None


def test_changed_actions_are_taken_up(server: str, root: Path) -> None:
    source = root / "actions.py"
    time.sleep(0.01)
    source.write_text(source.read_text().replace('SlotSet("s", "printed")', 'SlotSet("s", "printed anew")'))
    assert post(server, call("action_print"))[1]["events"][0]["value"] == "printed anew"


def test_a_port_that_is_taken_is_named(root: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ran = subprocess.run([*COMMAND, "--project", str(root), "--port", port], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert ran.stderr.startswith(f"ACT-008 127.0.0.1:{port}: the action server cannot listen there")


def test_actions_that_cannot_be_imported_are_named(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("intents: [greet]\n")
    (tmp_path / "actions.py").write_text("import no_such_module\n")
    ran = subprocess.run([*COMMAND, "--project", str(tmp_path), "--port", "0"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (4, "")
    assert "ACT-004" in ran.stderr.splitlines()[-1]
    assert "No module named 'no_such_module'" in ran.stderr.splitlines()[-1]


def test_a_project_without_actions_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "domain.yml").write_text("intents: [greet]\n")
    ran = subprocess.run([*COMMAND, "--project", str(tmp_path)], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr[:7]) == (4, "ACT-007")
