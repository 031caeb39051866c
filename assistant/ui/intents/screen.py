"""The intents screen: what the bot is taught, changed as a draft that is written into the files when its diff is agreed to."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static, TabbedContent, TabPane, Tree

from assistant.annotations import annotated
from assistant.corrections.draft import HERE, Draft, History, propose_draft, said_in
from assistant.corrections.suggestions import ignore
from assistant.errors import AssistantError, UnknownName
from assistant.languages import N_, tr, trn
from assistant.ui.actions import bindings
from assistant.ui.agreeing import agree
from assistant.ui.desk import DeskScreen
from assistant.ui.footer import KeyFooter
from assistant.ui.intents.new_intent import NewIntentDialog
from assistant.ui.intents.reading import Bot, Health, entities_of, health_of, measured_pairs, read_bot, read_suggestions
from assistant.ui.intents.suggesting import SuggestionList
from assistant.ui.intents.tree import ALL, IntentTree, health_text
from assistant.ui.intents.utterances import UtteranceList, UtterancePane
from assistant.ui.marking import EntityDialog, kinds_of
from assistant.ui.picking import Picker
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.corrections.draft import Utterance
    from assistant.corrections.suggestions import Suggestion
    from assistant.messages import Entity

MOST_SHOWN: Final = 1_000
"""More examples are found by choosing an intent or by the filter; a longer list would be slow to type into."""
_PAUSE_S: Final = 0.3
_TABS: Final = {"tab-examples": "#utterances", "tab-suggestions": "#suggestions"}
_WEIGHING = N_("Weighing what people wrote …")
_NO_SUGGESTIONS = N_("Nothing that people wrote is left to label; what they write in the chat comes here.")
_HINT = N_("Enter takes what the model makes of it, r gives another intent, x ignores it for good.")


class IntentsScreen(DeskScreen):
    """Where intents and their examples are curated."""

    PLACE = "intents"
    AUTO_FOCUS = "#intents"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("intents")]
    DEFAULT_CSS = """
    IntentsScreen {
        #desk { height: 1fr; }
        #right { width: 1fr; }
        #filter { border: round $border-blurred; background: transparent; display: none; }
        #filter.-shown { display: block; }
        #filter:focus { border: round $primary; }
        TabPane { padding: 0; }
        #health, #hint { height: 1; padding: 0 2; text-wrap: nowrap; text-overflow: ellipsis; }
        #hint { color: $muted; }
        #unsaved { height: 1; padding: 0 2; background: $surface; color: $text-warning; display: none; }
        #unsaved.-shown { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._bot: Bot | None = None
        self._history = History(Draft())
        self._health = Health({}, frozenset())
        self._suggested = False
        self._is_saving = False

    def compose_body(self) -> ComposeResult:
        """Lays out the tree, the examples and the suggestions."""
        with Horizontal(id="desk"):
            yield IntentTree(id="intents")
            with Vertical(id="right"), TabbedContent():
                with TabPane(tr("Examples"), id="tab-examples"):
                    yield Static(id="health")
                    yield Input(placeholder=tr("Words of an example, or a name; Esc takes them away"), id="filter")
                    yield UtterancePane(id="pane")
                with TabPane(tr("Suggestions"), id="tab-suggestions"):
                    yield Static(tr(_HINT), id="hint", markup=False)
                    yield SuggestionList(id="suggestions")
        yield Static(id="unsaved", markup=False)
        yield KeyFooter()

    def on_screen_resume(self) -> None:
        """Reads the files again, where nothing is unsaved."""
        if not self._history.n_changes:
            self.read()

    def successor(self) -> DeskScreen | None:
        """Returns another such screen where nothing is unsaved."""
        return None if self._history.n_changes else super().successor()

    # --- reading

    @work(group="read", description="read", exclusive=True)
    async def read(self) -> None:
        """Reads the examples."""
        bot = await self.looked(lambda: read_bot(self.desk.project))
        if bot is not None and not self._history.n_changes:
            self._bot, self._history = bot, History(bot.draft)
            self._suggested = False
            self._show()
            self.weigh(0.0)
            self._maybe_suggest()

    @work(group="weigh", description="weigh", exclusive=True)
    async def weigh(self, pause_s: float = _PAUSE_S) -> None:
        """Judges the health of the intents, when nothing has changed for a moment."""
        await asyncio.sleep(pause_s)
        bot, draft = self._bot, self._history.now
        if bot is None:
            return
        health = await self.guarded(lambda: health_of(draft, bot.domain, measured_pairs(bot.project)))
        if health is not None:
            self._health = health
            self._show()

    def _show(self) -> None:
        if not self.display:  # it is being taken down, and its parts are gone
            return
        words = self.query_one("#filter", Input).value.lower().split()
        fitting = [one for one in self._history.now.utterances if _has(one, words)]
        counts = {one.intent for one in self._history.now.utterances} | {new.name for new in self._history.now.new_intents}
        names = sorted({*self._health.intents, *counts})
        if words:
            with_words = {one.intent for one in fitting}
            names = [name for name in names if name in with_words]
        tree = self.query_one(IntentTree)
        tree.show(self._health.intents, names)
        self._show_examples()
        n_changes = self.desk.n_unsaved = self._history.n_changes
        unsaved = self.query_one("#unsaved", Static)
        unsaved.set_class(n_changes > 0, "-shown")
        unsaved.update(
            trn(
                "{n} unsaved change: ^s shows the diff and saves, ^z takes back",
                "{n} unsaved changes: ^s shows the diff and saves, ^z takes back",
                n_changes,
            )
        )

    def _show_examples(self) -> None:
        if not self.display:
            return
        intent = self.query_one(IntentTree).intent
        words = self.query_one("#filter", Input).value.lower().split()
        shown = [one for one in self._history.now.utterances if intent in {ALL, one.intent} and _has(one, words)]
        self.query_one(UtteranceList).show(shown[:MOST_SHOWN], self._health.shared, has_intents=intent == ALL)
        self.query_one("#health", Static).update(health_text(intent, self._health.intents.get(intent)))
        tabs = self.query_one(TabbedContent)
        tabs.get_tab("tab-examples").label = Content(
            tr("Examples {n:,}, the first {most:,}", n=len(shown), most=MOST_SHOWN)
            if len(shown) > MOST_SHOWN
            else tr("Examples {n:,}", n=len(shown))
        )

    @on(Tree.NodeHighlighted)
    def _intent_chosen(self) -> None:
        self._show_examples()

    @on(Tree.NodeSelected)
    def _to_examples(self) -> None:
        self.query_one(TabbedContent).active = "tab-examples"
        self.query_one(UtteranceList).focus()

    # --- changing

    def _change(self, draft: Draft, what: str) -> bool:
        """Changes the draft; returns False while it is saved: the change would be neither in the files nor in the draft then."""
        if self._is_saving:
            self.desk.notify_text(tr("The changes are just being saved; try again."))
            return False
        self._history.change(draft, what)
        self._show()
        self.weigh()
        return True

    @on(UtteranceList.Wanted)
    def _wanted(self, event: UtteranceList.Wanted) -> None:
        pane = self.query_one(UtterancePane)
        if event.what == "edit":
            pane.edit(pane.list.current)
        elif event.what == "add":
            self._begin_adding()
        elif event.what == "delete":
            self._change(self._history.now.without(event.keys), trn("deleted {n} example", "deleted {n} examples", len(event.keys)))
        elif event.what == "move":
            self._move(event.keys)
        else:
            self._mark()

    @on(OptionList.OptionSelected, "#utterances")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        pane = self.query_one(UtterancePane)
        pane.edit(pane.list.current)

    def _begin_adding(self) -> None:
        if self.query_one(IntentTree).intent in {ALL, ""}:
            self.desk.notify_text(tr("Choose an intent first: the new example belongs to it."))
        else:
            self.query_one(UtterancePane).edit(None)

    @on(UtterancePane.Edited)
    def _edited(self, event: UtterancePane.Edited) -> None:
        pane, now, intent = self.query_one(UtterancePane), self._history.now, self.query_one(IntentTree).intent
        try:
            self._check(event.marked)
            draft = now.reworded(event.key, event.marked) if event.key is not None else now.added(intent, [event.marked])
        except AssistantError as error:
            self.desk.show_problem(error)
            return
        if not self._change(draft, tr("edited an example") if event.key is not None else tr("added an example")):
            return
        if event.key is None and draft != now:
            pane.list.go_to(draft.utterances[-1].key)
            pane.edit(None)
        else:
            pane.close()

    def _check(self, marked: str) -> None:
        """Refuses entities that the domain does not have, at once rather than when everything is saved."""
        known = self._bot.domain.entities if self._bot is not None else {}
        for entity in said_in(marked)[1]:
            if entity.entity not in known:
                raise UnknownName(where=HERE, kind="entity", name=entity.entity, known=known)

    @work(group="change", description="change", exclusive=True)
    async def _move(self, keys: tuple[int, ...]) -> None:
        intent = await self._asked_intent(trn("move {n} example", "move {n} examples", len(keys)), ())
        if intent is not None:
            told = trn("moved {n} example to {intent}", "moved {n} examples to {intent}", len(keys), intent=intent)
            self._change(self._history.now.moved(keys, intent), told)

    @work(group="change", description="change", exclusive=True)
    async def _mark(self) -> None:
        """Lets words of an example be marked as entities."""
        one = self.query_one(UtteranceList).current
        if one is None or self._bot is None:
            return
        marked = await self.app.push_screen_wait(EntityDialog(one.text, one.entities, kinds_of(self._bot.domain.entities)))
        if marked is not None:
            self._change(self._history.now.annotated(one.key, _with_values(marked, one.entities)), tr("marked entities"))

    @work(group="change", description="change", exclusive=True)
    async def action_new_intent(self) -> None:
        """Asks for a new intent, and adds it to the draft."""
        if self._bot is None:
            return
        known = {*self._bot.domain.intents, *(one.intent for one in self._history.now.utterances)}
        wanted = await self.app.push_screen_wait(NewIntentDialog(known))
        if wanted is None:
            return
        try:
            for line in wanted.examples:
                self._check(line)
            self._change(
                self._history.now.with_intent(wanted.intent, wanted.examples), tr("new intent {name}", name=wanted.intent.name)
            )
        except AssistantError as error:
            self.desk.show_problem(error)
            return
        self.query_one(IntentTree).choose(wanted.intent.name)
        self._show()

    async def _asked_intent(self, title: str, likely: tuple[str, ...]) -> str | None:
        domain = self._bot.domain if self._bot is not None else None
        taught = {one.intent for one in self._history.now.utterances} | {new.name for new in self._history.now.new_intents}
        plain = {name for name in (domain.intents if domain else ()) if domain and not domain.is_retrieval(f"utter_{name}")}
        names = list(dict.fromkeys([*(name for name in likely if name in taught), *sorted(taught | plain)]))
        return await self.app.push_screen_wait(Picker(tr("Which intent?"), title, names))

    def action_undo(self) -> None:
        """Takes the last change back."""
        if self._is_saving:
            return
        self._tell(
            tr("Taken back"),
            self._history.undo(),
            tr("There is nothing to take back; `assistant correct --undo` takes a save back."),
        )

    def action_redo(self) -> None:
        """Makes a change again that was taken back."""
        if self._is_saving:
            return
        self._tell(tr("Done again"), self._history.redo(), tr("There is nothing to do again."))

    def _tell(self, what: str, change: str, nothing: str) -> None:
        self.desk.notify_text(f"{what}: {change}." if change else nothing)
        if change:
            self._show()
            self.weigh()

    def action_save(self) -> None:
        """Shows what would change in the files, and writes it when that is agreed."""
        if self._is_saving:  # the key came twice
            return
        if self._bot is None or not self._history.n_changes:
            self.desk.notify_text(tr("There is nothing to save."))
            return
        self._is_saving = True
        self._save(self._bot, self._history)

    @work(group="save", description="save")
    async def _save(self, bot: Bot, history: History) -> None:
        await self._write(bot, history)
        self._is_saving = False

    async def _write(self, bot: Bot, history: History) -> None:
        try:
            proposal = await asyncio.to_thread(propose_draft, bot.project, bot.domain, history.base, history.now)
            if not await agree(self.desk, proposal):
                return
            saved = await asyncio.to_thread(read_bot, bot.project)
        except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the draft stays)
            self.desk.show_problem(error)
            return
        self.desk.project = saved.project  # a new file may have come
        self._bot, self._history = saved, History(saved.draft)
        self._show()
        self.weigh(0.0)

    # --- filtering and tabs

    def action_filter(self) -> None:
        """Goes to the field that narrows what is shown."""
        self.query_one(TabbedContent).active = "tab-examples"
        field = self.query_one("#filter", Input)
        field.add_class("-shown")
        field.focus()

    @on(Input.Changed, "#filter")
    def _filter_changed(self) -> None:
        self._show()

    @on(Input.Submitted, "#filter")
    def _filter_done(self) -> None:
        self.query_one(UtteranceList).focus()

    def action_back(self) -> None:
        """Closes the field that is open, or takes the filter away; else goes to the tree."""
        pane, field = self.query_one(UtterancePane), self.query_one("#filter", Input)
        if pane.is_editing:
            pane.close()
        elif field.has_class("-shown"):
            field.value = ""
            field.remove_class("-shown")
            pane.list.focus()
        else:
            self.query_one(IntentTree).focus()

    def action_next_tab(self) -> None:
        """Switches between examples and suggestions."""
        tabs = self.query_one(TabbedContent)
        place = (list(_TABS).index(tabs.active) + 1) % len(_TABS)
        tabs.active = list(_TABS)[place]
        self.query_one(_TABS[tabs.active]).focus()

    @on(TabbedContent.TabActivated)
    def _maybe_suggest(self) -> None:
        if self.query_one(TabbedContent).active == "tab-suggestions" and not self._suggested:
            self._suggest()

    # --- suggestions

    @work(group="suggest", description="suggest", exclusive=True)
    async def _suggest(self) -> None:
        agent, bot, draft = self.desk.agent, self._bot, self._history.now
        hint = self.query_one("#hint", Static)
        if agent is None or bot is None:
            hint.update(tr("Suggestions come as soon as the model is ready."))
            return
        self._suggested = True
        hint.update(tr(_WEIGHING))
        found = await self.guarded(lambda: read_suggestions(bot.project, agent, draft))
        if found is not None:
            self.query_one(SuggestionList).show(found)
            self._count_suggestions()

    def _count_suggestions(self) -> None:
        n_left = self.query_one(SuggestionList).option_count
        self.query_one(TabbedContent).get_tab("tab-suggestions").label = Content(tr("Suggestions {n}", n=n_left))
        self.query_one("#hint", Static).update(tr(_HINT if n_left else _NO_SUGGESTIONS))

    @on(OptionList.OptionSelected, "#suggestions")
    def _suggestion_clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.query_one(SuggestionList).action_judge("accept")

    @on(SuggestionList.Judged)
    def _judged(self, event: SuggestionList.Judged) -> None:
        one = event.suggestion
        if event.what == "ignore":
            self._ignore(one)
        elif event.what == "accept" and self._is_known(one.parse.intent.name):
            self._label(one, one.parse.intent.name)
        else:
            self._relabel(one)

    def _is_known(self, intent: str) -> bool:
        return any(one.intent == intent for one in self._history.now.utterances)

    @work(group="change", description="change", exclusive=True)
    async def _relabel(self, one: Suggestion) -> None:
        intent = await self._asked_intent(one.text, tuple(score.name for score in one.parse.intent_ranking))
        if intent is not None:
            self._label(one, intent)

    def _label(self, one: Suggestion, intent: str) -> None:
        if self._bot is None:
            return
        try:
            marked = annotated(one.text, entities_of(one, self._bot.domain), HERE)
            told = tr("“{text}” is {intent}", text=safe_line(one.text, limit=40), intent=intent)
            is_changed = self._change(self._history.now.added(intent, [marked]), told)
        except AssistantError as error:
            self.desk.show_problem(error)
            return
        if is_changed:
            self.query_one(SuggestionList).drop(one)
            self._count_suggestions()

    @work(group="write", description="write")
    async def _ignore(self, one: Suggestion) -> None:
        """Takes a suggestion off the list at once, so that the next key is for the next one; it comes back where that fails."""
        project = self.desk.project
        self.query_one(SuggestionList).drop(one)
        self._count_suggestions()
        if not await self.is_done(lambda: ignore(project, [one.text])):
            self._suggest()


def _has(one: Utterance, words: list[str]) -> bool:
    told = f"{one.text} {one.intent}".lower()
    return all(word in told for word in words)


def _with_values(marked: tuple[Entity, ...], before: tuple[Entity, ...]) -> tuple[Entity, ...]:
    """What was marked, with the values that were noted before for the same words."""
    noted = {(one.entity, one.start, one.end, one.role, one.group): one for one in before}
    return tuple(noted.get((one.entity, one.start, one.end, one.role, one.group), one) for one in marked)
