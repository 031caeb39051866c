"""Makes a message an example of an intent, after showing what would change in the files."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from assistant.corrections.conversations import understood
from assistant.corrections.examples import propose_example
from assistant.dialogue.domain import load_domain
from assistant.dialogue.events import UserUttered
from assistant.languages import tr
from assistant.ui.agreeing import agree
from assistant.ui.chat.correcting import intents_for
from assistant.ui.picking import Picker

if TYPE_CHECKING:
    from assistant.messages import Parse
    from assistant.ui.app import AssistantApp


async def make_example(app: AssistantApp, parse: Parse) -> None:
    """Asks what the message means, and writes it into the files when that is agreed; to be called in a worker.

    Args:
        app: shows the questions, and what fails.
        parse: of the message.
    """
    try:
        domain = await asyncio.to_thread(load_domain, app.project)
        intent = await app.push_screen_wait(Picker(tr("What does it mean?"), parse.text, intents_for(domain, parse)))
        if intent is None:
            return
        entities = understood(UserUttered(parse.text, parse), domain)
        await agree(app, await asyncio.to_thread(propose_example, app.project, domain, parse.text, intent, entities))
    except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the screen lives on)
        app.show_problem(error)
