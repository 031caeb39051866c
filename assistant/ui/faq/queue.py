"""The unanswered questions: those that mean the same as one row, and one key for each thing that may become of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.widgets import DataTable, Static

from assistant.faq.entry import FaqEntry
from assistant.languages import N_, tr
from assistant.people import user_name
from assistant.ui.faq.conversations import ConversationDialog
from assistant.ui.faq.pane import DeskPane
from assistant.ui.faq.tables import QuestionTable
from assistant.ui.faq.teaching import likely_intents, teach
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from assistant.faq.queue import QuestionCluster

_N_NEAREST, _N_OTHERS, _N_SENDERS = 3, 4, 5
_EMPTY = N_("Every question so far found an answer.")
_HINT = N_(
    "Enter writes an entry, v makes it another way to ask for one that is there, i an example of an intent, c shows who asked."
)


class QueuePane(DeskPane):
    """The tab with the questions that nobody has answered yet."""

    DEFAULT_CSS = """
    QueuePane {
        #none { height: auto; padding: 1 2; color: $muted; }
        #asked { height: auto; padding: 0 2; color: $muted; }
    }
    """

    def compose(self) -> ComposeResult:
        """Lays out the questions, and what is known of the one under the cursor."""
        yield Static(id="none", markup=False)
        yield QuestionTable(id="questions")
        yield Static(id="asked", markup=False)

    def show(self, questions: Sequence[QuestionCluster]) -> None:
        """Shows questions."""
        self.query_one(QuestionTable).show(questions)
        self.query_one("#none", Static).update(tr(_HINT if questions else _EMPTY))
        self._read_question()

    @on(DataTable.RowHighlighted, "#questions")
    def _read_question(self) -> None:
        """Shows how else the question under the cursor was asked, in whose conversations, and which entry was nearest."""
        current = self.query_one(QuestionTable).current
        self.query_one("#asked", Static).update(_known_of(current) if current else "")

    @on(QuestionTable.Wanted)
    def _wanted(self, event: QuestionTable.Wanted) -> None:
        does = {
            "answer": self._answer,
            "alternative": self._make_alternative,
            "example": self._make_example,
            "conversation": self._show_conversations,
            "dismiss": self._dismiss,
        }
        does[event.what](event.question)

    @work(group="write", description="write")
    async def _answer(self, question: QuestionCluster) -> None:
        if await self.edited(FaqEntry("", question.question, "", question.others, status="published")) is not None:
            await self._resolve(question)

    @work(group="write", description="write")
    async def _make_alternative(self, question: QuestionCluster) -> None:
        """Adds the questions to an entry's alternatives, and takes them off the list."""
        agent = self.agent
        found = await self.guarded(lambda: agent.faq.search(question.question, _N_NEAREST)) if agent is not None else None
        if agent is None or found is None or not found.matches:
            self.tell(tr("No entry is near this question; Enter writes one."))
            return
        near = {f"entry-{number}": match for number, match in enumerate(found.matches)}
        labels = {key: safe_line(match.question, limit=60) for key, match in near.items()} | {"none": tr("None of them")}
        text = tr("Which entry answers “{question}”?", question=safe_line(question.question, limit=200))
        chosen = await self.asked(QuestionDialog(tr("Another way to ask"), text, labels))
        if chosen not in near:
            return
        entry = await self.guarded(lambda: agent.entries.get(near[chosen].entry_id))
        if entry is None:
            return
        changed = replace(entry, alternatives=(*entry.alternatives, question.question, *question.others))

        def save() -> FaqEntry:
            saved = agent.entries.save(changed, entry.version, user_name(), "asked so, and not answered")
            agent.unanswered.resolve(question.ids)
            return saved

        if await self.guarded(save) is not None:
            self.tell(tr("Saved: it answers from the next message on."))
        self.post_message(self.Changed())

    @work(group="write", description="write")
    async def _make_example(self, question: QuestionCluster) -> None:
        """Adds the questions to an intent's examples, and takes them off the list."""
        agent = self.agent
        intents = await self.guarded(lambda: likely_intents(agent, question.question)) if agent is not None else None
        if agent is None or not intents:
            self.tell(tr("No intent is near this question."))
            return
        labels = {f"intent-{number}": intent for number, intent in enumerate(intents)}
        shown = {key: safe_line(intent, limit=40) for key, intent in labels.items()} | {"none": tr("None of them")}
        text = tr(
            "What does “{question}” want? It becomes an example of this intent.", question=safe_line(question.question, limit=200)
        )
        chosen = await self.asked(QuestionDialog(tr("Example"), text, shown))
        if chosen not in labels:
            return
        texts, project = (question.question, *question.others), self.desk_screen.desk.project

        def add() -> int:
            n_taught = teach(project, agent, texts, labels[chosen])
            agent.unanswered.resolve(question.ids)
            return n_taught

        if await self.guarded(add) is not None:
            self.tell(tr("Added to {intent}; F4 trains with it.", intent=labels[chosen]))
        self.post_message(self.Changed())

    @work(group="write", description="write")
    async def _show_conversations(self, question: QuestionCluster) -> None:
        if self.agent is not None:
            await self.asked(ConversationDialog(self.agent, question))

    @work(group="write", description="write")
    async def _dismiss(self, question: QuestionCluster) -> None:
        await self._resolve(question)

    async def _resolve(self, question: QuestionCluster) -> None:
        agent = self.agent
        if agent is not None:
            await self.guarded(lambda: agent.unanswered.resolve(question.ids))
        self.post_message(self.Changed())


def _known_of(question: QuestionCluster) -> str:
    senders = ", ".join(safe_line(sender, limit=40) for sender in question.sender_ids[:_N_SENDERS])
    more = len(question.sender_ids) - _N_SENDERS
    others = "".join(f"\n  {safe_line(other, limit=160)}" for other in question.others[:_N_OTHERS])
    names = tr("{names} and {n} more", names=senders, n=more) if more > 0 else senders
    nearest, answering = (safe_line(entry or "", limit=60) for entry in (question.best_entry_id, question.answered_by))
    if answering:
        asked = tr("asked in: {names}; answered now by {entry}", names=names, entry=answering)
    elif nearest:
        asked = tr("asked in: {names}; nearest is {entry}", names=names, entry=nearest)
    else:
        asked = tr("asked in: {names}", names=names)
    return f"{asked}{others}"
