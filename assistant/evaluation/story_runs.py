"""Follows one conversation test: at each step, does the bot decide as the test says?

Stubbed, as in Rasa: what the test says has happened is taken as having happened, custom actions are not run (their effects stand
in the test as ``slot_was_set``), and what is tested is each decision. Run: forms and custom actions run for real, and what the test
says of slots, forms and texts is tested, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from assistant.annotations import annotated
from assistant.dialogue.events import ActionExecuted, ActionExecutionRejected, ActiveLoop, BotUttered, SlotSet, UserUttered
from assistant.dialogue.policies import decide
from assistant.dialogue.policies.faq import ACTION_ANSWER_FAQ
from assistant.dialogue.slot_filling import fill_slots, implied_slots
from assistant.dialogue.stories import SOME_VALUE, ActionStep, BotStep, LoopStep, SlotStep, UserStep
from assistant.dialogue.tracker import ACTION_LISTEN, ASIDE, Tracker, base_intent
from assistant.errors import ActionError, BadAnnotation, UnknownName
from assistant.evaluation.story_report import StepResult, StoryResult
from assistant.messages import Decision, FaqMatch, FaqResult, Flag, IntentScore, Parse

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from assistant.actions.execution import Actions
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.events import Event
    from assistant.dialogue.policies import Policy
    from assistant.dialogue.stories import Story
    from assistant.errors import Place
    from assistant.messages import Entity

_FAQ_SCORE = 0.5


class TestFaq:
    """The FAQ in tests: what it holds is the curators' business, so it answers where a test says so, and nowhere else."""

    __test__ = False  # pytest takes it for one of its own

    def __init__(self) -> None:
        self.answers = False

    def search(self, question: str) -> FaqResult:
        """Returns an answer that is good but not exact, so that rules and stories go before it; or none."""
        match = FaqMatch("test", question, question, "What the FAQ says.", _FAQ_SCORE)
        return FaqResult((match,) if self.answers else (), _FAQ_SCORE)


class StoryRun:
    """One test, followed from its first step to its last, with its actions stubbed.

    Args:
        test: to follow; without checkpoints and choices.
        domain: of the bot.
        policies: what decides.
        faq: what they ask.
        understand: what messages mean; None: what the test annotates.
    """

    def __init__(
        self,
        test: Story,
        domain: Domain,
        policies: Sequence[Policy],
        faq: TestFaq,
        understand: Callable[[str], Parse] | None = None,
    ) -> None:
        self._test = test
        self._domain = domain
        self._policies = policies
        self._faq = faq
        self._understand = understand
        self._steps: list[StepResult] = []
        self._aside: str | None = None
        self._tracker = Tracker(test.name, domain, [ActionExecuted(ACTION_LISTEN)])

    def result(self) -> StoryResult:
        """Returns what came of the test.

        Raises:
            UnknownName: it names an action that the domain does not have.
        """
        for step in self._test.steps:
            self._follow(step)
        if self._tracker.latest_action != ACTION_LISTEN and self._test.steps:
            self._expect(ACTION_LISTEN, self._test.steps[-1].where)
        return StoryResult(self._test, tuple(self._steps))

    def _follow(self, step: object) -> None:
        match step:
            case UserStep():
                if self._tracker.latest_action != ACTION_LISTEN:
                    self._expect(ACTION_LISTEN, step.where)
                self._say(step)
            case ActionStep():
                if not self._domain.has_action(step.name):
                    raise UnknownName(where=step.where, kind="action", name=step.name, known=self._domain.action_names())
                self._expect(step.name, step.where)
            case SlotStep():
                self._slots(step)
            case LoopStep():
                self._loop(step)
            case BotStep() if step.text in self._domain.e2e_actions:
                self._expect(step.text, step.where)
            case BotStep():
                self._heard(step)
            case _:  # checkpoints decide nothing
                pass

    # --- what the user says -----------------------------------------------------------------------------------------------------

    def _say(self, step: UserStep) -> None:
        text = step.text or ""
        flags = tuple(Flag(category, 1.0) for category in step.flags)
        ranking = (IntentScore(step.means, 1.0),) if step.means else ()
        annotation = Parse(text, ranking, step.entities, sentiment=step.sentiment, flags=flags)
        is_understood = self._understand is not None and bool(text) and not text.startswith("/")
        parse = self._understand(text) if self._understand and is_understood else annotation
        self._note(step.where, "user", text, text)
        if step.intent:
            name = parse.intent.name
            found = step.intent if base_intent(name) == step.intent else name
            sure = Decision(found, "nlu", parse.intent.confidence, f"{parse.intent.confidence:.0%} sure" if is_understood else "")
            self._note(step.where, "intent", step.intent, found, sure)
        if is_understood and step.intent:
            self._compare_entities(step, parse)
        if is_understood:
            self._compare_signals(step, parse)
        self._hear(UserUttered(text, parse))

    def _compare_signals(self, step: UserStep, parse: Parse) -> None:
        """What a test says of sentiment and flags should be found; where it says nothing, anything may be."""
        if step.sentiment:
            self._note(step.where, "sentiment", step.sentiment.label, parse.sentiment.label if parse.sentiment else "none")
        if step.flags:
            expected, found = (", ".join(sorted(names)) for names in (step.flags, [flag.category for flag in parse.flags]))
            self._note(step.where, "flags", expected, found)

    def _compare_entities(self, step: UserStep, parse: Parse) -> None:
        """As in Rasa: type, place and value count; roles and groups do not."""
        text = step.text or ""
        if any(entity.end == 0 for entity in step.entities):  # listed beside the text, not marked in it
            return
        if [_key(entity) for entity in step.entities] == [_key(entity) for entity in parse.entities]:
            return
        self._note(step.where, "entities", _marked(text, step.entities, step.where), _marked(text, parse.entities, step.where))

    def _hear(self, message: UserUttered) -> None:
        self._tracker.update(message)
        self._tracker.update_all(implied_slots(self._domain, message.parse.entities))

    # --- what the bot decides ---------------------------------------------------------------------------------------------------

    def _expect(self, action: str, where: Place) -> None:
        self._faq.answers = action == ACTION_ANSWER_FAQ
        decision = self._decide(action)
        self._note(where, "action", action, decision.action, decision)
        self._aside = decision.policy if decision.action == action and decision.policy in ASIDE else None
        self._do(action, where)

    def _decide(self, expected: str) -> Decision:
        decision = decide(self._policies, self._tracker)
        form = self._tracker.active_loop
        if decision.action == form and expected != form and self._tracker.latest_action == ACTION_LISTEN:
            # The test says that something else happens here: then the form has declined the message.
            self._tracker.update(ActionExecutionRejected(form))
            decision = decide(self._policies, self._tracker)
        return decision

    def _do(self, action: str, _where: Place) -> None:
        self._tracker.update(ActionExecuted(action, self._aside))

    # --- what the test says has happened ----------------------------------------------------------------------------------------

    def _slots(self, step: SlotStep) -> None:
        self._tracker.update_all(SlotSet(name, value) for name, value in step.values)

    def _loop(self, step: LoopStep) -> None:
        self._tracker.update(ActiveLoop(step.name))

    def _heard(self, step: BotStep) -> None:
        """Nothing is said where actions are not run."""

    def _note(self, where: Place, kind: Any, expected: str, found: str, decision: Decision | None = None) -> None:
        because = (decision.reason, decision.policy, decision.confidence) if decision else ("", "", 1.0)
        self._steps.append(StepResult(where, kind, expected, found, *because))


class LiveStoryRun(StoryRun):
    """One test, with its forms and custom actions run for real.

    Args:
        actions: runs them.
    """

    def __init__(
        self,
        test: Story,
        domain: Domain,
        policies: Sequence[Policy],
        faq: TestFaq,
        understand: Callable[[str], Parse] | None = None,
        *,
        actions: Actions,
    ) -> None:
        super().__init__(test, domain, policies, faq, understand)
        self._actions = actions
        self._ahead: list[Event] | None = None
        self._latest: list[Event] = []
        self._heard_texts: list[str] = []

    def _hear(self, message: UserUttered) -> None:
        self._heard_texts.clear()
        self._tracker.update(message)
        self._tracker.update_all(fill_slots(self._tracker))
        try:
            self._tracker.update_all(self._actions.validate_mappings(self._tracker))
        except ActionError as error:
            self._note(self._test.where, "slot", "slots are validated", str(error))

    def _decide(self, expected: str) -> Decision:
        """As in a conversation: a form reads the message first, and may decline it."""
        while True:
            decision = decide(self._policies, self._tracker)
            if decision.action != self._tracker.active_loop or self._tracker.latest_action != ACTION_LISTEN:
                return decision
            try:
                events = self._actions.run(decision, self._tracker)
            except ActionError as error:
                return Decision(f"{decision.action} failed", decision.policy, 0.0, str(error))
            if not isinstance(events[-1], ActionExecutionRejected):
                self._ahead = events if decision.action == expected else None
                return decision
            self._tracker.update_all(events)

    def _do(self, action: str, where: Place) -> None:
        events, self._ahead = self._ahead, None
        if events is None:
            try:
                events = self._actions.run(Decision(action, self._aside or "test", 1.0, "the test says so"), self._tracker)
            except ActionError as error:
                self._note(where, "action", f"{action} runs", str(error))
                events = [ActionExecuted(action)]
        self._tracker.update_all(events)
        self._latest = events
        self._heard_texts += [event.message.text or "" for event in events if isinstance(event, BotUttered)]

    def _slots(self, step: SlotStep) -> None:
        for name, expected in step.values:
            found = self._tracker.slots.get(name)
            passing = [event.value for event in self._latest if isinstance(event, SlotSet) and event.name == name]
            if not any(self._is_as_good(name, expected, value) for value in (found, *passing)):
                self._note(step.where, "slot", f"{name} = {expected!r}", f"{name} = {found!r}")

    def _is_as_good(self, name: str, expected: Any, found: Any) -> bool:
        """Whether policies cannot tell the values apart, as in Rasa: the text of a text slot does not matter."""
        slot = self._domain.slots.get(name)
        if expected == SOME_VALUE:
            return found is not None
        if slot is None or not slot.influences:
            return (expected is None) == (found is None)
        return slot.feature(expected) == slot.feature(found)

    def _loop(self, step: LoopStep) -> None:
        active = self._tracker.active_loop
        passing = {event.name for event in self._latest if isinstance(event, ActiveLoop)}  # a form may begin and end in one run
        if step.name not in {active, *passing}:
            self._note(step.where, "active_loop", str(step.name or "null"), str(active or "null"))

    def _heard(self, step: BotStep) -> None:
        if step.text.strip() not in {text.strip() for text in self._heard_texts}:
            self._note(step.where, "bot", step.text, self._heard_texts[-1] if self._heard_texts else "")


def _key(entity: Entity) -> tuple[str, int, int, str]:
    return entity.entity, entity.start, entity.end, str(entity.value)


def _marked(text: str, entities: Sequence[Entity], where: Place) -> str:
    try:
        return annotated(text, entities, where)
    except BadAnnotation:  # brackets in the text
        return f"{text} with {', '.join(f'{entity.entity} = {entity.value}' for entity in entities) or 'no entities'}"
