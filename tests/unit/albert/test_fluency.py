from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from transformers import AlbertForPreTraining

from assistant.albert.checkpoint import save_checkpoint, split_heads
from assistant.albert.fluency import FluencyScorer
from assistant.albert.manifest import write_manifest
from assistant.albert.plain_states import PlainEncoder
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint

TEXT = "my order has not arrived since day 4."


@pytest.fixture
def pretraining(checkpoint: Checkpoint) -> AlbertForPreTraining:
    """The tiny encoder with random heads."""
    torch.manual_seed(3)
    model = AlbertForPreTraining(checkpoint.config)
    model.eval()  # type: ignore[no-untyped-call]
    model.albert.load_state_dict(checkpoint.model.state_dict())
    with torch.no_grad():
        model.predictions.bias.normal_()
    return model


@pytest.fixture
def folder(tmp_path: Path, checkpoint: Checkpoint, pretraining: AlbertForPreTraining) -> Path:
    _, heads = split_heads(pretraining.state_dict())
    save_checkpoint(replace(checkpoint, heads={n: v for n, v in heads.items() if "decoder" not in n}), tmp_path / "whole")
    return tmp_path / "whole"


@pytest.fixture
def scorer(folder: Path) -> FluencyScorer:
    return FluencyScorer.load(folder, PlainEncoder.load(folder))


def by_torch(model: AlbertForPreTraining, mask: int, pieces: list[list[int]], ids: list[int]) -> list[float]:
    """The log-probability of each word, hidden alone, by transformers' own model and head."""
    found = []
    for places in pieces:
        read = torch.tensor([ids])
        read[0, places] = mask
        with torch.no_grad():
            told = torch.log_softmax(model(read).prediction_logits[0], dim=-1)
        found.append(sum(float(told[place, ids[place]]) for place in places))
    return found


def test_each_word_is_as_probable_as_the_model_itself_says(
    scorer: FluencyScorer, folder: Path, pretraining: AlbertForPreTraining
) -> None:
    encoder = PlainEncoder.load(folder)
    encoding = encoder.tokenized([TEXT])[0]
    pieces: dict[int, list[int]] = {}
    for place, word in enumerate(encoding.word_ids):
        if word is not None and not encoding.special_tokens_mask[place]:
            pieces.setdefault(word, []).append(place)
    found = scorer.score([TEXT])[0]
    assert any(len(places) > 1 for places in pieces.values()), "some word has several pieces"
    wanted = by_torch(pretraining, encoder.piece_id("[MASK]"), list(pieces.values()), encoding.ids)
    np.testing.assert_allclose([word.log_probability for word in found.words], wanted, atol=2e-3)
    usual = torch.log_softmax(pretraining.predictions.bias.detach(), dim=0)
    rarity = [float(sum(usual[encoding.ids[place]] for place in places)) for places in pieces.values()]
    np.testing.assert_allclose([word.fit for word in found.words], np.array(wanted) - rarity, atol=2e-3)
    assert found.mean == pytest.approx(np.mean(wanted), abs=2e-3)


def test_words_stand_where_they_are_in_the_text(scorer: FluencyScorer) -> None:
    found = scorer.score([TEXT])[0]
    assert [TEXT[word.start : word.end] for word in found.words] == [word.text for word in found.words]
    assert "".join(word.text for word in found.words).replace(" ", "") == TEXT.replace(" ", "")
    assert not any(word.text != word.text.strip() for word in found.words)


def test_company_and_order_make_no_difference(scorer: FluencyScorer) -> None:
    other = "the parcel came back broken."
    alone = [scorer.score([text])[0] for text in (TEXT, other)]
    assert scorer.score([TEXT, other]) == alone
    assert scorer.score([other, TEXT]) == alone[::-1]


def test_the_weakest_words_come_first(scorer: FluencyScorer) -> None:
    found = scorer.score([TEXT])[0]
    weakest = found.weakest(2)
    assert len(weakest) == 2
    assert weakest[0].log_probability == min(word.log_probability for word in found.words)
    assert weakest[0].log_probability <= weakest[1].log_probability


def test_a_quick_reading_hides_several_words_at_once(scorer: FluencyScorer, folder: Path) -> None:
    encoder = PlainEncoder.load(folder)
    read: list[int] = []
    states = encoder.last_states

    def counted(ids: np.ndarray) -> object:
        read.append(len(ids))
        return states(ids)

    encoder.last_states = counted  # type: ignore[method-assign,assignment]
    quick = FluencyScorer.load(folder, encoder).score([TEXT], at_once=3)[0]
    assert read == [3]
    assert [word.text for word in quick.words] == [word.text for word in scorer.score([TEXT])[0].words]


def test_more_copies_than_fit_a_batch_are_read_all_the_same(scorer: FluencyScorer) -> None:
    long = " ".join([TEXT] * 5)
    assert len(scorer.score([long])[0].words) == 5 * len(scorer.score([TEXT])[0].words)


def test_a_text_without_words_has_no_fluency(scorer: FluencyScorer) -> None:
    found = scorer.score(["", "  "])
    assert [one.words for one in found] == [(), ()]
    assert found[0].mean == 0.0
    assert found[0].weakest() == ()


def test_a_checkpoint_without_the_head_is_refused(folder: Path) -> None:
    from safetensors.numpy import load_file, save_file

    encoder = PlainEncoder.load(folder)
    weights = load_file(folder / "model.safetensors")
    save_file({name: value for name, value in weights.items() if not name.startswith("predictions.")}, folder / "model.safetensors")
    write_manifest(folder, {})
    with pytest.raises(BadCheckpoint, match="no head for hidden words"):
        FluencyScorer.load(folder, encoder)
