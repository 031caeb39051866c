"""The settings screen: themes with live preview, what is in force and where it comes from, health, keys, and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import on, work
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import DataTable, OptionList, Static, TabbedContent, TabPane
from textual.widgets.option_list import Option

from assistant.languages import AUTO, N_, NAMES, preferred, tr
from assistant.ui import theme
from assistant.ui.actions import ACTIONS, PLACES, bindings
from assistant.ui.desk import DeskScreen
from assistant.ui.footer import KeyFooter
from assistant.ui.keymap import keys_of
from assistant.ui.safe_text import safe, safe_line
from assistant.ui.settings.reading import DEFAULT, log_tail, paths_of, settings_in_force

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.binding import BindingType

    from assistant.health import Check

_FIRST = {
    "look": "#themes",
    "language": "#languages",
    "force": "#force-table",
    "health": "#health-table",
    "keys": "#keys-table",
    "log": "#log-scroll",
}
_COLUMNS = {
    "#force-table": ((N_("setting"), 22), (N_("value"), 30), (N_("from"), 28)),
    "#health-table": (("", 1), (N_("what"), 13), (N_("found"), 160)),
    "#keys-table": ((N_("key"), 12), (N_("id"), 30), (N_("does"), 58), (N_("where"), 36)),
}
_SAMPLE = (
    (N_("You"), "$text-primary bold", N_("where is my order 12345?")),
    (N_("Bot"), "$text-accent bold", N_("It left our store this morning.")),
    ("", "", N_("track_order 97 %  ·  order_id = 12345  ·  rule  ·  5 ms")),
)


class SettingsScreen(DeskScreen):
    """Where looks and language are chosen, and where one sees what is in force and whether all is well.

    Args:
        focused: selects what has the focus at first; empty: the themes.
    """

    PLACE = "settings"
    AUTO_FOCUS = "#themes"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("settings")]
    DEFAULT_CSS = """
    SettingsScreen {
        TabbedContent { height: 1fr; }
        TabPane { padding: 0 1; }
        #choices { width: 30; height: 1fr; background: $surface; }
        #themes, #languages { height: auto; max-height: 1fr; border: none; background: $surface; }
        #language-title { height: auto; margin-top: 1; padding: 0 1; color: $muted; }
        #sample { width: 1fr; height: 1fr; padding: 1 2; }
        #sample-text { height: auto; padding: 1 2; background: $surface; border-left: outer $primary; }
        #sample-note { height: auto; margin-top: 1; color: $muted; }
        DataTable { height: 1fr; }
        #health-note { height: 1; color: $muted; }
        #log-scroll { height: 1fr; }
        #log-text { height: auto; }
    }
    """

    def __init__(self, focused: str = "") -> None:
        super().__init__()
        self._focused = focused

    def successor(self) -> DeskScreen | None:
        """Returns another such screen, with the focus where the language was chosen."""
        return SettingsScreen("#languages" if self.query_one("#languages").has_focus else "")

    def compose_body(self) -> ComposeResult:
        """Lays out the tabs."""
        with TabbedContent():
            with TabPane(tr("Look"), id="look"), Horizontal():
                with Vertical(id="choices"):
                    yield OptionList(*(Option(tr(label), id=name) for name, label in theme.CHOICES.items()), id="themes")
                    yield Static(tr("Language of the screens"), id="language-title", markup=False)
                    yield OptionList(*(Option(name, id=code) for code, name in _languages().items()), id="languages")
                with Vertical(id="sample"):
                    yield Static(_sample(), id="sample-text")
                    yield Static(tr("↑ ↓ shows a theme, Enter keeps it, Esc goes back."), id="sample-note", markup=False)
            with TabPane(tr("In force"), id="force"):
                yield DataTable(id="force-table", cursor_type="row", zebra_stripes=True)
            with TabPane(tr("Health"), id="health"):
                yield Static(tr("looking …"), id="health-note", markup=False)
                yield DataTable(id="health-table", cursor_type="row")
            with TabPane(tr("Keys"), id="keys"):
                yield DataTable(id="keys-table", cursor_type="row", zebra_stripes=True)
            with TabPane(tr("Log"), id="log"), VerticalScroll(id="log-scroll"):
                yield Static(id="log-text", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Fills what is known at once, and looks after the rest behind it."""
        self._kept = self.app.theme
        for table, columns in _COLUMNS.items():
            for label, width in columns:
                self.query_one(table, DataTable).add_column(tr(label) if label else "", width=width)
        self._show_keys()
        self._look()
        if self._focused:
            self.query_one(self._focused).focus()

    def on_screen_resume(self) -> None:
        """Marks the theme in force, and reads anew what may have changed."""
        self._kept = self.app.theme
        themes = self.query_one("#themes", OptionList)
        names = list(theme.CHOICES)
        themes.highlighted = names.index(self.app.theme) if self.app.theme in names else None
        codes = list(_languages())
        chosen = self.desk.preferences.language or self.desk.settings.language
        self.query_one("#languages", OptionList).highlighted = codes.index(chosen) if chosen in codes else 0
        self._show_settings()
        self._show_log()

    # --- looks

    @on(OptionList.OptionHighlighted, "#themes")
    def _preview(self, event: OptionList.OptionHighlighted) -> None:
        if event.option.id and self.is_current and self.query_one("#themes").has_focus:
            self.app.theme = event.option.id

    @on(OptionList.OptionSelected, "#themes")
    def _keep(self, event: OptionList.OptionSelected) -> None:
        self._kept = self.app.theme = event.option.id or self._kept
        self.desk.prefer(theme=self._kept)
        self.query_one("#sample-note", Static).update(tr("{theme}: kept.", theme=tr(theme.CHOICES[self._kept])))

    def action_undo_theme(self) -> None:
        """Goes back to the theme that was in force."""
        self.app.theme = self._kept
        names = list(theme.CHOICES)
        if self._kept in names:
            self.query_one("#themes", OptionList).highlighted = names.index(self._kept)

    # --- language

    @on(OptionList.OptionSelected, "#languages")
    def _speak(self, event: OptionList.OptionSelected) -> None:
        if event.option.id:  # by the app: this screen goes, and cannot wait for its own end
            self.desk.call_later(self.desk.speak, event.option.id)

    # --- tabs

    def action_show_tab(self, name: str) -> None:
        """Goes to a tab, or to the languages, which are on the first one."""
        self.query_one(TabbedContent).active = "look" if name == "language" else name
        self.query_one(_FIRST[name]).focus()

    def action_look_again(self) -> None:
        """Reads everything anew."""
        self._show_settings()
        self._show_log()
        if not self.is_at_work("health"):  # models are loaded for it: one look at a time
            self._look()

    def _show_settings(self) -> None:
        table = self.query_one("#force-table", DataTable)
        table.clear()
        for row in (*settings_in_force(self.desk.project, self.desk.settings), *paths_of(self.desk.project)):
            style = "" if row.origin == DEFAULT else "$text-accent"
            origin = tr(DEFAULT) if row.origin == DEFAULT else safe_line(row.origin)
            table.add_row(Content.styled(row.name, style), Content(safe_line(row.value, limit=80)), Content(origin))

    def _show_keys(self) -> None:
        table = self.query_one("#keys-table", DataTable)
        table.clear()
        for action in ACTIONS:
            keys = keys_of(action, self.desk.keymap)
            style = "$text-accent" if action.id in self.desk.keymap else ""
            table.add_row(
                Content.styled(keys or tr("none"), style),
                Content(action.id),
                Content(action.shown_help),
                Content(tr(PLACES[action.place])),
            )

    def _show_log(self) -> None:
        self.query_one("#log-text", Static).update(safe(log_tail(self.desk.project.state)))

    # --- health

    @work(exclusive=True, group="health")
    async def _look(self) -> None:
        """Examines the installation, in a thread: models are loaded and the database is opened for it."""
        from assistant.health import examine

        self.query_one("#health-note", Static).update(tr("looking …"))
        checks = await self.guarded(lambda: examine(self.desk.project, self.desk.settings))
        if checks is not None:
            self._show_checks(checks)

    def _show_checks(self, checks: list[Check]) -> None:
        table = self.query_one("#health-table", DataTable)
        table.clear()
        for check in checks:
            sign = Content.styled("✓", "$text-success") if check.is_ok else Content.styled("✕", "$text-error")
            table.add_row(sign, Content(tr(check.name)), Content(safe_line(check.detail, limit=160)))
        wrong = sum(not check.is_ok for check in checks)
        self.query_one("#health-note", Static).update(
            tr("{n} of {all} not right", n=wrong, all=len(checks)) if wrong else tr("all {n} well", n=len(checks))
        )


def _languages() -> dict[str, str]:
    """The languages to choose from by their code, each as it calls itself; first the choice that leaves it to the system."""
    return {AUTO: tr("As the system ({language})", language=NAMES[preferred()])} | dict(NAMES)


def _sample() -> Content:
    column = max(cell_len(tr(name)) for name, _, _ in _SAMPLE if name) + 2
    lines = [Content.assemble(((tr(name) if name else "").ljust(column), style), tr(text)) for name, style, text in _SAMPLE]
    return Content("\n").join(lines)
