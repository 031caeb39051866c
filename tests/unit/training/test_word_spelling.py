from __future__ import annotations

import numpy as np

from assistant.errors import Place
from assistant.messages import Entity
from assistant.nlu.tags import TagScheme
from assistant.nlu.training_data import Example
from assistant.nlu.words import split_words
from assistant.training import word_spelling
from assistant.training.scoring import HeldOut
from assistant.training.word_spelling import fit_word_spelling

CITIES = ("杭州", "武汉", "北京", "上海", "广州", "成都")


def example(template: str, city: str) -> Example:
    text = template.format(city)
    start = text.index(city)
    return Example(text, "weather", (Entity("city", start, start + 2, city),), Place("nlu.yml"))


EXAMPLES = [example(template, city) for city in CITIES for template in ("请问{}天气怎么样", "我在{}的天气")]
SCHEME = TagScheme.of([entity for one in EXAMPLES for entity in one.entities])


def held(examples: list[Example], sure: float) -> HeldOut:
    """A head that says nothing of words, or all that is right, as surely as that."""
    found = HeldOut()
    for one in examples:
        tags = SCHEME.encode(split_words(one.text), one.entities)
        logits = np.zeros((len(tags), len(SCHEME.labels)), np.float32)
        logits[np.arange(len(tags)), tags] = sure
        found.add_tags(logits, tags)
    return found


def test_words_of_a_language_that_the_encoder_never_read_are_found_by_letters_and_neighbours() -> None:
    apart = EXAMPLES[::4]
    words, both = fit_word_spelling(EXAMPLES, SCHEME, held(apart, 0.0), [*apart, *EXAMPLES[:2]])
    assert words is not None
    assert (held(apart, 0.0).entity_f1, both.entity_f1) == (0.0, 1.0)
    assert both.tag_loss() < held(apart, 0.0).tag_loss()
    text = "请问杭州天气怎么样"
    logits = words.logits([text[start:end] for start, end in split_words(text)])
    assert [SCHEME.labels[tag] for tag in logits.argmax(1)] == ["O", "O", "B-city", "I-city", "O", "O", "O", "O", "O"]


def test_nothing_is_added_where_the_head_knows_all() -> None:
    words, same = fit_word_spelling(EXAMPLES, SCHEME, held(EXAMPLES[:4], 12.0), EXAMPLES[:4])
    assert words is None
    assert same.entity_f1 == 1.0


def test_nothing_is_fitted_where_nothing_is_held_out_or_tagged() -> None:
    assert fit_word_spelling(EXAMPLES, SCHEME, HeldOut(), [])[0] is None
    assert fit_word_spelling(EXAMPLES, TagScheme(()), held(EXAMPLES[:2], 0.0), EXAMPLES[:2])[0] is None


def test_with_many_words_every_so_manyth_example_is_fitted_to() -> None:
    chosen = word_spelling._spread(EXAMPLES * 60)
    n_words = sum(len(split_words(one.text)) for one in chosen)
    assert word_spelling.MOST_WORDS * 0.8 < n_words <= word_spelling.MOST_WORDS
    assert len({one.text for one in chosen}) == len(EXAMPLES)
