"""Runs custom actions on an action server (``python -m rasa_sdk``) over HTTP, as Rasa does."""

from __future__ import annotations

import http.client
import json
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from assistant.actions.outcome import ActionOutcome, outcome_of
from assistant.errors import ActionFailed, ActionNotRegistered, ActionServerUnreachable, ActionTimedOut, BadActionAnswer, BadSetting

if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_ANSWER_BYTES = 8_000_000
_CHUNK_BYTES = 1 << 16
_REJECTED, _NOT_FOUND, _MISSING_DOMAIN = 400, 404, 449
_PAUSES_S = (0.1, 0.3)
_LEAST_TIMEOUT_S = 0.001
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Goes past any proxy of the environment: what is sent holds conversations."""


class ServerRunner:
    """Posts each call to the webhook of an action server.

    Args:
        url: of the webhook, http or https.
        timeout_s: seconds a call may take.

    Raises:
        BadSetting: the URL is of another scheme.
    """

    def __init__(self, url: str, timeout_s: float) -> None:
        if not url.startswith(("http://", "https://")):
            raise BadSetting(name="action_endpoint", value=url, why="it is no http or https URL")
        self._url = url
        self._timeout_s = timeout_s

    def run(self, name: str, tracker: Mapping[str, Any], domain: Mapping[str, Any]) -> ActionOutcome:
        """Returns what an action answers; see ActionRunner.run.

        A call is repeated only where the action cannot have had its effect: nobody took the connection, as while the server starts
        again, or the server says that it has lost the domain.
        """
        call = {"next_action": name, "sender_id": tracker["sender_id"], "tracker": tracker, "domain": domain, "version": "3.6.21"}
        body = json.dumps(call, default=str).encode()
        deadline = time.monotonic() + self._timeout_s
        pauses = list(_PAUSES_S)
        while True:
            try:
                return outcome_of(_decoded(self._posted(body, deadline), name), name)
            except urllib.error.HTTPError as error:
                if error.code != _MISSING_DOMAIN or not pauses:
                    return _refused(name, error)
                pauses.clear()
                error.close()
            except (http.client.HTTPException, OSError, ValueError) as error:  # ValueError: the URL names no host
                reason = getattr(error, "reason", error)
                if isinstance(reason, TimeoutError):
                    raise ActionTimedOut(action=name, seconds=self._timeout_s) from error
                if not isinstance(reason, ConnectionRefusedError) or not pauses:
                    raise ActionServerUnreachable(url=self._url, why=str(reason) or type(reason).__name__) from error
                time.sleep(pauses.pop(0))

    def _posted(self, body: bytes, deadline: float) -> bytes:
        request = urllib.request.Request(  # noqa: S310 (the scheme is checked above)
            self._url, data=body, headers={"Content-Type": "application/json"}
        )
        with _OPENER.open(request, timeout=max(deadline - time.monotonic(), _LEAST_TIMEOUT_S)) as response:
            return _read(response, deadline)

    def close(self) -> None:
        """Does nothing: the server is not ours."""


def _refused(name: str, error: urllib.error.HTTPError) -> ActionOutcome:
    with error:
        if error.code == _REJECTED and "action_name" in _peek(error):
            return ActionOutcome(is_rejected=True)
        if error.code == _NOT_FOUND:
            raise ActionNotRegistered(action=name, known=()) from error
        raise ActionFailed(action=name, why=f"the action server answered {error.code}") from error


def _read(response: http.client.HTTPResponse, deadline: float) -> bytes:
    """The whole answer, or its beginning when it is too large; a server that sends it drop by drop does not hold the turn."""
    body = bytearray()
    while len(body) <= MAX_ANSWER_BYTES and (chunk := response.read1(_CHUNK_BYTES)):
        body += chunk
        if time.monotonic() > deadline:
            raise TimeoutError
    return bytes(body)


def _peek(error: urllib.error.HTTPError) -> dict[str, Any]:
    try:
        body = json.loads(error.read(MAX_ANSWER_BYTES))
    except (http.client.HTTPException, OSError, ValueError):
        return {}
    return body if isinstance(body, dict) else {}


def _decoded(body: bytes, name: str) -> Any:
    if len(body) > MAX_ANSWER_BYTES:
        raise BadActionAnswer(action=name)
    try:
        return json.loads(body)
    except ValueError as error:
        raise BadActionAnswer(action=name) from error
