"""Corrects a turn: what its message means, its entities, what should have been done; or saves its conversation as a story.

Each time it is shown what would change in the files, and written if that is agreed.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from assistant.corrections.conversations import steps_of, turns, understood
from assistant.corrections.examples import propose_example
from assistant.corrections.stories import propose_story
from assistant.dialogue.domain import load_domain
from assistant.dialogue.events import UserUttered
from assistant.dialogue.tracker import ACTION_LISTEN
from assistant.languages import N_, tr
from assistant.ui.agreeing import agree
from assistant.ui.marking import EntityDialog, kinds_of
from assistant.ui.naming import NameDialog
from assistant.ui.picking import Picker
from assistant.ui.question import QuestionDialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.corrections.proposal import Proposal
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.events import Event
    from assistant.messages import Entity, Parse
    from assistant.ui.app import AssistantApp
    from assistant.ui.chat.scrollback import Entry

THAT_IS_ALL: Final = N_("✓ that is all")
_MOST_ACTIONS: Final = 10
_NAME_WORDS: Final = 8


async def correct(app: AssistantApp, what: str, entry: Entry) -> None:
    """Leads a person from a message to a better example or story, or to nothing; what fails is shown in a dialog.

    Args:
        app: shows the questions; must be called in a worker.
        what: ``intent``, ``entities``, ``action`` or ``story``.
        entry: the message.
    """
    ask = {"intent": _intent, "entities": _entities, "action": _action, "story": _story}[what]
    try:
        proposal = await ask(app, entry)
        if proposal is not None:
            await agree(app, proposal)
    except Exception as error:  # noqa: BLE001 (a border: whatever fails is shown, and the chat lives on)
        app.show_problem(error)


async def _intent(app: AssistantApp, entry: Entry) -> Proposal | None:
    parse, domain = _parse(entry), await asyncio.to_thread(load_domain, app.project)
    intent = await _asked_intent(app, parse, domain)
    if intent is None:
        return None
    return await asyncio.to_thread(propose_example, app.project, domain, parse.text, intent, _understood(parse, domain))


async def _asked_intent(app: AssistantApp, parse: Parse, domain: Domain) -> str | None:
    return await app.push_screen_wait(Picker(tr("What does it mean?"), parse.text, intents_for(domain, parse)))


async def _entities(app: AssistantApp, entry: Entry) -> Proposal | None:
    parse, domain = _parse(entry), await asyncio.to_thread(load_domain, app.project)
    marked = await app.push_screen_wait(EntityDialog(parse.text, _understood(parse, domain), kinds_of(domain.entities)))
    if marked is None:
        return None
    intent: str | None = parse.intent.name
    if parse.intent.name.split("/")[0] not in domain.intents:  # it was not understood: an example needs an intent all the same
        intent = await _asked_intent(app, parse, domain)
    return None if intent is None else await asyncio.to_thread(propose_example, app.project, domain, parse.text, intent, marked)


async def _action(app: AssistantApp, entry: Entry) -> Proposal | None:
    domain, events = await asyncio.to_thread(_conversation, app)
    said = _quoted(events, entry.turn)
    names = sorted(set(domain.action_names()) - {ACTION_LISTEN})
    chosen: list[str] = []
    while len(chosen) < _MOST_ACTIONS:
        about = said if not chosen else f"{said}\n" + "\n".join(f"→ {name}" for name in chosen)
        title = tr("What should have been done?") if not chosen else tr("And then?")
        name = await app.push_screen_wait(Picker(title, about, [*([tr(THAT_IS_ALL)] if chosen else []), *names]))
        if name is None:
            return None
        if name == tr(THAT_IS_ALL):
            break
        chosen.append(name)
    steps = steps_of(events, domain, turn=entry.turn, actions=chosen)
    return await asyncio.to_thread(propose_story, app.project, domain, _first_words(events), steps)


async def _story(app: AssistantApp, entry: Entry) -> Proposal | None:
    domain, events = await asyncio.to_thread(_conversation, app)
    kinds = {"story": tr("A story to learn from"), "test": tr("A test"), "leave": tr("Cancel")}
    kind = await app.push_screen_wait(
        QuestionDialog(tr("Save the conversation"), tr("What shall it be, up to this message?"), kinds)
    )
    if kind not in {"story", "test"}:
        return None
    name = await app.push_screen_wait(NameDialog(tr("Its name"), tr("What is it an example of?"), _first_words(events)))
    if name is None:
        return None
    is_test = kind == "test"
    steps = steps_of(events, domain, turn=entry.turn, has_texts=is_test)
    return await asyncio.to_thread(propose_story, app.project, domain, name, steps, is_test=is_test)


def intents_for(domain: Domain, parse: Parse) -> tuple[str, ...]:
    """Returns what a message may mean: the intents that were weighed, the likeliest first, then the others by name."""
    weighed = [score.name for score in parse.intent_ranking if score.name.split("/")[0] in domain.intents]
    others = sorted(name for name in domain.intents if not domain.is_retrieval(f"utter_{name}"))
    return tuple(dict.fromkeys([*weighed, *others]))


def _parse(entry: Entry) -> Parse:
    assert entry.trace is not None  # noqa: S101 (for the type checker: only what was understood can be corrected)
    assert entry.trace.parse is not None  # noqa: S101
    return entry.trace.parse


def _understood(parse: Parse, domain: Domain) -> tuple[Entity, ...]:
    return understood(UserUttered(parse.text, parse), domain)


def _conversation(app: AssistantApp) -> tuple[Domain, tuple[Event, ...]]:
    assert app.agent is not None  # noqa: S101 (for the type checker: there is an answer to correct)
    return load_domain(app.project), app.agent.events(app.sender_id)


def _quoted(events: Sequence[Event], turn: int) -> str:
    said = turns(events)
    return said[turn - 1].text if 0 < turn <= len(said) else ""


def _first_words(events: Sequence[Event]) -> str:
    said = [message.text.strip() for message in turns(events) if message.text.strip()]
    return " ".join(said[0].split()[:_NAME_WORDS]) if said else "conversation"
