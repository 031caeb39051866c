"""Distils a sentence encoder into an ALBERT, with masked language modelling in every step so that single words stay apart.

Source: Nouriborji et al. 2022 for a shared-layer student; Sanh et al. 2019 and Jiao et al. 2020 for matching of states.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import AlbertForPreTraining

from assistant.albert.corpus import read_source
from assistant.albert.loop import train
from assistant.albert.masking import make_masker
from assistant.albert.objectives import mean_pool, state_distance, vector_distance
from assistant.albert.pairs import PairObjective, read_pairs
from assistant.albert.parallel import join_world
from assistant.albert.precision import autocast, has_fast_bfloat16, use_plain_attention
from assistant.albert.presets import find_preset, make_config
from assistant.albert.progress import Outcome
from assistant.albert.recipes import fingerprint
from assistant.albert.segments import DocumentStore, make_documents
from assistant.albert.sentences import BatchStream, SentenceStore, make_store, pad
from assistant.albert.student import start_from_teacher
from assistant.albert.teacher import TEACHER, WEIGHTS_SHA256, Teacher, load_teacher
from assistant.albert.trained import move, restore_heads, trained_checkpoint
from assistant.albert.words import WordObjective
from assistant.errors import BadCheckpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from assistant.albert.checkpoint import Checkpoint
    from assistant.albert.corpus import Document
    from assistant.albert.progress import Progress
    from assistant.albert.recipes import DistillRecipe

PROJECTION_SAMPLE = 2000
MLM_STREAM = 1
METHOD = "distillation with masked language modelling and sentence order"


@dataclass(frozen=True, slots=True)
class DistillData:
    """What a distillation reads.

    Attributes:
        sentences: all sources, tokenised, repetitions left out.
        documents: those with two sentences or more, for sentence order.
        held_out: documents that are never trained on.
    """

    sentences: SentenceStore
    documents: DocumentStore
    held_out: list[Document]


@dataclass(slots=True)
class DistillObjective:
    """Likeness to the teacher on one batch, hidden words on another, and partners on a third."""

    model: AlbertForPreTraining
    teacher: Teacher
    recipe: DistillRecipe
    stream: BatchStream
    words: WordObjective
    pairs: PairObjective | None = None
    pad_id: int = field(default=0)

    def __call__(self, number: int) -> Outcome:
        """Returns the loss of the batches with this number."""
        recipe, device = self.recipe, self.model.device
        rows, row_mask = pad(self.stream.batch(number), self.pad_id)
        ids, mask = torch.from_numpy(rows).to(device), torch.from_numpy(row_mask).to(device)
        with torch.no_grad():
            theirs = self.teacher.model(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        with autocast(device, recipe.loop.precision):
            ours = self.model.albert(input_ids=ids, attention_mask=mask, output_hidden_states=True).hidden_states
        states = state_distance(ours, theirs, mask, recipe.layer_weights)
        cosine, similarities = vector_distance(mean_pool(ours[-1], mask), mean_pool(theirs[-1], mask))
        loss = recipe.state_weight * states + recipe.cosine_weight * cosine + recipe.similarity_weight * similarities
        metrics = {"state": float(states.detach()), "cosine": 1 - float(cosine.detach())}
        metrics["similarity"] = float(similarities.detach())
        n_tokens = int(row_mask.sum())
        step, place = divmod(number, self.words.group)
        if recipe.mlm_weight and step % recipe.words.every == 0:
            words = self.words(step // recipe.words.every * self.words.group + place)
            loss = loss + recipe.mlm_weight * words.loss
            metrics |= words.metrics
            n_tokens += words.n_tokens
        if self.pairs is not None:
            pairs = self.pairs(number)
            loss = loss + recipe.pairs.weight * pairs.loss
            metrics |= pairs.metrics
            n_tokens += pairs.n_tokens
        return Outcome(loss, metrics, n_tokens)


def read_distill_data(recipe: DistillRecipe, root: Path, teacher: Teacher) -> DistillData:
    """Returns the sources of a recipe, tokenised.

    Args:
        recipe: names the sources.
        root: the folder that their paths are relative to.
        teacher: whose tokenizer is used.

    Raises:
        BadCorpus: a source is missing, damaged or empty.
    """
    weighted: list[tuple[float, list[str]]] = []
    documents: list[Document] = []
    held_out: list[Document] = []
    for source in recipe.sources:
        rows = read_source(root, source)
        is_running_text = not source.fields
        if is_running_text:
            held_out += rows[:: recipe.held_out_every]
            rows = [row for number, row in enumerate(rows) if number % recipe.held_out_every]
            documents += rows
        weighted.append((source.weight, [sentence for row in rows for sentence in row]))
    limits = {"min_tokens": recipe.min_tokens, "max_tokens": recipe.max_tokens}
    sentences = make_store(teacher.tokenizer, weighted, **limits)
    return DistillData(sentences, make_documents(teacher.tokenizer, documents), held_out)


def make_student(recipe: DistillRecipe, teacher: Teacher, data: DistillData) -> AlbertForPreTraining:
    """Returns a student with heads, its encoder started from the teacher.

    Args:
        recipe: gives preset, seed and layer.
        teacher: float32.
        data: a sample of its sentences fits the projection of the embeddings.
    """
    config = make_config(find_preset(recipe.preset, recipe.groups), teacher.model.config.vocab_size)
    use_plain_attention(config)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(recipe.loop.seed)
        student = AlbertForPreTraining(config)
    rng = np.random.default_rng(recipe.loop.seed)
    chosen = rng.choice(len(data.sentences), min(PROJECTION_SAMPLE, len(data.sentences)), replace=False)
    sample = [data.sentences[int(index)].tolist() for index in chosen]
    start_from_teacher(student.albert, teacher.model, recipe.start_layer, sample)
    _start_from_counts(student, data.sentences)
    return student


def _take_up(start: Checkpoint, teacher: Teacher) -> AlbertForPreTraining:
    """Returns a model to go on training from, once its vocabulary is known to be the teacher's."""
    if start.tokenizer.get_vocab() != teacher.tokenizer.get_vocab():
        raise BadCheckpoint(folder=Path("the start"), why="its vocabulary is not the teacher's")
    student = restore_heads(start)
    use_plain_attention(student.config)
    return student


@torch.no_grad()
def _start_from_counts(student: AlbertForPreTraining, sentences: SentenceStore) -> None:
    """Lets the head for hidden words guess by frequency from the first step: it need not learn how common each word is."""
    counts = torch.from_numpy(np.bincount(sentences.tokens, minlength=student.config.vocab_size)).float()
    student.predictions.bias.copy_(torch.log((counts + 1) / (counts + 1).sum()))


def distill(
    recipe: DistillRecipe,
    root: Path,
    folder: Path,
    *,
    teacher_folder: Path | None = None,
    start: Checkpoint | None = None,
    device: str = "cpu",
    on_progress: Callable[[Progress], None] | None = None,
) -> Checkpoint:
    """Returns a student distilled by a recipe; a run that was interrupted in the same folder goes on.

    Args:
        recipe: how.
        root: the data folder.
        folder: of the run's state and log.
        teacher_folder: where the teacher lies; None finds the installed package.
        start: a checkpoint with heads and the teacher's vocabulary to go on from; None starts from the teacher's weights.
        device: ``cpu`` or ``cuda``.
        on_progress: called as the run goes.

    Raises:
        TeacherMissing, BadCorpus, BadTrainingState, CannotWrite: see there.
        BadCheckpoint: the start has no heads or another vocabulary.
    """
    place = torch.device(device)
    teacher = load_teacher(teacher_folder)
    data = read_distill_data(recipe, root, teacher)
    student = make_student(recipe, teacher, data) if start is None else _take_up(start, teacher)
    is_half = has_fast_bfloat16(place) and recipe.loop.precision != "float32"
    move(student, device)
    move(teacher.model, device, torch.bfloat16 if is_half else torch.float32)
    loop, size = recipe.loop, recipe.batch_size
    masker = make_masker(teacher.tokenizer, share=recipe.words.mask_share, max_words=recipe.words.max_words)
    group = loop.accumulate * join_world(place).size
    singles = BatchStream(data.sentences, size, loop.seed + MLM_STREAM, group)
    words = WordObjective(student, recipe.words, loop, masker, data.documents, singles, group)
    stream = BatchStream(data.sentences, size, loop.seed, group)
    pairs = None
    if recipe.pairs.sources:
        store = read_pairs(root, recipe.pairs, teacher.tokenizer, recipe.max_tokens)
        pairs = PairObjective(student, store, recipe.pairs, loop.seed, loop.precision)
    objective = DistillObjective(student, teacher, recipe, stream, words, pairs)
    run = fingerprint(recipe) if start is None else fingerprint(recipe, start.manifest.get("files"))
    position = train(student, objective, loop, folder, run, on_progress)
    checkpoint = trained_checkpoint(student, teacher.tokenizer, position, METHOD, run)
    checkpoint.manifest["teacher"] = {"name": TEACHER, "licence": "Apache-2.0", "sha256": WEIGHTS_SHA256}
    checkpoint.manifest["preset"] = recipe.preset
    return checkpoint
