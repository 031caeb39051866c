"""Writes and changes one FAQ entry, with the answer as readers will see it, and what is wrong with a field beside the field."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import on, work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Select, Static, TextArea

from assistant.errors import StaleEntry
from assistant.faq.entry import MAX_ALTERNATIVES, MAX_QUESTION_CHARS, STATUSES
from assistant.languages import N_, tr
from assistant.people import user_name
from assistant.ui.actions import bindings
from assistant.ui.dialog import Dialog
from assistant.ui.faq.fields import DETAILS, doubt_of, faults_of, read_fields, remarks_on, typed_of
from assistant.ui.faq.listing import STATUS_SIGNS
from assistant.ui.faq.tables import when
from assistant.ui.faq.verdict import alike_in_words, verdict
from assistant.ui.footer import KeyFooter
from assistant.ui.problems import ProblemDialog
from assistant.ui.prose import Prose
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_input import SafeInput
from assistant.ui.safe_text import safe, safe_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.faq.duplicates import Likeness
    from assistant.faq.entry import FaqEntry
    from assistant.knowledge.entry_doubts import Doubt
    from assistant.ui.ports import AgentPort

T = TypeVar("T")

_PAUSE_S, _DOUBT_PAUSE_S = 0.25, 0.8
_NO_CUT = 2 * MAX_ALTERNATIVES * MAX_QUESTION_CHARS  # longer than anything that can be saved: an editor must lose nothing
_MAX_ALIKE = _MAX_TOLD = 3
_TITLES = {
    "question": N_("Question"),
    "alternatives": N_("Other ways to ask it, one a line"),
    "answer": N_("Answer (Markdown)"),
    "tags": N_("Tags, with commas"),
    "category": N_("Category"),
    "language": N_("Language"),
    "intent": N_("Intent"),
    "threshold": N_("Own threshold"),
    "valid_from": N_("Valid from"),
    "valid_until": N_("Valid until"),
    "follow_ups": N_("Follow-ups: ids, with commas"),
}

_NAMES = _TITLES | {
    "alternatives": N_("Alternatives"),
    "answer": N_("Answer"),
    "tags": N_("Tags"),
    "follow_ups": N_("Follow-ups"),
}
"""The fields in a word, for a line that says what is wrong."""


class EntryEditor(Dialog["FaqEntry | None"]):
    """Edits an entry and saves it; returns it as it was saved, or None.

    Args:
        agent: whose entries these are.
        entry: as it was opened; one of version 0 is new.
    """

    AUTO_FOCUS = "#question"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (70, "-normal"), (100, "-wide")]  # noqa: RUF012 (Textual's own declaration)
    VERTICAL_BREAKPOINTS = [(0, "-short"), (34, "-tall")]  # noqa: RUF012
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
        .-wrong, .-wrong:focus { border: round $error; border-title-color: $text-error; border-subtitle-color: $text-error; }
        .-remarked { border-subtitle-color: $text-warning; }
        #alternatives { height: 7; }
        #writing { height: 1fr; }
        #answer { width: 1fr; height: 100%; }
        #preview { width: 1fr; height: 100%; padding: 0 1; display: none; scrollbar-size-vertical: 1; }
        #marks { height: 3; }
        #tags { width: 2fr; }
        #category { width: 1fr; }
        #status { width: 20; border-title-color: $muted; }
        #more { height: auto; display: none; }
        #more Horizontal { height: 3; }
        #language { width: 14; }
        #intent, #follow_ups { width: 1fr; }
        #threshold, #valid_from, #valid_until { width: 20; }
        #state { height: 1; padding: 0 1; color: $muted; text-wrap: nowrap; text-overflow: ellipsis; }
        TextArea { padding: 0 1; scrollbar-size-vertical: 1; }
        TextArea .text-area--cursor-line { background: transparent; }
    }
    EntryEditor.-tall #more, EntryEditor.-more #more { display: block; }
    EntryEditor.-short.-more { #alternatives, #writing { display: none; } }
    """

    def __init__(self, agent: AgentPort, entry: FaqEntry) -> None:
        super().__init__()
        self._agent = agent
        self._opened = entry
        self._known_ids: frozenset[str] | None = None  # None: not read yet
        self._is_checked = False
        self._is_saving = False
        self._alike: Content | None = None
        self._doubts: Sequence[Doubt] = ()

    def compose(self) -> ComposeResult:
        """Lays out the fields."""
        typed = typed_of(self._opened)
        yield _input("question", typed, placeholder=tr("What do people want to know?"))
        yield _area("alternatives", typed["alternatives"])
        with Horizontal(id="writing"):
            yield _area("answer", typed["answer"])
            with VerticalScroll(id="preview") as preview:
                preview.border_title = tr("Preview")
                yield Prose(typed["answer"] or "…", id="previewed")
        with Horizontal(id="marks"):
            yield _input("tags", typed)
            yield _input("category", typed)
            shown = [status for status in STATUSES if status != "archived" or status == self._opened.status]
            options = [(tr(STATUS_SIGNS[status]), status) for status in shown]
            yield Select(options, value=self._opened.status, allow_blank=False, id="status")
        with Vertical(id="more"):
            with Horizontal():
                yield _input("language", typed)
                yield _input("intent", typed, placeholder=tr("the intent that asks for it"))
                yield _input("threshold", typed, placeholder=tr("the FAQ's"))
            with Horizontal():
                yield _input("valid_from", typed, placeholder="2027-01-31")
                yield _input("valid_until", typed, placeholder="2027-12-31")
                yield _input("follow_ups", typed)
        yield Static(id="state", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Says what is known of the entry, and reads what its follow-ups may be."""
        self._check()
        self._read_ids()

    @work(group="ids", description="ids", exclusive=True)
    async def _read_ids(self) -> None:
        entries = await self._hint(self._agent.entries.list)
        if entries is not None:
            self._known_ids = frozenset(entry.id for entry in entries)
            self._check()

    async def _hint(self, read: Callable[[], T]) -> T | None:
        """Returns what only helps to write; None where it cannot be had, which nobody needs to hear of: saving will say it."""
        try:
            return await asyncio.to_thread(read)
        except Exception:  # noqa: BLE001 (a border: what is written must not be lost by it)
            return None

    def current(self) -> FaqEntry:
        """Returns the entry as the fields say it; a field that cannot be read counts as it was opened."""
        return read_fields(self._opened, self._typed())[0]

    @property
    def has_changes(self) -> bool:
        """Whether leaving would lose something."""
        opened = self._opened
        typed = {name: text.strip() for name, text in self._typed().items()}
        is_typed_over = any(typed[name] != typed_of(opened)[name] for name in DETAILS)
        return is_typed_over or self.current().content() != replace(opened, answer=opened.answer.strip()).content()

    def _typed(self) -> dict[str, str]:
        fields: dict[str, str] = {str(field.id): field.value for field in self.query(Input)}
        fields |= {str(area.id): area.text for area in self.query(TextArea)}
        return fields | {"status": str(self.query_one("#status", Select).value)}

    @property
    def _is_whole(self) -> bool:
        """Whether all fields are there: what was being looked up may come back while the editor is put up or taken down."""
        return self.is_mounted and {*typed_of(self._opened), "more", "state"} <= {widget.id for widget in self.query("*")}

    # --- what is wrong

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._check()
        self._read_through()

    def _faults(self) -> dict[str, str]:
        entry, unread = read_fields(self._opened, self._typed())
        known = self._known_ids if self._known_ids is not None else frozenset(entry.follow_ups)
        return faults_of(entry, known) | unread

    def _check(self) -> None:
        """Says beside each field what is wrong with it; an empty field only once somebody wanted to save."""
        if not self._is_whole:
            return
        entry, faults = self.current(), self._faults()
        if not self._is_checked:
            faults = {name: why for name, why in faults.items() if self._typed()[name].strip()}
        remarks = {doubt.part: doubt_of(doubt) for doubt in reversed(self._doubts)}
        remarks |= remarks_on(entry, self._agent.domain.intent_names(), _today())
        for field in (*self.query(Input), *self.query(TextArea)):
            name = str(field.id)
            said = faults.get(name) or remarks.get(name)
            field.set_class(name in faults, "-wrong")
            field.set_class(name in remarks and name not in faults, "-remarked")
            field.border_subtitle = Content(safe_line(said, limit=60)) if said else self._alike if name == "question" else None
        self.query_one("#state", Static).update(self._state(faults, remarks))

    def _state(self, faults: dict[str, str], remarks: dict[str, str]) -> Content:
        if self._is_saving:
            return Content.styled(tr("Saving …"), "$muted")
        if faults:
            name, why = next(iter(faults.items()))
            hint = "  " + tr("(^g shows it)") if name in DETAILS and not self.query_one("#more").display else ""
            label = tr(_NAMES[name])
            return Content.assemble((f"✕ {label}: ", "$text-error"), safe_line(why, limit=120), (hint, "$muted"))
        if self._doubts:
            part = self._doubts[0].part
            return Content.assemble((f"⚠ {tr(_NAMES[part])}: ", "$text-warning"), safe_line(remarks[part], limit=120))
        entry = self._opened
        if entry.version == 0:
            return Content.styled(tr("A new entry."), "$muted")
        return Content.styled(_saved(entry), "$muted")

    # --- what others say

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
        self._alike = None
        if question.strip():
            found = await self._hint(lambda: self._agent.faq.search(question, 2))
            if found is not None:
                others = replace(found, matches=tuple(match for match in found.matches if match.entry_id != self._opened.id))
                self._alike = verdict(others) if others.best is not None else None
        self._check()

    @work(group="doubts", description="doubts", exclusive=True)
    async def _read_through(self) -> None:
        """Says what reads badly or rudely; what is needed for that is loaded beside the screen, too."""
        await asyncio.sleep(_DOUBT_PAUSE_S)
        if self._is_whole:
            entry = self.current()
            self._doubts = await self._hint(lambda: self._agent.doubts(entry)) or ()
            self._check()

    async def _tell_doubts(self, saved: FaqEntry) -> None:
        """Says what was saved all the same, once the editor is gone: nobody waits for it."""
        doubts = await self._hint(lambda: self._agent.doubts(saved))
        if doubts:
            told = "\n".join(f"{tr(_NAMES[doubt.part])}: {safe_line(doubt_of(doubt), limit=100)}" for doubt in doubts[:_MAX_TOLD])
            self.app.notify(told, title=tr("Saved. To be read once more"), severity="warning", markup=False)

    # --- what people do

    def action_preview(self) -> None:
        """Shows or hides the preview; where there is no room for both, in place of the text."""
        self.toggle_class("-previewing")
        if not self.query_one("#answer").display:
            self.query_one("#preview").focus()

    def action_more(self) -> None:
        """Goes to the fields that few entries need, and back; in a low terminal they take the place of the texts."""
        is_there = self.focused is not None and self.focused.id in DETAILS
        self.set_class(not is_there, "-more")
        self.query_one("#question" if is_there else "#language").focus()

    def action_save(self) -> None:
        """Saves the entry, when nothing is wrong with it; asks first where another answers the same."""
        if self._is_saving:  # the key came twice
            return
        self._is_checked = True
        faults = self._faults()
        self._check()
        if faults:
            self._go_to(next(iter(faults)))
            return
        self._is_saving = True
        self._save(self.current())

    def _go_to(self, name: str) -> None:
        if name in DETAILS:
            self.add_class("-more")
        elif self.has_class("-short"):
            self.remove_class("-more")
        self.query_one(f"#{name}").focus()

    @work(group="save", description="save")
    async def _save(self, entry: FaqEntry) -> None:
        self._check()
        try:
            saved = await self._saved(entry, self._opened.version)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and what was written stays)
            self.app.push_screen(ProblemDialog(error))
            saved = None
        self._is_saving = False
        if saved is None:
            self._check()
            return
        if saved.content() != self._opened.content():
            self.app.run_worker(self._tell_doubts(saved), group="doubts", exclusive=True)
        self.dismiss(saved)

    async def _saved(self, entry: FaqEntry, expected_version: int) -> FaqEntry | None:
        """Returns what holds now; None: nothing was saved, and writing goes on."""
        if not await self._is_wanted_beside(await asyncio.to_thread(self._agent.faq.alike, entry)):
            return None
        try:
            if expected_version == 0:
                return await asyncio.to_thread(self._agent.entries.add, entry, user_name(), "written at the desk")
            return await asyncio.to_thread(self._agent.entries.save, entry, expected_version, user_name(), "edited at the desk")
        except StaleEntry:
            return await self._settled(entry)

    async def _is_wanted_beside(self, alike: tuple[Likeness, ...]) -> bool:
        """Asks whether an entry shall stand beside others that answer the same question."""
        if not alike:
            return True
        shown = "\n\n".join(alike_in_words(pair, self._opened.id) for pair in alike[:_MAX_ALIKE])
        answers = {"go_on": tr("Go on writing"), "save": tr("Save all the same")}
        title = tr("Contradicts") if alike[0].kind == "contradiction" else tr("Answered already")
        return await self.app.push_screen_wait(QuestionDialog(title, shown, answers)) == "save"

    async def _settled(self, mine: FaqEntry) -> FaqEntry | None:
        """Asks what to do about a version that someone else saved in the meantime; returns as ``_saved`` does."""
        theirs = await asyncio.to_thread(self._agent.entries.get, mine.id)
        version, author = theirs.version, safe_line(theirs.author, limit=40)
        told = (
            tr("While you were writing, this entry was saved by {who} as version {n}.", who=author, n=version)
            if author
            else tr("While you were writing, this entry was saved as version {n}.", n=version)
        )
        now = tr(
            "Its answer is now:\n{answer}\n\nNothing of yours is lost. What shall hold?", answer=safe(theirs.answer, limit=400)
        )
        text = f"{told}\n\n{now}"
        answers = {"go_on": tr("Go on writing"), "theirs": tr("Take theirs"), "mine": tr("Save mine")}
        chosen = await self.app.push_screen_wait(QuestionDialog(tr("Changed meanwhile"), text, answers))
        if chosen == "mine":
            return await self._saved(replace(mine, version=theirs.version), theirs.version)
        if chosen == "theirs":
            self.dismiss(theirs)
        return None

    @work(group="leave", description="leave", exclusive=True)
    async def action_leave(self) -> None:
        """Leaves; asks first when something would be lost. Where it is being saved, it goes by itself when that is done."""
        if self._is_saving:
            return
        if self.has_changes:
            answers = {"stay": tr("Go on writing"), "leave": tr("Throw away")}
            if (
                await self.app.push_screen_wait(QuestionDialog(tr("Unsaved"), tr("Your changes are not saved."), answers))
                != "leave"
            ):
                return
        self.dismiss(None)


def _input(name: str, typed: dict[str, str], placeholder: str = "") -> Input:
    field = SafeInput(safe_line(typed[name], limit=_NO_CUT), id=name, placeholder=placeholder)
    field.border_title = tr(_TITLES[name])
    return field


def _area(name: str, text: str) -> TextArea:
    area = TextArea(safe(text, limit=_NO_CUT), id=name, tab_behavior="focus", highlight_cursor_line=False)
    area.border_title = tr(_TITLES[name])
    return area


def _today() -> date:
    return date.today()  # noqa: DTZ011 (the curators' own day)


def _saved(entry: FaqEntry) -> str:
    known = {"id": safe_line(entry.id, limit=60), "n": entry.version}
    author, at = safe_line(entry.author, limit=40), when(entry.updated_at) if entry.updated_at else ""
    if author and at:
        return tr("{id}, version {n}, saved {when} by {who}", **known, when=at, who=author)
    if author:
        return tr("{id}, version {n} by {who}", **known, who=author)
    return tr("{id}, version {n}, saved {when}", **known, when=at) if at else tr("{id}, version {n}", **known)
