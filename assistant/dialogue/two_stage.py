"""Two-stage fallback: ask what was meant, then ask to say it another way, then give up; Rasa's ``action_two_stage_fallback``.

It is a loop as a form is: while it is active each message goes to it first. A message that clears things up counts as if it had
been said instead of the one that was not understood; the asking is taken back, so that rules and stories do not see it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.dialogue.events import ActionExecuted, ActiveLoop, BotUttered, Event, UserUtteranceReverted, UserUttered
from assistant.dialogue.slot_filling import fill_slots
from assistant.dialogue.tracker import ACTION_LISTEN, ACTION_TWO_STAGE_FALLBACK, Tracker
from assistant.messages import BotMessage, Button, IntentScore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.messages import Parse

ASK_AFFIRMATION = "action_default_ask_affirmation"
ASK_REPHRASE = "action_default_ask_rephrase"
GIVE_UP = "action_default_fallback"
NLU_FALLBACK, OUT_OF_SCOPE = "nlu_fallback", "out_of_scope"

YES = frozenset({"affirm", "yes", "confirm", "agree"})
NO = frozenset({"deny", "no", "reject", "disagree"})
"""Intents that answer the question what was meant in words, where a button would have been pressed."""

N_SUGGESTIONS = 3
NEAR = 0.4
"""An intent is suggested beside the best one from this share of its probability on."""


def run_two_stage_fallback(tracker: Tracker, run: Callable[[str], list[Event]]) -> list[Event]:
    """Returns the events of one run of the loop.

    Args:
        tracker: the conversation so far.
        run: gives the events of another action, by name.
    """
    if tracker.active_loop != ACTION_TWO_STAGE_FALLBACK:
        return [ActiveLoop(ACTION_TWO_STAGE_FALLBACK), *run(ASK_AFFIRMATION)]
    messages = _episode(tracker.applied_events())
    said = [_meaning(message, tracker) for message in messages]
    if said[-2:] == [NLU_FALLBACK] * 2 or said[-3:] == [OUT_OF_SCOPE, NLU_FALLBACK, OUT_OF_SCOPE]:
        told = [event for event in run(GIVE_UP) if not isinstance(event, UserUtteranceReverted)]
        return [ActiveLoop(None), *_taken_back(messages), *told]
    if said[-1] == NLU_FALLBACK:
        return run(ASK_AFFIRMATION)
    if said[-1] == OUT_OF_SCOPE:
        return run(ASK_REPHRASE)
    return _clarified(tracker, messages, said[-1])


def ask_affirmation(tracker: Tracker) -> list[Event]:
    """Returns the question what was meant, with a button for each intent that is likely, and one for none of them."""
    parse = tracker.latest_message.parse if tracker.latest_message else None
    likely = suggestions(parse) if parse else ()
    if not likely:
        return []
    if len(likely) == 1:
        text = f"Did you mean: {_shown(likely[0])}?"
        buttons: tuple[Button, ...] = (Button("Yes", f"/{likely[0]}"), Button("No", f"/{OUT_OF_SCOPE}"))
    else:
        text = "I am not sure that I understand. What did you mean?"
        buttons = (*(Button(_shown(name), f"/{name}") for name in likely), Button("None of these", f"/{OUT_OF_SCOPE}"))
    return [BotUttered(BotMessage(text, buttons, metadata={"response": ASK_AFFIRMATION}))]


def suggestions(parse: Parse) -> tuple[str, ...]:
    """Returns the intents that a message may have meant, the likeliest first; never those that stand for not understanding."""
    ranked = [score for score in parse.intent_ranking if score.name not in {NLU_FALLBACK, OUT_OF_SCOPE, ""}]
    return tuple(score.name for score in ranked[:N_SUGGESTIONS] if score.confidence >= NEAR * ranked[0].confidence)


def _shown(intent: str) -> str:
    return intent.replace("/", ": ").replace("_", " ")


def _episode(events: Sequence[Event]) -> list[UserUttered]:
    """The message that was not understood, and all since."""
    started = max(i for i, event in enumerate(events) if isinstance(event, ActiveLoop) and event.name == ACTION_TWO_STAGE_FALLBACK)
    messages = [(i, event) for i, event in enumerate(events) if isinstance(event, UserUttered)]
    before = [event for i, event in messages if i < started][-1:]
    return before + [event for i, event in messages if i > started]


def _meaning(message: UserUttered, tracker: Tracker) -> str:
    """The intent of a message; yes and no mean what the buttons of the question mean."""
    name = message.parse.intent.name
    if name not in YES | NO:
        return name
    asked = _asked_before(message, tracker)
    if asked is None:
        return name
    return OUT_OF_SCOPE if name in NO else asked.payload.removeprefix("/")


def _asked_before(message: UserUttered, tracker: Tracker) -> Button | None:
    """The first suggestion, where the assistant has asked what was meant just before the message."""
    events = tracker.applied_events()
    before = events[: next(i for i, event in enumerate(events) if event is message)]
    last = next((event.message for event in reversed(before) if isinstance(event, BotUttered)), None)
    return last.buttons[0] if last is not None and last.metadata.get("response") == ASK_AFFIRMATION and last.buttons else None


def _taken_back(messages: Sequence[UserUttered]) -> list[Event]:
    return [UserUtteranceReverted() for _ in messages]


def _clarified(tracker: Tracker, messages: Sequence[UserUttered], intent: str) -> list[Event]:
    """The asking taken back, and the message as if it had been said at once, with the entities of the first one if it has none."""
    first, last = messages[0], messages[-1]
    scores = (IntentScore(intent, 1.0), *(score for score in last.parse.intent_ranking if score.name != intent))
    parse = replace(last.parse, intent_ranking=scores, entities=last.parse.entities or first.parse.entities)
    clear = [ActiveLoop(None), *_taken_back(messages), ActionExecuted(ACTION_LISTEN), replace(last, parse=parse)]
    after = Tracker(tracker.sender_id, tracker.domain, [*tracker.events, ActionExecuted(ACTION_TWO_STAGE_FALLBACK), *clear])
    return [*clear, *fill_slots(after)]  # what the message had set was taken back with it
