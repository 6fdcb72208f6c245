"""A flow's bundle, ready to run."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError
from stemwright.flow.space import LatentSpace
from stemwright.models import Bundle
from stemwright.models.flow import SPACE, VELOCITY
from stemwright.models.onnx_session import first_line, open_session
from stemwright.song.layers import LAYERS

Floats = npt.NDArray[np.float32]


class FlowNetwork:
    """Velocities of a layer's steps. May be used from several threads at once. UsageError where the latents'
    space is none."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self.bundle = bundle
        held = bundle.tensors(SPACE)
        self.space = LatentSpace(held["mean"], held["scale"], held["codebooks"])
        if not all(np.isfinite(each).all() for each in held.values()) or (self.space.scale <= 0).any():
            raise UsageError(f"{bundle.path / SPACE}: holds numbers that no space has: get the bundle again")
        self.features = int(bundle.manifest.architecture["features"])
        self._session = open_session(bundle.file(VELOCITY), threads)

    def velocities(self, x: Floats, times: Floats, told: Floats, layer: str) -> Floats:
        """Of steps x [B, N, S] at times [B, N], told [B, N, 3 * F]: [B, N, S]. StemwrightError where the
        graph cannot be run or gives something else."""
        number = np.full(len(x), LAYERS.index(layer), np.int64)
        given = {"x": x, "time": times, "told": told, "layer": number}
        path = self.bundle.path / VELOCITY
        try:
            (made,) = self._session.run(None, given)
        except Exception as error:  # ONNX Runtime's own exception types are not public
            raise StemwrightError(
                f"{path}: ONNX Runtime cannot run it ({first_line(error)}); get the bundle again"
            ) from error
        found: Floats = np.asarray(made)
        if found.shape != x.shape or found.dtype != np.float32 or not np.isfinite(found).all():
            raise StemwrightError(f"{path}: gave what are no velocities of its input; get the bundle again")
        return found
