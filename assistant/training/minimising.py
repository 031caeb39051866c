"""Finds the least value of a smooth function, all examples a step, so that there is no rate to choose: L-BFGS.

Source: Nocedal and Wright 2006, algorithm 7.4, with steps that are halved until the value falls enough (Armijo's condition). The
functions that are minimised here are convex, so a change of the slope along a step never points the wrong way.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Values = NDArray[np.floating[Any]]

MEMORY = 10
"""Steps that are remembered."""
_FALL = 1e-4
"""Share of what the slope promises that a step must bring."""
_SHORTEST = 1e-6


def minimise(
    value_and_slope: Callable[[Values], tuple[float, Values]],
    start: Values,
    *,
    steps: int,
    enough: float = 1e-9,
    shape: Callable[[Values], Values] | None = None,
) -> Values:
    """Returns where a function is least, or nearly so.

    Args:
        value_and_slope: the function and its gradient at a point.
        start: where to begin; it is left as it is.
        steps: most of them.
        enough: fall of the value in a step below which the place is good.
        shape: turns a slope into a step, roughly as the inverse of the second derivatives would; None: all directions are alike.
    """
    place = start.copy()
    value, slope = value_and_slope(place)
    past: deque[tuple[Values, Values, float]] = deque(maxlen=MEMORY)
    for _ in range(steps):
        direction = _direction(slope, past, shape)
        promise = _dot(direction, slope)
        length = 1.0
        while True:
            there = (place - length * direction).astype(place.dtype, copy=False)
            found, slope_there = value_and_slope(there)
            if found <= value - _FALL * length * promise or length < _SHORTEST:
                break
            length /= 2
        moved, turned = there - place, slope_there - slope
        bend = _dot(moved, turned)
        if bend > np.finfo(place.dtype).tiny:
            past.append((moved, turned, bend))
        fall = value - found
        if fall > 0:
            place, value, slope = there, found, slope_there
        if fall < enough:
            break
    return place


def _direction(slope: Values, past: deque[tuple[Values, Values, float]], shape: Callable[[Values], Values] | None) -> Values:
    """Returns the slope times what is known of the inverse of the second derivatives."""
    rest, shares = slope.copy(), []
    for moved, turned, bend in reversed(past):
        share = _dot(moved, rest) / bend
        rest -= np.asarray(share, rest.dtype) * turned
        shares.append(share)
    if shape is not None:
        rest = shape(rest)
    elif past:
        _, turned, bend = past[-1]
        rest *= np.asarray(bend / _dot(turned, turned), rest.dtype)
    else:
        rest *= np.asarray(min(1.0, 1.0 / max(float(np.abs(slope).sum()), 1e-12)), rest.dtype)
    for (moved, turned, bend), share in zip(past, reversed(shares), strict=True):
        rest += np.asarray(share - _dot(turned, rest) / bend, rest.dtype) * moved
    return rest


def _dot(one: Values, other: Values) -> float:
    return float(np.dot(one.ravel(), other.ravel()))
