"""Why a message was understood as it was: the words that made the intent, and the training utterances that are nearest.

An `Explanation` is a value: it goes to JSON and back, so that a screen may have it made in another process, away from torch.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import NothingToExplain, UnknownIntent
from assistant.messages import Parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from assistant.evaluation.attribution import Attributor
    from assistant.evaluation.neighbours import Neighbours
    from assistant.nlu.interpreter import Interpreter

N_NEIGHBOURS = 5


@dataclass(frozen=True, slots=True)
class WordShare:
    """What one word did for the intent.

    Attributes:
        start, end: where the word stands in the text.
        share: how much it raised the log-probability of the intent, in nats; negative where it spoke against it.
    """

    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """Where the log-probability of an intent comes from.

    Attributes:
        intent: the one that is explained.
        words: by position; words past the end of what the model reads have the share 0.
        score: log-probability of the intent for the text, before the odds of the first intent are calibrated; of a retrieval intent
            with its response key.
        baseline: the same where every word is hidden. The shares add up to ``score - baseline``.
        gap: by how much they do not, in nats: the error of the sum that stands for an integral.
        n_steps: terms of that sum.
    """

    intent: str
    words: tuple[WordShare, ...]
    score: float
    baseline: float
    gap: float
    n_steps: int


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A training utterance near to a text.

    Attributes:
        text: the utterance; intent: its own; place: where it stands.
        distance: cosine distance of the sentence vectors around the mean of the training utterances, from 0 to 2.
    """

    text: str
    intent: str
    distance: float
    place: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a message was understood as it was.

    Attributes:
        parse: what was understood: the intents by confidence, the entities with who found them.
        attribution: which words made the intent.
        neighbours: the nearest training utterances, the nearest first.
    """

    parse: Parse
    attribution: Attribution
    neighbours: tuple[Neighbour, ...]

    def as_json(self) -> dict[str, Any]:
        """Returns the explanation as JSON: the parse in Rasa's shape, and the two parts beside it."""
        text = self.parse.text
        words = [{"text": text[word.start : word.end], **asdict(word)} for word in self.attribution.words]
        neighbours = [asdict(neighbour) for neighbour in self.neighbours]
        return self.parse.as_json() | {"attribution": asdict(self.attribution) | {"words": words}, "neighbours": neighbours}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Explanation:
        """Returns the explanation that `as_json` described."""
        facts = data["attribution"]
        words = tuple(WordShare(word["start"], word["end"], word["share"]) for word in facts["words"])
        attribution = Attribution(**{**facts, "words": words})
        return cls(Parse.from_json(data), attribution, tuple(Neighbour(**neighbour) for neighbour in data["neighbours"]))


def explain(
    interpreter: Interpreter, attributor: Attributor, neighbours: Neighbours, text: str, intent: str | None = None
) -> Explanation:
    """Returns why a text was understood as it was.

    Args:
        interpreter: the model that answers.
        attributor: the same model on torch.
        neighbours: the utterances that it was trained on.
        text: of any content.
        intent: to explain in place of the best one: which words speak for it, and which against. A retrieval intent without a
            response, ``faq``, is explained by its best one.

    Raises:
        NothingToExplain: the text holds no word.
        UnknownIntent: the model has no intent of this name.
    """
    parse = interpreter.parse(text)
    if not parse.intent_ranking:
        raise NothingToExplain(example=text[:80])
    if intent is not None and intent in parse.responses:
        intent = parse.responses[intent][0].name
    if intent is not None and not attributor.knows(intent):
        raise UnknownIntent(name=intent, known=attributor.intents)
    attribution = attributor.attribute(text, parse.text_tokens, intent or parse.intent.name)
    return Explanation(parse, attribution, neighbours.nearest(interpreter.encode([text])[0], N_NEIGHBOURS))
