"""What a flow is told of a stretch: what to play, and how it is to sound."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import drop_features
from stemwright.flow.space import STACK

Floats = npt.NDArray[np.float32]

STYLE = 512
"""Numbers of a style vector (`stemwright.text`); zeros say nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """Of layer `layer`: ``features`` [N, 3 * F] of its steps; ``style`` [STYLE]."""

    layer: str
    features: Floats
    style: Floats

    def part(self, steps: slice) -> Told:
        """That of some steps."""
        return replace(self, features=self.features[steps])

    def unsaid(self) -> Told:
        """The same without score and words: what guidance leads away from."""
        rows = self.features.reshape(len(self.features) * STACK, -1).copy()
        drop_features(rows, self.layer, ["score"])
        return replace(self, features=rows.reshape(self.features.shape), style=np.zeros_like(self.style))
