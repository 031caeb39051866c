"""Writes and changes one FAQ entry, with the answer as readers will see it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Input, Select, TextArea

from assistant.errors import AssistantError, StaleEntry
from assistant.faq.entry import MAX_ALTERNATIVES, MAX_QUESTION_CHARS, STATUSES
from assistant.people import user_name
from assistant.ui.actions import bindings
from assistant.ui.faq.tables import STATUS_SIGNS
from assistant.ui.faq.verdict import verdict
from assistant.ui.problems import ProblemDialog
from assistant.ui.prose import Prose
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.entry import FaqEntry
    from assistant.ui.ports import AgentPort

_PAUSE_S = 0.25
_NO_CUT = 2 * MAX_ALTERNATIVES * MAX_QUESTION_CHARS  # longer than anything that can be saved: an editor must lose nothing


class EntryEditor(ModalScreen["FaqEntry | None"]):
    """Edits an entry and saves it; returns it as it was saved, or None.

    Args:
        agent: whose entries these are.
        entry: as it was opened; one of version 0 is new.
    """

    AUTO_FOCUS = "#question"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (100, "-wide")]  # noqa: RUF012 (Textual's own declaration)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (30, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("editor")]
    DEFAULT_CSS = """
    EntryEditor {
        background: $background;
        Input, TextArea, #preview, Select > SelectCurrent {
            border: round $border-blurred; background: transparent;
            border-title-color: $muted; border-subtitle-color: $muted;
        }
        Input:focus, TextArea:focus, #preview:focus, Select:focus > SelectCurrent {
            border: round $primary; border-title-color: $primary;
        }
        #alternatives { height: 7; }
        #writing { height: 1fr; }
        #answer { width: 1fr; height: 100%; }
        #preview { width: 1fr; height: 100%; padding: 0 1; display: none; scrollbar-size-vertical: 1; }
        #marks { height: 3; }
        #tags { width: 2fr; }
        #category { width: 1fr; }
        #status { width: 20; border-title-color: $muted; }
        TextArea { padding: 0 1; scrollbar-size-vertical: 1; }
        TextArea .text-area--cursor-line { background: transparent; }
    }
    """

    def __init__(self, agent: AgentPort, entry: FaqEntry) -> None:
        super().__init__()
        self._agent = agent
        self._opened = entry

    def compose(self) -> ComposeResult:
        """Lays out the fields."""
        entry = self._opened
        question = Input(safe_line(entry.question, limit=_NO_CUT), id="question", placeholder="What do people want to know?")
        question.border_title = "New entry · question" if entry.version == 0 else "Question"
        yield question
        yield _area("alternatives", "Other ways to ask it, one a line", "\n".join(entry.alternatives))
        with Horizontal(id="writing"):
            yield _area("answer", "Answer (Markdown)", entry.answer)
            with VerticalScroll(id="preview") as preview:
                preview.border_title = "Preview"
                yield Prose(entry.answer or "…", id="previewed")
        with Horizontal(id="marks"):
            for name, title, text in (
                ("tags", "Tags, with commas", ", ".join(entry.tags)),
                ("category", "Category", entry.category),
            ):
                field = Input(safe_line(text, limit=_NO_CUT), id=name)
                field.border_title = title
                yield field
            shown = [status for status in STATUSES if status != "archived"]
            yield Select([(STATUS_SIGNS[status], status) for status in shown], value=entry.status, allow_blank=False, id="status")
        yield Footer(show_command_palette=False)

    def current(self) -> FaqEntry:
        """Returns the entry as the fields say it."""
        status = self.query_one("#status", Select).value
        return replace(
            self._opened,
            question=self.query_one("#question", Input).value.strip(),
            alternatives=tuple(filter(None, map(str.strip, self.query_one("#alternatives", TextArea).text.splitlines()))),
            answer=self.query_one("#answer", TextArea).text.strip(),
            tags=tuple(filter(None, map(str.strip, self.query_one("#tags", Input).value.split(",")))),
            category=self.query_one("#category", Input).value.strip(),
            status=next((known for known in STATUSES if known == status), self._opened.status),
        )

    @property
    def has_changes(self) -> bool:
        """Whether leaving would lose something."""
        opened = self._opened
        return self.current().content() != replace(opened, answer=opened.answer.strip()).content()

    @on(TextArea.Changed, "#answer")
    def _preview_answer(self, event: TextArea.Changed) -> None:
        self.query_one("#previewed", Prose).show(event.text_area.text or "…")

    @on(Input.Changed, "#question")
    def _question_changed(self, event: Input.Changed) -> None:
        self._look_for_likes(event.value)

    @work(group="likes", description="likes", exclusive=True)
    async def _look_for_likes(self, question: str) -> None:
        """Says which other entry answers the question already, so that nobody writes an answer twice."""
        await asyncio.sleep(_PAUSE_S)
        shown = None
        if question.strip():
            found = await asyncio.to_thread(self._agent.faq.search, question, 2)
            others = replace(found, matches=tuple(match for match in found.matches if match.entry_id != self._opened.id))
            shown = verdict(others) if others.best is not None else None
        for field in self.query("#question").results(Input):  # none any more, when the editor was left meanwhile
            field.border_subtitle = shown

    def action_preview(self) -> None:
        """Shows or hides the preview; where there is no room for both, in place of the text."""
        self.toggle_class("-previewing")
        if not self.query_one("#answer").display:
            self.query_one("#preview").focus()

    async def action_save(self) -> None:
        """Saves the entry."""
        self._save(self.current(), self._opened.version)

    @work(group="save", description="save", exclusive=True)
    async def _save(self, entry: FaqEntry, expected_version: int) -> None:
        try:
            if expected_version == 0:
                saved = await asyncio.to_thread(self._agent.entries.add, entry, user_name(), "written at the desk")
            else:
                saved = await asyncio.to_thread(
                    self._agent.entries.save, entry, expected_version, user_name(), "edited at the desk"
                )
        except StaleEntry:
            await self._settle_conflict(entry)
        except AssistantError as error:
            self.app.push_screen(ProblemDialog(error))
        else:
            self.dismiss(saved)

    async def _settle_conflict(self, mine: FaqEntry) -> None:
        """Asks what to do about a version that someone else saved in the meantime."""
        theirs = await asyncio.to_thread(self._agent.entries.get, mine.id)
        by = f" by {safe_line(theirs.author, limit=40)}" if theirs.author else ""
        text = (
            f"While you were writing, this entry was saved{by} as version {theirs.version}.\n\n"
            f"Its answer is now:\n{safe(theirs.answer, limit=400)}\n\nNothing of yours is lost. What shall hold?"
        )
        answers = {"go_on": "Go on writing", "theirs": "Take theirs", "mine": "Save mine"}
        chosen = await self.app.push_screen_wait(QuestionDialog("Changed meanwhile", text, answers))
        if chosen == "mine":
            self._save(replace(mine, version=theirs.version), theirs.version)
        elif chosen == "theirs":
            self.dismiss(theirs)

    @work(group="leave", description="leave", exclusive=True)
    async def action_leave(self) -> None:
        """Leaves; asks first when something would be lost."""
        if self.has_changes:
            answers = {"stay": "Go on writing", "leave": "Throw away"}
            if await self.app.push_screen_wait(QuestionDialog("Unsaved", "Your changes are not saved.", answers)) != "leave":
                return
        self.dismiss(None)


def _area(name: str, title: str, text: str) -> TextArea:
    area = TextArea(safe(text, limit=_NO_CUT), id=name, tab_behavior="focus", highlight_cursor_line=False)
    area.border_title = title
    return area
