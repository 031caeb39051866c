"""The intents as a tree: how many examples each has, and signs of what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rich.text import Text
from textual.content import Content
from textual.widgets import Tree

from assistant.languages import tr, trn
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from textual.widgets.tree import TreeNode

    from assistant.validation.intent_health import IntentHealth

SHORT, CONFUSED, ALIKE = "▽", "⇄", "≈"
ALL: Final = ""
"""What the root stands for: all intents."""
_MOST_NAMED = 3
_NAME = 40


class IntentTree(Tree[str]):
    """Intents by name; those of a retrieval intent stand under it. The data of a node is the intent."""

    DEFAULT_CSS = """
    IntentTree { width: 30; background: transparent; padding: 0 1; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; }
    .-narrow IntentTree { width: 22; }
    .-wide IntentTree { width: 38; }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(tr("All intents"), data=ALL, **options)
        self.show_guides = False
        self.guide_depth = 2
        self.auto_expand = False
        self._names: tuple[str, ...] = ()

    def show(self, health: Mapping[str, IntentHealth], shown: Iterable[str]) -> None:
        """Shows intents; the cursor stays on its intent.

        Args:
            health: of all of them.
            shown: those to show, sorted.
        """
        names, chosen = tuple(shown), self.intent
        total = sum(one.n_examples for one in health.values())
        self.root.set_label(Text(tr("All {n}", n=total), no_wrap=True))
        if names != self._names:
            self._names = names
            self._plant()
        for node in self._all_under(self.root):
            if node.data:
                node.set_label(_label(node.data if node.parent is self.root else node.data.split("/")[-1], health.get(node.data)))
        self.choose(chosen)

    def choose(self, intent: str) -> None:
        """Moves the cursor to an intent; to the root when it is not there."""
        node = next((one for one in self._all_under(self.root) if one.data == intent), self.root)
        if self.last_line >= 0 and self.cursor_node is not node:  # asking for the last line gives each node its own
            self.move_cursor(node)

    @property
    def intent(self) -> str:
        """The intent under the cursor; empty for all of them."""
        node = self.cursor_node
        return node.data or ALL if node is not None else ALL

    def _plant(self) -> None:
        self.root.remove_children()
        self.root.expand()
        groups: dict[str, TreeNode[str]] = {}
        for name in self._names:
            group = name.split("/", maxsplit=1)[0]
            if group == name:
                groups[name] = self.root.add_leaf("", data=name)
                continue
            if group not in groups:
                groups[group] = self.root.add(Text(safe_line(group, limit=_NAME), no_wrap=True), data=None, expand=True)
            groups[group].allow_expand = True
            groups[group].add_leaf("", data=name)

    def _all_under(self, node: TreeNode[str]) -> Iterable[TreeNode[str]]:
        yield node
        for child in node.children:
            yield from self._all_under(child)


def _label(name: str, health: IntentHealth | None) -> Text:
    name = safe_line(name, limit=_NAME)
    if health is None:
        return Text(name, no_wrap=True)
    signs = "".join(sign for sign, holds in ((SHORT, health.is_short), (CONFUSED, health.confused), (ALIKE, health.alike)) if holds)
    label = Text(f"{name} {health.n_examples}", no_wrap=True)
    if signs:
        label.append(f" {signs}")
    return label


def health_text(intent: str, health: IntentHealth | None) -> Content:
    """Returns what is wrong with an intent, in words; or that nothing is."""
    if not intent or health is None:
        return Content.styled(
            f"{SHORT} {tr('few examples')}   {CONFUSED} {tr('taken for others')}   {ALIKE} {tr('shared with others')}", "$muted"
        )
    parts = []
    if health.is_short:
        n = health.n_examples
        few = trn("one example is too few", "{n} examples are few", n) if n else tr("no examples")
        parts.append(f"{SHORT} {few}")
    if health.confused:
        parts.append(f"{CONFUSED} {tr('taken for {intents}', intents=_named(health.confused))}")
    if health.alike:
        parts.append(f"{ALIKE} {tr('shares examples with {intents}', intents=_named(health.alike))}")
    return (
        Content.styled("   ".join(parts), "$text-warning")
        if parts
        else Content.styled(tr("✓ nothing to say against it"), "$text-success")
    )


def _named(counted: tuple[tuple[str, int], ...]) -> str:
    shown = ", ".join(f"{safe_line(name, limit=_NAME)} ({times})" for name, times in counted[:_MOST_NAMED])
    return tr("{names} and {n} more", names=shown, n=len(counted) - _MOST_NAMED) if len(counted) > _MOST_NAMED else shown
