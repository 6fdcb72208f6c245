"""How a code is drawn from its logits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stemwright.errors import UsageError, shown
from stemwright.native.checks import is_real, is_whole


@dataclass(frozen=True)
class Sampling:
    """How a code is drawn from its logits: guidance, temperature (0 takes the best), then top-k, then top-p.

    Guidance g pushes the logits away from those without the score, to base + g (conditioned - base)
    (classifier-free guidance, arXiv 2207.12598); 1 is none, and costs nothing. The first `guided_codebooks`
    are guided: in the last ones, which carry detail, it strengthens noise more than the score.
    """

    temperature: float = 0.9
    top_k: int = 64
    top_p: float = 1.0
    guidance: float = 1.0
    guided_codebooks: int = 65535

    def __post_init__(self) -> None:
        """UsageError where a field is out of range."""
        if not is_real(self.temperature) or not 0.0 <= self.temperature <= 100.0:
            raise UsageError(f"temperature: {shown(self.temperature)} is not a number from 0 to 100")
        if not is_whole(self.top_k) or not 1 <= self.top_k <= 65535:
            raise UsageError(f"top_k: {shown(self.top_k)} is not a whole number from 1 to 65535")
        if not is_real(self.top_p) or not 0.0 < self.top_p <= 1.0 or np.float32(self.top_p) == 0.0:
            raise UsageError(f"top_p: {shown(self.top_p)} is not a number above 0 and at most 1")
        if not is_real(self.guidance) or not 0.0 <= self.guidance <= 100.0:
            raise UsageError(f"guidance: {shown(self.guidance)} is not a number from 0 to 100")
        if not is_whole(self.guided_codebooks) or not 1 <= self.guided_codebooks <= 65535:
            raise UsageError(
                f"guided_codebooks: {shown(self.guided_codebooks)} is not a whole number from 1 to 65535"
            )
