"""Joined intents, ``cancel+refund``, as a domain has them: any may be understood, but rules and stories know those it lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.messages import JOINT, IntentScore

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from assistant.messages import Parse


def as_listed(parse: Parse, intents: Collection[str]) -> Parse:
    """Returns the parse with joined intents as the domain writes them; one that it does not list counts to its surest part.

    Nothing is said to a combination that neither rules nor stories can name, while what they say to one of its parts is half of the
    answer; and a part is not in doubt for being joined with something else or not.

    Args:
        parse: what NLU found.
        intents: that the domain lists.
    """
    ranking = parse.intent_ranking
    if not any(JOINT in score.name for score in ranking):
        return parse
    listed = {frozenset(name.split(JOINT)): name for name in intents}
    ranks = {score.name: place for place, score in enumerate(ranking)}
    totals: dict[str, float] = {}
    for score in ranking:
        name = score.name if score.name in intents else _listed(score.name, listed, ranks)
        totals[name] = totals.get(name, 0.0) + score.confidence
    scores = [IntentScore(name, min(1.0, round(total, 6))) for name, total in totals.items()]
    return replace(parse, intent_ranking=tuple(sorted(scores, key=lambda score: -score.confidence)))


def _listed(name: str, listed: Mapping[frozenset[str], str], ranks: Mapping[str, int]) -> str:
    parts = name.split(JOINT)
    known = listed.get(frozenset(parts))
    return known or min(parts, key=lambda part: (frozenset({part}) not in listed, ranks.get(part, len(ranks))))
