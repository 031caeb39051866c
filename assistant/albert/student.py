"""Gives a student its teacher's knowledge to start from: embeddings by singular values, one layer copied into the shared one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch

from assistant.albert.bert import LAYER_PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from transformers import AlbertModel, BertModel

_IS_LAYER = re.compile(r"albert_layer_groups\.(\d+)\.albert_layers\.\d+")
POOLER_GAIN = 12.0


@torch.no_grad()
def start_from_teacher(student: AlbertModel, teacher: BertModel, layer: int, sample: Sequence[Sequence[int]]) -> None:
    """Sets the student's weights from the teacher's.

    Args:
        student: as wide as the teacher, with the same vocabulary; changed in place.
        teacher: float32.
        layer: 0-based layer of the teacher that the shared layer starts as; where there are several groups of layers, each
            starts as the teacher's layer in its middle instead.
        sample: token ids of some sentences, to fit the projection of the embeddings on.
    """
    basis = _copy_embeddings(student, teacher)
    _fit_projection(student, teacher, sample, basis)
    _widen_pooler(student)
    groups = student.config.num_hidden_groups
    size = student.config.num_hidden_layers // groups
    for name, target in student.encoder.named_modules():
        if found := _IS_LAYER.fullmatch(name):
            source = teacher.encoder.layer[layer if groups == 1 else int(found[1]) * size + size // 2]
            for theirs, ours in LAYER_PARTS.items():
                target.get_submodule(ours).load_state_dict(source.get_submodule(theirs).state_dict())


def _widen_pooler(student: AlbertModel) -> None:
    """Gives the pooler weights that suit a sentence encoder's last states.

    Those are small, a tenth of what a norm would leave, and differ by a hundredth from message to message: through weights of the
    usual size nothing of it reaches the head above, and the order of segments is never learnt.
    """
    generator = torch.Generator().manual_seed(0)
    torch.nn.init.orthogonal_(student.pooler.weight, gain=POOLER_GAIN, generator=generator)
    student.pooler.bias.zero_()


def _copy_embeddings(student: AlbertModel, teacher: BertModel) -> torch.Tensor:
    """Keeps the directions in which the teacher's word embeddings vary most.

    Returns:
        Those directions. Shape: (teacher's width, student's embedding width) float32.
    """
    ours, theirs = student.embeddings, teacher.embeddings
    words = theirs.word_embeddings.weight
    width = ours.word_embeddings.embedding_dim
    centre = words.mean(0)
    basis: torch.Tensor = torch.linalg.svd(words - centre, full_matrices=False).Vh[:width].T.contiguous()
    ours.word_embeddings.weight.copy_((words - centre) @ basis)
    ours.position_embeddings.weight.copy_(theirs.position_embeddings.weight @ basis)
    ours.token_type_embeddings.weight.copy_((theirs.token_type_embeddings.weight + centre) @ basis)
    return basis


def _fit_projection(student: AlbertModel, teacher: BertModel, sample: Sequence[Sequence[int]], basis: torch.Tensor) -> None:
    """Fits the map from the student's normed embeddings to the teacher's by least squares over the sample's tokens."""
    projection = student.encoder.embedding_hidden_mapping_in
    inputs, targets = [], []
    for row in sample:
        ids = torch.tensor([row])
        inputs.append(student.embeddings(ids)[0])  # (tokens, embedding)
        targets.append(teacher.embeddings(ids)[0])  # (tokens, hidden)
    if not inputs:
        projection.weight.copy_(basis)
        projection.bias.zero_()
        return
    x = torch.cat(inputs)
    x = torch.cat([x, torch.ones(len(x), 1)], dim=1)
    ridge = 1e-3 * len(x) * torch.eye(x.shape[1])
    solution = torch.linalg.solve(x.T @ x + ridge, x.T @ torch.cat(targets))  # (embedding + 1, hidden)
    projection.weight.copy_(solution[:-1].T)
    projection.bias.copy_(solution[-1])
