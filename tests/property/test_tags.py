"""Whatever is tagged can be read back, and whatever is read back was valid."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from assistant.messages import Entity
from assistant.nlu.tags import TagScheme, best_path
from assistant.nlu.words import NO_PIECE, first_pieces, split_words

TEXTS = st.text(alphabet=st.sampled_from("ab1 .,-#@'é€\u0301\n"), max_size=40)
NAMES = st.text(alphabet=st.sampled_from("ab#=%- .é"), min_size=1, max_size=5)


@st.composite
def tagged_texts(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    """A text, and entities that begin and end on borders of its words."""
    text = draw(TEXTS)
    words = split_words(text)
    entities: list[Entity] = []
    first = 0
    while first < len(words):
        length = draw(st.integers(0, 3))
        last = min(first + length, len(words)) - 1
        if length:
            start, end = words[first][0], words[last][1]
            role, group = draw(st.none() | NAMES), draw(st.none() | NAMES)
            entities.append(Entity(draw(NAMES), start, end, text[start:end], role, group))
        first = max(last, first) + 1
    return text, entities


@given(tagged_texts())
def test_decoding_gives_what_was_encoded(tagged: tuple[str, list[Entity]]) -> None:
    text, entities = tagged
    words = split_words(text)
    scheme = TagScheme.of(entities)
    tags = scheme.encode(words, entities)
    log_probs = np.log(np.full((len(words), len(scheme.labels)), 0.01))
    log_probs[np.arange(len(words)), tags] = np.log(0.9)
    found = scheme.decode(text, words, log_probs)
    assert [(e.entity, e.start, e.end, e.value, e.role, e.group) for e in found] == [
        (e.entity, e.start, e.end, e.value, e.role, e.group) for e in entities
    ]


@given(st.integers(0, 8), st.integers(0, 3), st.integers(0, 2**32 - 1))
def test_no_scores_make_an_invalid_sequence(n_words: int, n_kinds: int, seed: int) -> None:
    log_probs = np.random.default_rng(seed).normal(size=(n_words, 1 + 2 * n_kinds)) * 5
    path = best_path(log_probs)
    assert len(path) == n_words
    for before, tag in zip([0, *path], path, strict=False):
        is_inside = tag > 0 and tag % 2 == 0
        assert not is_inside or before in {tag, tag - 1}


@given(st.integers(1, 4), st.integers(1, 2), st.integers(0, 2**32 - 1))
def test_the_path_is_the_best_of_all_valid_ones(n_words: int, n_kinds: int, seed: int) -> None:
    log_probs = np.random.default_rng(seed).normal(size=(n_words, 1 + 2 * n_kinds))

    def best_score(word: int, before: int) -> float:
        if word == n_words:
            return 0.0
        allowed = [tag for tag in range(log_probs.shape[1]) if tag % 2 or not tag or before in {tag, tag - 1}]
        return max(float(log_probs[word, tag]) + best_score(word + 1, tag) for tag in allowed)

    score = sum(float(log_probs[word, tag]) for word, tag in enumerate(best_path(log_probs)))
    assert abs(score - best_score(0, 0)) < 1e-9


@given(TEXTS)
def test_words_cover_all_but_space_in_order(text: str) -> None:
    words = split_words(text)
    borders = [place for word in words for place in word]
    assert borders == sorted(borders)
    covered = {place for start, end in words for place in range(start, end)}
    assert all(place in covered for place, letter in enumerate(text) if not letter.isspace() and letter != "\u0301")


@given(TEXTS, st.lists(st.integers(1, 4), max_size=40))
def test_a_word_is_represented_by_a_piece_that_starts_in_it(text: str, lengths: list[int]) -> None:
    borders = [0, *np.minimum(np.cumsum(lengths, dtype=int), len(text)).tolist()]
    pieces = [(start, end) for start, end in itertools.pairwise(borders) if end > start]
    words = split_words(text)
    chosen = first_pieces(text, words, pieces)
    own = [piece for piece in chosen if piece != NO_PIECE]
    assert own == sorted(set(own))
    for (start, end), piece in zip(words, chosen, strict=True):
        if piece != NO_PIECE:
            letters = text[pieces[piece][0] : pieces[piece][1]]
            first_letter = pieces[piece][0] + len(letters) - len(letters.lstrip())
            assert start <= first_letter < end
