"""The entries: search that says what a question would find, filters and sorting, marks, and what is done with what is marked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import DataTable, Input, Static

from assistant.errors import AssistantError
from assistant.faq.entry import STATUSES, FaqEntry
from assistant.languages import N_, tr, trn
from assistant.people import user_name
from assistant.ui.faq.listing import STATUS_SIGNS, Found, Listing, arranged
from assistant.ui.faq.pane import DeskPane
from assistant.ui.faq.tables import EntryTable
from assistant.ui.faq.verdict import ranking, verdict
from assistant.ui.faq.versions import VersionsScreen
from assistant.ui.prose import Prose
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_input import SafeInput
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import ComposeResult

    from assistant.messages import FaqResult
    from assistant.ui.ports import AgentPort

N_FOUND = 5
_MIN_SCORE = 0.1
_HINT = N_("Type to search; this line says which entry a question would get.")


def read_list(agent: AgentPort, text: str, listing: Listing, since: float) -> tuple[Found, FaqResult | None]:
    """Returns the entries to show, and what a question of the searched words finds; None without a search.

    Searched, those that the question finds come first, the best on top, and then the others that have the words.
    """
    every = agent.entries.list(status=listing.status, text=text)
    hits = agent.askings.hits(since)
    categories = tuple(sorted({entry.category for entry in (agent.entries.list() if text.strip() else every)}))
    if not text.strip():
        return Found(arranged(every, listing, hits, is_ranked=False), categories, hits), None
    found = agent.faq.search(text, N_FOUND)
    listed = {entry.id for entry in every}
    near = [match.entry_id for match in found.matches if match.entry_id not in listed and match.score >= _MIN_SCORE]
    more = [entry for entry in map(agent.entries.get, near) if listing.status in {None, entry.status}]
    scores = {match.entry_id: match.score for match in found.matches}
    ranked = sorted([*every, *more], key=lambda entry: -scores.get(entry.id, 0.0))
    return Found(arranged(ranked, listing, hits, is_ranked=True), categories, hits, scores), found


class EntriesPane(DeskPane):
    """The tab with the entries.

    Args:
        undo: what can be taken back: the entries of each change, as they were and as they were saved.

    Attributes:
        undoable: the same, with what has been done since.
    """

    DEFAULT_CSS = """
    EntriesPane {
        #search { border: round $border-blurred; background: transparent; }
        #search:focus { border: round $primary; }
        #verdict, #listing { height: 1; padding: 0 2; text-wrap: nowrap; text-overflow: ellipsis; }
        #listing { color: $muted; }
        #desk { height: 1fr; }
        EntryTable { width: 3fr; }
        #reading { width: 2fr; padding: 0 2; margin-left: 1; background: $surface; display: none; scrollbar-size-vertical: 1; }
        #reading Static { height: auto; }
        #ranking { margin-bottom: 1; display: none; text-wrap: nowrap; text-overflow: ellipsis; }
        #ranking.-shown { display: block; }
        #read-question { color: $primary; text-style: bold; margin-bottom: 1; }
        #read-notes { color: $muted; margin-top: 1; }
    }
    """

    class Wanted(Message):
        """Other entries than those that are shown are wanted."""

        def __init__(self, *, is_typing: bool = False) -> None:
            super().__init__()
            self.is_typing = is_typing

    def __init__(self, undo: Sequence[list[tuple[FaqEntry, FaqEntry]]] = (), *, id: str | None = None) -> None:  # noqa: A002 (the name is Textual's)
        super().__init__(id=id)
        self.listing = Listing()
        self._found = Found()
        self._searched = ""
        self.undoable = [*undo]

    def compose(self) -> ComposeResult:
        """Lays out the search, the list, and what is read of an entry."""
        yield SafeInput(placeholder=tr("Search, or ask as a customer would"), id="search")
        yield Static(_hint(), id="verdict")
        yield Static(id="listing", markup=False)
        with Horizontal(id="desk"):
            yield EntryTable(id="entries")
            with VerticalScroll(id="reading", can_focus=False):
                yield Static(id="ranking")
                yield Static(id="read-question", markup=False)
                yield Prose("", id="read-answer")
                yield Static(id="read-notes", markup=False)

    @property
    def text(self) -> str:
        """What is searched for."""
        return self.query_one("#search", Input).value

    def show(self, found: Found, result: FaqResult | None) -> None:
        """Shows entries, and what the searched question finds."""
        self._found = found
        self.query_one(EntryTable).show(found, from_top=self.text != self._searched)
        self._searched = self.text
        self.query_one("#verdict", Static).update(_hint() if result is None else verdict(result))
        ranked = self.query_one("#ranking", Static)
        ranked.set_class(result is not None and bool(result.matches), "-shown")
        ranked.update(ranking(result) if result is not None else "")
        self._show_listing()
        self._read_entry()

    def show_waiting(self) -> None:
        """Says that there is nothing to show yet."""
        waiting = tr("The entries are shown as soon as the model is ready.")
        self.query_one("#verdict", Static).update(Content.styled(waiting, "$muted"))

    def _show_listing(self) -> None:
        n_marked = len(self.query_one(EntryTable).marked)
        keys = (
            ", " + trn("{n} marked: s and Del take it", "{n} marked: s and Del take them all", n_marked)
            if n_marked
            else "  " + tr("(f state, g category, o order)")
        )
        self.query_one("#listing", Static).update(f"{self.listing.as_text(is_ranked=bool(self._found.scores))}{keys}")

    @on(EntryTable.Marked)
    def _marked(self) -> None:
        self._show_listing()

    @on(Input.Changed, "#search")
    def _search_changed(self) -> None:
        self.post_message(self.Wanted(is_typing=True))

    @on(Input.Submitted, "#search")
    def _search_done(self) -> None:
        self.query_one(EntryTable).focus()

    @on(DataTable.RowHighlighted, "#entries")
    def _read_entry(self) -> None:
        """Shows the entry under the cursor, where there is room."""
        key = self.query_one(EntryTable).cursor_key
        entry = next((entry for entry in self._found.entries if entry.id == key), None)
        self.query_one("#read-question", Static).update(safe_line(entry.question) if entry else "")
        self.query_one("#read-answer", Prose).show(entry.answer if entry else "")
        self.query_one("#read-notes", Static).update(_notes(entry, self._found) if entry else "")

    # --- what is looked at

    def narrow(self, listing: Listing) -> None:
        """Looks at other entries, or at them in another order."""
        self.listing = listing
        self.post_message(self.Wanted())

    def next_category(self) -> None:
        """Looks at the next category."""
        self.narrow(self.listing.next_category(self._found.categories))

    # --- what is done

    @on(EntryTable.Wanted)
    def _wanted(self, event: EntryTable.Wanted) -> None:
        by_id = {entry.id: entry for entry in self._found.entries}
        chosen = [by_id[entry_id] for entry_id in event.entry_ids if entry_id in by_id]
        if event.what == "edit":
            self.edit(chosen[0])
        elif event.what == "versions":
            self._look_back(chosen[0])
        elif event.what == "delete":
            self._delete(chosen)
        else:
            self._choose_state(chosen)

    def new(self) -> None:
        """Writes a new entry; what was searched for in vain is its question."""
        self.edit(FaqEntry("", "" if self._found.entries else self.text, "", status="published"))

    @work(group="write", description="write")
    async def edit(self, entry: FaqEntry) -> None:
        """Opens an entry in the editor; one of version 0 is new."""
        if await self.edited(entry) is not None:
            self.post_message(self.Changed())

    @work(group="write", description="write")
    async def _look_back(self, entry: FaqEntry) -> None:
        agent = self.agent
        if agent is None:
            return
        saved = await self.asked(VersionsScreen(agent, entry))
        if saved is not None:
            self.tell(tr("Version {n} says what was chosen.", n=saved.version))
            self.post_message(self.Changed())

    @work(group="write", description="write")
    async def _delete(self, entries: Sequence[FaqEntry]) -> None:
        text = trn(
            "Delete “{question}”?\n\nIt answers no more. ^z brings it back.",
            "Delete {n} entries?\n\nThey answer no more. ^z brings them back.",
            len(entries),
            question=safe_line(entries[0].question, limit=200),
        )
        answers = {"keep": tr("Keep"), "delete": tr("Delete")}
        if await self.asked(QuestionDialog(tr("Delete"), text, answers)) == "delete":
            await self._save_all([(entry, replace(entry, status="archived")) for entry in entries], "deleted at the desk")
            self.tell(trn("Deleted; ^z brings it back.", "Deleted; ^z brings them back.", len(entries)))

    @work(group="write", description="write")
    async def _choose_state(self, entries: Sequence[FaqEntry]) -> None:
        text = trn(
            "What shall hold for “{question}”?",
            "What shall hold for {n} entries?",
            len(entries),
            question=safe_line(entries[0].question, limit=200),
        )
        answers = {"stay": tr("As it is")} | {
            f"status-{number}": tr(STATUS_SIGNS[status]) for number, status in enumerate(STATUSES)
        }
        chosen = await self.asked(QuestionDialog(tr("State"), text, answers))
        status = next((status for number, status in enumerate(STATUSES) if chosen == f"status-{number}"), None)
        changed = [(entry, replace(entry, status=status)) for entry in entries if status not in {None, entry.status}]
        if changed:
            await self._save_all(changed, "state changed at the desk")
            self.tell(trn("{n} changed; ^z takes it back.", "{n} changed; ^z takes it back.", len(changed)))

    async def _save_all(self, pairs: Sequence[tuple[FaqEntry, FaqEntry]], reason: str) -> None:
        """Saves entries, and remembers how they were; one that somebody else saved meanwhile is shown, and ends it."""
        agent = self.agent
        done: list[tuple[FaqEntry, FaqEntry]] = []
        if agent is None:
            return

        def save() -> None:
            for before, after in pairs:
                done.append((before, agent.entries.save(after, after.version, user_name(), reason)))

        await self.guarded(save)  # in one go: whatever becomes of the screen meanwhile, it is not left half done
        if done:
            self.undoable.append(done)
            self.query_one(EntryTable).marked.clear()
        self.post_message(self.Changed())

    @work(group="write", description="write")
    async def undo(self) -> None:
        """Takes the last deletion or change of state back, of all entries that it was done to."""
        agent = self.agent
        if agent is None or not self.undoable:
            self.tell(tr("There is nothing to bring back."))
            return
        await self.guarded(partial(_bring_back, agent, self.undoable.pop()))
        self.tell(tr("Brought back."))
        self.post_message(self.Changed())


def _bring_back(agent: AgentPort, pairs: Sequence[tuple[FaqEntry, FaqEntry]]) -> None:
    """Saves entries as they were; one that somebody else has saved since stays, and is named once the others are back.

    Args:
        agent: whose entries these are.
        pairs: each as it was, and as it was saved then.
    """
    failures = []
    for before, saved in pairs:
        try:
            agent.entries.save(replace(before, version=saved.version), saved.version, user_name(), "brought back")
        except AssistantError as error:
            failures.append(error)
    if failures:
        raise failures[0]


def _notes(entry: FaqEntry, found: Found) -> str:
    """Returns what is noted of an entry besides its answer."""
    notes = (
        [tr("also asked as: {questions}", questions=safe_line("; ".join(entry.alternatives), limit=400))]
        if entry.alternatives
        else []
    )
    notes += _days(entry)
    notes += [tr("category {name}", name=safe_line(entry.category, limit=60))] if entry.category else []
    notes += [tr("intent {name}", name=safe_line(entry.intent, limit=60))] if entry.intent else []
    notes += [tr("answers from {share:.0%} on", share=entry.threshold)] if entry.threshold is not None else []
    notes += [tr("then: {entries}", entries=safe_line(", ".join(entry.follow_ups), limit=200))] if entry.follow_ups else []
    hits = found.hits.get(entry.id, 0)
    notes.append(
        tr(
            "answered {n} times lately; version {version} by {who}",
            n=hits,
            version=entry.version,
            who=safe_line(entry.author, limit=40),
        )
        if entry.author
        else tr("answered {n} times lately; version {version}", n=hits, version=entry.version)
    )
    return "\n".join(notes)


def _days(entry: FaqEntry) -> list[str]:
    first, last = (day.isoformat() if day else "" for day in (entry.valid_from, entry.valid_until))
    if first and last:
        return [tr("valid from {first} until {last}", first=first, last=last)]
    if first:
        return [tr("valid from {first}", first=first)]
    return [tr("valid until {last}", last=last)] if last else []


def _hint() -> Content:
    return Content.styled(tr(_HINT), "$muted")
