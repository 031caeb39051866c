"""The heads for sentiment and moderation: made from small files, and carried over to other encoders."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from typer.testing import CliRunner

from assistant.albert.checkpoint import random_checkpoint, save_checkpoint
from assistant.albert.manifest import verify_manifest
from assistant.albert.plain_checkpoint import load_plain_checkpoint
from assistant.cli.albert import app
from assistant.errors import BadModel, BadTrainingRow, DamagedFile, UnreadableFile
from assistant.nlu.signals.anchors import ANCHORS, NO_VECTOR, load_shipped, words_alone
from assistant.nlu.signals.heads import CATEGORIES, EMOTIONS, OUTPUTS
from assistant.training.saving import fingerprint
from assistant.training.signal_data import (
    Row,
    beside_requests,
    read_own,
    read_published,
    read_requests,
    read_tweets,
    said_by_people,
)
from assistant.training.signal_heads import Encoded, held_out_logits
from assistant.training.signal_making import make_signals
from assistant.training.signal_transfer import heads_for, transferred
from tests.unit.nlu.tiny import TINY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from assistant.albert.checkpoint import Checkpoint

SAYS = {
    "anger": ["i am furious about {}", "stop this {} at once, it makes me mad", "your {} is a disgrace"],
    "confusion": ["i do not get the {}", "what does {} mean", "how come there is a {}"],
    "fear": ["i am scared of the {}", "i worry that the {} is gone", "i am afraid for my {}"],
    "joy": ["i love my {}", "what a lovely {}, thank you", "great {}, i am happy"],
    "neutral": ["where is the {}", "please send the {}", "i need a {}"],
    "sadness": ["i cried about the {}", "i am so sad about my {}", "i miss the {}"],
    "hate": ["all {} people are vermin", "throw the {} lot out of the country"],
    "abuse": ["you stupid {}", "shut up, you {} idiot"],
    "sexual": ["show me your naked {}", "sex with a {} now"],
    "self_harm": ["i will kill myself with a {}", "i want to die, no {} helps"],
    "spam": ["win a free {} now, click here", "cheap {} guaranteed, order now"],
    "harmless": ["the {} is damn slow", "my {} died"],
}
THINGS = ("parcel", "refund", "card", "phone", "lamp", "ticket", "coat", "bill")


def lines(name: str) -> list[str]:
    return [template.format(thing) for template in SAYS[name] for thing in THINGS]


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small files in the layout of the published ones, and sentences of a project's own."""
    root = tmp_path_factory.mktemp("data")

    def write(name: str, text: str) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")

    def listed(names: Sequence[str]) -> str:
        return "".join(f"{name}:\n" + "".join(f"- {json.dumps(line)}\n" for line in lines(name)) for name in names)

    write("own/emotions.yml", listed(EMOTIONS))
    groups = "groups: [tall, short]\ngroup_templates:\n- i am {group} and need a coat\n"
    write("own/moderation.yml", listed([*CATEGORIES, "harmless"]) + groups)
    write(
        "own/people.yml", 'people: [blind, a nurse, from mars]\nsaid_by: ["i am {person}. {message}", "{message}, i am {person}"]\n'
    )
    good = [(f"a truly {word} little film", "1") for word in ("fine", "lovely", "great", "warm") * 6]
    bad = [(f"a truly {word} little film", "0") for word in ("dull", "awful", "bad", "cold") * 6]
    for split in ("train", "dev"):
        rows = "".join(f"{text}\t{label}\n" for text, label in good + bad)
        write(f"glue/SST-2/{split}.tsv", f"sentence\tlabel\n{rows}")
        tweets = [("hate", "hate"), ("abuse", "offensive"), ("neutral", "neither")]
        rows = "".join(json.dumps({"text": line, "label": label}) + "\n" for name, label in tweets for line in lines(name))
        write(f"moderation/davidson/{split}.jsonl", rows)
        rows = "".join(json.dumps({"text": line, "intent": "a"}) + "\n" for line in lines("neutral") * 3)
        write(f"nlu/clinc150/{split}.jsonl", rows)
    write("nlu/banking77/train.jsonl", rows)
    return root


@pytest.fixture(scope="session")
def checkpoint() -> Checkpoint:
    return random_checkpoint(TINY, [line for name in SAYS for line in lines(name)], 0)


@pytest.fixture(scope="session")
def made(data: Path, checkpoint: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "signals"
    card = folder.parent / "card.md"
    card.write_text("# Card\n")
    make_signals(checkpoint, data, data / "own", folder, lambda _: None, card=card)
    return folder


def test_rows_say_to_each_head_what_they_are(data: Path) -> None:
    own = {row.text: row for row in read_own(data / "own")}
    angry = own["i am furious about parcel"].labels
    assert (angry["sentiment"], angry["emotion"], angry["abuse"]) == ("negative", "anger", "")
    assert own["you stupid card"].labels == dict.fromkeys(CATEGORIES, "") | {"abuse": "abuse"}
    assert own["all card people are vermin"].labels["abuse"] == "abuse"  # what is hateful is abusive, too
    assert "abuse" not in own["show me your naked card"].labels
    assert own["i am tall and need a coat"].source == "groups"
    published = read_published(data)
    assert {row.source for row in published} == {"reviews", "tweets"}
    assert {row.labels["manner"] for row in published if row.source == "tweets"} == {"harmless", "abuse", "hate"}


def test_requests_to_measure_on_are_none_of_those_to_learn_from(data: Path) -> None:
    rows = [json.dumps({"text": f"message {number}", "intent": "a"}) for number in range(100)]
    (data / "apart/nlu/clinc150").mkdir(parents=True)
    (data / "apart/nlu/banking77").mkdir(parents=True)
    (data / "apart/nlu/clinc150/train.jsonl").write_text("")
    (data / "apart/nlu/clinc150/dev.jsonl").write_text("")
    (data / "apart/nlu/banking77/train.jsonl").write_text("\n".join(rows))
    learnt = {row.text for row in read_requests(data / "apart")}
    held_out = {row.text for row in read_requests(data / "apart", is_held_out=True)}
    assert held_out == {f"message {number}" for number in range(0, 100, 10)}
    assert learnt
    assert not learnt & held_out


def test_sentences_are_said_again_by_people_and_keep_their_mood(data: Path) -> None:
    own, requests = read_own(data / "own"), read_requests(data)
    rows = said_by_people(data / "own", own, requests)
    moods = {row.text: row for row in own if row.source == "own" and "emotion" in row.labels}
    angry = [row for row in rows if row.origin == "i am furious about parcel"]
    people = ("blind", "a nurse", "from mars")
    assert len(angry) == 6
    assert {person for row in angry for person in people if f"i am {person}" in row.text} == set(people)
    assert all(row.labels == {"sentiment": "negative", "emotion": "anger"} for row in angry)
    assert sum(row.weight for row in angry) == pytest.approx(0.5)
    assert {row.origin for row in rows} <= {*moods, *(row.text for row in requests)}
    assert all("{" not in row.text for row in rows)


def test_what_is_said_again_is_held_out_with_what_it_says() -> None:
    rng = np.random.default_rng(0)
    names = ("negative", "neutral", "positive")
    # Each vector belongs to one message alone: whoever has learnt from a copy of it knows its mood, nobody else can.
    vectors = {f"message {number}": rng.normal(size=24).astype(np.float32) for number in range(120)}
    truth = dict(zip(vectors, rng.choice(names, len(vectors)).tolist(), strict=True))
    rows = [Row(text, {"sentiment": truth[text]}, "own") for text in vectors]
    rows += [Row(f"i am tall. {text}", {"sentiment": truth[text]}, "people", 1.0, text) for text in vectors]
    data = Encoded.of(rows, np.stack([vectors[row.origin or row.text] * 5 for row in rows]))
    said = held_out_logits(data, "sentiment", None)[: len(vectors)].argmax(axis=1)
    right = np.mean([names[k] == truth[text] for k, text in zip(said, vectors, strict=True)])
    assert right < 0.6


def test_heads_that_were_made_tell_what_they_learnt(made: Path) -> None:
    manifest = verify_manifest(made)
    assert manifest["kind"] == "signals"
    assert (made / "README.md").read_text() == "# Card\n"
    figures = json.loads((made / "figures.json").read_text())
    assert figures["development"]["davidson"]["weighted_f1"] > 0.9
    assert figures["development"]["sst2"]["polarity_accuracy"] > 0.9
    assert sum(figures["development"]["requests"]["flagged"].values()) == 0
    assert set(figures["held_out"]) == {"sentiment", "emotion", *CATEGORIES}
    heads = words_alone(made)
    assert [flag.category for flag in heads.weigh("i will kill myself with a lamp", NO_VECTOR)[1]] == ["self_harm"]
    assert heads.weigh("where is the lamp", NO_VECTOR)[1] == ()
    assert heads.weigh("great phone, i am happy, what a lovely phone", NO_VECTOR)[0].label == "positive"
    assert heads.weigh("your phone is a disgrace", NO_VECTOR)[0].emotion == "anger"


def test_the_verb_makes_them_from_files_to_figures(data: Path, checkpoint: Checkpoint, tmp_path: Path) -> None:
    save_checkpoint(checkpoint, tmp_path / "encoder")
    arguments = ["signals", "--data", data, "--sentences", data / "own", "--checkpoint", tmp_path / "encoder"]
    command = [str(part) for part in (*arguments, "--output", tmp_path / "out")]
    ran = CliRunner().invoke(app, [*command, "--json"], catch_exceptions=False)
    figures = json.loads(ran.stdout.splitlines()[-1])
    assert (ran.exit_code, figures["development"]["davidson"]["n"]) == (0, 56)
    assert figures == json.loads((tmp_path / "out/figures.json").read_text())
    heads, texts, _ = load_shipped(tmp_path / "out")
    stored = load_plain_checkpoint(tmp_path / "encoder")
    assert heads.encoder == fingerprint(stored.weights, stored.tokenizer, "float32")
    assert set(texts) >= set(lines("anger"))
    told = CliRunner().invoke(app, command, catch_exceptions=False)
    assert "davidson" in told.stdout
    assert "weighted_f1 1.0" in told.stdout


def test_the_encoder_that_they_were_made_for_takes_them_as_they_are(made: Path, checkpoint: Checkpoint) -> None:
    name = fingerprint(checkpoint.plain().weights, checkpoint.tokenizer, "float32")
    heads, said = heads_for(made, name, lambda _: pytest.fail("nothing needs to be encoded"))
    assert said == {"encoder": "the same"}
    assert np.array_equal(heads.bias, load_shipped(made)[0].bias)


def test_another_encoder_says_the_same_by_other_weights(made: Path) -> None:
    old, texts, logits = load_shipped(made)
    rng = np.random.default_rng(0)
    turned = np.linalg.qr(rng.normal(size=(48, 48)))[0][:, : logits.shape[1]]
    vectors = {text: (row @ turned.T).astype(np.float32) for text, row in zip(texts, logits, strict=True)}

    def encode(wanted: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([vectors[text] for text in wanted])

    heads, said = heads_for(made, "another", encode)
    assert said["encoder"] == "another"
    assert said["kept"] > 0.99
    for text in texts[::50]:
        expected = old.logits(text, np.zeros(old.by_vector.shape[0], np.float32)) + logits[texts.index(text)]
        assert np.allclose(heads.logits(text, vectors[text]), expected, atol=0.1)


def test_an_encoder_that_knows_nothing_leaves_the_words() -> None:
    rng = np.random.default_rng(1)
    vectors, logits = rng.normal(size=(200, 16)).astype(np.float32), rng.normal(size=(200, len(OUTPUTS))).astype(np.float32)
    weights, bias, kept = transferred(vectors, logits)
    assert kept < 0.05
    assert np.abs(vectors @ weights + bias - logits.mean(axis=0)).max() < 1.5


def test_what_is_damaged_or_missing_is_refused(made: Path, data: Path, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(made, tmp_path / "made")
    (tmp_path / "made" / ANCHORS).write_text("[]")
    with pytest.raises(DamagedFile):
        load_shipped(tmp_path / "made")
    from assistant.albert.manifest import write_manifest

    write_manifest(tmp_path / "made", {})
    with pytest.raises(BadModel, match="different heads"):
        load_shipped(tmp_path / "made")
    (tmp_path / "tweets.jsonl").write_text('{"text": "a", "label": "rude"}\n')
    with pytest.raises(BadTrainingRow, match="neither, offensive, hate"):
        read_tweets(tmp_path / "tweets.jsonl")
    with pytest.raises(UnreadableFile):
        read_tweets(data / "none.jsonl")


def test_what_is_flagged_is_learnt_from_beside_a_request_too(data: Path) -> None:
    own, requests = read_own(data / "own"), read_requests(data)
    rows = beside_requests(own, requests)
    insult = [row for row in rows if row.origin == "you stupid card"]
    wanted = {request.text for request in requests}
    assert [row.labels for row in insult] == [dict.fromkeys(CATEGORIES, "") | {"abuse": "abuse"}] * 2
    first, last = (row.text for row in insult)
    assert first.removesuffix(", you stupid card") in wanted
    assert last.removeprefix("you stupid card, ") in wanted
    moods = {row.text for row in own if "emotion" in row.labels}
    assert not {row.origin for row in rows} & moods
