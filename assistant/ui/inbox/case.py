"""One conversation of the inbox: what was said and why it is there; taken over, answered, given back, learned from."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from assistant.dialogue.events import UserUttered
from assistant.dialogue.handoffs import transcript
from assistant.faq.entry import FaqEntry
from assistant.languages import N_, tr
from assistant.messages import Parse
from assistant.ui.actions import bindings
from assistant.ui.desk import DeskScreen
from assistant.ui.footer import KeyFooter
from assistant.ui.inbox.alternative import make_alternative
from assistant.ui.inbox.answering import AnswerField, ReplyLine, SuggestedReplies
from assistant.ui.inbox.example import make_example
from assistant.ui.inbox.lines import SaidList
from assistant.ui.inbox.wording import headline, reasons
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.dialogue.events import Event
    from assistant.inbox import Case
    from assistant.ui.ports import InboxPort

LOOK_EVERY_S: Final = 1.5
_NO_MESSAGE = N_("Choose a message of the user first.")


class CaseScreen(DeskScreen):
    """Shows a case and does what an agent decides.

    Args:
        case: as it was listed.
        me: the agent.
    """

    PLACE = "inbox"
    AUTO_FOCUS = "#said"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("case")]
    DEFAULT_CSS = """
    CaseScreen {
        #about { height: auto; max-height: 9; padding: 0 2; background: $surface; overflow-y: auto; }
        #who { height: auto; }
        #why { height: auto; }
    }
    CaseScreen.-short #about { max-height: 5; }
    CaseScreen.-short AnswerField { max-height: 5; }
    """

    def __init__(self, case: Case, me: str) -> None:
        super().__init__()
        self._case, self._me = case, me
        self._suggested_for = ""
        self._sending: set[str] = set()
        self._n_writing = 0
        self._wants_to_leave = False

    def successor(self) -> DeskScreen | None:
        """Returns None: an answer may be half written."""
        return None

    @property
    def _inbox(self) -> InboxPort | None:
        return self.desk.agent.inbox if self.desk.agent is not None else None

    def compose_body(self) -> ComposeResult:
        """Lays out who has it and why it is here, what was said, and the field for the answer."""
        with Vertical(id="about"):
            yield Static(id="who")
            yield Static(id="why")
        yield SaidList(id="said")
        yield SuggestedReplies()
        yield AnswerField(id="answer")
        yield KeyFooter()

    def on_mount(self) -> None:
        """Shows the conversation, and what is said in it from now on."""
        self.look()
        self.set_interval(LOOK_EVERY_S, self._look_again)

    def _look_again(self) -> None:
        if self.is_current and not self.is_at_work("look"):
            self.look()

    @work(group="look", description="look", exclusive=True)
    async def look(self) -> None:
        """Shows the case as it stands now."""
        inbox = self._inbox
        if inbox is None:
            return
        found = await self.looked(lambda: _read(inbox, self._case))
        if found is None:
            return
        self._case, events = found
        name = Content.styled(safe_line(self._case.title or self._case.sender_id, limit=60), "bold")
        self.query_one("#who", Static).update(Content(" · ").join([name, headline(self._case, self._me)]))
        self.query_one("#why", Static).update(reasons(self._case))
        self.query_one(SaidList).show(events, self._case.concerns)
        self.refresh_bindings()
        last = next((event.text for event in reversed(events) if isinstance(event, UserUttered)), "")
        if last != self._suggested_for:
            self._suggested_for = last
            self._suggest()

    @work(group="suggest", description="suggest", exclusive=True)
    async def _suggest(self) -> None:
        """Shows what might be answered to what the user said last."""
        agent, sender_id = self.desk.agent, self._case.sender_id
        found = await self.guarded(lambda: agent.suggested_replies(sender_id)) if agent is not None else None
        await self.query_one(SuggestedReplies).show(found or ())
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Returns whether a key means anything now."""
        handoff = self._case.handoff
        is_mine = handoff is not None and handoff.status == "taken" and handoff.agent == self._me
        if action == "give_back":
            return is_mine
        if action == "take":
            return not is_mine
        if action == "use_reply":
            return parameters[0] in range(1, len(self.query_one(SuggestedReplies).replies) + 1)
        return super().check_action(action, parameters)

    # --- acting as a person

    def action_reply(self) -> None:
        """Goes to the field for the answer."""
        self.query_one(AnswerField).focus()

    def action_use_reply(self, number: int) -> None:
        """Puts a suggested reply into the answer, where it can be changed before it is sent."""
        self.query_one(AnswerField).suggest(self.query_one(SuggestedReplies).replies[number - 1].text)

    @on(ReplyLine.Chosen)
    def _reply_chosen(self, event: ReplyLine.Chosen) -> None:
        self.action_use_reply(event.number)

    def action_leave(self) -> None:
        """Leaves the field for the answer, or the conversation; one that is being written to as soon as that has succeeded."""
        if self.query_one(AnswerField).has_focus:
            self.query_one(SaidList).focus()
        elif self._n_writing:
            self._wants_to_leave = True
        else:
            self.dismiss(None)

    async def _is_written(self, write: Callable[[], object]) -> bool:
        """Makes a call that writes; what fails is shown, and nobody who wanted to go has gone by then."""
        async with self._writing():
            is_done = await self.is_done(write)
            if not is_done:
                self._wants_to_leave = False
        return is_done

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        """Keeps the conversation on the screen until something is written; whoever wanted to leave meanwhile leaves then."""
        self._n_writing += 1
        try:
            yield
        finally:
            self._n_writing -= 1
        if self._wants_to_leave and not self._n_writing:
            self.dismiss(None)

    @on(AnswerField.Sent)
    def _answered(self, event: AnswerField.Sent) -> None:
        if self._inbox is not None and event.text not in self._sending:  # else the key came twice
            self._sending.add(event.text)
            self._answer(self._inbox, event.text)

    @work(group="write", description="write")
    async def _answer(self, inbox: InboxPort, text: str) -> None:
        """Sends an answer; what could not be sent stays in the field."""
        case = self._case
        is_sent = await self._is_written(lambda: inbox.answer(case, self._me, text))
        self._sending.discard(text)
        if is_sent:
            self.query_one(AnswerField).was_sent(text)
        self.look()

    def action_take(self) -> None:
        """Takes the conversation over."""
        self._act(lambda inbox, case: inbox.take(case, self._me), tr("It is yours: the assistant keeps silent here."))

    def action_give_back(self) -> None:
        """Lets the assistant answer again."""
        self._act(lambda inbox, case: inbox.give_back(case, self._me), tr("The assistant answers here again."))

    def action_put_aside(self) -> None:
        """Takes the conversation off the list."""
        told = tr("Put aside; it comes back when something new happens in it.")
        self._act(lambda inbox, case: inbox.put_aside(case, self._me), told, is_end=True)

    @work(group="write", description="write")
    async def _act(self, act: Callable[[InboxPort, Case], object], told: str, *, is_end: bool = False) -> None:
        inbox, case = self._inbox, self._case
        if inbox is None:
            return
        if await self._is_written(lambda: act(inbox, case)):
            self.desk.notify_text(told)
            if is_end:
                self.dismiss(None)
                return
        self.look()

    # --- learning from it

    def action_copy(self) -> None:
        """Copies the message under the cursor."""
        current = self.query_one(SaidList).current
        lines = transcript([current]) if current is not None else ()
        if lines:
            self.app.copy_to_clipboard(safe(lines[0].text))
            self.notify(tr("Copied."), timeout=2)

    @work(group="teach", description="teach")
    async def action_make_example(self) -> None:
        """Makes the message an example of an intent."""
        message = self.query_one(SaidList).message
        if message is None:
            self.desk.notify_text(tr(_NO_MESSAGE))
            return
        async with self._writing():
            await make_example(self.desk, message.parse if message.parse.text else Parse(message.text))

    @work(group="teach", description="teach")
    async def action_make_alternative(self) -> None:
        """Makes the message another way to ask for an FAQ entry."""
        message, agent = self.query_one(SaidList).message, self.desk.agent
        if message is None or agent is None:
            self.desk.notify_text(tr(_NO_MESSAGE))
            return
        async with self._writing():
            await make_alternative(self, agent, message.text)

    @work(group="teach", description="teach")
    async def action_make_entry(self) -> None:
        """Writes an FAQ entry that answers the message."""
        message, agent = self.query_one(SaidList).message, self.desk.agent
        if message is None or agent is None:
            self.desk.notify_text(tr(_NO_MESSAGE))
            return
        from assistant.ui.faq.editor import EntryEditor  # with all that an editor needs: only when it is asked for

        entry = FaqEntry("", " ".join(message.text.split()), "", status="published")
        if await self.app.push_screen_wait(EntryEditor(agent, entry)) is not None:
            self.desk.notify_text(tr("Saved."))


def _read(inbox: InboxPort, case: Case) -> tuple[Case, tuple[Event, ...]]:
    events = inbox.events(case)
    return inbox.refreshed(case, events), events
