"""The list of the project's models, each with its figures."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.message import Message

from assistant.languages import N_, tr
from assistant.ui.actions import bindings
from assistant.ui.faq.tables import FittedTable
from assistant.ui.safe_text import safe_line
from assistant.ui.training.figures import figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.binding import BindingType

    from assistant.training.shelf import KeptModel


class ModelTable(FittedTable):
    """The models, the last first."""

    FIRST = N_("Trained")
    WIDTHS = (("", 8), (N_("Intents"), 8), (N_("Entities"), 8), (N_("Examples"), 8), (N_("Mode"), 6))
    MIN_FIRST = 18
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("models")]

    @dataclass
    class Wanted(Message):
        """Something shall be done with a model: ``use`` or ``remove``."""

        model: KeptModel
        what: str

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._models: dict[str, KeptModel] = {}

    def show(self, models: Sequence[KeptModel]) -> None:
        """Shows models."""
        self._models = {model.folder.name: model for model in models}
        self.show_rows([(name, _cells(model)) for name, model in self._models.items()])

    def on_data_table_row_selected(self) -> None:
        """A click on the row under the cursor puts it into use."""
        self.action_want("use")

    def action_want(self, what: str) -> None:
        """Asks for something to be done with the model under the cursor."""
        model = self._models.get(self.cursor_key or "")
        if model is not None:
            self.post_message(self.Wanted(model, what))


def _cells(model: KeptModel) -> tuple[str, ...]:
    shown = [model.metrics.get(name) for name in ("intent_accuracy", "entity_f1")]
    rates = [figure("accuracy", value).rjust(8) if value is not None else "" for value in shown]
    trained = time.strftime(tr("%d %b %Y %H:%M"), time.localtime(model.trained_at))
    state = tr("● in use") if model.is_in_use else ""
    return trained, state if model.is_readable else tr("✕ old"), *rates, f"{model.n_examples or '':>8}", _mode(model.mode)


def _mode(name: str) -> str:
    names = {"fast": tr("fast"), "full": tr("full")}
    return names.get(name) or safe_line(name, limit=6)
