"""Pretrains an encoder from nothing on a corpus: its vocabulary first, then hidden words and sentence order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from tokenizers import Tokenizer
from transformers import AlbertForPreTraining

from assistant.albert.corpus import read_documents
from assistant.albert.loop import train
from assistant.albert.manifest import sha256
from assistant.albert.masking import make_masker
from assistant.albert.parallel import join_world
from assistant.albert.precision import use_plain_attention
from assistant.albert.presets import find_preset, make_config
from assistant.albert.recipes import fingerprint
from assistant.albert.segments import make_documents
from assistant.albert.tokenizer import special_ids, train_tokenizer
from assistant.albert.trained import move, trained_checkpoint
from assistant.albert.words import WordObjective
from assistant.errors import BadTrainingState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.corpus import Document
    from assistant.albert.progress import Progress
    from assistant.albert.recipes import PretrainRecipe

VOCABULARY = "tokenizer.json"
SHORT = 128
METHOD = "masked language modelling over n-grams and sentence-order prediction"


def pretrain(
    recipe: PretrainRecipe,
    corpus: Sequence[Path],
    folder: Path,
    *,
    device: str = "cpu",
    on_progress: Callable[[Progress], None] | None = None,
) -> Checkpoint:
    """Returns an encoder pretrained by a recipe; a run that was interrupted in the same folder goes on to the same losses.

    Args:
        recipe: how.
        corpus: text files, documents apart by a blank line.
        folder: of the run's vocabulary, state and log.
        device: ``cpu`` or ``cuda``.
        on_progress: called as the run goes.

    Raises:
        BadCorpus: a file is missing, binary or empty, or no document has two sentences.
        BadTrainingState: the folder holds another run, or a damaged one.
        CannotWrite: the disk refused.
    """
    documents, _ = split_held_out(list(read_documents(corpus)), recipe.held_out_every)
    run = fingerprint(recipe, *(sha256(path) for path in corpus))
    with join_world(torch.device(device)).main_first():
        tokenizer = _vocabulary(recipe, documents, folder)
    store = make_documents(tokenizer, documents)
    model = _new_model(recipe, tokenizer)
    move(model, device)
    masker = make_masker(tokenizer, share=recipe.words.mask_share, max_words=recipe.words.max_words)
    objective = WordObjective(model, recipe.words, recipe.loop, masker, store)
    position = train(model, objective, recipe.loop, folder, run, on_progress)
    return trained_checkpoint(model, tokenizer, position, METHOD, run)


def split_held_out(documents: Sequence[Document], every: int) -> tuple[list[Document], list[Document]]:
    """Returns the documents to train on and those kept for measuring: every n-th, when there are that many."""
    kept = [document for number, document in enumerate(documents) if (number + 1) % every]
    return kept, list(documents[every - 1 :: every])


def _vocabulary(recipe: PretrainRecipe, documents: Sequence[Document], folder: Path) -> Tokenizer:
    """Trains the vocabulary once: a resumed run must read the ids that its weights were trained on."""
    path = folder / VOCABULARY
    if path.exists():
        try:
            return Tokenizer.from_file(str(path))
        except Exception as error:  # the library raises bare Exception
            raise BadTrainingState(path=path, why=str(error)) from error
    sentences = [sentence for document in documents for sentence in document]
    step = max(1, len(sentences) // recipe.vocabulary_sentences) if recipe.vocabulary_sentences else 1
    tokenizer = train_tokenizer(sentences[::step], vocab_size=recipe.vocab_size, is_cased=recipe.is_cased)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(path))
    return tokenizer


def _new_model(recipe: PretrainRecipe, tokenizer: Tokenizer) -> AlbertForPreTraining:
    preset = find_preset(recipe.preset, recipe.groups)
    config = make_config(preset, tokenizer.get_vocab_size(), pad_token_id=special_ids(tokenizer).pad)
    if recipe.words.max_tokens <= SHORT:  # the fused kernel's backward pass pays off in long sequences alone
        use_plain_attention(config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.loop.seed)
        return AlbertForPreTraining(config)
