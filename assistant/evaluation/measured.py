"""What was understood of examples, and the figures that come of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.evaluation.entity_scores import Score, score_entities, score_extractors
from assistant.evaluation.nlu_report import Bin, NluError, NluReport
from assistant.evaluation.scope import score_scope
from assistant.messages import JOINT
from assistant.nlu.novelty import OUT_OF_SCOPE_INTENTS
from assistant.nlu.overlaps import DUCKLING_EXTRACTOR, VALUE_EXTRACTOR
from assistant.nlu.tags import format_kind

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from assistant.messages import Entity, Parse
    from assistant.nlu.training_data import Example

N_BINS = 20
VALUE_EXTRACTORS = frozenset({VALUE_EXTRACTOR, DUCKLING_EXTRACTOR})


@dataclass(frozen=True, slots=True)
class Measured:
    """Examples, and what was understood of them.

    Attributes:
        examples: with the right intents and entities.
        parses: one an example.
        outside: parses of texts that no intent covers; empty when there were none.
    """

    examples: tuple[Example, ...]
    parses: tuple[Parse, ...]
    outside: tuple[Parse, ...] = ()

    @classmethod
    def of(cls, examples: Sequence[Example], parses: Sequence[Parse], outside: Sequence[Parse] = ()) -> Measured:
        """Returns the three, without what there is no right answer to.

        Examples of an out-of-scope intent are set apart where the model has no such intent; a model that was trained on one has to
        find it like any other, and its examples count on both sides. Values such as times and amounts, which are found without
        having been learned, are left out where no example annotates their type, as Rasa leaves out Duckling's. Joined intents are
        the same in any order.
        """
        known = known_intents(parses)
        is_outside = [example.intent in OUT_OF_SCOPE_INTENTS for example in examples]
        pairs = list(zip(examples, parses, is_outside, strict=True))
        kept = [(example, parse) for example, parse, flag in pairs if not flag or example.intent in known]
        strange = [parse for _, parse, flag in pairs if flag]
        annotated = {entity.entity for example, _ in kept for entity in example.entities}
        return cls(
            tuple(e for e, _ in kept), tuple(_asked(_as_written(p, e.intent), annotated) for e, p in kept), (*outside, *strange)
        )

    def report(self) -> NluReport:
        """Returns the figures; all of them 0 when there are no examples."""
        import numpy as np

        from assistant.training.calibration import calibration_error, chance_error

        right = [example.intent for example in self.examples]
        found = [parse.intent.name for parse in self.parses]
        confidences = np.array([parse.intent.confidence for parse in self.parses])
        is_right = np.array([a == b for a, b in zip(right, found, strict=True)], dtype=bool)
        known = known_intents(self.parses)
        intents = _score_intents(right, found)
        errors = _errors(self.examples, self.parses)
        sides = ([e.text for e in self.examples], [e.entities for e in self.examples], [p.entities for p in self.parses])
        overall, by_type = score_entities(*sides)
        n = len(self.examples)
        inside = [p for e, p in zip(self.examples, self.parses, strict=True) if e.intent not in OUT_OF_SCOPE_INTENTS]
        return NluReport(
            n_examples=n,
            intent_accuracy=float(is_right.mean()) if n else 0.0,
            intent_macro_f1=sum(score.f1 for score in intents.values()) / len(intents) if intents else 0.0,
            intents=intents,
            entity=overall,
            entities=by_type,
            extractors=score_extractors(*sides),
            sentence_accuracy=1 - len(errors) / n if n else 0.0,
            calibration_error=calibration_error(confidences, is_right),
            calibration_chance=chance_error(confidences),
            pairs=tuple((*pair, times) for pair, times in sorted(Counter(zip(right, found, strict=True)).items())),
            histogram=_histogram(confidences.tolist(), is_right.tolist()),
            errors=errors,
            unknown=tuple(sorted({name for name in right if not set(name.split(JOINT)) <= known})),
            scope=score_scope(inside, self.outside),
        )


def _score_intents(right: Sequence[str], found: Sequence[str]) -> dict[str, Score]:
    if not right:
        return {}
    from sklearn.metrics import precision_recall_fscore_support

    names = sorted(set(right))
    columns = precision_recall_fscore_support(right, found, labels=names, zero_division=0)
    return {name: Score(float(p), float(r), float(f), int(n)) for name, p, r, f, n in zip(names, *columns, strict=True)}


def _histogram(confidences: Sequence[float], is_right: Sequence[bool]) -> tuple[Bin, ...]:
    counts = Counter((min(int(c * N_BINS), N_BINS - 1), flag) for c, flag in zip(confidences, is_right, strict=True))
    return tuple(Bin(k / N_BINS, (k + 1) / N_BINS, counts[k, True], counts[k, False]) for k in range(N_BINS))


def _errors(examples: Sequence[Example], parses: Sequence[Parse]) -> tuple[NluError, ...]:
    errors: list[NluError] = []
    for example, parse in zip(examples, parses, strict=True):
        gold, found = entity_keys(example.entities), entity_keys(parse.entities)
        if example.intent != parse.intent.name or gold != found:
            best = parse.intent
            errors.append(NluError(example.text, str(example.place), example.intent, best.name, best.confidence, gold, found))
    return tuple(sorted(errors, key=lambda error: (error.intent == error.predicted, -error.confidence, error.text)))


def known_intents(parses: Sequence[Parse]) -> frozenset[str]:
    """Returns the intents that whoever made the parses has, with all responses of retrieval intents."""
    rankings = (scores for parse in parses for scores in (parse.intent_ranking, *parse.responses.values()))
    return frozenset(part for scores in rankings for score in scores for part in (score.name, *score.name.split(JOINT)))


def _as_written(parse: Parse, intent: str) -> Parse:
    """Returns the parse with the joined intent that was found written as in the example, where it is the same one."""
    found = parse.intent
    if found.name == intent or sorted(found.name.split(JOINT)) != sorted(intent.split(JOINT)):
        return parse
    return replace(parse, intent_ranking=(found._replace(name=intent), *parse.intent_ranking[1:]))


def _asked(parse: Parse, annotated: Collection[str]) -> Parse:
    """Returns the parse without resolved values of types that nobody annotated."""
    asked = tuple(e for e in parse.entities if e.extractor not in VALUE_EXTRACTORS or e.entity in annotated)
    return parse if len(asked) == len(parse.entities) else replace(parse, entities=asked)


def entity_keys(entities: Sequence[Entity]) -> tuple[tuple[str, int, int], ...]:
    """Returns what is compared of entities, sorted: type with role and group, start, end."""
    return tuple(sorted((format_kind(e.entity, e.role, e.group), e.start, e.end) for e in entities))
