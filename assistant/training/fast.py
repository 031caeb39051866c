"""Training of the heads alone, on an encoder that stays as it is: seconds, without torch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from assistant.training.encoding import encode_frozen
from assistant.training.frozen import FOLDS, train_heads
from assistant.training.intent_names import name_features, telling_names
from assistant.training.outcome import Outcome
from assistant.training.precision import Held
from assistant.training.split import stable_folds
from assistant.training.vector_cache import VectorCache, key_of

if TYPE_CHECKING:
    from assistant.albert.weights import EncoderWeights
    from assistant.training.outcome import Task


def train_fast(weights: EncoderWeights, task: Task) -> Outcome:
    """Returns heads for the encoder, and what they say of examples that were held out."""
    has_tags = task.labels.n_tags > 1
    threads = task.arguments.threads or 0
    cache = None if task.cache is None else VectorCache(task.cache, task.encoder_name)
    report = task.on_progress
    named = name_features(task)
    both = encode_frozen(weights, [*task.features, *named], has_tags=has_tags, on_progress=report, cache=cache, threads=threads)
    frozen, said = both.split(len(task.features))
    known = telling_names(said, frozen) if named else None
    dev = encode_frozen(weights, task.dev, has_tags=has_tags, on_progress=report, threads=threads) if task.dev else None
    keys = [key_of(feature, has_states=False) for feature in task.features]
    folds = stable_folds(task.intents, keys, FOLDS, task.arguments.seed)
    trained = train_heads(frozen, dev, task.labels, weights.config.num_hidden_layers + 1, folds, task.arguments, report, known)
    if trained.rows is None:
        unseen = Held(task.dev or [], dev or frozen)
    else:
        features = [feature for feature, is_held in zip(task.features, trained.rows.tolist(), strict=True) if is_held]
        unseen = Held(features, frozen.only(trained.rows))
    return Outcome(weights, trained.heads, frozen, trained.held, trained.trial, unseen, mixed=trained.mixed)
