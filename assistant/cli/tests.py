"""``test``: how good understanding is, and whether conversations go as they should."""

from __future__ import annotations

import typer

from assistant.cli.faq_tests import faq
from assistant.cli.measuring import nlu
from assistant.cli.story_tests import stories

app = typer.Typer(help="Test understanding and conversations; exit code 1 when something fails.", rich_markup_mode=None)
app.command()(nlu)
app.command()(stories)
app.command()(faq)
