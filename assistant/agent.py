"""THE TURN: from what a user says to what the assistant answers. ``Agent._turn`` is the product on one screen."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from assistant.actions.execution import Actions
from assistant.dialogue.corrections import corrections
from assistant.dialogue.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from assistant.dialogue.exits import Exits
from assistant.dialogue.forms import leave_form
from assistant.dialogue.handoffs import request_of
from assistant.dialogue.joined_intents import as_listed
from assistant.dialogue.mood_slots import mood_slots
from assistant.dialogue.payloads import is_payload, parse_payload
from assistant.dialogue.policies import decide
from assistant.dialogue.policies.commands import ASIDES
from assistant.dialogue.policies.fallback import ACTION_DEFAULT_FALLBACK, NLU_FALLBACK, distrust
from assistant.dialogue.policies.faq import ACTION_ANSWER_FAQ
from assistant.dialogue.policies.moderation import is_refused
from assistant.dialogue.policies.order import build_policies
from assistant.dialogue.reminders import external_message, is_external, pending, silence_reminder
from assistant.dialogue.slot_filling import fill_slots
from assistant.dialogue.stories import spoken_texts
from assistant.dialogue.tracker import ACTION_LISTEN, ACTION_SESSION_START, Tracker
from assistant.errors import ActionError, BadPayload, MissingError, StaleConversation, StoreError
from assistant.inbox import Inbox
from assistant.knowledge.follow_ups import FollowUps
from assistant.knowledge.shortening import shortened
from assistant.knowledge.suggesting import answered_by_people, suggested
from assistant.knowledge.summaries import most_telling
from assistant.messages import Decision, DocumentResult, FaqResult, IntentScore, Parse, Reply, Trace
from assistant.translation.translator import Translator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from assistant.actions.outcome import ActionRunner
    from assistant.config import Settings
    from assistant.dialogue.domain import Domain
    from assistant.dialogue.policies import Policy
    from assistant.dialogue.stories import Story
    from assistant.faq.duplicates import Likeness
    from assistant.faq.entry import FaqEntry
    from assistant.faq.queue import QuestionCluster, Unanswered
    from assistant.knowledge.entry_doubts import Doubt
    from assistant.knowledge.suggesting import Suggestion
    from assistant.knowledge.summaries import InOrder
    from assistant.messages import BotMessage, FaqMatch, UserMessage
    from assistant.stores.askings import AskingStore
    from assistant.stores.conversations import ConversationStore
    from assistant.stores.entries import EntryStore
    from assistant.stores.handoffs import HandoffStore
    from assistant.stores.reminders import DueReminder
    from assistant.stores.unanswered import UnansweredStore

WELCOME = "utter_welcome"
_TRIES = 4
_KEPT_TRACKERS = 256
_LOOKED_THROUGH = 50
"""So many conversations that people took over are looked through for what they answered."""

_LOCKS = 64
_RANKED = 10
"""So many intents of a message are kept, as in Rasa; every action is sent those of the messages before."""

_T = TypeVar("_T")


class Understanding(Protocol):
    """What the agent needs of NLU; assistant.nlu.interpreter.Interpreter is it."""

    def parse(self, text: str) -> Parse:
        """Returns what was found in one message."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Returns sentence vectors. Shape: (n_texts, vector_size), L2-normalised."""

    @property
    def fingerprint(self) -> str:
        """Names the encoder."""


class Knowledge(Protocol):
    """What the agent needs of the FAQ; assistant.faq.index.FaqIndex is it."""

    def search(self, question: str, limit: int = 5) -> FaqResult:
        """Returns the published entries nearest to a question."""

    def exact(self, question: str) -> FaqResult:
        """Returns the published entries whose own question it is."""

    def clustered(self, questions: Sequence[Unanswered]) -> tuple[QuestionCluster, ...]:
        """Returns unanswered questions put together by meaning."""

    def likenesses(self) -> tuple[Likeness, ...]:
        """Returns published entries that answer the same question."""

    def alike(self, entry: FaqEntry) -> tuple[Likeness, ...]:
        """Returns published entries that answer the same question as one that is about to be saved."""


class Documents(Protocol):
    """What the agent needs of longer documents; assistant.knowledge.index.DocumentIndex is it."""

    def ask(self, question: str) -> DocumentResult:
        """Returns what the documents answer to a question."""


@dataclass(frozen=True, slots=True)
class Memory:
    """The stores of a bot: what was said, what is known, what was asked of that, what was not known, and who waits for a person."""

    conversations: ConversationStore
    entries: EntryStore
    unanswered: UnansweredStore
    handoffs: HandoffStore
    askings: AskingStore


@dataclass(slots=True)
class _Turn:
    """What is gathered along one turn."""

    parse: Parse = field(default_factory=lambda: Parse(""))
    faq: dict[str, FaqResult] = field(default_factory=dict)
    documents: dict[str, DocumentResult] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    @property
    def is_lost(self) -> bool:
        """Whether the message was a question, or not understood, rather than something a form had asked for."""
        acted = {decision.action for decision in self.decisions}
        if any(decision.policy == "form" for decision in self.decisions):
            return False
        return bool(acted & {ACTION_DEFAULT_FALLBACK, ACTION_ANSWER_FAQ}) or self.parse.intent.name == NLU_FALLBACK

    def failed(self, error: ActionError) -> list[Event]:
        """Returns the event of the action that failed. As in Rasa it counts as done: going back must not run it again."""
        last = self.decisions[-1:]
        return [ActionExecuted(d.action, d.policy, d.confidence, f"failed: {error}") for d in last]

    def trace(self, slots: dict[str, Any]) -> Trace:
        """Returns how the turn came about."""
        faq = self.faq.get(self.parse.text)
        # The FAQ and the documents are asked while policies decide; their time is their own.
        timings = dict(self.timings_ms)
        timings["dialogue"] = max(0.0, timings.get("dialogue", 0.0) - timings.get("faq", 0.0) - timings.get("documents", 0.0))
        documents = self.documents.get(self.parse.text)
        return Trace(self.parse, tuple(self.decisions), slots, faq, tuple(self.problems), timings, documents)


class Agent:
    """A bot that answers: its model, its dialogue, its FAQ and its memory.

    Args:
        domain, stories: the project's dialogue.
        settings: thresholds and limits.
        memory: the stores.
        model: the folder of the model to answer with.
        runner: runs custom actions; None: there are none.
        translator: for people who write in another language; None: nothing is translated.
        proofread: gives what in an entry somebody should read once more.
        load_model: gives the interpreter of a model folder, and the FAQ over its vectors.
        load_policy: gives the policy that was learned with a model, for a domain; None where there is none.
        open_documents: gives the longer documents over a model's vectors; None where there are none.
        order: gives what tells whether a text follows another; None as long as that is not there.
        clock: seconds since the epoch; tests set it.
    """

    def __init__(  # noqa: PLR0913 (what a bot is made of)
        self,
        *,
        domain: Domain,
        stories: Sequence[Story],
        settings: Settings,
        memory: Memory,
        model: Path,
        load_model: Callable[[Path], tuple[Understanding, Knowledge]],
        load_policy: Callable[[Path, Domain], Policy | None] = lambda *_: None,
        open_documents: Callable[[Understanding], Documents | None] = lambda _: None,
        order: Callable[[], InOrder | None] = lambda: None,
        runner: ActionRunner | None = None,
        translator: Translator | None = None,
        proofread: Callable[[FaqEntry], Sequence[Doubt]] = lambda _: (),
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._load_model = load_model
        self.interpreter, self.faq = load_model(model)
        self._open_documents = open_documents
        self.documents = open_documents(self.interpreter)
        self.translator = translator or Translator(settings.translation)
        self._proofread = proofread
        self.conversations = memory.conversations
        self.entries = memory.entries
        self.unanswered = memory.unanswered
        self.askings = memory.askings
        self.handoffs = memory.handoffs
        self.inbox = Inbox(memory.conversations, memory.handoffs, memory.askings)
        self._order = order
        self._next = FollowUps(memory.entries, memory.askings, clock, date.today, order)
        self._exits = Exits(settings.form_cancel, settings.form_back)
        self._load_policy = load_policy
        self._model = model
        self._runner = runner
        self._take_dialogue(domain, stories)
        self._clock = clock
        self._turns = threading.local()
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        self._trackers: dict[str, Tracker] = {}
        self._close: list[Callable[[], None]] = [runner.close] if runner else []

    def _take_dialogue(self, domain: Domain, stories: Sequence[Story]) -> None:
        """Answers by a domain and its stories from now on; whatever of them cannot be used is found before anything changes."""
        ask_documents = self._ask_documents if self.documents else None
        build = partial(
            build_policies, domain, stories, self.settings, self._ask_faq, self._ask_faq_exactly, ask_documents=ask_documents
        )
        policies = build(learned=self._load_policy(self._model, domain))
        self.actions = Actions(
            domain,
            self._runner,
            self._ask_faq,
            form_attempts=self.settings.form_attempts,
            ask_documents=ask_documents,
            follow_ups=self._follow_ups,
            shorten=self._shortened,
        )
        self.domain, self.stories, self.policies, self._build = domain, stories, policies, build
        self._spoken = {_folded(text): text for text in spoken_texts(stories)}

    # --- the turn ---------------------------------------------------------------------------------------------------------------

    def handle(self, message: UserMessage) -> Reply:
        """Returns the answer to a message; by then all events of the turn are stored.

        When another process has answered in the same conversation meanwhile, the turn is run again on what is stored now.

        Raises:
            StoreError: nothing could be stored; nothing has happened in the conversation then.
        """
        if language := self.translator.chosen(message.text):
            return self._attempted(message.sender_id, partial(self._choose_language, message.sender_id, language))
        return self._attempted(message.sender_id, lambda: self._turn(message.sender_id, partial(self._hear, message)))

    def trigger_intent(
        self, sender_id: str, intent: str, entities: Sequence[Mapping[str, Any]] = (), *, channel: str = ""
    ) -> Reply:
        """Returns the answer to an intent that nobody wrote: something outside has happened that the bot has a rule for.

        Args:
            sender_id: names the conversation.
            intent: that is triggered.
            entities: in Rasa's JSON.
            channel: where the answer goes.

        Raises:
            StoreError: nothing could be stored; nothing has happened in the conversation then.
        """
        message = external_message(intent, entities, channel, self._clock())
        return self._attempted(sender_id, lambda: self._turn(sender_id, partial(self._take, message)))

    def remind_due(self) -> list[tuple[str, Reply]]:
        """Triggers the reminders that are due, and returns whom the assistant has said something for it.

        Any number of processes may call it: each reminder is triggered once.

        Raises:
            StoreError: the database cannot be used now; what is left is due the next time.
        """
        told = []
        for due in self.conversations.reminders.due(self._clock()):
            reply = self._attempted(due.sender_id, partial(self._remind, due))
            self.conversations.reminders.settle(due)
            if reply is not None:
                told.append((due.sender_id, reply))
        return told

    def _attempted(self, sender_id: str, work: Callable[[], _T]) -> _T:
        """Does work in a conversation while nobody else does; again, when another process was faster."""
        with self._lock(sender_id):
            for attempt in range(1, _TRIES + 1):
                try:
                    return work()
                except StaleConversation:
                    if attempt == _TRIES:
                        raise
                finally:
                    self._turns.now = None
            raise AssertionError("the last try returns or raises")

    def _turn(self, sender_id: str, hear: Callable[[Tracker], None]) -> Reply:
        turn = self._turns.now = _Turn()
        with self._timed("total"):
            tracker = self._load(sender_id)
            n_stored, slots_before, was_paused = len(tracker.events), dict(tracker.slots), tracker.is_paused
            hear(tracker)
            try:
                tracker.update_all(self._heard(tracker))
                tracker.update_all(self._validated(tracker))
                while not self._is_done(tracker):
                    decision = self._decide(tracker)
                    tracker.update_all(self._act(decision, tracker))
            except ActionError as error:  # one action that fails must not silence the assistant
                turn.problems.append(str(error))
                apology = self.translator.spoken(list(self.actions.say("utter_action_failed", tracker)), tracker, turn.problems)
                tracker.update_all([*turn.failed(error), *apology])
            if tracker.latest_action != ACTION_LISTEN:
                tracker.update(ActionExecuted(ACTION_LISTEN))
            tracker.update_all(silence_reminder(tracker, self.settings.form_reminder_minutes, self._clock()))
            self._store(tracker, n_stored, was_paused=was_paused)
        changed = {name: value for name, value in tracker.slots.items() if slots_before.get(name) != value}
        return Reply(_said(tracker.events[n_stored:]), turn.trace(changed), tracker.is_paused)

    # --- its parts --------------------------------------------------------------------------------------------------------------

    def _load(self, sender_id: str) -> Tracker:
        """The conversation as it is stored. The tracker kept from the last turn serves while no one else has spoken in it."""
        kept = self._trackers.pop(sender_id, None)
        if kept is not None and self.conversations.count(sender_id) == len(kept.events):
            return kept
        return Tracker(sender_id, self.domain, self.conversations.load(sender_id))

    def _remember(self, tracker: Tracker) -> None:
        self._trackers[tracker.sender_id] = tracker
        while len(self._trackers) > _KEPT_TRACKERS:
            self._trackers.pop(next(iter(self._trackers)), None)

    def _hear(self, message: UserMessage, tracker: Tracker) -> None:
        """Takes in what a user writes."""
        self._start_session(tracker)
        self._leave_silent_form(tracker)
        tracker.update(self._understand(self.translator.heard(message, tracker, self._turns.now.problems)))

    def _choose_language(self, sender_id: str, language: str) -> Reply:
        """Goes on in another language, from what is said next."""
        tracker = self._load(sender_id)
        n_stored = len(tracker.events)
        self._start_session(tracker)
        tracker.update_all(self.translator.choose(language))
        self.conversations.append(sender_id, tracker.events[n_stored:], n_stored)
        self._remember(tracker)
        return Reply(_said(tracker.events[n_stored:]), Trace(), tracker.is_paused)

    def _take(self, message: UserUttered, tracker: Tracker) -> None:
        """Takes in what nobody has written. That is no reason to start a session, except the first."""
        if not tracker.events:
            self._start_session(tracker)
        self._turns.now.parse = message.parse
        tracker.update(message)

    def _remind(self, due: DueReminder) -> Reply | None:
        """Triggers a reminder that still counts."""
        try:
            return self._turn(due.sender_id, partial(self._take_due, due))
        except _NotDueError:
            return None

    def _take_due(self, due: DueReminder, tracker: Tracker) -> None:
        """Takes in a reminder; whether it still counts is seen in the very state that the turn goes on from."""
        reminder = pending(tracker).get(due.position)
        if reminder is None:
            self._remember(tracker)
            raise _NotDueError
        channel = tracker.latest_message.channel if tracker.latest_message else ""
        self._take(external_message(reminder.intent, reminder.entities, channel, self._clock(), reminder=due.position), tracker)

    def _start_session(self, tracker: Tracker) -> None:
        """Starts a session at the first message, and after a silence longer than the domain's; not while a person is waited for."""
        if tracker.is_paused:
            return
        silence_s = self.domain.session.expiration_minutes * 60
        last = tracker.events[-1].timestamp if tracker.events else None
        if last is not None and (silence_s <= 0 or self._clock() - last < silence_s):
            return
        now = self._clock()
        for event in self._session_events(tracker):
            tracker.update(replace(event, timestamp=now))
        if tracker.latest_action != ACTION_LISTEN:
            tracker.update(ActionExecuted(ACTION_LISTEN, timestamp=now))

    def _leave_silent_form(self, tracker: Tracker) -> None:
        """Leaves a form whose question has not been answered for longer than it may stand."""
        silence_s, form, message = self.settings.form_timeout_minutes * 60, tracker.active_loop, _last_written(tracker)
        if not silence_s or form not in self.domain.forms or form is None or message is None or tracker.is_paused:
            return
        now = self._clock()
        if now - message.timestamp >= silence_s:
            tracker.update_all(leave_form(form, f"left after {(now - message.timestamp) / 60:.0f} minutes of silence", now))

    def _session_events(self, tracker: Tracker) -> list[Event]:
        """What starts a session; the project's own ``action_session_start`` may say more, but cannot keep one from starting."""
        started: list[Event] = [ActionExecuted(ACTION_SESSION_START), SessionStarted()]
        try:
            events = self.actions.run(Decision(ACTION_SESSION_START, "session", 1.0, "a session starts"), tracker)
        except ActionError as error:
            turn: _Turn | None = getattr(self._turns, "now", None)
            if turn is not None:
                turn.problems.append(str(error))
            return started
        return events if any(isinstance(event, SessionStarted) for event in events) else [*started, *events[1:]]

    def _understand(self, message: UserMessage) -> UserUttered:
        with self._timed("nlu"):
            parse = self._turns.now.parse = self._parse(message.text)
        return UserUttered(message.text, parse, message.channel, message.message_id, message.metadata, timestamp=self._clock())

    def _heard(self, tracker: Tracker) -> list[SlotSet]:
        """The slots that the message sets; "cancel" is no answer to what a form asks for, nor is a button, or what nobody wrote."""
        message = tracker.latest_message
        if is_refused(self.settings.moderation, message):
            return []
        filled = [*(corrections(tracker) or fill_slots(tracker)), *mood_slots(tracker, self.settings)]
        if message is None or not (self._exits.wanted(tracker) or is_external(message) or tracker.intent in ASIDES):
            return filled
        return [event for event in filled if event.value != message.text]

    def _validated(self, tracker: Tracker) -> list[Event]:
        """What the project's own code makes of the message; as in Rasa, the turn goes on without it where that fails."""
        if _is_left_to_a_person(tracker) or is_refused(self.settings.moderation, tracker.latest_message):
            return []
        try:
            return self.actions.validate_mappings(tracker)
        except ActionError as error:
            self._turns.now.problems.append(str(error))
            return []

    def _parse(self, text: str) -> Parse:
        if is_payload(text):
            try:
                return parse_payload(text)
            except BadPayload as error:  # then it is a text like any other
                self._turns.now.problems.append(str(error))
        if spoken := self._spoken.get(_folded(text)):  # a story speaks of this very text, not of what it means
            return Parse(text, (IntentScore(spoken, 1.0),))
        parse = as_listed(self.interpreter.parse(text), self.domain.intents)
        trusted = distrust(parse, threshold=self.settings.nlu_threshold, ambiguity=self.settings.nlu_ambiguity)
        return replace(trusted, intent_ranking=trusted.intent_ranking[:_RANKED])

    def _is_done(self, tracker: Tracker) -> bool:
        """Whether the assistant listens again, keeps silent because a person has taken over, or has done more than it may."""
        turn: _Turn = self._turns.now
        if _is_left_to_a_person(tracker) or (turn.decisions and turn.decisions[-1].action == ACTION_LISTEN):
            return True
        if len(turn.decisions) < self.settings.max_actions:
            return False
        turn.problems.append(f"stopped after {self.settings.max_actions} actions")
        return True

    def _decide(self, tracker: Tracker) -> Decision:
        with self._timed("dialogue"):
            decision = decide(self.policies, tracker)
        self._turns.now.decisions.append(decision)
        return decision

    def _act(self, decision: Decision, tracker: Tracker) -> list[Event]:
        with self._timed("actions"):
            return self.translator.spoken(self.actions.run(decision, tracker), tracker, self._turns.now.problems)

    def _store(self, tracker: Tracker, n_stored: int, *, was_paused: bool) -> None:
        """Stores the turn, in the queue too when it hands the conversation over; then, beside it, the question if not answered."""
        events = tracker.events[n_stored:]
        with self._timed("store"):
            if tracker.is_paused and not was_paused:
                request = request_of(tracker, self._turns.now.decisions, self._most_telling)
                self.handoffs.add(tracker.sender_id, request, events, n_stored)
            elif was_paused and not tracker.is_paused:
                self.handoffs.withdraw(tracker.sender_id, events, n_stored)
            else:
                self.conversations.append(tracker.sender_id, events, n_stored)
            self._remember(tracker)
            try:
                self._keep_asking(tracker, events)
            except StoreError as error:  # the turn stands all the same
                self._turns.now.problems.append(str(error))

    def _ask_faq(self, question: str) -> FaqResult:
        """Asks the FAQ, once a question and turn."""
        turn: _Turn | None = getattr(self._turns, "now", None)
        if turn is None:
            return self.faq.search(question)
        if question not in turn.faq:
            with self._timed("faq"):
                turn.faq[question] = self.faq.search(question)
        return turn.faq[question]

    def _ask_faq_exactly(self, question: str) -> FaqResult:
        """Asks the FAQ for a question of its own, word by word."""
        if getattr(self._turns, "now", None) is None:
            return self.faq.exact(question)
        with self._timed("faq"):
            return self.faq.exact(question)

    def _follow_ups(self, found: FaqResult, tracker: Tracker) -> Sequence[str]:
        """Returns the questions that an answer offers."""
        if not self.settings.follow_ups:
            return ()
        return self._next.after(found, [event.text for event in tracker.applied_events() if isinstance(event, UserUttered)])

    def _shortened(self, question: str, match: FaqMatch) -> str | None:
        """Returns what is said in place of a long answer, word by word of it; None where it is said whole."""
        most_words = self.settings.long_answer_words
        return shortened(question, match.answer, self.interpreter.encode, most_words, match.passage) if most_words else None

    def _most_telling(self, messages: Sequence[str]) -> str:
        """Returns the sentence of what a user wrote that says most."""
        return most_telling(messages, self.interpreter.encode)

    def _ask_documents(self, question: str) -> DocumentResult:
        """Reads the documents, once a question and turn; what keeps them from being read keeps nobody from an answer."""
        turn: _Turn | None = getattr(self._turns, "now", None)
        if turn is not None and question in turn.documents:
            return turn.documents[question]
        result = DocumentResult((), 1.0)
        if turn is None or self.documents is None:
            return self.documents.ask(question) if self.documents else result
        with self._timed("documents"):
            try:
                result = self.documents.ask(question)
            except MissingError as error:
                turn.problems.append(str(error))
        turn.documents[question] = result
        return result

    def _keep_asking(self, tracker: Tracker, events: Sequence[Event]) -> None:
        """Keeps what was asked of the FAQ, and a question that was not answered for the people who curate it."""
        turn: _Turn = self._turns.now
        for message in _said(events):
            if "faq_entry" in message.metadata:
                self.askings.add(turn.parse.text, tracker.sender_id, message.metadata["faq_entry"], message.metadata["faq_score"])
        question = turn.parse.text
        result = turn.faq.get(question)
        read = turn.documents.get(question)
        if result is None or result.best is not None or (read and read.best) or not turn.is_lost:
            return
        nearest = result.matches[0] if result.matches else None
        score = nearest.score if nearest else 0.0
        self.askings.add(question, tracker.sender_id, None, score)
        self.unanswered.add(question, tracker.sender_id, nearest.entry_id if nearest else None, score)

    def _lock(self, sender_id: str) -> threading.Lock:
        """One turn at a time in a conversation. A fixed number of locks serves any number of conversations."""
        return self._locks[hash(sender_id) % _LOCKS]

    def _timed(self, stage: str) -> _Timer:
        return _Timer(self._turns.now.timings_ms, stage)

    # --- what front ends ask ----------------------------------------------------------------------------------------------------

    def events(self, sender_id: str) -> tuple[Event, ...]:
        """Returns all that has happened in a conversation."""
        return self.conversations.load(sender_id)

    def tracker(self, sender_id: str) -> Tracker:
        """Returns the state of a conversation as it is stored."""
        return Tracker(sender_id, self.domain, self.conversations.load(sender_id))

    def suggested_replies(self, sender_id: str) -> tuple[Suggestion, ...]:
        """Returns what a person of the team might answer to what the user said last, the best first; none where nothing fits.

        Raises:
            DatabaseUnavailable: the database cannot be read now.
        """
        said = [event.text for event in self.events(sender_id) if isinstance(event, UserUttered) and not is_payload(event.text)]
        if not said or not said[-1].strip():
            return ()
        handled = list(self.handoffs.list(with_closed=True))[-_LOOKED_THROUGH:]
        past = [pair for one in handled for pair in answered_by_people(self.events(one.sender_id))]
        documents = self._ask_documents(said[-1]) if self.documents else None
        return suggested(said[-1], self.faq.search(said[-1]), documents, past, self.interpreter.encode, self._order())

    def notices(self) -> tuple[str, ...]:
        """Returns what people should know before they write, such as that nothing can be translated, and why."""
        return (self.translator.problem,) if self.translator.problem else ()

    def doubts(self, entry: FaqEntry) -> Sequence[Doubt]:
        """Returns what in an entry somebody should read once more, in its tone or its language; takes some tenths of a second."""
        return self._proofread(entry)

    def start_conversation(self, sender_id: str) -> Reply | None:
        """Returns the welcome of a conversation that has not begun: the response ``utter_welcome``, where the project has one."""
        if WELCOME not in self.domain.responses or self.conversations.count(sender_id):
            return None
        tracker = Tracker(sender_id, self.domain)
        self._start_session(tracker)
        tracker.update_all(self.actions.say(WELCOME, tracker))
        try:
            self.conversations.append(sender_id, tracker.events, 0)
        except StaleConversation:  # somebody else has begun it
            return None
        return Reply(_said(tracker.events), Trace())

    def use_dialogue(self, domain: Domain, stories: Sequence[Story]) -> None:
        """Answers by another domain and other stories from the next turn on; the ones before stay if these cannot be used.

        Raises:
            SourceError: a rule or story names what the domain does not define.
        """
        with ExitStack() as held:
            for lock in self._locks:  # no turn is under way then
                held.enter_context(lock)
            self._take_dialogue(domain, stories)
            self._trackers.clear()  # they know the domain that was

    def use_model(self, folder: Path) -> None:
        """Answers with another model from the next turn on; the running one stays if that one cannot be loaded.

        Raises:
            MissingError: the folder holds no sound model.
        """
        loaded, policies = self._load_model(folder), self._build(learned=self._load_policy(folder, self.domain))
        documents = self._open_documents(loaded[0])
        (self.interpreter, self.faq), self.policies, self.documents = loaded, policies, documents
        self._model = folder

    def on_close(self, close: Callable[[], None]) -> None:
        """Registers what close() shall end, too."""
        self._close.append(close)

    def close(self) -> None:
        """Ends the worker of actions and the database's connections."""
        while self._close:
            self._close.pop()()


class _NotDueError(Exception):
    """A reminder counts no more: another process has triggered it, or something came in between."""


def _is_left_to_a_person(tracker: Tracker) -> bool:
    """While a conversation is paused the assistant keeps silent; as in Rasa, the user may still start it over."""
    return tracker.is_paused and tracker.intent != "restart"


def _last_written(tracker: Tracker) -> UserUttered | None:
    """The last message that the user wrote: a reminder between it and now does not break the silence."""
    return next((e for e in reversed(tracker.applied_events()) if isinstance(e, UserUttered) and not is_external(e)), None)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _said(events: Sequence[Event]) -> tuple[BotMessage, ...]:
    return tuple(event.message for event in events if isinstance(event, BotUttered))


class _Timer:
    """Adds the milliseconds of a block to a stage."""

    def __init__(self, timings_ms: dict[str, float], stage: str) -> None:
        self._timings_ms = timings_ms
        self._stage = stage

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self._timings_ms[self._stage] += (time.perf_counter() - self._start) * 1000
