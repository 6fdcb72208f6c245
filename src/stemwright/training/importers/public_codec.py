"""What an imported network gives to the export: two graphs, their size, and the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from torch import Tensor, nn


class WholeNetwork(Protocol):
    """The network as `transformers` runs it: the whole sound at once."""

    def exact(self) -> WholeNetwork:
        """A copy in double precision, which has no rounding of its own to speak of."""
        ...

    def encode(self, audio: Tensor, codebooks: int) -> Tensor:
        """Audio ``[1, N]`` to codes ``[1, K, T]``."""
        ...

    def decode(self, codes: Tensor) -> Tensor:
        """Codes ``[1, K, T]`` to audio ``[1, N]``, of the network's precision."""
        ...


@dataclass(frozen=True, slots=True)
class PublicCodec:
    """A public codec, ready for export. `encoder` and `decoder` take their input, and where `encoder_state`
    or `decoder_state` is not 0, a state ``[1, that many]`` which they give back for the next call.
    """

    family: str
    config: Mapping[str, Any]
    reference: WholeNetwork
    encoder: nn.Module
    decoder: nn.Module
    sample_rate: int
    hop: int
    codebooks: int
    codebook_size: int
    context: int
    parameters: int
    encoder_state: int = 0
    decoder_state: int = 0
