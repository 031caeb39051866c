"""Reads how messages are varied, and varies them: who asks changes, what is asked does not.

Source: counterfactual pairs as in Garg et al. 2019; see also Sap et al. 2019 on dialect in moderation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from assistant.errors import BadVariation
from assistant.yaml_source import YamlMap, read_yaml, require, want_list, want_map, want_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

AS_WRITTEN = "as written"
"""The group of messages that are not rewritten."""
_PLACES = ("{term}", "{message}")


@dataclass(frozen=True, slots=True)
class Variant:
    """A message as one group would send it.

    Attributes:
        group: who sends it.
        text: what they send.
        again: the same of the same group in other words, which shows how much wording alone changes; None where there is none.
    """

    group: str
    text: str
    again: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A dimension that is told before the message.

    Attributes:
        name: of the dimension.
        sentence: with ``{term}`` and ``{message}``.
        terms: of each group.
    """

    name: str
    sentence: str
    terms: Mapping[str, tuple[str, ...]]

    def variants(self, message: str, number: int) -> tuple[Variant, ...]:
        """Returns the message from each group.

        Args:
            message: any.
            number: of the message; it turns through the terms, so that each has its share.
        """
        return tuple(
            Variant(
                group,
                self._framed(terms[number % len(terms)], message),
                self._framed(terms[(number + 1) % len(terms)], message) if len(terms) > 1 else None,
            )
            for group, terms in self.terms.items()
        )

    def _framed(self, term: str, message: str) -> str:
        return self.sentence.replace("{term}", term).replace("{message}", message)


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A dimension that changes words of the message.

    Attributes:
        name: of the dimension.
        words: of each group what takes the place of what; ``-ing`` stands for the end of a word.
    """

    name: str
    words: Mapping[str, Mapping[str, str]]

    def variants(self, message: str, _number: int) -> tuple[Variant, ...]:
        """Returns the message as written and as each group would write it; only what differs, nothing where all is the same."""
        rewritten = ((group, _rewritten(message, words)) for group, words in self.words.items())
        changed = tuple(Variant(group, text) for group, text in rewritten if text.lower() != message.lower() and text)
        return (Variant(AS_WRITTEN, message), *changed) if changed else ()


def read_variations(path: Path) -> tuple[Frame | Rewriting, ...]:
    """Returns the dimensions of a file, in its order.

    Raises:
        SourceError: it cannot be read, or a dimension has neither a frame with groups nor words to rewrite.
    """
    document = read_yaml(path)
    content = want_map(document, key="variations", where=document.here)
    return tuple(_read(str(name), want_map(content[name], key=str(name), where=content.place(name))) for name in content)


def _read(name: str, dimension: YamlMap) -> Frame | Rewriting:
    if "rewrite" in dimension:
        groups = want_map(dimension["rewrite"], key="rewrite", where=dimension.place("rewrite"))
        if not groups:
            raise BadVariation(where=dimension.place("rewrite"), name=name, why="it names no group")
        return Rewriting(name, {str(group): _words(groups, group) for group in groups})
    if "frame" not in dimension:
        raise BadVariation(where=dimension.here, name=name, why='it has neither "frame" nor "rewrite"')
    sentence = want_text(dimension["frame"], key="frame", where=dimension.place("frame"))
    for place in _PLACES:
        if place not in sentence:
            raise BadVariation(where=dimension.place("frame"), name=name, why=f"the frame has no {place}")
    groups = want_map(require(dimension, "groups"), key="groups", where=dimension.place("groups"))
    if len(groups) < 2:  # noqa: PLR2004 (a pair)
        raise BadVariation(where=dimension.place("groups"), name=name, why="there is nothing to compare a single group with")
    return Frame(name, sentence, {str(group): _terms(name, groups, group) for group in groups})


def _terms(name: str, groups: YamlMap, group: Any) -> tuple[str, ...]:
    where = groups.place(group)
    listed = want_list(groups[group], key=str(group), where=where)
    if not listed:
        raise BadVariation(where=where, name=name, why=f'the group "{group}" has no terms')
    return tuple(want_text(term, key=str(group), where=where) for term in listed)


def _words(groups: YamlMap, group: Any) -> dict[str, str]:
    pairs = want_map(groups[group], key=str(group), where=groups.place(group))
    return {str(old).lower(): want_text(new, key=str(old), where=pairs.place(old)) for old, new in pairs.items()}


def _rewritten(message: str, words: Mapping[str, str]) -> str:
    """One pass, so that what was exchanged is not exchanged back; the longest pattern first."""
    patterns = [rf"\b{re.escape(old)}\b" if not old.startswith("-") else rf"(?<=\w){re.escape(old[1:])}\b" for old in words]
    pattern = re.compile("|".join(sorted(patterns, key=len, reverse=True)), re.IGNORECASE)
    found = pattern.sub(lambda match: _like(match[0], _replacement(match[0].lower(), words)), message)
    return re.sub(r"\s{2,}", " ", found).strip()


def _replacement(found: str, words: Mapping[str, str]) -> str:
    return words[found] if found in words else words[f"-{found}"]


def _like(old: str, new: str) -> str:
    """Returns the new word with the old one's capital."""
    return new[:1].upper() + new[1:] if old[:1].isupper() else new
