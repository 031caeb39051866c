from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from assistant.ui.chat.turn import Outgoing, TurnQueue, TurnState


def ready() -> TurnQueue:
    return TurnQueue(is_ready=True)


def test_nothing_is_sent_before_the_assistant_is_ready() -> None:
    turns = TurnQueue()
    turns.add(Outgoing("a"))
    assert turns.start() is None
    assert turns.n_waiting == 1
    turns.is_ready = True
    assert turns.start() == (1, Outgoing("a"))


def test_one_turn_at_a_time_in_order() -> None:
    turns = ready()
    for text in "ab":
        turns.add(Outgoing(text))
    assert turns.start() == (1, Outgoing("a"))
    assert turns.start() is None
    turns.finish(1)
    assert turns.start() == (2, Outgoing("b"))


def test_a_failed_turn_frees_the_next() -> None:
    turns = ready()
    turns.add(Outgoing("a"))
    turns.start()
    turns.finish(1, has_failed=True)
    assert turns.state is TurnState.FAILED
    turns.add(Outgoing("b"))
    assert turns.start() == (2, Outgoing("b"))


def test_a_late_end_of_another_turn_changes_nothing() -> None:
    turns = ready()
    turns.add(Outgoing("a"))
    turns.start()
    turns.finish(0)
    turns.finish(7, has_failed=True)
    assert turns.state is TurnState.THINKING


def test_messages_wait_while_the_model_is_changed() -> None:
    turns = ready()
    turns.hold()
    turns.add(Outgoing("a"))
    assert turns.start() is None
    turns.release()
    assert turns.start() is not None
    turns.hold()
    assert turns.state is TurnState.THINKING


class TurnMachine(RuleBasedStateMachine):
    """Whatever happens, a message that waits can be sent once the turn under way has ended and nobody holds the line."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = ready()
        self.running: int | None = None
        self.sent: list[str] = []
        self.written: list[str] = []

    @rule(text=st.text(max_size=3))
    def write(self, text: str) -> None:
        self.turns.add(Outgoing(text))
        self.written.append(text)

    @rule()
    def start(self) -> None:
        started = self.turns.start()
        if started is not None:
            assert self.running is None
            self.running = started[0]
            self.sent.append(started[1].text)

    @rule(has_failed=st.booleans())
    def finish(self, *, has_failed: bool) -> None:
        if self.running is not None:
            self.turns.finish(self.running, has_failed=has_failed)
            self.running = None

    @rule(turn=st.integers(-1, 0))
    def finish_late(self, turn: int) -> None:
        self.turns.finish(turn, has_failed=True)

    @rule()
    def hold_and_release(self) -> None:
        self.turns.hold()
        self.turns.release()

    @invariant()
    def never_locked(self) -> None:
        assert (self.turns.state is TurnState.THINKING) == (self.running is not None)
        assert self.sent == self.written[: len(self.sent)]


TestTurnMachine = TurnMachine.TestCase
