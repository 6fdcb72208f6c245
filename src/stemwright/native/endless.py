"""A layer without an end, made block by block as its features come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.errors import StemwrightError, UsageError
from stemwright.native import checks
from stemwright.native.sampling import Sampling

if TYPE_CHECKING:
    from stemwright.native import _engine


class Endless:
    """What `Engine.generate` makes of one take, in blocks of any size: the codes depend on the rows alone,
    not on how they are cut. One thread at a time. Made by `Engine.endless`.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        context: _engine.State,
        sampling: Sampling,
        seed: int,
        layer_id: int,
        take: int,
    ) -> None:
        from stemwright.native import _engine

        self._config = config
        self._guided = sampling.guidance != 1.0
        self._native = _engine.Endless(
            context,
            checks.whole("seed", seed, 0, 2**64 - 1),
            checks.whole("layer_id", layer_id, 0, 2**32 - 1),
            checks.takes([take], 1)[0],
            float(sampling.temperature),
            int(sampling.top_k),
            float(sampling.top_p),
            self._guided,
            float(sampling.guidance),
            int(sampling.guided_codebooks),
        )

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return int(self._native.steps)

    @property
    def frames(self) -> int:
        """How many frames are whole: a frame's last code comes `codebooks - 1` steps after its first."""
        return max(0, self.steps - int(self._config["codebooks"]) + 1)

    def advance(self, features: np.ndarray, base: np.ndarray | None = None) -> np.ndarray:
        """Codes uint16 [codebooks, n] of the frames that become whole with these steps.

        features: float32 [steps, F], a row a step, already shifted by the lookahead; base: the same without
        what guidance strengthens, where there is guidance. UsageError for bad input, and at the last
        position, 1048576.
        """
        from stemwright.native import _engine

        shape = (len(checks.array("features", features)), int(self._config["features"]))
        rows = checks.features(features, shape)
        plain = None
        if self._guided:
            if base is None:
                raise UsageError("guidance: needs base features: give base, or a guidance of 1")
            plain = checks.features(base, shape)
        try:
            made: np.ndarray = self._native.advance(rows, plain)
        except _engine.NotFinite as error:
            raise StemwrightError(f"performer weights: {error}; train or export them again") from error
        except ValueError as error:
            raise UsageError(str(error)) from error
        except RuntimeError as error:
            raise StemwrightError(str(error)) from error
        return made
