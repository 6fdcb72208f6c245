"""What a flow is told of a stretch: what to play, in which style, and what the other layers play."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import drop_features
from stemwright.flow.space import STACK
from stemwright.song.layers import LAYERS

Floats = npt.NDArray[np.float32]

STYLE = 512
"""Numbers of a style vector (`stemwright.text`); zeros say nothing."""


@dataclass(frozen=True, slots=True)
class Told:
    """Of layer `layer`: ``features`` [N, 3 * F] of its steps; ``others`` [N, layers * (3 * latent + 1)] as of
    `others_of`; ``style`` [STYLE].
    """

    layer: str
    features: Floats
    others: Floats
    style: Floats

    def part(self, steps: slice) -> Told:
        """That of some steps."""
        return replace(self, features=self.features[steps], others=self.others[steps])

    def unscored(self) -> Told:
        """The same without the score: what guidance leads away from."""
        rows = self.features.reshape(len(self.features) * STACK, -1).copy()
        drop_features(rows, self.layer, ["score"])
        return replace(self, features=rows.reshape(self.features.shape))


def others_of(heard: Mapping[str, Floats], steps: int, width: int) -> Floats:
    """What other layers play, of their steps [<= N, width] by name, as [N, layers * (width + 1)]: the numbers
    of each layer, and one that says that it is there.
    """
    out = np.zeros((steps, len(LAYERS), width + 1), np.float32)
    for layer, found in heard.items():
        count = min(steps, len(found))
        out[:count, LAYERS.index(layer), :width] = found[:count]
        out[:count, LAYERS.index(layer), width] = 1
    return out.reshape(steps, -1)
