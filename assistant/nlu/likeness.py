"""What likeness to examples says of an intent, beside the model's head: a map that is not linear in the sentence vector.

The head parts the space of vectors by planes, and a dozen examples of an intent leave open how they lie. A text that is like single
examples is more probably meant as these are; so each example has a say, and the more the nearer it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SHARPNESS = 2.0
"""How fast likeness falls with the cosine."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """A map from the likeness to examples to intents.

    Attributes:
        examples: vectors of length one. Shape: (example, hidden) float32.
        weights: what likeness to each says for each intent, in logits. Shape: (example, intent) float32.
    """

    examples: Floats
    weights: Floats

    def logits(self, vector: Floats) -> Floats:
        """Returns what is to be added to the logits of the intents.

        Args:
            vector: of length one. Shape: (hidden,); or (text, hidden), where the last bits may depend on the other texts.

        Returns:
            Shape: (intent,) or (text, intent).
        """
        found: Floats = alike(vector, self.examples) @ self.weights
        return found


def alike(vectors: Floats, examples: Floats) -> Floats:
    """Returns how like vectors are to examples, from e to the minus four to 1.

    Args:
        vectors: of length one. Shape: (text, hidden) or (hidden,).
        examples: likewise. Shape: (example, hidden).

    Returns:
        Shape: (text, example) or (example,).
    """
    cosines: Floats = vectors @ examples.T
    cosines -= np.float32(1.0)
    cosines *= np.float32(SHARPNESS)
    return np.exp(cosines, out=cosines)
