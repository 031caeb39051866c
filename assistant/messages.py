"""The frozen values that cross layers: what comes in, what was understood, what was decided, what goes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MOST_RESPONSES = 10
"""So many responses of a retrieval intent are shown, as Rasa does."""
JOINT = "+"
"""Joins the intents of a message that has several: ``cancel+refund``."""


@dataclass(frozen=True, slots=True)
class UserMessage:
    """One text of a user.

    Attributes:
        text: as typed; may be empty, may be a payload such as ``/greet``.
        sender_id: names the conversation.
        channel: where it came in (``cli``, ``terminal``, ``rest``, a name of the caller's).
        message_id: the channel's own id; empty when it has none.
        metadata: whatever the channel adds.
    """

    text: str
    sender_id: str = "default"
    channel: str = "cli"
    message_id: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)


class IntentScore(NamedTuple):  # made for each intent and message: a dataclass that is frozen takes five times as long
    """An intent with its calibrated probability in [0, 1]."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Entity:
    """A piece of the text with a type: ``text[start:end)``.

    Attributes:
        entity: the type, such as ``order_number``.
        start: first character; end: one past the last.
        value: what it means, after synonyms and normalisation; the text itself when nothing is known.
        role, group: Rasa's refinements of the type; None when there is none.
        confidence: of the extractor, in [0, 1]; 1.0 for extractors that do not guess.
        extractor: who found it.
        additional_info: the value as Duckling's JSON (``grain``, ``unit``, ``from``, ``to``); None when nothing resolved it.
    """

    entity: str
    start: int
    end: int
    value: Any
    role: str | None = None
    group: str | None = None
    confidence: float = 1.0
    extractor: str = ""
    additional_info: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Returns the entity in the shape of Rasa's parse output; a resolved value has ``confidence`` too, as Duckling's has."""
        shown: dict[str, Any] = {"entity": self.entity, "start": self.start, "end": self.end, "value": self.value}
        shown |= {key: value for key, value in (("role", self.role), ("group", self.group)) if value is not None}
        shown |= {"confidence_entity": self.confidence, "extractor": self.extractor}
        if self.additional_info is None:
            return shown
        return shown | {"confidence": self.confidence, "additional_info": dict(self.additional_info)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Entity:
        """Returns the entity that Rasa's JSON describes; offsets that are missing become 0."""
        return cls(
            entity=str(data["entity"]),
            start=int(data.get("start") or 0),
            end=int(data.get("end") or 0),
            value=data.get("value"),
            role=data.get("role"),
            group=data.get("group"),
            confidence=1.0 if data.get("confidence_entity") is None else float(data["confidence_entity"]),
            extractor=str(data.get("extractor") or ""),
            additional_info=info if isinstance(info := data.get("additional_info"), dict) else None,
        )


@dataclass(frozen=True, slots=True)
class Sentiment:
    """How a message sounds.

    Attributes:
        label: ``positive``, ``neutral`` or ``negative``.
        score: from -1, as bad as can be, to 1.
        emotion: ``anger``, ``sadness``, ``fear``, ``confusion``, ``joy`` or ``neutral``.
    """

    label: str
    score: float
    emotion: str = "neutral"

    def as_json(self) -> dict[str, Any]:
        """Returns the sentiment as JSON."""
        return {"label": self.label, "score": self.score, "emotion": self.emotion}

    @classmethod
    def from_json(cls, data: Any) -> Sentiment | None:
        """Returns the sentiment that `as_json` wrote; None for anything else: components of others use the key as they like."""
        try:
            return cls(str(data["label"]), float(data["score"]), str(data.get("emotion") or "neutral"))
        except (AttributeError, KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Flag:
    """What moderation finds in a message.

    Attributes:
        category: ``hate``, ``abuse``, ``sexual``, ``self_harm`` or ``spam``.
        score: probability in [0, 1].
    """

    category: str
    score: float

    def as_json(self) -> dict[str, Any]:
        """Returns the flag as JSON."""
        return {"category": self.category, "score": self.score}

    @classmethod
    def from_json(cls, data: Any) -> Flag | None:
        """Returns the flag that `as_json` wrote; None for anything else."""
        try:
            return cls(str(data["category"]), float(data["score"]))
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Parse:
    """What NLU found in one message. It reports; whether to trust it is decided in the dialogue.

    Attributes:
        text: the message.
        intent_ranking: intents by falling confidence; empty when the message is empty.
        entities: by position; only those that stand in for Duckling's may overlap others.
        out_of_scope: grows with the strangeness of the message; 95 % of messages in scope are expected below 1.
        text_tokens: (start, end) of each word.
        sentiment: None when nothing measures it.
        flags: moderation flags, the most probable first; empty when nothing was flagged.
        responses: of each retrieval intent its keys, ``faq/ask_hours``, by falling confidence; the ranking has the best of each.
    """

    text: str
    intent_ranking: tuple[IntentScore, ...] = ()
    entities: tuple[Entity, ...] = ()
    out_of_scope: float = 0.0
    text_tokens: tuple[tuple[int, int], ...] = ()
    sentiment: Sentiment | None = None
    flags: tuple[Flag, ...] = ()
    responses: Mapping[str, tuple[IntentScore, ...]] = field(default_factory=dict)

    @property
    def intent(self) -> IntentScore:
        """The best intent; a nameless one of confidence 0 when there is none."""
        return self.intent_ranking[0] if self.intent_ranking else IntentScore("", 0.0)

    def as_json(self) -> dict[str, Any]:
        """Returns the parse as Rasa's ``/model/parse`` does, with ``out_of_scope`` and, where measured, sentiment and flags."""
        ranking = [{"name": self._shown(score.name), "confidence": score.confidence} for score in self.intent_ranking]
        shown = {
            "text": self.text,
            "intent": ranking[0] if ranking else {"name": None, "confidence": 0.0},
            "intent_ranking": ranking,
            "entities": [self._entity_as_json(entity) for entity in self.entities],
            "text_tokens": [list(span) for span in self.text_tokens],
            "out_of_scope": self.out_of_scope,
        }
        shown |= {"sentiment": self.sentiment.as_json()} if self.sentiment else {}
        shown |= {"flags": [flag.as_json() for flag in self.flags]} if self.flags else {}
        return shown | ({"response_selector": self._selector_as_json()} if self.responses else {})

    def _shown(self, name: str) -> str:
        """Rasa's ranking names a retrieval intent without its response key, which is the response selector's affair."""
        group = name.split("/", maxsplit=1)[0]
        return group if group in self.responses else name

    def _entity_as_json(self, entity: Entity) -> dict[str, Any]:
        text = {"text": self.text[entity.start : entity.end]} if entity.additional_info is not None else {}
        return entity.as_json() | text

    def _selector_as_json(self) -> dict[str, Any]:
        selectors = {group: _selection(ranking) for group, ranking in sorted(self.responses.items())}
        ranked = [group for score in self.intent_ranking if (group := self._shown(score.name)) in selectors]
        return {"all_retrieval_intents": sorted(selectors), "default": selectors[(ranked or sorted(selectors))[0]]} | selectors

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Parse:
        """Returns the parse that Rasa's JSON describes; missing keys count as empty."""
        ranking = data.get("intent_ranking") or ([data["intent"]] if data.get("intent") else [])
        responses = _responses_from_json(data.get("response_selector") or {})
        best = {group: scores[0].name for group, scores in responses.items()}
        return cls(
            text=str(data.get("text") or ""),
            intent_ranking=tuple(
                IntentScore(best.get(str(score["name"]), str(score["name"])), float(score.get("confidence") or 0.0))
                for score in ranking
                if score.get("name")
            ),
            responses=responses,
            entities=tuple(Entity.from_json(entity) for entity in data.get("entities") or ()),
            out_of_scope=float(data.get("out_of_scope") or 0.0),
            text_tokens=tuple((int(start), int(end)) for start, end in data.get("text_tokens") or ()),
            sentiment=Sentiment.from_json(data.get("sentiment")),
            flags=_flags_from_json(data.get("flags")),
        )


def _flags_from_json(rows: Any) -> tuple[Flag, ...]:
    found = map(Flag.from_json, rows if isinstance(rows, list) else ())
    return tuple(flag for flag in found if flag is not None)


def _selection(ranking: tuple[IntentScore, ...]) -> dict[str, Any]:
    """Returns the choice among the responses of a retrieval intent as Rasa's response selector shows it."""
    shown = [{"confidence": score.confidence, "intent_response_key": score.name} for score in ranking[:MOST_RESPONSES]]
    return {"response": {"responses": [], **shown[0], "utter_action": f"utter_{ranking[0].name}"}, "ranking": shown}


def _responses_from_json(selectors: Mapping[str, Any]) -> dict[str, tuple[IntentScore, ...]]:
    found: dict[str, tuple[IntentScore, ...]] = {}
    for group, selector in selectors.items():
        rows = selector.get("ranking") if isinstance(selector, dict) else None
        named = [
            row for row in rows or () if isinstance(row, dict) and str(row.get("intent_response_key", "")).startswith(f"{group}/")
        ]
        if named:
            found[group] = tuple(IntentScore(row["intent_response_key"], float(row.get("confidence") or 0.0)) for row in named)
    return found


@dataclass(frozen=True, slots=True)
class Button:
    """A reply that is offered: its title is shown, its payload is sent."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class BotMessage:
    """One message of the assistant; parts that are None or empty are not there.

    An attachment is a text, or what a channel wants.
    """

    text: str | None = None
    buttons: tuple[Button, ...] = ()
    image: str | None = None
    attachment: Any = None
    custom: Mapping[str, Any] | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def as_rest(self, recipient_id: str) -> dict[str, Any]:
        """Returns the message in the shape of Rasa's REST channel: keys without content are left out."""
        buttons = [{"title": button.title, "payload": button.payload} for button in self.buttons]
        parts = {
            "text": self.text,
            "buttons": buttons,
            "image": self.image,
            "attachment": self.attachment,
            "custom": self.custom,
        }
        return {"recipient_id": recipient_id} | {key: value for key, value in parts.items() if value}


@dataclass(frozen=True, slots=True)
class FaqMatch:
    """An FAQ entry found for a question.

    Attributes:
        entry_id: the entry.
        question: the entry's question; matched: the question or alternative that was nearest.
        answer: Markdown.
        score: probability in [0, 1] that it answers the question; 1.0 for an exact match.
        passage: the sentence of the answer that is nearest to the question, without Markdown's marks; empty when the answer is one
            sentence, or was not compared.
    """

    entry_id: str
    question: str
    matched: str
    answer: str
    score: float
    passage: str = ""


@dataclass(frozen=True, slots=True)
class FaqResult:
    """What retrieval says of a question.

    Attributes:
        matches: by falling score; empty when nothing is near.
        threshold: below it the assistant abstains; less is needed where only the choice between entries is in doubt.
        related: questions of other entries that may be meant too, or are asked next; empty when nothing is answered.
    """

    matches: tuple[FaqMatch, ...]
    threshold: float
    related: tuple[str, ...] = ()

    @property
    def best(self) -> FaqMatch | None:
        """The match that may be given as the answer, or None: the assistant abstains."""
        return self.matches[0] if self.matches and self.matches[0].score >= self.threshold else None


@dataclass(frozen=True, slots=True)
class DocumentMatch:
    """A place of a document that may answer a question.

    Attributes:
        document_id: the document.
        place: where it stands, as people read it: ``Returns policy > Deadlines``.
        sentence: the sentence that answers.
        span: where in the sentence the answer itself stands, ``sentence[span[0]:span[1]]``.
        start: first character of the sentence in the document's text.
        passage: all of the passage around it.
        score: probability in [0, 1] that it answers the question.
    """

    document_id: str
    place: str
    sentence: str
    span: tuple[int, int]
    start: int
    passage: str
    score: float

    @property
    def answer(self) -> str:
        """The answer itself."""
        return self.sentence[self.span[0] : self.span[1]]

    def as_json(self) -> dict[str, Any]:
        """Returns the match as JSON; offsets are those of the answer in the document's text."""
        start, end = (self.start + offset for offset in self.span)
        return {
            "document": self.document_id,
            "place": self.place,
            "answer": self.answer,
            "sentence": self.sentence,
            "start": start,
            "end": end,
            "score": self.score,
        }


@dataclass(frozen=True, slots=True)
class DocumentResult:
    """What reading the documents says of a question.

    Attributes:
        matches: by falling score; empty when nothing is near.
        threshold: below it the assistant abstains.
    """

    matches: tuple[DocumentMatch, ...]
    threshold: float

    @property
    def best(self) -> DocumentMatch | None:
        """The match that may be given as the answer, or None: the assistant abstains."""
        return self.matches[0] if self.matches and self.matches[0].score >= self.threshold else None


@dataclass(frozen=True, slots=True)
class Decision:
    """What a policy decided and why.

    Attributes:
        action: name of the next action.
        policy: who decided.
        confidence: in [0, 1].
        reason: one clause that a person understands, with the place of the rule or story where there is one.
    """

    action: str
    policy: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Trace:
    """How a turn came about.

    Attributes:
        parse: what was understood; None for a payload that went past NLU unparsed.
        decisions: in order, the last is to listen.
        slots: name and value of each slot that changed.
        faq: what retrieval said, None when it was not asked.
        documents: what reading the documents said, None when they were not asked.
        problems: what went wrong without ending the turn, such as a failed action.
        timings_ms: milliseconds by stage: ``nlu``, ``dialogue``, ``faq``, ``documents``, ``actions``, ``store``,
            ``total``.
    """

    parse: Parse | None = None
    decisions: tuple[Decision, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    faq: FaqResult | None = None
    problems: tuple[str, ...] = ()
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    documents: DocumentResult | None = None

    def as_json(self) -> dict[str, Any]:
        """Returns the trace as JSON for programs."""
        matches = [] if self.faq is None else self.faq.matches
        return {
            "parse": self.parse.as_json() if self.parse else None,
            "decisions": [
                {"action": d.action, "policy": d.policy, "confidence": d.confidence, "reason": d.reason} for d in self.decisions
            ],
            "slots": dict(self.slots),
            "faq": [{"entry": m.entry_id, "question": m.question, "matched": m.matched, "score": m.score} for m in matches],
            "documents": [] if self.documents is None else [match.as_json() for match in self.documents.matches],
            "problems": list(self.problems),
            "timings_ms": {stage: round(value, 3) for stage, value in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class Reply:
    """All that the assistant says in one turn, and how it came about.

    Attributes:
        is_handed_over: a person is waited for, or has taken over: the assistant keeps silent until it gets the conversation back.
    """

    messages: tuple[BotMessage, ...]
    trace: Trace
    is_handed_over: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of long work, reported through a callback.

    Attributes:
        stage: what is being done, such as ``train``.
        done, total: in units of the stage; total is 0 when it is not known.
        metrics: figures worth showing, such as ``loss``.
    """

    stage: str
    done: int
    total: int
    metrics: Mapping[str, float] = field(default_factory=dict)


ProgressCallback: TypeAlias = "Callable[[Progress], None]"
"""Called with each step of long work; raising Cancelled in it stops the work."""


class Cancelled(Exception):
    """Raised by a progress callback to stop long work; whoever does the work leaves nothing half-written."""
