"""What one text has that the other lacks."""

from __future__ import annotations

import torch

from assistant.albert.tasks.matching import missing_values

EAST, NORTH, BETWEEN = [2.0, 0.0], [0.0, 3.0], [1.0, 1.0]
ALL = torch.ones(1, 2)


def test_each_text_is_asked_for_what_the_other_has_not() -> None:
    both, one = torch.tensor([[EAST, NORTH]]), torch.tensor([[EAST, EAST]])
    torch.testing.assert_close(missing_values(both, ALL, one, ALL), torch.tensor([[0.5, 1.0, 0.0, 0.0]]))
    torch.testing.assert_close(missing_values(one, ALL, both, ALL), torch.tensor([[0.0, 0.0, 0.5, 1.0]]))


def test_the_nearest_piece_counts_whatever_the_length_of_its_state() -> None:
    both, between = torch.tensor([[EAST, NORTH]]), torch.tensor([[BETWEEN]])
    near = 1 - 0.5**0.5
    torch.testing.assert_close(missing_values(between, ALL[:, :1], both, ALL), torch.tensor([[near] * 4]))


def test_padding_is_neither_asked_for_nor_found() -> None:
    padded, mask = torch.tensor([[NORTH, EAST]]), torch.tensor([[1.0, 0.0]])
    east = torch.tensor([[EAST]])
    torch.testing.assert_close(missing_values(padded, mask, east, ALL[:, :1]), torch.tensor([[1.0] * 4]))
    torch.testing.assert_close(missing_values(padded[:, 1:], ALL[:, :1], east, ALL[:, :1]), torch.zeros(1, 4))
