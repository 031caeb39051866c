"""The chat screen: conversation, prompt, and the side panel that says how an answer came about."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal

from assistant.errors import StoreError
from assistant.languages import N_, tr
from assistant.messages import UserMessage
from assistant.ui import memory
from assistant.ui.actions import bindings
from assistant.ui.banner import ModelState
from assistant.ui.chat.choices import Choice
from assistant.ui.chat.completing import LOCAL
from assistant.ui.chat.details import DetailsPanel
from assistant.ui.chat.handover import LOOK_EVERY_S, OFFERED, TAKEN_OVER, OfferLine, Offers, PersonWatch, is_handed_over
from assistant.ui.chat.items import HANDED_OVER, RESTARTED, DividerItem, UserItem, items_of_events, items_of_reply
from assistant.ui.chat.message_view import MessageView
from assistant.ui.chat.opened import Opened, read_conversation
from assistant.ui.chat.pane import ConversationPane
from assistant.ui.chat.prompt import Prompt
from assistant.ui.chat.transcript import Transcript
from assistant.ui.chat.turn import Outgoing, TurnQueue, TurnState
from assistant.ui.chat.typing_line import TypingLine
from assistant.ui.desk import DeskScreen
from assistant.ui.footer import KeyFooter

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.messages import Reply, Trace
    from assistant.ui.chat.scrollback import Entry
    from assistant.ui.ports import AgentPort

_WAITING = {
    ModelState.LOADING: N_("The model is loading; your message is sent when it is ready"),
    ModelState.TRAINING: N_("The model is learning; your message is sent when it is ready"),
    ModelState.MISSING: N_("There is no model yet: F4 trains one; your message is kept"),
    ModelState.FAILED: N_("The assistant could not be started; your message is kept"),
}


class ChatScreen(DeskScreen):
    """Where people talk to the assistant.

    Args:
        draft: what stands in the prompt at first.
    """

    PLACE = "chat"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("chat")]
    DEFAULT_CSS = """
    ChatScreen {
        #body { height: 1fr; layers: base above; }
    }
    """

    def __init__(self, draft: str = "") -> None:
        super().__init__()
        self._draft = draft
        self.turns = TurnQueue()
        self.person = PersonWatch()
        self.offers = Offers()
        self._shown: str | None = None
        self._is_outdated = False
        self._settle = memory.set_aside

    def compose_body(self) -> ComposeResult:
        """Lays out conversation and side panel."""
        with Horizontal(id="body"):
            yield ConversationPane()
            yield DetailsPanel()
        yield KeyFooter()

    def on_mount(self) -> None:
        """Lets typing start at once, and follows the model's state."""
        prompt = self.query_one(Prompt)
        prompt.text = self._draft
        prompt.move_cursor(prompt.document.end)
        prompt.focus()
        self.watch(self.desk, "model_state", self._on_model_state)
        self.set_interval(LOOK_EVERY_S, self._look_for_person)
        self.desk.reminded.subscribe(self, self._show_reminder)

    def successor(self) -> DeskScreen | None:
        """Returns a chat that reads the conversation anew, with the same draft; None while a message is on its way."""
        is_resting = self._shown is not None and self.turns.state is TurnState.IDLE and not self.turns.n_waiting
        return ChatScreen(self.query_one(Prompt).text) if is_resting else None

    @property
    def pane(self) -> ConversationPane:
        """The conversation and its prompt."""
        return self.query_one(ConversationPane)

    @property
    def transcript(self) -> Transcript:
        """The messages."""
        return self.query_one(Transcript)

    # --- the model's state

    def _on_model_state(self, state: ModelState) -> None:
        if state is ModelState.SWITCHING:
            self.turns.hold()
        elif self.desk.agent is not None and self._shown == self.desk.sender_id:
            self.turns.release()
            self._send_next()
        elif state is ModelState.READY and self.desk.agent is not None and not self.is_at_work("open"):
            self.open_conversation(self.desk.agent)
        self._show_state()

    @work(group="open", description="open", exclusive=True)
    async def open_conversation(self, agent: AgentPort) -> None:
        """Shows the stored conversation, lets the assistant greet, and sends what was written meanwhile."""
        sender_id = self.desk.sender_id
        try:
            await self._show_past(await self._read(agent, sender_id))
            self._shown = sender_id
            self.call_after_refresh(self._settle)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
            await self.transcript.show_problem(error)
        self.turns.is_ready = True
        self.turns.release()
        self._send_next()
        self.desk.start_reminders()

    async def _read(self, agent: AgentPort, sender_id: str) -> Opened:
        """Returns the conversation, with all that a reminder has made the assistant say in it until now."""
        self._is_outdated = True
        while self._is_outdated:
            self._is_outdated = False
            opened = await asyncio.to_thread(read_conversation, agent, sender_id)
        return opened

    async def _show_past(self, opened: Opened) -> None:
        past = items_of_events(opened.events)
        if is_handed_over(opened.events):
            self.person.begin(len(opened.events))
        greeting = items_of_reply(opened.greeting) if opened.greeting is not None else []
        await self.transcript.replay([*past, *greeting], opened.ratings)
        self.offers = opened.offers
        prompt = self.query_one(Prompt)
        prompt.intents = opened.intents
        prompt.remember([item.text for item in past if isinstance(item, UserItem) and not item.text.startswith("/")])
        self._show_trace(self.transcript.scrollback.last_trace())
        self.query_one(OfferLine).show(TAKEN_OVER if self.person.is_on else "")
        self.pane.refreshed()

    async def switch_to(self, sender_id: str) -> None:
        """Shows another conversation; a turn under way ends in its own."""
        if self.desk.agent is None or sender_id == self.desk.sender_id:
            return
        self.desk.sender_id = sender_id
        await self.reopen()

    async def reopen(self) -> None:
        """Shows the conversation as it is stored now."""
        self.workers.cancel_group(self, "open")  # what was being read is not wanted any more
        self._shown = None
        self._settle = memory.tidy
        self.person.end()
        await self.pane.close_find()
        await self.transcript.clear()
        self.query_one(Prompt).forget()
        self._show_trace(None)
        if self.desk.agent is not None:
            self.open_conversation(self.desk.agent)

    def _show_state(self) -> None:
        waiting_for = _WAITING.get(self.desk.model_state, "") if self.turns.n_waiting else ""
        self.query_one(TypingLine).show(self.turns.state, waiting_for=waiting_for)

    # --- turns

    async def say(self, text: str, *, title: str = "") -> None:
        """Shows what the user says, and sends it as soon as the assistant is free; commands of the screen are followed."""
        if text in LOCAL:
            await self._follow(text)
            return
        entry = await self.transcript.show_user(UserItem(text, title))
        self.query_one(OfferLine).show(TAKEN_OVER if self.person.is_on else "")
        self.pane.refreshed()
        self.turns.add(Outgoing(text, title, entry, self.desk.sender_id))
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
            sent = UserMessage(message.text, message.sender_id, channel="terminal", metadata=metadata)
            reply, number = await asyncio.to_thread(_answered, agent, sent)
            if message.sender_id == self.desk.sender_id:  # else it is read again when its conversation is shown again
                await self._show_reply(message, reply, number)
            has_failed = False
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
            await self.transcript.show_problem(error, after=self._place_of(message))
        self.turns.finish(turn, has_failed=has_failed)  # not where the screen goes: then nothing more is sent
        self._send_next()

    def _place_of(self, message: Outgoing) -> Entry | None:
        """The entry of a message, unless another conversation is shown by now, or the same one was read again."""
        entry = message.entry
        return entry if entry is not None and self.transcript.scrollback.holds(entry) else None

    async def _show_reply(self, message: Outgoing, reply: Reply, turn: int) -> None:
        if message.entry is not None:
            if self._place_of(message) is None:  # its conversation was left and shown again before the answer was stored
                await self.reopen()
                return
            message.entry.learn(reply.trace, turn)
        parting = [DividerItem(RESTARTED)] if message.text == "/restart" else []
        leaving = [DividerItem(HANDED_OVER)] if reply.is_handed_over and not self.person.is_on else []
        await self.transcript.show([*parting, *items_of_reply(reply, turn), *leaving], after=message.entry)
        if leaving:
            self.person.begin()
        elif not reply.is_handed_over:
            self.person.end()
        self.query_one(OfferLine).show(TAKEN_OVER if self.person.is_on else OFFERED if self.offers.is_made(reply) else "")
        self._show_trace(reply.trace)
        self.pane.refreshed()

    # --- a person who has taken over

    def _look_for_person(self) -> None:
        if self.person.is_on and self.desk.agent is not None and not self.is_at_work("person"):
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
            await self.transcript.show(items)
        if not self.person.is_on:
            self.query_one(OfferLine).show("")

    # --- reminders

    async def _show_reminder(self, reply: Reply) -> None:
        """Shows what the assistant says of its own accord; it is stored by then, and found where the conversation is being read."""
        if self._shown != self.desk.sender_id:
            self._is_outdated = True
        elif reply.messages:
            await self.transcript.show(items_of_reply(reply))
            self._show_trace(reply.trace)
            self.pane.refreshed()

    def _show_trace(self, trace: Trace | None) -> None:
        self.query_one(DetailsPanel).show(trace)

    # --- what people do

    @on(Prompt.Sent)
    async def _sent(self, event: Prompt.Sent) -> None:
        await self.say(event.text)

    @on(Prompt.Chosen)
    def _chosen(self, event: Prompt.Chosen) -> None:
        choices = self.transcript.live_choices
        if choices is None:
            return
        if event.is_sure and event.number is not None:
            choices.choices[event.number - 1].action_press()
        else:
            choices.arm(event.number)

    @on(Prompt.Left)
    async def _left(self) -> None:
        await self.transcript.focus_last()

    @on(Choice.Pressed)
    async def _pressed(self, event: Choice.Pressed) -> None:
        self.query_one(Prompt).focus()
        await self.say(event.button.payload, title=event.button.title)

    @on(MessageView.Rated)
    def _rated(self, event: MessageView.Rated) -> None:
        self._keep_rating(event, self.desk.sender_id)

    @work(group="rate", description="rate")
    async def _keep_rating(self, rated: MessageView.Rated, sender_id: str) -> None:
        """Keeps what the user thinks of a reply; the curators see it."""
        agent = self.desk.agent
        if agent is None:
            return
        try:
            await asyncio.to_thread(_rate, agent, rated, sender_id)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
            await self.transcript.show_problem(error)

    @on(MessageView.Asked)
    def _asked(self, event: MessageView.Asked) -> None:
        self._do(event.what, event.entry)

    @work(group="correct", description="correct", exclusive=True)
    async def _do(self, what: str, entry: Entry) -> None:
        """Opens the whole turn of a message, or corrects it; imported at use, since the first picture needs none of it."""
        if what == "why":
            from assistant.ui.chat.why import show_why

            await show_why(self.desk, entry)
        else:
            from assistant.ui.chat.correcting import correct

            await correct(self.desk, what, entry)

    @on(MessageView.Looked)
    def _looked(self, event: MessageView.Looked) -> None:
        if event.is_asked:
            self.query_one(DetailsPanel).reveal()
        if event.trace is not None:
            self._show_trace(event.trace)

    async def _follow(self, command: str) -> None:
        """Does what a command of the screen says."""
        if command == "/help":
            await self.run_action("app.help")
        elif command == "/find":
            self.action_find()
        elif command == "/copy":
            self.app.copy_to_clipboard(self.pane.copy_text())
            self.notify(tr("The conversation is copied."), timeout=2)
        elif command == "/why":
            entries = [entry for entry in self.transcript.scrollback.entries if entry.trace is not None and entry.turn]
            if entries:
                self._do("why", entries[-1])
        elif command == "/conversations":
            self.action_conversations()
        else:
            self._manage(command.removeprefix("/"))

    @work(group="conversations", description="conversations", exclusive=True)
    async def _manage(self, what: str) -> None:
        """Lists the conversations, or does something with the one that is shown."""
        from assistant.ui.chat.managing import manage

        await manage(self, what)

    async def action_restart(self) -> None:
        """Starts the conversation anew."""
        await self.say("/restart")

    def action_toggle_details(self) -> None:
        """Shows or hides the side panel."""
        self.query_one(DetailsPanel).toggle()

    def action_scroll_up(self) -> None:
        """Scrolls the conversation up."""
        self.transcript.scroll_page_up(animate=False)

    def action_scroll_down(self) -> None:
        """Scrolls the conversation down."""
        self.transcript.scroll_page_down(animate=False)

    async def action_show_earlier(self) -> None:
        """Shows earlier messages of a long conversation."""
        await self.transcript.show_earlier()

    async def action_to_end(self) -> None:
        """Goes to the end of the conversation."""
        await self.transcript.to_end()

    def action_find(self) -> None:
        """Asks what to look for."""
        self.pane.find()

    def action_conversations(self) -> None:
        """Lists the conversations."""
        if self.desk.agent is not None:
            self._manage("list")

    @work(group="jump", description="jump", exclusive=True)
    async def action_jump(self) -> None:
        """Lets a letter say what to focus."""
        from assistant.ui.jump import jump

        await jump(self)

    async def action_to_prompt(self) -> None:
        """Goes back to writing, at the end of the conversation; what was looked for is let go."""
        await self.pane.close_find()
        await self.transcript.to_end()
        self.query_one(Prompt).focus()


def _rate(agent: AgentPort, rated: MessageView.Rated, sender_id: str) -> None:
    if rated.entry_id:
        agent.askings.rate(sender_id, rated.entry_id, rated.rating)
    if rated.turn:
        agent.conversations.ratings.rate(sender_id, rated.turn, rated.rating)


def _answered(agent: AgentPort, message: UserMessage) -> tuple[Reply, int]:
    """Returns the answer, and which turn of the conversation it is."""
    reply = agent.handle(message)
    return reply, agent.conversations.n_turns(message.sender_id)
