"""Runs actions by name: responses, forms, the actions every bot has, and the project's own."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

from assistant.actions.citing import UNSURE_ENTRY, WHOLE, document_message, faq_message, is_surer
from assistant.actions.custom import CustomActions
from assistant.actions.form_steps import FormSteps
from assistant.actions.speaking import ASIDES, Speaker
from assistant.dialogue.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
)
from assistant.dialogue.forms import run_form
from assistant.dialogue.slots import REQUESTED_SLOT
from assistant.dialogue.two_stage import ask_affirmation, run_two_stage_fallback
from assistant.errors import ActionNotRegistered
from assistant.messages import BotMessage, Decision

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from assistant.actions.outcome import ActionRunner
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.tracker import Tracker
    from assistant.messages import DocumentResult, FaqMatch, FaqResult


class Actions:
    """Runs actions and gives back what happened as events, the assistant's messages among them.

    Args:
        domain: says which names are responses, forms and custom actions.
        runner: runs custom actions; None: the project has none.
        ask_faq: asks the FAQ.
        rng: chooses among variations of a response.
        form_attempts: messages in vain after which a form offers a way out; 0: never.
        ask_documents: reads longer documents, where the FAQ has no answer; None: there are none.
        follow_ups: returns the questions that are offered after an answer.
        shorten: returns what is said to a question in place of an entry's long answer; None: the answer is given whole.
    """

    def __init__(
        self,
        domain: Domain,
        runner: ActionRunner | None,
        ask_faq: Callable[[str], FaqResult],
        rng: random.Random | None = None,
        *,
        form_attempts: int = 3,
        ask_documents: Callable[[str], DocumentResult] | None = None,
        follow_ups: Callable[[FaqResult, Tracker], Sequence[str]] = lambda found, _: found.related,
        shorten: Callable[[str, FaqMatch], str | None] = lambda *_: None,
    ) -> None:
        self._domain = domain
        self._ask_faq = ask_faq
        self._ask_documents = ask_documents
        self._follow_ups = follow_ups
        self._shorten = shorten
        self.speaker = Speaker(domain, rng or random.Random())
        self._custom = CustomActions(domain, runner, self.speaker)
        self._forms = FormSteps(self._custom, self.speaker, form_attempts)
        self._defaults: dict[str, Callable[[Tracker], list[Event]]] = {
            "action_listen": lambda _: [],
            "action_restart": lambda tracker: [*self.say("utter_restart", tracker), Restarted()],
            "action_session_start": lambda _: [SessionStarted()],
            "action_back": self._forms.go_back,
            "action_cancel_form": self._forms.cancel,
            "action_deactivate_loop": lambda _: [SlotSet(REQUESTED_SLOT, None), ActiveLoop(None)],
            "action_default_fallback": lambda tracker: [*self.say("utter_default", tracker), UserUtteranceReverted()],
            "action_default_ask_rephrase": lambda tracker: self.say("utter_ask_rephrase", tracker),
            "action_default_ask_affirmation": ask_affirmation,
            "action_two_stage_fallback": lambda tracker: run_two_stage_fallback(tracker, lambda name: self._run(name, tracker)),
            "action_answer_faq": self._answer_faq,
            "action_show_whole_answer": self._say_whole_answer,
            "action_handoff": self._hand_over,
        }
        self._defaults |= {name: partial(self.say, name) for name in ASIDES}

    def run(self, decision: Decision, tracker: Tracker) -> list[Event]:
        """Returns the events of an action: that it ran first, or that it declined last, after what it did all the same.

        Raises:
            ActionError: a custom action failed; nothing has happened then.
        """
        name = decision.action
        events = self._run(name, tracker)
        if any(isinstance(event, ActionExecutionRejected) for event in events):
            kept = [event for event in events if not isinstance(event, ActionExecutionRejected)]
            return [*kept, ActionExecutionRejected(name, decision.policy, decision.confidence)]
        return [ActionExecuted(name, decision.policy, decision.confidence, decision.reason), *events]

    def _run(self, name: str, tracker: Tracker) -> list[Event]:
        if name in self._domain.forms:
            return run_form(self._domain.forms[name], tracker, self)
        if name in self._custom.names:
            return self._custom.run(name, tracker)
        if name in self._defaults:
            return self._defaults[name](tracker)
        if name in self._domain.responses:
            return self.say(name, tracker)
        if name in self._domain.e2e_actions:
            return [BotUttered(BotMessage(name))]
        if self._domain.is_retrieval(name):
            return self.speaker.say_retrieved(tracker)
        if self._domain.has_action(name):
            return []
        raise ActionNotRegistered(action=name, known=self._domain.action_names())  # an action has asked for it by a follow-up

    def validate_mappings(self, tracker: Tracker) -> list[Event]:
        """Returns what the project's own code makes of a message: actions of slot mappings, ``action_validate_slot_mappings``."""
        return self._custom.extract(tracker)

    def say(self, response: str, tracker: Tracker, slots: Mapping[str, Any] | None = None) -> list[Event]:
        """Returns the message of a response, filled; see Speaker.say."""
        return self.speaker.say(response, tracker, slots)

    # --- the actions that every bot has -----------------------------------------------------------------------------------------

    def _answer_faq(self, tracker: Tracker) -> list[Event]:
        question = tracker.latest_message.text if tracker.latest_message else ""
        found = self._ask_faq(question) if question.strip() else None
        best = found.best if found else None
        if found is None or best is None:
            return self._answer_from_documents(question, tracker) or self.say("utter_no_answer", tracker)
        if best.score < UNSURE_ENTRY and (said := self._answer_from_documents(question, tracker, best.score)):
            return said
        short = self._shorten(question, best)
        return [BotUttered(faq_message(best, short, self._follow_ups(found, tracker), self._show_whole(tracker)))]

    def _answer_from_documents(self, question: str, tracker: Tracker, entry_score: float = 0.0) -> list[Event]:
        """Returns what a document says; nothing where none answers, or none more surely than an entry of this score."""
        best = self._ask_documents(question).best if self._ask_documents and question.strip() else None
        is_given = best is not None and (not entry_score or is_surer(best, entry_score))
        return [BotUttered(document_message(best, self._show_whole(tracker)))] if best is not None and is_given else []

    def _show_whole(self, tracker: Tracker) -> str:
        """Returns the title of the button that gives all of an answer."""
        message = self.speaker.rendered("utter_show_whole_answer", tracker, {})
        return (message.text if message else "") or "…"

    def _say_whole_answer(self, tracker: Tracker) -> list[Event]:
        """Says all of the answer that was given in short last."""
        said = (event.message.metadata for event in reversed(tracker.applied_events()) if isinstance(event, BotUttered))
        whole = next((noted[WHOLE] for noted in said if WHOLE in noted), None)
        return [BotUttered(BotMessage(str(whole)))] if whole else self.say("utter_default", tracker)

    def _hand_over(self, tracker: Tracker) -> list[Event]:
        """Leaves the conversation to a person, with a word about it where nothing has been said yet."""
        has_spoken = any(isinstance(event, BotUttered) for event in tracker.turn_events())
        return [*([] if has_spoken else self.say("utter_handoff", tracker)), ConversationPaused()]

    # --- forms: what assistant.dialogue.forms.FormHost asks for -----------------------------------------------------------------

    def ask(self, form: str, slot: str, tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns the events of asking for a slot; see FormSteps.ask."""
        return self._forms.ask(form, slot, tracker, events)

    def validate(self, form: str, candidates: Sequence[SlotSet], tracker: Tracker, events: Sequence[Event]) -> list[Event]:
        """Returns what ``validate_<form>`` makes of the candidates; see CustomActions.validate_form."""
        return self._custom.validate_form(form, candidates, tracker, events)
