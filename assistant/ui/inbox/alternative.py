"""Makes a message another way to ask for an FAQ entry, after showing what would change."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.languages import tr
from assistant.people import user_name
from assistant.ui.question import QuestionDialog
from assistant.ui.safe_text import safe_line

if TYPE_CHECKING:
    from assistant.faq.entry import FaqEntry
    from assistant.ui.desk import DeskScreen
    from assistant.ui.ports import AgentPort

_N_NEAREST = 4


async def make_alternative(screen: DeskScreen, agent: AgentPort, text: str) -> None:
    """Asks which entry is meant, shows the change, and saves it when that is agreed; to be called in a worker.

    Args:
        screen: asks, and shows what fails.
        agent: whose entries these are.
        text: what the user wrote.
    """
    asked = " ".join(text.split())
    found = await screen.guarded(lambda: agent.faq.search(asked, _N_NEAREST))
    if found is None:
        return
    near = {f"entry-{number}": match for number, match in enumerate(found.matches)}
    if not near:
        screen.desk.notify_text(tr("No entry is near this message; n writes one."))
        return
    labels = {key: safe_line(match.question, limit=56) for key, match in near.items()} | {"none": tr("None of them")}
    question = tr("Which entry answers “{question}”?", question=safe_line(asked, limit=200))
    chosen = await screen.app.push_screen_wait(QuestionDialog(tr("Another way to ask"), question, labels))
    if chosen not in near:
        return
    entry = await screen.guarded(lambda: agent.entries.get(near[chosen].entry_id))
    if entry is None:
        return
    if asked in entry.questions:
        screen.desk.notify_text(tr("This entry is asked so already."))
        return
    changed = replace(entry, alternatives=(*entry.alternatives, asked))
    answers = {"leave": tr("Leave it"), "write": tr("Write")}
    if await screen.app.push_screen_wait(QuestionDialog(tr("Write this?"), "\n".join(diff(entry, changed)), answers)) != "write":
        return
    if await screen.is_done(lambda: agent.entries.save(changed, entry.version, user_name(), "from the inbox")):
        screen.desk.notify_text(tr("Saved: it answers from the next message on."))


def diff(before: FaqEntry, after: FaqEntry) -> list[str]:
    """Returns what changes in the ways to ask for an entry, as a unified diff."""
    one, other = list(before.questions), list(after.questions)
    return list(difflib.unified_diff(one, other, before.id, before.id, lineterm="", n=2))
