"""What can be done with conversations: shown in a list, opened, named, archived, written to a file, replayed, forgotten."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING, Final

from assistant.languages import N_, tr
from assistant.ui.chat.conversation_list import Chosen, ConversationList
from assistant.ui.chat.exporting import export
from assistant.ui.chat.replay import ReplayScreen
from assistant.ui.naming import NameDialog
from assistant.ui.question import QuestionDialog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from assistant.ui.chat.exporting import Format
    from assistant.ui.chat.screen import ChatScreen
    from assistant.ui.ports import AgentPort, ConversationView

FORMATS: Final = {"md": N_("Markdown, to read"), "json": N_("JSON, with all events"), "leave": N_("Cancel")}


async def manage(screen: ChatScreen, what: str) -> None:
    """Does something with conversations; what fails is shown in a dialog.

    Args:
        screen: the chat; must be called in a worker.
        what: ``list``, ``new``, or with the conversation that is shown: ``export``, ``replay``.
    """
    agent = screen.desk.agent
    if agent is None:
        return
    try:
        if what == "list":
            await _list(screen, agent)
        else:
            await _do(screen, agent, Chosen(what, screen.desk.sender_id))
    except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
        screen.desk.show_problem(error)


async def _list(screen: ChatScreen, agent: AgentPort) -> None:
    """Shows the list again after everything that was done with one of its rows."""
    chosen: Chosen | None = Chosen("", screen.desk.sender_id)
    while chosen is not None:
        rows = await asyncio.to_thread(agent.conversations.senders)
        chosen = await screen.desk.push_screen_wait(
            ConversationList(rows, agent.conversations.containing, shown=screen.desk.sender_id, before=chosen)
        )
        if chosen is not None and await _do(screen, agent, chosen):
            return


async def _do(screen: ChatScreen, agent: AgentPort, chosen: Chosen) -> bool:
    """Does what was chosen; returns whether the list is of no more use."""
    desk, store, sender_id = screen.desk, agent.conversations, chosen.sender_id
    row = _row(await asyncio.to_thread(store.senders), sender_id)
    title = row.title if row is not None else ""
    match chosen.what:
        case "open":
            await screen.switch_to(sender_id)
            return True
        case "new":
            await screen.switch_to(_free(desk.sender_id, {one.sender_id for one in await asyncio.to_thread(store.senders)}))
            return True
        case "rename":
            name = await desk.push_screen_wait(
                NameDialog(tr("Its name"), tr("An empty one takes the name away."), title, may_be_empty=True)
            )
            if name is not None:
                await asyncio.to_thread(store.rename, sender_id, name)
        case "archive":
            is_archived = row is not None and row.is_archived
            await asyncio.to_thread(lambda: store.archive(sender_id, is_archived=not is_archived))
        case "delete":
            await _delete(screen, agent, sender_id, title)
        case "export":
            form = await desk.push_screen_wait(
                QuestionDialog(
                    tr("Export"), tr("Write the conversation to a file."), {key: tr(label) for key, label in FORMATS.items()}
                )
            )
            if form in {"md", "json"}:
                events = await asyncio.to_thread(agent.events, sender_id)
                kind: Format = "md" if form == "md" else "json"
                path = await asyncio.to_thread(export, desk.project, sender_id, title, events, kind)
                desk.notify_text(tr("Written to {path}", path=desk.project.shown(path)))
        case "replay":
            events = await asyncio.to_thread(agent.events, sender_id)
            await desk.push_screen_wait(ReplayScreen(title or sender_id, sender_id, agent.domain, events))
        case _:
            pass
    return False


async def _delete(screen: ChatScreen, agent: AgentPort, sender_id: str, title: str) -> None:
    asked = QuestionDialog(
        tr("Forget it?"),
        tr("{name}: all that is stored of it is removed, from the disk too. This cannot be undone.", name=title or sender_id),
        {"leave": tr("Keep it"), "delete": tr("Forget it")},
    )
    if await screen.desk.push_screen_wait(asked) == "delete":
        await asyncio.to_thread(agent.conversations.forget, sender_id)
        if sender_id == screen.desk.sender_id:
            await screen.reopen()


def _row(rows: Iterable[ConversationView], sender_id: str) -> ConversationView | None:
    return next((row for row in rows if row.sender_id == sender_id), None)


def _free(sender_id: str, taken: set[str]) -> str:
    """Returns a name like another's that no conversation has yet."""
    stem = sender_id.rstrip("0123456789").rstrip("-") or "terminal"
    return next(name for number in itertools.count(2) if (name := f"{stem}-{number}") not in taken | {sender_id})
