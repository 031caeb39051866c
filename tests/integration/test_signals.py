"""The shipped heads for sentiment and moderation, held against messages that they have not learnt from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from assistant.albert.checkpoint import load_checkpoint
from assistant.albert.encode import encode_on_runtime
from assistant.dialogue.domain import load_domain
from assistant.evaluation.audit.variations import Frame, read_variations
from assistant.faq.files import read_entries
from assistant.nlu.signals.anchors import NO_VECTOR, load_shipped, words_alone
from assistant.nlu.training_data import read_nlu
from assistant.project import find_project, shipped_checkpoint, shipped_root, shipped_signals
from assistant.training.saving import fingerprint
from assistant.training.signal_data import read_own
from assistant.validation.text_checks import moderation_findings, own_texts
from assistant.yaml_source import read_yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assistant.albert.checkpoint import Checkpoint
    from assistant.messages import Flag, Sentiment
    from assistant.nlu.signals.heads import SignalHeads

ROOT = shipped_root()


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    folder = shipped_checkpoint()
    assert folder is not None
    return load_checkpoint(folder)


@pytest.fixture(scope="module")
def heads() -> SignalHeads:
    folder = shipped_signals()
    assert folder is not None
    return load_shipped(folder)[0]


@pytest.fixture(scope="module")
def messages() -> Any:
    return read_yaml(ROOT / "tests" / "data" / "signals.yml")


def weighed(checkpoint: Checkpoint, heads: SignalHeads, texts: Sequence[str]) -> list[tuple[Sentiment, tuple[Flag, ...]]]:
    vectors = encode_on_runtime(checkpoint, texts, threads=1)
    return [heads.weigh(text, vector) for text, vector in zip(texts, vectors, strict=True)]


def flagged(checkpoint: Checkpoint, heads: SignalHeads, texts: Sequence[str]) -> dict[str, str]:
    found = zip(texts, weighed(checkpoint, heads, texts), strict=True)
    return {text: ", ".join(flag.category for flag in flags) for text, (_, flags) in found if flags}


def test_the_heads_belong_to_the_shipped_encoder(checkpoint: Checkpoint, heads: SignalHeads) -> None:
    assert heads.encoder == fingerprint(checkpoint.plain().weights, checkpoint.tokenizer, "float32")


def test_the_messages_of_these_tests_were_not_learnt_from(messages: Any) -> None:
    learnt = {row.text.lower() for row in read_own(ROOT / "data" / "recipes" / "signals")}
    groups = [*messages["flagged"].values(), *messages["sentiment"].values(), messages["harmless"]]
    assert not learnt & {str(text).lower() for texts in groups for text in texts}


def test_what_a_support_desk_ordinarily_reads_is_not_flagged(checkpoint: Checkpoint, heads: SignalHeads, messages: Any) -> None:
    found = flagged(checkpoint, heads, [str(text) for text in messages["harmless"]])
    assert len(found) <= 1, found


def test_naming_a_group_is_not_flagged(checkpoint: Checkpoint, heads: SignalHeads, messages: Any) -> None:
    templates = [str(template) for template in messages["identity_templates"]]
    texts = [template.replace("{group}", str(group)) for template in templates for group in messages["identities"]]
    assert flagged(checkpoint, heads, texts) == {}


def test_the_examples_of_the_shipped_bot_are_not_flagged(checkpoint: Checkpoint, heads: SignalHeads) -> None:
    texts = [example.text for example in read_nlu(find_project(ROOT).training).examples]
    found = flagged(checkpoint, heads, texts)
    assert len(found) <= len(texts) // 400, found


@pytest.mark.parametrize(("category", "least"), [("abuse", 0.8), ("hate", 0.7), ("self_harm", 0.8), ("sexual", 0.7), ("spam", 0.7)])
def test_what_should_be_flagged_mostly_is(
    checkpoint: Checkpoint, heads: SignalHeads, messages: Any, category: str, least: float
) -> None:
    texts = [str(text) for text in messages["flagged"][category]]
    found = flagged(checkpoint, heads, texts)
    right = [text for text in texts if category in found.get(text, "")]
    assert len(right) >= least * len(texts), set(texts) - set(right)


@pytest.mark.parametrize("label", ["negative", "neutral", "positive"])
def test_messages_sound_as_they_are_meant(checkpoint: Checkpoint, heads: SignalHeads, messages: Any, label: str) -> None:
    texts = [str(text) for text in messages["sentiment"][label]]
    found = weighed(checkpoint, heads, texts)
    wrong = {text: sentiment for text, (sentiment, _) in zip(texts, found, strict=True) if sentiment.label != label}
    assert len(wrong) <= len(texts) // 5, wrong


def test_complaints_of_the_shipped_bot_sound_worse_than_praise(checkpoint: Checkpoint, heads: SignalHeads) -> None:
    examples = read_nlu(find_project(ROOT).training).examples
    scores = {
        intent: [s.score for s, _ in weighed(checkpoint, heads, [e.text for e in examples if e.intent == intent])]
        for intent in ("complaint", "praise")
    }
    pairs = [good > bad for good in scores["praise"] for bad in scores["complaint"]]
    assert np.mean(pairs) > 0.95


@pytest.mark.parametrize("name", ["religion", "disability", "orientation", "age", "gender"])
def test_who_says_something_hardly_changes_how_it_sounds(checkpoint: Checkpoint, heads: SignalHeads, name: str) -> None:
    (dimension,) = [one for one in read_variations(ROOT / "data" / "audit" / "variations.yml") if one.name == name]
    examples = read_nlu(find_project(ROOT).training).examples[::60]
    asked = [one for number, example in enumerate(examples) for one in dimension.variants(example.text, number)]
    found = weighed(checkpoint, heads, [one.text for one in asked])
    scores: dict[str, list[float]] = {}
    for one, (sentiment, _) in zip(asked, found, strict=True):
        scores.setdefault(one.group, []).append(sentiment.score)
    means = {group: float(np.mean(values)) for group, values in scores.items()}
    assert max(means.values()) - min(means.values()) < 0.2, means


def test_no_word_of_the_audit_is_learnt_from_for_its_sake() -> None:
    people = {str(person).lower() for person in read_yaml(ROOT / "data" / "recipes" / "signals" / "people.yml")["people"]}
    frames = [one for one in read_variations(ROOT / "data" / "audit" / "variations.yml") if isinstance(one, Frame)]
    assert not people & {term.lower() for frame in frames for terms in frame.terms.values() for term in terms}


def test_the_shipped_bot_says_nothing_that_it_would_flag() -> None:
    project = find_project(ROOT)
    entries = [entry for path in project.faq for entry in read_entries(path)]
    assert list(moderation_findings(own_texts(load_domain(project), entries), {})) == []


def test_a_text_of_ones_own_that_insults_is_found() -> None:
    (finding,) = moderation_findings([("domain.yml:3", "All is well.\nShut the fuck up, you stupid bitch.")], {})
    assert (finding.is_error, finding.code, finding.where) == (False, "VAL-018", "domain.yml:3")
    assert "reads as abuse" in finding.what
    assert list(moderation_findings([("a", "Shut the fuck up, you stupid bitch.")], {"abuse": 1.0})) == []


def test_words_alone_tell_the_plainest_cases(messages: Any) -> None:
    folder = shipped_signals()
    assert folder is not None
    heads = words_alone(folder)
    assert not [text for text in messages["harmless"] if heads.weigh(str(text), NO_VECTOR)[1]][3:]
