"""Makes questions from running text by rule: a part of a sentence becomes the answer, and what is left of it the question.

Nobody wrote down what is asked about a shop's terms, so a reader of answers has to learn from text alone. A number, an amount, a
date, a name, a reason or a condition is taken out of its sentence, a question word that asks for such a thing is put in its place,
and words are left out and moved about, so that a question does not repeat its sentence. The idea: Lewis et al. 2019, unsupervised
question answering by cloze translation; the rules are this project's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

    from assistant.knowledge.sentences import Span

MIN_WORDS, MAX_WORDS = 7, 45
"""Words of a sentence that a question is made of."""

_KEPT_SHARE = 0.75
_MIN_LEFT = 2

_NUMBER = r"(?:\d[\d,]*(?:\.\d+)?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|sixty|ninety)"
_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_NOT_NAMES = (
    r"(?!(?:The|This|That|These|Those|It|In|On|At|I|We|They|He|She|You|But|And|If|When|However|After|Before|My|Our|Their|His|Her|"
    r"There|As|For|So|To|Then|What|Why|How|Please|No|Not|All)\b)"
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A part that can be asked for.

    Attributes:
        pattern: finds it; the group ``answer`` is it, ``unit`` what is counted.
        asked: question words that ask for it; {unit} is what is counted.
        keeps: whether what stands before the answer in the match stays in the question.
    """

    pattern: re.Pattern[str]
    asked: tuple[str, ...]
    keeps: bool = True


def _rule(pattern: str, *asked: str, keeps: bool = True) -> _Rule:
    return _Rule(re.compile(pattern), asked, keeps)


_RULES = (
    _rule(
        r"(?P<answer>(?:[$\u00a3\u20ac]\s?|\{\$)\d[\d,.]*\d\}?(?: (?:million|billion))?)",
        "how much",
        "how much money",
        "what amount",
    ),
    _rule(rf"(?P<answer>{_NUMBER}(?:\s?%| percent))", "what percentage", "how much", "how many percent"),
    _rule(
        rf"\b(?P<answer>(?:(?:about|over|up to|at least|within|more than|less than) )?{_NUMBER}[- ]"
        rf"(?:business |working |calendar )?(?P<unit>{_UNIT}))\b",
        *("how long", "how many {unit}", "how soon", "how long"),
    ),
    _rule(
        rf"\b(?P<answer>(?:on |in |since |until |by )?(?:{_MONTH} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?"
        rf"|{_MONTH} \d{{4}}|(?:in|since|until|by) (?:1[5-9]|20)\d\d))\b",
        *("when", "on what date", "when"),
    ),
    _rule(rf"\b(?P<answer>{_NUMBER}) (?P<unit>[a-z]{{3,}}s)\b", "how many {unit}", "how many {unit}", "what number of {unit}"),
    _rule(
        r"\b(?P<cue>because|since|as a result of|due to) (?P<answer>[^,;.]{12,120})", "why", "for what reason", "why", keeps=False
    ),
    _rule(r"\b(?P<answer>(?:in order to|so that) [^,;.]{8,100})", "why", "what for", keeps=False),
    _rule(r"\b(?P<answer>by [a-z]+ing\b[^,;.]{4,80})", "how", "in what way", "how"),
    _rule(r"\b(?P<answer>(?:only )?(?:if|when|unless|until|once|as soon as) [^,;.]{8,90})", "when", "under what condition", "when"),
    _rule(r"\b(?:in|at|from|to|near) (?P<answer>(?:the )?[A-Z][a-z]+(?:,? [A-Z][a-z]+){0,3})\b", "where", "where", "in what place"),
    _rule(
        rf"(?<=[a-z,;] ){_NOT_NAMES}(?P<answer>[A-Z][\w.&'-]+(?: (?:of |and |the )?[A-Z][\w.&'-]+){{0,3}})",
        "who",
        "what",
        "which one",
    ),
    _rule(r"^[^,;.]{3,60}? (?:is|are|was|were|means) (?P<answer>(?:an? |the )?[^,;.]{10,110})", "what", "what", "how"),
    _rule(
        r"\b(?:send|sent|give|gave|need|require[sd]?|offer(?:s|ed)?|receive[sd]?|include[sd]?|provide[sd]?|made|make|have|has|had|use[sd]?"
        r"|paid|pay|told|called|contain(?:s|ed)?|cause[sd]?|return(?:s|ed)?|cover(?:s|ed)?|charge[sd]?|keep|kept) "
        r"(?P<answer>(?:me |us |you )?(?:an? |the |my |our |your |their |his |her |its |any |some )(?:[\w'-]+ ){0,3}[\w'-]+)",
        *("what", "what", "which thing"),
    ),
)
_CLAUSE = re.compile(r"[,;:()\u2013\u2014]\s|\s(?:but|and|which|who|while|although)\s")
_WORD = re.compile(r"[\w$%'.{}-]*\w")
_DROPPED_WORDS = "the a an and or of to that this it its was were is are be been has have had my our their i we they very also"
_DROPPED = frozenset(_DROPPED_WORDS.split())
_AUXILIARIES = ("do", "does", "did", "is", "are", "was", "can", "will", "would", "must", "")


@dataclass(frozen=True, slots=True)
class Made:
    """A question made of a sentence.

    Attributes:
        text: the question.
        answer: where its answer stands in the sentence.
    """

    text: str
    answer: Span


def made_questions(sentence: str, rng: random.Random, most: int = 2) -> list[Made]:
    """Returns questions that a sentence answers, at most so many, of different kinds; none where it is too short or too long."""
    if not MIN_WORDS <= len(sentence.split()) <= MAX_WORDS:
        return []
    found = list(_found(sentence))
    rng.shuffle(found)
    made: list[Made] = []
    for rule, match in found:
        start, end = match.span("answer")
        if any(start < known.answer[1] and known.answer[0] < end for known in made):
            continue
        question = _asked(sentence, rule, match, rng)
        if question:
            made.append(Made(question, (start, end)))
        if len(made) == most:
            break
    return made


def _found(sentence: str) -> Iterator[tuple[_Rule, re.Match[str]]]:
    for rule in _RULES:
        for match in rule.pattern.finditer(sentence):
            yield rule, match


def _asked(sentence: str, rule: _Rule, match: re.Match[str], rng: random.Random) -> str:
    """Returns the question that asks for what a rule has found; empty when too little is left to ask with."""
    start, end = match.span("answer")
    before, after = sentence[: start if rule.keeps else match.start()], sentence[end:]
    groups = match.groupdict()
    asked = rng.choice(rule.asked).format(unit=_plural(groups.get("unit") or ""))
    if groups.get("unit"):
        after = after.replace(groups["unit"], "", 1) if after.lstrip().startswith(groups["unit"]) else after
    left = _near(_WORD.findall(_last_clause(before, rng)), rng)
    right = _near(_WORD.findall(_first_clause(after, rng)), rng)
    content = [word for word in (*left, *right) if word.lower() not in _DROPPED]
    if len(content) < _MIN_LEFT:
        return ""
    order = rng.random()
    words = [*left, *right] if order < 0.6 else [*right, *left]  # noqa: PLR2004 (a share)
    text = " ".join(filter(None, [asked, rng.choice(_AUXILIARIES), *words]))
    return (text.lower() if rng.random() < 0.7 else text) + ("?" if rng.random() < 0.5 else "")  # noqa: PLR2004 (shares)


def _last_clause(text: str, rng: random.Random) -> str:
    cuts = [found.end() for found in _CLAUSE.finditer(text)]
    return text[cuts[-1] :] if cuts and rng.random() < 0.6 and len(text) - cuts[-1] > 12 else text  # noqa: PLR2004


def _first_clause(text: str, rng: random.Random) -> str:
    found = _CLAUSE.search(text)
    return text[: found.start()] if found and rng.random() < 0.7 else text  # noqa: PLR2004


def _near(words: list[str], rng: random.Random) -> list[str]:
    """Returns most of the words: what says little goes often, what says something now and then."""
    return [word for word in words if rng.random() < (0.45 if word.lower() in _DROPPED else _KEPT_SHARE)][:14]


def _plural(unit: str) -> str:
    return unit if not unit or unit.endswith("s") else f"{unit}s"
