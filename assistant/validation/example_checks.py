"""Looks at training examples as a doctor would: what repeats, what contradicts, what is cut wrongly, what the FAQ says too."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from assistant.dialogue.stories import ActionStep
from assistant.nlu.words import split_words
from assistant.validation.finding import Finding
from assistant.validation.likeness import near_duplicates, plain_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from assistant.dialogue.domain import Domain
    from assistant.dialogue.stories import Story
    from assistant.faq.entry import FaqEntry
    from assistant.messages import Entity
    from assistant.nlu.training_data import Example

MANY_REPEATED = 0.2
"""From this share of an intent's examples on, repetitions are worth a word."""

_SHOWN = 60
_MARKUP_AMISS = re.compile(r"\[[^\[\]]*\]\s+[({][^(){}]*[)}]|\[[^\[\]]*[({][\w\"':, -]+[)}]")
"""``[text] (entity)``, and ``[text (entity)``."""


def example_findings(examples: Sequence[Example]) -> Iterator[Finding]:
    """Yields what the examples alone show; all are warnings."""
    yield from _in_two_intents(examples)
    yield from _nearly_in_two_intents(examples)
    yield from _repeated(examples)
    yield from _misaligned(examples)
    yield from _unread_markup(examples)


def retrieval_findings(domain: Domain, stories: Iterable[Story], examples: Sequence[Example]) -> Iterator[Finding]:
    """Yields the responses of retrieval intents that examples ask for and the domain does not have: the bot would say nothing.

    Args:
        domain: of the project.
        stories: and rules; where none says ``utter_faq``, the examples of ``faq`` are answered otherwise.
        examples: of the project.
    """
    said = {step.name for story in stories for step in story.steps if isinstance(step, ActionStep)}
    first = {example.intent: example for example in reversed(examples)}
    for intent, example in first.items():
        name = f"utter_{intent}"
        if "/" in intent and name.split("/", maxsplit=1)[0] in said and name not in domain.responses:
            what = f'examples of "{intent}" are answered by "{name}", which is not there'
            yield Finding(False, "VAL-020", str(example.place), what, "add the response to the domain")


def faq_findings(examples: Sequence[Example], entries: Sequence[FaqEntry], faq_intents: frozenset[str]) -> Iterator[Finding]:
    """Yields the intents whose examples are questions of the FAQ too: whether the intent or the entry answers is left to chance.

    Args:
        examples: of the project.
        entries: of its FAQ.
        faq_intents: intents that the FAQ answers; with these there is no contradiction.
    """
    shared: dict[tuple[str, str], list[tuple[Example, str]]] = defaultdict(list)
    for example, entry, question in _asked_in_both(examples, entries):
        intent = example.intent.split("/")[0]
        if intent not in faq_intents and entry.intent.split("/")[0] != intent:
            shared[example.intent, entry.id or entry.question].append((example, question))
    for (intent, entry_id), found in shared.items():
        example, question = found[0]
        both = f'both have "{example.text}"' if _is_same(example.text, question) else f'have nearly the same "{example.text}"'
        what = f'intent "{intent}" and FAQ entry "{entry_id}" {both}' + _and_more(len(found) - 1)
        yield Finding(False, "VAL-012", str(example.place), what, f"reword one of them, or link the entry: intent: {intent}")


def _asked_in_both(examples: Sequence[Example], entries: Sequence[FaqEntry]) -> Iterator[tuple[Example, FaqEntry, str]]:
    """Yields the examples that entries have, too, each once, with entry and question: first the same, then nearly the same."""
    questions = [(question, entry) for entry in entries for question in entry.questions]
    asked = {plain_words(question): (entry, question) for question, entry in questions}
    rest = []
    for example in examples:
        if found := asked.get(plain_words(example.text)):
            yield example, *found
        else:
            rest.append(example)
    seen: set[int] = set()
    for pair in near_duplicates([*(example.text for example in rest), *(question for question, _ in questions)]):
        if pair.first < len(rest) <= pair.second and pair.first not in seen:
            seen.add(pair.first)
            question, entry = questions[pair.second - len(rest)]
            yield rest[pair.first], entry, question


def _is_same(one: str, other: str) -> bool:
    return plain_words(one) == plain_words(other)


def _in_two_intents(examples: Sequence[Example]) -> Iterator[Finding]:
    first: dict[tuple[str, ...], Example] = {}
    told: set[tuple[tuple[str, ...], str]] = set()
    for example in examples:
        key = plain_words(example.text) or (example.text,)
        before = first.setdefault(key, example)
        if before.intent != example.intent and (key, example.intent) not in told:
            told.add((key, example.intent))
            what = f'"{example.text}" stands in {example.intent} and in {before.intent} ({before.place})'
            yield Finding(False, "VAL-003", str(example.place), what, "keep it in one of the two")


def _nearly_in_two_intents(examples: Sequence[Example]) -> Iterator[Finding]:
    for pair in near_duplicates([example.text for example in examples]):
        before, example = examples[pair.first], examples[pair.second]
        if before.intent != example.intent:
            what = f'"{example.text}" of {example.intent} is nearly "{before.text}" of {before.intent} ({before.place})'
            yield Finding(
                False, "VAL-009", str(example.place), what, "keep both in one intent, or make them differ in what they ask"
            )


def _repeated(examples: Sequence[Example]) -> Iterator[Finding]:
    by_intent: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_intent[example.intent].append(example)
    for intent, own in by_intent.items():
        first: dict[tuple[str, ...], Example] = {}
        again = [(first[key], e) for e in own if (key := plain_words(e.text)) and first.setdefault(key, e) is not e]
        if len(again) > MANY_REPEATED * len(own):
            before, example = again[0]
            what = f'{len(again)} of {len(own)} examples of "{intent}" repeat others, such as "{example.text}" ({before.place})'
            yield Finding(False, "VAL-010", str(example.place), what, "examples that differ teach more; remove the repetitions")


def _misaligned(examples: Sequence[Example]) -> Iterator[Finding]:
    for example in examples:
        words = split_words(example.text)
        for entity in example.entities:
            fault = _fault(example.text, words, entity)
            if fault:
                shown = _with_borders(example.text, words, entity)
                what = f'entity "{entity.entity}" {fault}: {shown}'
                yield Finding(False, "VAL-011", str(example.place), what, "let it begin and end where words (between |) do")


def _unread_markup(examples: Sequence[Example]) -> Iterator[Finding]:
    for example in examples:
        if found := _MARKUP_AMISS.search(example.text):
            what = f'"{found[0]}" looks like an annotation and is read as text'
            fix = "write [text](entity), without a space between the brackets, or take them out"
            yield Finding(False, "VAL-021", str(example.place), what, fix)


def _fault(text: str, words: Sequence[tuple[int, int]], entity: Entity) -> str:
    if text[entity.start : entity.end].strip() != text[entity.start : entity.end]:
        return "has spaces at its border"
    if any(start < entity.start < end for start, end in words):
        return "begins inside a word"
    return "ends inside a word" if any(start < entity.end < end for start, end in words) else ""


def _with_borders(text: str, words: Sequence[tuple[int, int]], entity: Entity) -> str:
    """Returns the text around an entity with the borders of its words: ``my order |[1234]5|``."""
    touched = [(start, end) for start, end in words if start < entity.end and entity.start < end]
    first = min([entity.start, *(start for start, _ in touched)])
    last = max([entity.end, *(end for _, end in touched)])
    borders = {place for span in touched for place in span}
    pieces = []
    for place in range(first, last + 1):
        pieces.append("]" if place == entity.end else "")
        pieces.append("|" if place in borders else "")
        pieces.append("[" if place == entity.start else "")
        pieces.append(text[place] if place < last else "")
    before, after = text[max(0, first - _SHOWN) : first], text[last : last + _SHOWN]
    return f"{before}{''.join(pieces)}{after}"


def _and_more(n: int) -> str:
    return f", and {n} more" if n else ""
