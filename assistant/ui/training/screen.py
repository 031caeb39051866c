"""The training screen: start, watch, cancel, and see what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Static, TabbedContent, TabPane

from assistant.languages import N_, tr
from assistant.project import model_in_use
from assistant.training.shelf import kept_models
from assistant.ui.actions import bindings
from assistant.ui.chat.evidence import bar
from assistant.ui.desk import DeskScreen
from assistant.ui.footer import KeyFooter
from assistant.ui.problems import as_problem
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe_line
from assistant.ui.training.curves import Curves
from assistant.ui.training.figures import RATES, clock, figure, label, stage_name
from assistant.ui.training.models import ModelTable
from assistant.ui.training.result import result_text
from assistant.ui.training.run import Fate, RunState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.training.shelf import KeptModel
    from assistant.ui.ports import Mode
    from assistant.ui.training.run import TrainingRun

_SIGNS = {
    RunState.IDLE: ("", ""),
    RunState.RUNNING: ("◐ ", "$accent"),
    RunState.DONE: ("✓ ", "$success"),
    RunState.CANCELLED: ("○ ", "$warning"),
    RunState.FAILED: ("✕ ", "$error"),
}
_INTRO = N_(
    "Teaches the assistant your intents and entities from the examples in the project. The model in use answers meanwhile; "
    "the new one is held against it, and you decide."
)
_FIRST = N_("There is no model yet, so one is being trained now; this happens once. The chat opens when it is done.")
_MODELS = N_("Enter puts a model into use, also an earlier one; the chat goes on meanwhile.")
_BAR = 28
_TABS = {"tab-train": "#fast", "tab-models": "#models"}


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
        #decisions { height: auto; margin-top: 1; display: none; }
        #decisions.-shown { display: block; }
        #decisions Button { margin-right: 2; }
        TabbedContent { height: 1fr; }
        TabPane { padding: 0; }
        #about-models { color: $muted; height: auto; padding: 1 2; }
    }
    """

    def compose_body(self) -> ComposeResult:
        """Lays out buttons, progress, curves and result."""
        with TabbedContent():
            with TabPane(tr("Train"), id="tab-train"), VerticalScroll(id="training", can_focus=False):
                yield Static(tr(_INTRO), id="intro", markup=False)
                with Horizontal(id="starts"):
                    yield Button(tr("Train fast"), id="fast", compact=True)
                    yield Button(tr("Train fully"), id="full", compact=True)
                    yield Button(tr("Cancel"), id="cancel", compact=True, disabled=True)
                yield Static(id="progress")
                with Horizontal(id="decisions"):
                    yield Button(tr("Put into use"), id="use", compact=True)
                    yield Button(tr("Discard"), id="discard", compact=True)
                yield Static(id="result")
                with Horizontal(id="curves"):
                    yield Curves(tr("Loss"), id="loss")
                    yield Curves(tr("On held-out examples"), id="accuracy")
            with TabPane(tr("Models"), id="tab-models"):
                yield Static(tr(_MODELS), id="about-models", markup=False)
                yield ModelTable(id="models")
        yield KeyFooter()

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
        if action in {"use_new", "discard_new"}:
            return self._is_open
        return super().check_action(action, parameters)

    @property
    def _is_open(self) -> bool:
        """Whether somebody has to decide on a new model."""
        run = self.desk.run_of_training
        return run.state is RunState.DONE and run.outcome is not None and run.fate is Fate.OPEN

    @on(Button.Pressed, "#use")
    def action_use_new(self) -> None:
        """Puts the new model into use."""
        outcome = self.desk.run_of_training.outcome
        if self._is_open and outcome is not None:
            self.desk.use_model(outcome.folder)

    @on(Button.Pressed, "#discard")
    def action_discard_new(self) -> None:
        """Throws the new model away."""
        outcome = self.desk.run_of_training.outcome
        if self._is_open and outcome is not None:
            self.desk.discard_model(outcome.folder)

    # --- models

    @work(group="models", description="models", exclusive=True)
    async def _show_models(self) -> None:
        project = self.desk.project
        found = await self.looked(lambda: kept_models(project))
        if found is not None:
            self.query_one(ModelTable).show(found)
            self.query_one(TabbedContent).get_tab("tab-models").label = Content(tr("Models {n}", n=len(found)))

    @on(ModelTable.Wanted)
    def _model_wanted(self, event: ModelTable.Wanted) -> None:
        if event.what == "use" and not event.model.is_readable:
            self.desk.notify_text(tr("This model is of another release and cannot be opened; f trains a new one."))
        elif event.model.is_in_use and self.desk.agent is not None:
            self.desk.notify_text(tr("This model is in use."))
        elif event.what == "use":
            self.desk.use_model(event.model.folder)
        else:
            self._remove(event.model)

    @work(group="remove", description="remove")
    async def _remove(self, model: KeptModel) -> None:
        text = tr("Throw away {model}?\n\nThere is no way back.", model=safe_line(model.folder.name))
        if (
            await self.app.push_screen_wait(QuestionDialog(tr("Model"), text, {"keep": tr("Keep"), "remove": tr("Throw away")}))
            == "remove"
        ):
            self.desk.discard_model(model.folder)

    def action_next_tab(self) -> None:
        """Switches between training and models."""
        tabs = self.query_one(TabbedContent)
        place = (list(_TABS).index(tabs.active) + 1) % len(_TABS)
        tabs.active = list(_TABS)[place]
        self.query_one(_TABS[tabs.active]).focus()

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
        is_first = is_running and self.desk.agent is None and model_in_use(self.desk.project) is None
        self.query_one("#intro", Static).update(tr(_FIRST if is_first else _INTRO))
        self._show_progress(run)
        self._show_curves(run)
        self._show_result(run)
        if not is_running:
            self._show_models()

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
        loss = {label(name): points for name, points in run.curves.items() if name.endswith("loss")}
        rates = {label(name): points for name, points in run.curves.items() if name.startswith("dev_") and name.endswith(RATES)}
        self.query_one("#loss", Curves).draw(dict(loss), ("accent", "secondary", "primary"))
        self.query_one("#accuracy", Curves).draw(dict(rates), ("primary", "secondary"))

    def _show_result(self, run: TrainingRun) -> None:
        result, decisions = self.query_one("#result", Static), self.query_one("#decisions")
        result.set_class(run.outcome is not None, "-shown")
        if run.outcome is not None:
            result.update(result_text(run))
        if self._is_open != decisions.has_class("-shown"):
            decisions.set_class(self._is_open, "-shown")
            (self.query_one("#use") if self._is_open else self.query_one("#fast")).focus()
            self.refresh_bindings()


def progress_text(run: TrainingRun) -> Content:
    """Returns the state of a training: what is being done, how far, how long, and the newest figures."""
    sign, style = _SIGNS[run.state]
    if run.state is RunState.IDLE:
        return Content("")
    stage = f" · {stage_name(run.stage)}" if run.stage and run.state is RunState.RUNNING else ""
    lines = [Content.assemble((sign, style), (tr(run.state.value) + stage, "bold"), (f"  {clock(run.elapsed_s)}", "$muted"))]
    if run.state is RunState.RUNNING and run.percent is not None:
        lines.append(
            Content.assemble(
                bar(run.percent / 100, _BAR),
                f" {run.percent:>3}%",
                (f"  {tr('{n} of {all}', n=run.done, all=run.total)}{_left(run)}", "$muted"),
            )
        )
    if run.figures and run.outcome is None:
        lines.append(_figures(run.figures))
    if run.error is not None:
        lines.append(Content.styled(safe_line(str(as_problem(run.error))), "$error"))
    return Content("\n").join(lines)


def _left(run: TrainingRun) -> str:
    return " · " + tr("{time} left in this step", time=clock(run.left_s)) if run.left_s is not None else ""


def _figures(figures: Mapping[str, float]) -> Content:
    parts = [Content.assemble((f"{label(name)} ", "$muted"), figure(name, value)) for name, value in figures.items()]
    return Content("   ").join(parts)
