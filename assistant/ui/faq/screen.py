"""The FAQ desk: entries with live search, the questions that nobody has answered yet, and the figures."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, Footer, Input, Static, TabbedContent, TabPane

from assistant.faq.entry import FaqEntry
from assistant.people import user_name
from assistant.ui.actions import bindings
from assistant.ui.banner import ModelState
from assistant.ui.desk import DeskScreen
from assistant.ui.faq.editor import EntryEditor
from assistant.ui.faq.figures import FiguresPane, read_overview
from assistant.ui.faq.tables import EntryTable, QuestionTable
from assistant.ui.faq.teaching import likely_intents, teach
from assistant.ui.faq.verdict import verdict
from assistant.ui.problems import ProblemDialog
from assistant.ui.prose import Prose
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.queue import QuestionCluster
    from assistant.messages import FaqResult
    from assistant.ui.ports import AgentPort

T = TypeVar("T")
_PAUSE_S = 0.15
_N_FOUND = 5
_MIN_SCORE = 0.1
_N_NEAREST, _N_OTHERS, _N_SENDERS = 3, 4, 5
_TABS = {"tab-entries": "#entries", "tab-unanswered": "#questions", "tab-figures": "#figures"}
_HINT = Content.styled("Type to search; this line says which entry a question would get.", "$muted")


class FaqScreen(DeskScreen):
    """Where FAQ entries are found, written, changed and deleted."""

    PLACE = "faq"
    AUTO_FOCUS = "#entries"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("faq")]
    DEFAULT_CSS = """
    FaqScreen {
        TabbedContent { height: 1fr; }
        TabPane { padding: 0 1; }
        #search { border: round $border-blurred; background: transparent; }
        #search:focus { border: round $primary; }
        #verdict { height: 1; padding: 0 2; text-wrap: nowrap; text-overflow: ellipsis; margin-bottom: 1; }
        #desk { height: 1fr; }
        EntryTable { width: 3fr; }
        #reading { width: 2fr; padding: 0 2; margin-left: 1; background: $surface; display: none; scrollbar-size-vertical: 1; }
        #reading Static { color: $primary; text-style: bold; margin-bottom: 1; height: auto; }
        #none { height: auto; padding: 1 2; color: $muted; }
        #asked { height: auto; padding: 0 2; color: $muted; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, FaqEntry] = {}
        self._searched = ""
        self._deleted: list[tuple[FaqEntry, FaqEntry]] = []

    def compose_body(self) -> ComposeResult:
        """Lays out the tabs."""
        with TabbedContent():
            with TabPane("Entries", id="tab-entries"):
                yield Input(placeholder="Search, or ask as a customer would", id="search")
                yield Static(_HINT, id="verdict")
                with Horizontal(id="desk"):
                    yield EntryTable(id="entries")
                    with VerticalScroll(id="reading", can_focus=False):
                        yield Static(id="read-question", markup=False)
                        yield Prose("", id="read-answer")
            with TabPane("Unanswered", id="tab-unanswered"):
                yield Static(id="none", markup=False)
                yield QuestionTable(id="questions")
                yield Static(id="asked", markup=False)
            with TabPane("Figures", id="tab-figures"):
                yield FiguresPane(id="figures")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Shows the entries as soon as there are any."""
        self.watch(self.desk, "model_state", self._on_model_state)

    def on_screen_resume(self) -> None:
        """Shows what was changed elsewhere, such as questions that the chat could not answer."""
        self.reload()

    def _on_model_state(self, state: ModelState) -> None:
        if state is ModelState.READY:
            self.reload()

    # --- reading

    @work(group="reload", description="reload", exclusive=True)
    async def reload(self, pause_s: float = 0.0) -> None:
        """Shows the entries that fit the search, and the open questions."""
        await asyncio.sleep(pause_s)
        agent = self.desk.agent
        if agent is None:
            self.query_one("#verdict", Static).update(
                Content.styled("The entries are shown as soon as the model is ready.", "$muted")
            )
            return
        text = self.query_one("#search", Input).value
        read = await self._guarded(lambda: (_search(agent, text), agent.faq.clustered(agent.unanswered.list())))
        if read is None:
            return
        (entries, found), questions = read
        self._entries = {entry.id: entry for entry in entries}
        self.query_one(EntryTable).show(entries, from_top=text != self._searched)
        self._searched = text
        self.query_one(QuestionTable).show(questions)
        self._count(len(entries), len(questions))
        self._read_question()
        self._show_figures()
        self._read_entry()
        self.query_one("#verdict", Static).update(_HINT if found is None else verdict(found))

    def _count(self, n_entries: int, n_questions: int) -> None:
        tabs = self.query_one(TabbedContent)
        tabs.get_tab("tab-entries").label = Content(f"Entries {n_entries}")
        tabs.get_tab("tab-unanswered").label = Content(f"Unanswered {n_questions}")
        none = self.query_one("#none", Static)
        none.update(
            "Every question so far found an answer."
            if not n_questions
            else "Enter writes an entry, v makes it another way to ask for one that is there, i an example of an intent."
        )

    @on(Input.Changed, "#search")
    def _search_changed(self) -> None:
        self.reload(_PAUSE_S)

    @on(Input.Submitted, "#search")
    def _search_done(self) -> None:
        self.query_one(EntryTable).focus()

    @on(DataTable.RowHighlighted, "#entries")
    def _read_entry(self) -> None:
        """Shows the entry under the cursor, where there is room."""
        entry = self._entries.get(self.query_one(EntryTable).cursor_key or "")
        self.query_one("#read-question", Static).update(safe_line(entry.question) if entry else "")
        self.query_one("#read-answer", Prose).show(entry.answer if entry else "")

    @on(DataTable.RowHighlighted, "#questions")
    def _read_question(self) -> None:
        """Shows how else the question under the cursor was asked, and in whose conversations."""
        current = self.query_one(QuestionTable).current
        others = "".join(f"\n  {safe_line(other, limit=160)}" for other in current.others[:_N_OTHERS]) if current else ""
        senders = ", ".join(safe_line(sender, limit=40) for sender in current.sender_ids[:_N_SENDERS]) if current else ""
        more = len(current.sender_ids) - _N_SENDERS if current else 0
        shown = f"asked in: {senders}{f' and {more} more' if more > 0 else ''}{others}" if current else ""
        self.query_one("#asked", Static).update(shown)

    @on(TabbedContent.TabActivated)
    def _tab_activated(self) -> None:
        self._show_figures()

    @work(group="figures", description="figures", exclusive=True)
    async def _show_figures(self) -> None:
        """Shows the figures as they are now, when they are looked at."""
        agent = self.desk.agent
        if agent is None or self.query_one(TabbedContent).active != "tab-figures":
            return
        overview = await self._guarded(lambda: read_overview(agent))
        if overview is not None:
            self.query_one(FiguresPane).show(overview)

    # --- writing

    @on(EntryTable.Wanted)
    def _entry_wanted(self, event: EntryTable.Wanted) -> None:
        if event.what == "edit":
            self._edit(self._entries[event.entry_id])
        else:
            self._delete(self._entries[event.entry_id])

    @on(QuestionTable.Wanted)
    def _question_wanted(self, event: QuestionTable.Wanted) -> None:
        if event.what == "answer":
            self._edit(FaqEntry("", event.question.question, "", event.question.others, status="published"), event.question)
        elif event.what == "alternative":
            self._make_alternative(event.question)
        elif event.what == "example":
            self._make_example(event.question)
        else:
            self._dismiss_question(event.question)

    def action_new_entry(self) -> None:
        """Writes a new entry; what was searched for in vain is its question."""
        asked = self.query_one("#search", Input).value if not self._entries else ""
        self._edit(FaqEntry("", asked, "", status="published"))

    @work(group="write", description="write")
    async def _edit(self, entry: FaqEntry, question: QuestionCluster | None = None) -> None:
        agent = self.desk.agent
        if agent is None:
            self.desk.notify_text("Entries can be written as soon as the model is ready.")
            return
        # What is edited is the newest version, not the one that the list was filled with.
        opened = await self._guarded(lambda: agent.entries.get(entry.id)) if entry.version else entry
        saved = await self.app.push_screen_wait(EntryEditor(agent, opened)) if opened is not None else None
        if saved is None:
            return
        if question is not None:
            await self._guarded(lambda: agent.unanswered.resolve(question.ids))
        is_open = saved.status == "published"
        self.desk.notify_text(
            "Saved: it answers from the next message on." if is_open else "Saved; it answers once it is published."
        )
        self.reload()

    @work(group="write", description="write")
    async def _make_alternative(self, question: QuestionCluster) -> None:
        """Adds the questions to an entry's alternatives, and takes them off the list."""
        agent = self.desk.agent
        found = await self._guarded(lambda: agent.faq.search(question.question, _N_NEAREST)) if agent is not None else None
        if agent is None or found is None or not found.matches:
            self.desk.notify_text("No entry is near this question; Enter writes one.")
            return
        near = {f"entry-{number}": match for number, match in enumerate(found.matches)}
        labels = {key: safe_line(match.question, limit=60) for key, match in near.items()} | {"none": "None of them"}
        asked = f"Which entry answers “{safe_line(question.question, limit=200)}”?"
        chosen = await self.app.push_screen_wait(QuestionDialog("Another way to ask", asked, labels))
        if chosen not in near:
            return
        entry = await self._guarded(lambda: agent.entries.get(near[chosen].entry_id))
        if entry is None:
            return
        changed = replace(entry, alternatives=(*entry.alternatives, question.question, *question.others))
        if await self._guarded(lambda: agent.entries.save(changed, entry.version)) is not None:
            await self._guarded(lambda: agent.unanswered.resolve(question.ids))
            self.desk.notify_text("Saved: it answers from the next message on.")
            self.reload()

    @work(group="write", description="write")
    async def _make_example(self, question: QuestionCluster) -> None:
        """Adds the questions to an intent's examples, and takes them off the list."""
        agent = self.desk.agent
        intents = await self._guarded(lambda: likely_intents(agent, question.question)) if agent is not None else None
        if agent is None or not intents:
            self.desk.notify_text("No intent is near this question.")
            return
        labels = {f"intent-{number}": intent for number, intent in enumerate(intents)}
        shown = {key: safe_line(intent, limit=40) for key, intent in labels.items()} | {"none": "None of them"}
        asked = f"What does “{safe_line(question.question, limit=200)}” want? It becomes an example of this intent."
        chosen = await self.app.push_screen_wait(QuestionDialog("Example", asked, shown))
        if chosen not in labels:
            return
        texts = (question.question, *question.others)
        if await self._guarded(lambda: teach(self.desk.project, agent, texts, labels[chosen])) is not None:
            await self._guarded(lambda: agent.unanswered.resolve(question.ids))
            self.desk.notify_text(f"Added to {labels[chosen]}; F4 trains with it.")
            self.reload()

    @work(group="write", description="write")
    async def _delete(self, entry: FaqEntry) -> None:
        agent = self.desk.agent
        answers = {"keep": "Keep", "delete": "Delete"}
        text = f"Delete “{safe_line(entry.question, limit=200)}”?\n\nIt answers no more. ^z brings it back."
        if agent is None or await self.app.push_screen_wait(QuestionDialog("Delete", text, answers)) != "delete":
            return
        archived = await self._guarded(lambda: agent.entries.delete(entry.id, user_name(), "deleted at the desk"))
        if archived is not None:
            self._deleted.append((entry, archived))
            self.desk.notify_text("Deleted; ^z brings it back.")
            self.reload()

    @work(group="write", description="write")
    async def action_undo_delete(self) -> None:
        """Brings the last deleted entry back."""
        agent = self.desk.agent
        if agent is None or not self._deleted:
            self.desk.notify_text("There is nothing to bring back.")
            return
        entry, archived = self._deleted.pop()
        if await self._guarded(lambda: agent.entries.save(entry, archived.version, user_name(), "brought back")) is not None:
            self.desk.notify_text("Brought back.")
            self.reload()

    @work(group="write", description="write")
    async def _dismiss_question(self, question: QuestionCluster) -> None:
        agent = self.desk.agent
        if agent is not None:
            await self._guarded(lambda: agent.unanswered.resolve(question.ids))
            self.reload()

    def action_search(self) -> None:
        """Goes to the search field."""
        self.query_one(TabbedContent).active = "tab-entries"
        self.query_one("#search").focus()

    def action_next_tab(self) -> None:
        """Goes to the next tab."""
        tabs = self.query_one(TabbedContent)
        place = (list(_TABS).index(tabs.active) + 1) % len(_TABS)
        tabs.active = list(_TABS)[place]
        self.query_one(_TABS[tabs.active]).focus()

    async def _guarded(self, read: Callable[[], T]) -> T | None:
        """Returns what a call to the stores gives; shows a failure, and returns None then."""
        try:
            return await asyncio.to_thread(read)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screen lives on)
            self.app.push_screen(ProblemDialog(error))
            return None


def _search(agent: AgentPort, text: str) -> tuple[list[FaqEntry], FaqResult | None]:
    """Returns the entries that have the words of the search, then those that a question of these words finds; and what it finds."""
    entries = list(agent.entries.list(text=text))
    if not text.strip():
        return entries, None
    found = agent.faq.search(text, _N_FOUND)
    listed = {entry.id for entry in entries}
    entries += [
        agent.entries.get(match.entry_id) for match in found.matches if match.entry_id not in listed and match.score >= _MIN_SCORE
    ]
    return entries, found
