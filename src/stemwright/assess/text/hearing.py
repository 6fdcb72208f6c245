"""The clip encoder, ready to run: codec tokens as vectors that texts of sounds lie near."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.codec.tokens import Tokens
from stemwright.errors import StemwrightError, UsageError
from stemwright.flow.space import LatentSpace
from stemwright.models import Bundle
from stemwright.models.clips import ENCODER, SPACE
from stemwright.models.onnx_session import first_line, open_session

Floats = npt.NDArray[np.float32]
STRETCH = 175
"""Steps that are heard at once: seven seconds, as in training."""


class ClipEncoder:
    """Of a bundle of kind "clips". UsageError where the latents' space is none."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self.bundle = bundle
        held = bundle.tensors(SPACE)
        self.space = LatentSpace(held["mean"], held["scale"], held["codebooks"])
        if not all(np.isfinite(each).all() for each in held.values()) or (self.space.scale <= 0).any():
            raise UsageError(f"{bundle.path / SPACE}: holds numbers that no space has: get the bundle again")
        self._session = open_session(bundle.file(ENCODER), threads)

    def vector(self, tokens: Tokens) -> Floats:
        """Tokens [K, T] of the codec that it was trained on as float32 [size], 1 long: the mean over
        stretches. StemwrightError where the graph cannot be run or gives something else.
        """
        steps = self.space.steps(self.space.of_tokens(tokens))
        parts = [steps[at : at + STRETCH] for at in range(0, max(1, len(steps) - STRETCH // 2), STRETCH)]
        total = np.sum([self._run(part) * len(part) for part in parts], axis=0)
        return np.asarray(total / np.linalg.norm(total), np.float32)

    def _run(self, steps: Floats) -> Floats:
        path = self.bundle.path / ENCODER
        try:
            (made,) = self._session.run(None, {"steps": steps[None]})
        except Exception as error:  # ONNX Runtime's own exception types are not public
            raise StemwrightError(
                f"{path}: ONNX Runtime cannot run it ({first_line(error)}); get the bundle again"
            ) from error
        size = self.bundle.manifest.architecture["size"]
        if made.shape != (1, size) or made.dtype != np.float32 or not np.isfinite(made).all():
            raise StemwrightError(f"{path}: gave what is no vector of {size} numbers; get the bundle again")
        return np.asarray(made[0])
