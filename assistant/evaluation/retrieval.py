"""Looks at retrieval intents as Rasa does: is ``faq`` right, and which of its responses, ``faq/ask_hours``, does it choose?"""

from __future__ import annotations

from dataclasses import replace

from assistant.evaluation.measured import Measured
from assistant.messages import IntentScore, Parse


def without_keys(measured: Measured) -> Measured:
    """Returns the measurement of intents without their response keys."""
    examples = tuple(replace(example, intent=_base(example.intent)) for example in measured.examples)
    return Measured(examples, tuple(_without_keys(parse) for parse in measured.parses), measured.outside)


def chosen_responses(measured: Measured) -> Measured:
    """Returns the measurement of response keys: of each example of a retrieval intent, which response that intent has for it.

    Whether the intent itself was found is another question; an intent that the model does not have chooses nothing.
    """
    pairs = [(e, p) for e, p in zip(measured.examples, measured.parses, strict=True) if "/" in e.intent]
    parses = (Parse(p.text, p.responses.get(_base(e.intent), (IntentScore("", 0.0),))) for e, p in pairs)
    return Measured(tuple(replace(e, entities=()) for e, _ in pairs), tuple(parses))


def _without_keys(parse: Parse) -> Parse:
    ranking = tuple(IntentScore(_base(score.name), score.confidence) for score in parse.intent_ranking)
    return replace(parse, intent_ranking=ranking)


def _base(intent: str) -> str:
    return intent.split("/", maxsplit=1)[0]
