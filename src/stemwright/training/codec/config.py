"""The shape of the codec's network."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from stemwright.errors import UsageError

SAMPLE_RATE = 24_000
HOP = 320
ACTIVATIONS = ("silu", "snake")
_GONE = {"head": "scaled", "decoder": "istft"}
"""Fields of older checkpoints and bundles, with the one value that is still known."""


@dataclass(frozen=True)
class CodecConfig:
    """The network's shape. Strides multiply to the hop of 320 samples."""

    strides: tuple[int, ...] = (4, 4, 5, 4)
    channels: tuple[int, ...] = (48, 128, 256, 384)
    encoder_units: tuple[int, ...] = (0, 2, 2, 0)
    encoder_blocks: int = 3
    width: int = 384
    decoder_blocks: int = 8
    expansion: int = 3
    kernel: int = 7
    latent: int = 32
    codebooks: int = 8
    codebook_size: int = 1024
    n_fft: int = 1280
    activation: str = "silu"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(f"activation {self.activation!r}: is one of {', '.join(ACTIVATIONS)}")
        if math.prod(self.strides) != HOP:
            raise ValueError(f"strides {self.strides} multiply to {math.prod(self.strides)}, not {HOP}")
        if not len(self.strides) == len(self.channels) == len(self.encoder_units):
            raise ValueError("strides, channels and encoder_units need equal lengths")
        if self.channels[-1] != self.width or self.n_fft != 4 * HOP:
            raise ValueError("the last channel count is the width, and n_fft is four hops")

    def to_json(self) -> dict[str, object]:
        """A plain dictionary (tuples as lists)."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, object]) -> CodecConfig:
        """The inverse of :meth:`to_json`. UsageError for a network of a kind that is no longer known."""
        for name, value in _GONE.items():
            if data.get(name, value) != value:
                raise UsageError(f"codec: {name} {data[name]!r} is no longer known; train a codec anew")
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k not in _GONE}
        return cls(**known)  # type: ignore[arg-type]


TINY = CodecConfig(
    channels=(8, 8, 16, 32),
    encoder_units=(0, 0, 1, 0),
    encoder_blocks=1,
    width=32,
    decoder_blocks=2,
    latent=8,
    codebook_size=64,
)
