"""The terminal application: its screens, the assistant behind them, and the training it may run."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar, cast

from textual import work
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.message import Message
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.signal import Signal
from textual.theme import ThemeProvider
from textual.worker import NoActiveWorker, get_current_worker

from assistant import languages
from assistant.errors import AssistantError, ModelOfOtherRelease, NoModel
from assistant.languages import tr, trn
from assistant.project import find_project, put_in_use
from assistant.reminder_clock import ReminderClock
from assistant.training.shelf import remove_model
from assistant.ui import clipboard, memory, theme
from assistant.ui.actions import ACTIONS, bindings
from assistant.ui.banner import ModelState
from assistant.ui.chat.screen import ChatScreen
from assistant.ui.desk import WRITING, DeskScreen
from assistant.ui.dialog import take_off
from assistant.ui.help import HelpScreen
from assistant.ui.keymap import load_keymap
from assistant.ui.palette import in_our_words
from assistant.ui.preferences import KEYMAP_FILE, Preferences, load_preferences, user_folder
from assistant.ui.problems import ProblemDialog
from assistant.ui.question import QuestionDialog
from assistant.ui.reloading import LOOK_EVERY_S, ProjectFiles
from assistant.ui.safe_text import safe, safe_line
from assistant.ui.training.run import Fate, RunState, TrainingRun
from assistant.ui.training.switching import judged, switch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from textual.await_remove import AwaitRemove
    from textual.binding import BindingType
    from textual.dom import DOMNode
    from textual.screen import Screen
    from textual.types import CSSPathType
    from textual.widget import Widget

    from assistant.config import Settings
    from assistant.messages import Progress, Reply
    from assistant.project import Project
    from assistant.ui.ports import AgentPort, Explain, Mode, OpenAgent, Train

T = TypeVar("T")

_TELL_EVERY_S = 0.2
_NOTICE_S = 20.0


class Reminded(Message):
    """A reminder has gone off in some conversation, and this is what the assistant says."""

    def __init__(self, sender_id: str, reply: Reply) -> None:
        super().__init__()
        self.sender_id = sender_id
        self.reply = reply


_HELP_PLACES = {
    "chat": ("chat", "prompt", "message", "find"),
    "faq": ("faq", "entries", "unanswered", "behind", "review", "figures", "editor", "versions", "importing"),
    "training": ("training", "models"),
    "intents": ("intents", "utterances", "suggestions", "new_intent"),
    "evaluation": ("evaluation", "heat"),
    "inbox": ("inbox", "cases", "case", "answer"),
    "settings": ("settings",),
}


def _faq() -> Screen[Any]:
    """Returns the FAQ desk; imported when it is first gone to, so that the chat is painted sooner."""
    from assistant.ui.faq.screen import FaqScreen

    return FaqScreen()


def _training() -> Screen[Any]:
    """Returns the training screen; imported when it is first gone to."""
    from assistant.ui.training.screen import TrainingScreen

    return TrainingScreen()


def _intents() -> Screen[Any]:
    """Returns the intents screen; imported when it is first gone to."""
    from assistant.ui.intents.screen import IntentsScreen

    return IntentsScreen()


def _evaluation() -> Screen[Any]:
    """Returns the evaluation screen; imported when it is first gone to."""
    from assistant.ui.evaluation.screen import EvaluationScreen

    return EvaluationScreen()


def _inbox() -> Screen[Any]:
    """Returns the inbox; imported when it is first gone to."""
    from assistant.ui.inbox.screen import InboxScreen

    return InboxScreen()


def _settings() -> Screen[Any]:
    """Returns the settings screen; imported when it is first gone to."""
    from assistant.ui.settings.screen import SettingsScreen

    return SettingsScreen()


class AssistantApp(App[None]):
    """Chat, FAQ and training in one terminal.

    Args:
        project: what to show and train.
        settings: in force.
        open_agent: loads the assistant; called in a thread.
        train: trains a model.
        sender_id: names the conversation.
        first_run_training: whether a missing model is trained at once.
        preferences: what the person at the terminal likes.
    """

    TITLE = "assistant"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app")]
    MODES: ClassVar[dict[str, str | Callable[[], Screen[Any]]]] = {
        "chat": ChatScreen,
        "faq": _faq,
        "training": _training,
        "intents": _intents,
        "evaluation": _evaluation,
        "inbox": _inbox,
        "settings": _settings,
    }
    CSS_PATH: ClassVar[CSSPathType | None] = "app.tcss"

    model_state: reactive[ModelState] = reactive(ModelState.LOADING)
    training_percent: reactive[int | None] = reactive(None)
    files_problem: reactive[str] = reactive("")

    def __init__(
        self,
        project: Project,
        settings: Settings,
        *,
        open_agent: OpenAgent,
        train: Train,
        sender_id: str = "terminal",
        first_run_training: bool = True,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__()
        self.preferences = preferences or Preferences(has_seen_tour=True)
        languages.use(self.preferences.language_in_force(settings.language))
        self.keymap: dict[str, str] = {}
        self.project = project
        self.settings = settings
        self.sender_id = sender_id
        self.agent: AgentPort | None = None
        self.run_of_training = TrainingRun()
        self.training_changed: Signal[TrainingRun] = Signal(self, "training-changed")
        self.reminded: Signal[Reply] = Signal(self, "reminded")
        self.explain: Explain | None = None
        self._reminders: ReminderClock | None = None
        self._watched: ProjectFiles | None = None
        self._files = asyncio.Lock()
        self._open_agent = open_agent
        self._train = train
        self._trains_first = first_run_training
        self.told_at = 0.0
        self.n_unsaved = 0
        for look in theme.THEMES:
            self.register_theme(look)
        self.theme = self.preferences.theme if self.preferences.theme in self.available_themes else theme.DARK

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Returns what our own colours are in themes that are not ours."""
        return theme.DEFAULTS

    def on_mount(self) -> None:
        """Shows the chat, and loads the assistant behind it."""
        self.switch_mode("chat")
        # Not before the first picture, which would have to wait for what the model imports.
        self.call_after_refresh(self.load_agent)
        self.call_after_refresh(self._take_keymap)

    def _take_keymap(self) -> None:
        """Gives actions the keys that the project and the person want; where these do not hold together, none of them."""
        folder = self.preferences.folder
        files = [self.project.bot / KEYMAP_FILE, *([folder / KEYMAP_FILE] if folder else [])]
        try:
            self.keymap = load_keymap(files)
        except AssistantError as error:
            self.show_problem(error)
        if self.keymap:
            self.set_keymap(self.keymap)

    def prefer(self, **changes: Any) -> None:
        """Keeps what the person has chosen."""
        try:
            self.preferences = self.preferences.with_(**changes)
        except AssistantError as error:
            self.show_problem(error)

    # --- the assistant

    @work(group="agent", description="agent", exclusive=True)
    async def load_agent(self) -> None:
        """Loads the assistant; trains first where there is no model. A damaged one is shown, never trained over in silence."""
        self.model_state = ModelState.LOADING
        try:
            self.agent = await asyncio.to_thread(self._opened)
        except NoModel as error:
            self.model_state = ModelState.MISSING
            if self._trains_first:
                self._trains_first = False
                self.switch_mode("training")
                self.start_training(None)
            else:
                self.show_problem(error)
        except ModelOfOtherRelease as error:
            self.model_state = ModelState.FAILED
            self._offer_training(error)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            self.model_state = ModelState.FAILED
            self.show_problem(error)
        else:
            self.model_state = ModelState.READY
            for notice in self.agent.notices():
                self.notify(safe_line(notice), severity="warning", timeout=_NOTICE_S, markup=False)
            self._watch(self.agent)
            if not self.preferences.has_seen_tour and not self.screen.is_modal:  # what stands in the way wants to be read
                self.show_tour()

    def _opened(self) -> AgentPort:
        """Returns the assistant; called in a thread, which nobody waits for where the program has ended meanwhile."""
        agent = self._open_agent()
        if not self.is_running:
            agent.close()
        return agent

    def _offer_training(self, error: ModelOfOtherRelease) -> None:
        """Asks whether a model shall be trained in place of one that cannot be opened any more."""
        text = tr(
            "{code}: the model in use is of another release and cannot be opened.\n\n"
            "Training makes a new one of the examples in the project; conversations and FAQ stay as they are.",
            code=error.code,
        )
        answers = {"train": tr("Train now"), "later": tr("Later")}

        def decided(chosen: str | None) -> None:
            if chosen == "train":
                self.switch_mode("training")
                self.start_training(None)

        self.push_screen(QuestionDialog(tr("Model"), text, answers), decided)

    def show_tour(self) -> None:
        """Shows what there is; having been shown once, it does not come by itself again."""
        from assistant.ui.tour import TourScreen

        self.prefer(has_seen_tour=True)
        self.push_screen(TourScreen())

    def _say_reminder(self, sender_id: str, reply: Reply) -> None:
        self.post_message(Reminded(sender_id, reply))

    def on_reminded(self, event: Reminded) -> None:
        """Lets the chat show what is said for a reminder of its conversation."""
        if event.sender_id == self.sender_id:
            self.reminded.publish(event.reply)

    @work(group="use", description="use")
    async def use_model(self, folder: Path) -> None:
        """Answers with another model of the project from the next message on; the one in use stays where that cannot be."""
        agent, before = self.agent, self.model_state
        if agent is None and before is ModelState.FAILED:  # the model in use could not be opened: start with this one
            put_in_use(self.project, folder)
            self._tell(self.run_of_training)
            self.load_agent()
            return
        if agent is None or before is ModelState.SWITCHING:
            return
        await self._look_at_files()  # rules that were written for a new intent are there when its model is
        self.model_state = ModelState.SWITCHING
        try:
            await asyncio.to_thread(switch, self.project, agent, folder)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            self.show_problem(error)
        else:
            self.run_of_training.note(folder, Fate.USED)
            self.notify_text(tr("It answers from the next message on."))
            memory.tidy()  # the model before is gone
        finally:
            # A training may have begun or ended meanwhile.
            is_training = self.run_of_training.state is RunState.RUNNING
            self.model_state = ModelState.TRAINING if is_training else ModelState.READY
            self._tell(self.run_of_training)

    def _watch(self, agent: AgentPort) -> None:
        """Looks at the project's files from now on, and at reminders as soon as the conversation is shown."""
        self._reminders = ReminderClock(agent, self._say_reminder)
        if self._watched is None:
            self._watched = ProjectFiles(self.project)
            self.set_interval(LOOK_EVERY_S, self._look_at_files)

    def start_reminders(self) -> None:
        """Lets reminders go off from now on: what is said for them is not in the conversation that has been read."""
        if self._reminders is not None:
            self._reminders.start()

    async def _look_at_files(self) -> None:
        async with self._files:
            await self._take_files()

    async def _take_files(self) -> None:
        """Answers by the project's files as they are now; where they do not hold together, by those before, and says so."""
        if self.agent is None or self.model_state is not ModelState.READY or self._watched is None:
            return
        try:
            read = await asyncio.to_thread(self._watched.changed)
            if read is None:
                return
            await asyncio.to_thread(self.agent.use_dialogue, read.domain, read.stories)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the files before stay in use)
            self.files_problem = safe_line(error, limit=200)
            return
        self.project, self.files_problem = read.project, ""
        self.notify_text(tr("The files have changed: responses, rules and stories are taken anew."))

    @work(group="use", description="use")
    async def discard_model(self, folder: Path) -> None:
        """Throws a model away that is not in use."""
        try:
            await asyncio.to_thread(remove_model, self.project, folder)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            self.show_problem(error)
        else:
            self.run_of_training.note(folder, Fate.DISCARDED)
        self._tell(self.run_of_training)

    def on_unmount(self) -> None:
        """Lets go of the database and the model."""
        memory.forget()
        if self._reminders is not None:
            self._reminders.stop()
        if self.agent is not None:
            self.agent.close()

    # --- training

    def start_training(self, mode: Mode | None) -> None:
        """Starts a training; one that is running goes on instead."""
        if self.run_of_training.state is not RunState.RUNNING:
            self.run_of_training = TrainingRun(mode, RunState.RUNNING)
            self._run_training(mode)

    def cancel_training(self) -> None:
        """Stops the training that is running."""
        self.workers.cancel_group(self, "training")

    @work(group="training", description="training", exclusive=True)
    async def _run_training(self, mode: Mode | None) -> None:
        run = self.run_of_training
        before, self.model_state = self.model_state, ModelState.TRAINING
        self._tell(run)
        try:
            run.outcome = await self._train(mode, self._on_progress)
            await self._judge(run, run.outcome.folder)
            run.end(RunState.DONE)
        except asyncio.CancelledError:
            run.end(RunState.CANCELLED)
            raise
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screens live on)
            run.error = error
            run.end(RunState.FAILED)
            self.show_problem(error)
        finally:
            if self.model_state is ModelState.TRAINING:
                self.model_state = before if self.agent is None else ModelState.READY
            self._tell(run)

    async def _judge(self, run: TrainingRun, folder: Path) -> None:
        """Holds a new model against the one in use; where there is none it is put into use."""
        if self.agent is None:
            await asyncio.to_thread(put_in_use, self.project, folder)
            run.note(folder, Fate.USED)
            self.load_agent()
            self.switch_mode("chat")
        else:
            run.rival, run.comparison = await asyncio.to_thread(judged, self.project, folder)

    def _on_progress(self, progress: Progress) -> None:
        """Takes in a report; the screens are told a few times a second, however many there are."""
        self.run_of_training.add(progress)
        now = time.monotonic()
        if now - self.told_at >= _TELL_EVERY_S:
            self.told_at = now
            self._tell(self.run_of_training)

    def _tell(self, run: TrainingRun) -> None:
        self.training_percent = run.percent if run.state is RunState.RUNNING else None
        self.training_changed.publish(run)

    # --- what people do

    def action_open(self, place: str) -> None:
        """Goes to a screen."""
        if isinstance(self.screen, ModalScreen):  # a dialog is open: it wants an answer first
            return
        try:
            self.switch_mode(place)
        except ImportError as error:  # the program was replaced by another release while it ran: what is open goes on
            self.show_problem(error)

    def action_command_palette(self) -> None:
        """Shows the commands."""
        if not CommandPalette.is_open(cast("App[object]", self)):
            self.push_screen(CommandPalette(placeholder=tr("Search for commands…"), id="--command-palette"))

    def search_themes(self) -> None:
        """Shows all themes, Textual's own among them."""
        self.push_screen(CommandPalette(providers=[ThemeProvider], placeholder=tr("Search for themes…")))

    # --- language

    async def speak(self, setting: str) -> None:
        """Speaks another language from now on, and after the next start: this screen at once, each other when it is gone to.

        Args:
            setting: a language, or ``auto``.
        """
        languages.use(languages.language_of(setting))
        self.prefer(language=setting)
        await self.renew()

    async def renew(self) -> None:
        """Makes the screen anew where it speaks another language than the one in use, unless something would be lost by it."""
        screen = self.screen
        if not isinstance(screen, DeskScreen) or screen.language == languages.in_use():
            return
        if len(self.screen_stack) == 1 and not screen.is_at_work(*WRITING):
            new = screen.successor()
            if new is not None:
                await self._replace(screen, new)

    async def _replace(self, old: DeskScreen, new: DeskScreen) -> None:
        """Shows one screen in the place of another; a mode cannot be changed while it is shown, so another is for a moment."""
        with self.batch_update():
            await self.switch_mode("settings" if old.PLACE == "chat" else "chat")
            await self.remove_mode(old.PLACE)
            self.add_mode(old.PLACE, lambda: new)
            await self.switch_mode(old.PLACE)

    async def push_screen_wait(self, screen: Screen[T] | str, *, mode: str | None = None) -> T | Any:
        """Shows a dialog and returns what is answered; must be called in a worker.

        Nothing is shown, and None returned, where another screen lies over the one that asks, or it is not shown any more: the key
        came twice, or whoever pressed it has gone elsewhere. A dialog goes when nobody waits for its answer any more.
        """
        asking = get_current_worker().node
        if asking is not self and self.screen not in asking.ancestors_with_self:
            return None
        try:
            return await super().push_screen_wait(screen, mode=mode)
        except asyncio.CancelledError:
            if self.is_running and not isinstance(screen, str):
                take_off(screen)
            raise

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Takes widgets and screens down; their work ends first, but for the one that asks: it would find them half gone."""
        try:
            asking = get_current_worker()
        except NoActiveWorker:
            asking = None
        for worker in list(self.workers):
            if worker is not asking and not set(nodes).isdisjoint(worker.node.ancestors_with_self):
                worker.cancel()
        return super()._prune(*nodes, parent=parent)

    async def _close_all(self) -> None:
        """Takes all screens down at the end, once nobody works for them any more."""
        self.workers.cancel_all()
        await super()._close_all()

    def _choose_language(self) -> None:
        self.action_open("settings")
        self.call_after_refresh(self.run_action, "screen.show_tab('language')")

    async def action_quit(self) -> None:
        """Leaves; asks first where changes of examples would be lost."""
        has_draft = any(getattr(screen, "has_changes", False) for screen in self.screen_stack)
        if not (self.n_unsaved or has_draft) or isinstance(self.screen, QuestionDialog):
            self.exit()
            return
        text = (
            tr("Your changes are not saved.")
            if has_draft
            else trn(
                "{n} unsaved change of examples would be lost; ^s on the intents screen saves.",
                "{n} unsaved changes of examples would be lost; ^s on the intents screen saves.",
                self.n_unsaved,
            )
        )
        answers = {"stay": tr("Stay"), "leave": tr("Leave without saving")}
        self.push_screen(QuestionDialog(tr("Quit"), text, answers), lambda chosen: self.exit() if chosen == "leave" else None)

    def action_help(self) -> None:
        """Shows the keys of the screen first, then all others; a second time hides them."""
        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
            return
        place = self.screen.PLACE if isinstance(self.screen, DeskScreen) else ""
        self.push_screen(HelpScreen(_HELP_PLACES.get(place, ()), self.keymap))

    def action_toggle_theme(self) -> None:
        """Switches between dark and light."""
        self.theme = theme.LIGHT if self.current_theme.dark else theme.DARK
        self.prefer(theme=self.theme)

    def copy_to_clipboard(self, text: str) -> None:
        """Copies a text: by the terminal, which works over ssh too, and into the system's clipboard where there is one."""
        super().copy_to_clipboard(text)
        clipboard.copy(text, clipboard.tool())

    def show_problem(self, error: BaseException) -> None:
        """Shows an error in a dialog that can be copied."""
        self.push_screen(ProblemDialog(error))

    def notify_text(self, text: str) -> None:
        """Shows a short notice; the text may come from anywhere."""
        self.notify(safe(text, limit=300), markup=False, timeout=4)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Yields the registry's actions that need no key of their own place, and Textual's own commands."""
        for action in ACTIONS:
            if action.place == "app" and action.name not in {"command_palette", "quit"}:
                yield SystemCommand(
                    action.shown_label, action.shown_help, lambda name=action.name: self.call_later(self.run_action, f"app.{name}")
                )
        yield SystemCommand(tr("Tour"), tr("See what there is, and which key leads to it."), self.show_tour)
        yield SystemCommand(tr("Language"), tr("Choose the language of the screens."), self._choose_language)
        yield from self._training_commands()
        yield from in_our_words(super().get_system_commands(screen))

    def _training_commands(self) -> Iterable[SystemCommand]:
        """What can be done about training now: start one, or stop the one that runs."""
        if self.run_of_training.state is RunState.RUNNING:
            yield SystemCommand(
                tr("Cancel training"), tr("Stop the training that runs; the model in use stays."), self.cancel_training
            )
        else:
            yield SystemCommand(tr("Train fast"), tr("Fit the heads to the examples."), lambda: self.start_training("fast"))
            yield SystemCommand(tr("Train fully"), tr("Train the encoder, too."), lambda: self.start_training("full"))


def run(
    project: Project, settings: Settings, model: Path | None = None, *, sender_id: str = "terminal", is_inline: bool = False
) -> None:
    """Runs the application with the real assistant until it is left, inline under the prompt; arguments as in ``real_app``."""
    real_app(project, settings, model, sender_id=sender_id).run(inline=is_inline, inline_no_clear=is_inline)


def real_app(project: Project, settings: Settings, model: Path | None = None, *, sender_id: str = "terminal") -> AssistantApp:
    """Returns the application with the real assistant and training in a process of its own.

    Args:
        project: what to chat about.
        settings: in force.
        model: a model folder; None: the project's model in use, which is trained first when there is none.
        sender_id: names the conversation.
    """
    from assistant.ui.explaining import explain_in_process
    from assistant.ui.training.process import train_in_process

    def load_agent() -> AgentPort:
        from assistant.opening import open_agent  # in the loading thread: the first picture does not wait for it

        return open_agent(find_project(project.root), settings, model=model)  # files may have come since the start

    train = train_in_process(project)
    app = AssistantApp(
        project,
        settings,
        open_agent=load_agent,
        train=train,
        sender_id=sender_id,
        first_run_training=model is None,
        preferences=load_preferences(user_folder()),
    )
    app.explain = explain_in_process(project, model)
    return app
