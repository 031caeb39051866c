"""The chat screen: conversation, prompt, and the side panel that says how an answer came about."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.widgets import Footer

from assistant.errors import StoreError
from assistant.messages import UserMessage
from assistant.ui.actions import bindings
from assistant.ui.banner import ModelState
from assistant.ui.chat.choices import MAX_NUMBERED, Choice
from assistant.ui.chat.details import DetailsPanel
from assistant.ui.chat.handover import LOOK_EVERY_S, PersonWatch, is_handed_over
from assistant.ui.chat.items import HANDED_OVER, RESTARTED, DividerItem, UserItem, items_of_events, items_of_reply
from assistant.ui.chat.message_view import MessageView
from assistant.ui.chat.prompt import Prompt
from assistant.ui.chat.transcript import Transcript
from assistant.ui.chat.turn import Outgoing, TurnQueue
from assistant.ui.chat.typing_line import TypingLine
from assistant.ui.desk import DeskScreen

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.dialogue.events import Event
    from assistant.faq.askings import Rating
    from assistant.messages import Parse, Reply, Trace
    from assistant.ui.ports import AgentPort

_WAITING = {
    ModelState.LOADING: "The model is loading; your message is sent when it is ready",
    ModelState.TRAINING: "The model is learning; your message is sent when it is ready",
    ModelState.MISSING: "There is no model yet: F4 trains one; your message is kept",
    ModelState.FAILED: "The assistant could not be started; your message is kept",
}


class ChatScreen(DeskScreen):
    """Where people talk to the assistant."""

    PLACE = "chat"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chat")]
    DEFAULT_CSS = """
    ChatScreen {
        #conversation { width: 1fr; min-width: 24; }
        #body { height: 1fr; layers: base above; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.turns = TurnQueue()
        self.person = PersonWatch()
        self._is_opened = False

    def compose_body(self) -> ComposeResult:
        """Lays out conversation, typing line, prompt and side panel."""
        with Horizontal(id="body"):
            with Vertical(id="conversation"):
                yield Transcript()
                yield TypingLine()
                yield Prompt()
            yield DetailsPanel()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Lets typing start at once, and follows the model's state."""
        self.query_one(Prompt).focus()
        self.watch(self.desk, "model_state", self._on_model_state)
        self.set_interval(LOOK_EVERY_S, self._look_for_person)
        self.desk.reminded.subscribe(self, self._show_reminder)

    # --- the model's state

    def _on_model_state(self, state: ModelState) -> None:
        if state is ModelState.READY and self.desk.agent is not None:
            self.open_conversation(self.desk.agent)
        elif state is ModelState.SWITCHING:
            self.turns.hold()
        self._show_state()

    @work(group="open", description="open", exclusive=True)
    async def open_conversation(self, agent: AgentPort) -> None:
        """Shows the stored conversation, lets the assistant greet, and sends what was written meanwhile."""
        try:
            if not self._is_opened:
                events, greeting = await asyncio.to_thread(self._read, agent)
                await self._show_past(events, greeting)
                self._is_opened = True
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
            await self.query_one(Transcript).show_problem(error)
        self.turns.is_ready = True
        self.turns.release()
        self._send_next()

    def _read(self, agent: AgentPort) -> tuple[tuple[Event, ...], Reply | None]:
        return agent.events(self.desk.sender_id), agent.start_conversation(self.desk.sender_id)

    async def _show_past(self, events: tuple[Event, ...], greeting: Reply | None) -> None:
        transcript = self.query_one(Transcript)
        past = items_of_events(events)
        if is_handed_over(events):
            self.person.begin(len(events))
        await transcript.replay([*past, *(items_of_reply(greeting) if greeting is not None else [])])
        said = [item.text for item in past if isinstance(item, UserItem) and not item.text.startswith("/")]
        self.query_one(Prompt).remember(said)
        self._show_trace(transcript.last_trace())
        self._offer_choices()

    def _show_state(self) -> None:
        waiting_for = _WAITING.get(self.desk.model_state, "") if self.turns.n_waiting else ""
        self.query_one(TypingLine).show(self.turns.state, waiting_for=waiting_for)

    # --- turns

    async def say(self, text: str, *, title: str = "") -> None:
        """Shows what the user says, and sends it as soon as the assistant is free."""
        if text == "/help":
            await self.run_action("app.help")
            return
        view = await self.query_one(Transcript).show_user(UserItem(text, title))
        self._offer_choices()
        self.turns.add(Outgoing(text, title, view))
        self._send_next()

    def _send_next(self) -> None:
        agent = self.desk.agent
        started = self.turns.start() if agent is not None else None
        if agent is not None and started is not None:
            self._take_turn(agent, *started)
        self._show_state()

    # A description keeps Textual from writing out the arguments for its log, a message of any length among them.
    @work(group="turn", description="turn")
    async def _take_turn(self, agent: AgentPort, turn: int, message: Outgoing) -> None:
        """Sends one message and shows what comes of it. However it ends, the next message can be sent."""
        has_failed = True
        try:
            metadata = {"title": message.title} if message.title else {}
            sent = UserMessage(message.text, self.desk.sender_id, channel="terminal", metadata=metadata)
            reply = await asyncio.to_thread(agent.handle, sent)
            await self._show_reply(message, reply)
            has_failed = False
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
            await self.query_one(Transcript).show_problem(error, after=message.view)
        finally:
            self.turns.finish(turn, has_failed=has_failed)
            self._send_next()

    async def _show_reply(self, message: Outgoing, reply: Reply) -> None:
        transcript = self.query_one(Transcript)
        if message.view is not None:
            message.view.trace = reply.trace
        parting = [DividerItem(RESTARTED)] if message.text == "/restart" else []
        leaving = [DividerItem(HANDED_OVER)] if reply.is_handed_over and not self.person.is_on else []
        await transcript.show([*parting, *items_of_reply(reply), *leaving], after=message.view)
        if leaving:
            self.person.begin()
        elif not reply.is_handed_over:
            self.person.end()
        self._show_trace(reply.trace)
        self._offer_choices()

    # --- a person who has taken over

    def _look_for_person(self) -> None:
        if self.person.is_on and self.desk.agent is not None:
            self._show_person(self.desk.agent)

    @work(group="person", description="person", exclusive=True)
    async def _show_person(self, agent: AgentPort) -> None:
        """Shows what a person of the team has said since the last look."""
        try:
            events = await asyncio.to_thread(agent.events, self.desk.sender_id)
        except StoreError:  # the next look may find the database again
            return
        items = self.person.look(events)
        if items:
            await self.query_one(Transcript).show(items)

    # --- reminders

    async def _show_reminder(self, reply: Reply) -> None:
        """Shows what the assistant says of its own accord."""
        if reply.messages:
            await self.query_one(Transcript).show(items_of_reply(reply))
            self._show_trace(reply.trace)
            self._offer_choices()

    def _show_trace(self, trace: Trace | None) -> None:
        self.query_one(DetailsPanel).show(trace)

    def _offer_choices(self) -> None:
        choices = self.query_one(Transcript).live_choices
        self.query_one(Prompt).n_choices = min(len(choices.choices), MAX_NUMBERED) if choices is not None else 0

    # --- what people do

    @on(Prompt.Sent)
    async def _sent(self, event: Prompt.Sent) -> None:
        await self.say(event.text)

    @on(Prompt.Chosen)
    def _chosen(self, event: Prompt.Chosen) -> None:
        choices = self.query_one(Transcript).live_choices
        if choices is None:
            return
        if event.is_sure and event.number is not None:
            choices.choices[event.number - 1].action_press()
        else:
            choices.arm(event.number)

    @on(Choice.Pressed)
    async def _pressed(self, event: Choice.Pressed) -> None:
        self.query_one(Prompt).focus()
        await self.say(event.button.payload, title=event.button.title)

    @on(MessageView.Rated)
    def _rated(self, event: MessageView.Rated) -> None:
        self._keep_rating(event.entry_id, event.rating)

    @work(group="rate", description="rate")
    async def _keep_rating(self, entry_id: str, rating: Rating) -> None:
        """Keeps what the user thinks of an answer; the curators see it."""
        agent = self.desk.agent
        if agent is None:
            return
        try:
            await asyncio.to_thread(agent.askings.rate, self.desk.sender_id, entry_id, rating)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
            await self.query_one(Transcript).show_problem(error)

    @on(MessageView.Doubted)
    def _doubted(self, event: MessageView.Doubted) -> None:
        self._correct(event.parse)

    @work(group="correct", description="correct", exclusive=True)
    async def _correct(self, parse: Parse) -> None:
        from assistant.ui.chat.correcting import correct  # with the files of the project: not needed for the first picture

        await correct(self.desk, parse)

    @on(MessageView.Looked)
    def _looked(self, event: MessageView.Looked) -> None:
        if event.is_asked:
            self.query_one(DetailsPanel).reveal()
        if event.trace is not None:
            self._show_trace(event.trace)

    async def action_restart(self) -> None:
        """Starts the conversation anew."""
        await self.say("/restart")

    def action_toggle_details(self) -> None:
        """Shows or hides the side panel."""
        self.query_one(DetailsPanel).toggle()

    def action_scroll_up(self) -> None:
        """Scrolls the conversation up."""
        self.query_one(Transcript).scroll_page_up(animate=False)

    def action_scroll_down(self) -> None:
        """Scrolls the conversation down."""
        self.query_one(Transcript).scroll_page_down(animate=False)

    async def action_show_earlier(self) -> None:
        """Shows earlier messages of a long conversation."""
        await self.query_one(Transcript).show_earlier()

    def action_to_prompt(self) -> None:
        """Goes back to writing, at the end of the conversation."""
        self.query_one(Transcript).anchor()
        self.query_one(Prompt).focus()
