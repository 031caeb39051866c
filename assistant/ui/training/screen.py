"""The training screen: start, watch, cancel, and see what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Footer, Static

from assistant.ui.actions import bindings
from assistant.ui.chat.evidence import bar
from assistant.ui.desk import DeskScreen
from assistant.ui.problems import as_problem
from assistant.ui.safe_text import safe_line
from assistant.ui.training.curves import Curves
from assistant.ui.training.run import RunState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.ui.ports import Mode
    from assistant.ui.training.run import TrainingRun

_STAGES = {"read": "reading", "encode": "reading the examples", "train": "learning", "export": "writing the model"}
_SIGNS = {
    RunState.IDLE: ("", ""),
    RunState.RUNNING: ("◐ ", "$accent"),
    RunState.DONE: ("✓ ", "$success"),
    RunState.CANCELLED: ("○ ", "$warning"),
    RunState.FAILED: ("✕ ", "$error"),
}
_INTRO = (
    "Teaches the assistant your intents and entities from the examples in the project. The model in use answers meanwhile; "
    "the new one takes over when it is done."
)
_FIRST = "There is no model yet, so one is being trained now; this happens once. The chat opens when it is done."
_BAR = 28
_RATES = ("accuracy", "f1", "precision", "recall")


class TrainingScreen(DeskScreen):
    """Where models are trained."""

    PLACE = "training"
    AUTO_FOCUS = "#fast"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("training")]
    DEFAULT_CSS = """
    TrainingScreen {
        #training { padding: 1 2; height: 1fr; scrollbar-size-vertical: 1; }
        #intro { color: $muted; height: auto; max-width: 96; }
        #starts { height: auto; margin-top: 1; }
        #starts Button { margin-right: 2; }
        #progress { height: auto; margin-top: 1; }
        #curves { height: 1fr; min-height: 9; max-height: 20; margin-top: 1; display: none; }
        #curves.-shown { display: block; }
        #accuracy { margin-left: 1; }
        #result { height: auto; margin-top: 1; padding: 1 2; background: $surface; border-left: outer $success; display: none; }
        #result.-shown { display: block; }
    }
    """

    def compose_body(self) -> ComposeResult:
        """Lays out buttons, progress, curves and result."""
        with VerticalScroll(id="training", can_focus=False):
            yield Static(_INTRO, id="intro", markup=False)
            with Horizontal(id="starts"):
                yield Button("Train fast", id="fast", compact=True)
                yield Button("Train fully", id="full", compact=True)
                yield Button("Cancel", id="cancel", compact=True, disabled=True)
            yield Static(id="progress")
            with Horizontal(id="curves"):
                yield Curves("Loss", id="loss")
                yield Curves("On held-out examples", id="accuracy")
            yield Static(id="result")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Follows the training, wherever it was started."""
        self.desk.training_changed.subscribe(self, self._show)
        self.set_interval(1.0, self._tick)

    @on(Button.Pressed, "#fast")
    def _fast(self) -> None:
        self.action_train("fast")

    @on(Button.Pressed, "#full")
    def _full(self) -> None:
        self.action_train("full")

    @on(Button.Pressed, "#cancel")
    def action_cancel_training(self) -> None:
        """Stops the training."""
        self.desk.cancel_training()

    def action_train(self, mode: Mode) -> None:
        """Starts a training."""
        self.desk.start_training(mode)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key means anything now; None greys it in the footer."""
        is_running = self.desk.run_of_training.state is RunState.RUNNING
        if action == "cancel_training":
            return is_running
        if action == "train":
            return None if is_running else True
        return super().check_action(action, parameters)

    # --- showing

    def _tick(self) -> None:
        """Moves the clock on."""
        if self.desk.run_of_training.state is RunState.RUNNING and self.is_current:
            self._show_progress(self.desk.run_of_training)

    def on_screen_resume(self) -> None:
        """Catches up with what happened while another screen was shown."""
        self._show(self.desk.run_of_training)

    def _show(self, run: TrainingRun) -> None:
        if not self.is_current:
            return
        is_running = run.state is RunState.RUNNING
        if is_running != self.query_one("#fast", Button).disabled:
            self._switch_buttons(is_running=is_running)
        is_first = is_running and self.desk.agent is None
        self.query_one("#intro", Static).update(_FIRST if is_first else _INTRO)
        self._show_progress(run)
        self._show_curves(run)
        self._show_result(run)

    def _switch_buttons(self, *, is_running: bool) -> None:
        cancel = self.query_one("#cancel", Button)
        cancel.disabled = not is_running
        for button in self.query("#fast, #full").results(Button):
            button.disabled = is_running
        (cancel if is_running else self.query_one("#fast", Button)).focus()
        self.refresh_bindings()

    def _show_progress(self, run: TrainingRun) -> None:
        self.query_one("#progress", Static).update(progress_text(run))

    def _show_curves(self, run: TrainingRun) -> None:
        self.query_one("#curves").set_class(any(len(points) > 1 for points in run.curves.values()), "-shown")
        loss = {"loss": run.curves.get("loss", [])}
        rates = {label(name): points for name, points in run.curves.items() if name.startswith("dev_") and name.endswith(_RATES)}
        self.query_one("#loss", Curves).draw(dict(loss), ("accent",))
        self.query_one("#accuracy", Curves).draw(dict(rates), ("primary", "secondary"))

    def _show_result(self, run: TrainingRun) -> None:
        result = self.query_one("#result", Static)
        result.set_class(run.outcome is not None, "-shown")
        if run.outcome is not None:
            result.update(result_text(run))


def progress_text(run: TrainingRun) -> Content:
    """Returns the state of a training: what is being done, how far, how long, and the newest figures."""
    sign, style = _SIGNS[run.state]
    if run.state is RunState.IDLE:
        return Content("")
    stage = f" · {_STAGES.get(run.stage, safe_line(run.stage, limit=30))}" if run.stage and run.state is RunState.RUNNING else ""
    lines = [Content.assemble((sign, style), (run.state.value + stage, "bold"), (f"  {clock(run.elapsed_s)}", "$muted"))]
    if run.state is RunState.RUNNING and run.percent is not None:
        lines.append(
            Content.assemble(bar(run.percent / 100, _BAR), f" {run.percent:>3}%", (f"  {run.done} of {run.total}", "$muted"))
        )
    if run.figures and run.outcome is None:
        lines.append(_figures(run.figures))
    if run.error is not None:
        lines.append(Content.styled(safe_line(str(as_problem(run.error))), "$error"))
    return Content("\n").join(lines)


def result_text(run: TrainingRun) -> Content:
    """Returns what a training made, as a table."""
    if run.outcome is None:
        return Content("")
    rows = [
        Content.assemble((label(name).ljust(24), "$muted"), (figure(name, value).rjust(8), "bold"))
        for name, value in run.outcome.metrics.items()
    ]
    head = Content.assemble(("The new model answers from the next message on", "bold"), "\n")
    foot = Content.styled(f"\n{safe_line(run.outcome.folder.name)} · trained in {clock(run.outcome.seconds)}", "$muted")
    return Content("\n").join([head, *rows, foot])


def label(name: str) -> str:
    """Returns the name of a metric as people read it: ``dev_entity_f1`` is "entity F1"."""
    return safe_line(name.removeprefix("dev_").replace("_", " ").replace(" f1", " F1"), limit=24)


def figure(name: str, value: float) -> str:
    """Returns a metric's value as people read it: rates in percent, losses with three decimals."""
    if 0 <= value <= 1 and name.endswith((*_RATES, "error")):
        return f"{100 * value:.1f} %"
    return f"{value:.0f}" if name == "epoch" else f"{value:.3f}"


def _figures(figures: Mapping[str, float]) -> Content:
    parts = [Content.assemble((f"{label(name)} ", "$muted"), figure(name, value)) for name, value in figures.items()]
    return Content("   ").join(parts)


def clock(seconds: float) -> str:
    """Returns a duration as minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
