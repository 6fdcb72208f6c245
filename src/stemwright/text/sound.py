"""How a text says that a layer sounds: 512 numbers, near those of clips that sound so (CLIP: Radford et al.,
arXiv 2103.00020).

A second table of hashed words beside the style encoder's vector, led through two matrices, all in whole
numbers: a text has the same vector on every machine. Its tensors are part of the bundle `text`, and its
training leaves those of the style as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError
from stemwright.models import Bundle
from stemwright.text.encoder import TextEncoder, unit
from stemwright.text.features import features, words_of


@dataclass(frozen=True, slots=True)
class SoundEncoder:
    """`table` [buckets, width] and `telling` [buckets] of its rows, `hidden` [hidden, style + width], `out`
    [size, hidden]; `style`: the encoder whose vector comes first.
    """

    style: TextEncoder
    table: npt.NDArray[np.int8]
    telling: npt.NDArray[np.uint8]
    hidden: npt.NDArray[np.int8]
    out: npt.NDArray[np.int8]

    @classmethod
    def load(cls, bundle: Bundle) -> Self:
        """Of a bundle of kind "text". UsageError where it knows styles alone."""
        if "sound" not in bundle.manifest.architecture:
            raise UsageError(
                f"{bundle.path}: knows styles alone; give a text bundle of `stemwright train clips`"
            )
        tensors = bundle.tensors()
        names = ("table", "telling", "hidden", "out")
        return cls(TextEncoder.load(bundle), *(np.asarray(tensors[f"sound_{name}"]) for name in names))

    @property
    def size(self) -> int:
        """Numbers of a vector."""
        return len(self.out)

    def vector(self, text: str) -> npt.NDArray[np.float32]:
        """The vector float32 [size] of a text, 1 long; zeros where it knows nothing in it."""
        where, weights = features(words_of(text))
        rows = np.asarray(where, np.int64) % len(self.table)
        weighed = np.asarray(weights, np.int64) * self.telling[rows].astype(np.int64)
        pooled = unit((self.table[rows].astype(np.int64) * weighed[:, None]).sum(axis=0))
        whole = np.concatenate([self.style.vector(text), pooled])
        hidden = unit(np.maximum(self.hidden.astype(np.int64) @ whole, 0))
        made = (self.out.astype(np.int64) @ hidden).astype(np.float64)
        length = np.sqrt(np.square(made).sum())
        return (made / length if length else made).astype(np.float32)
