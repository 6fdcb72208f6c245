"""A flow's bundle, ready to run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stemwright.errors import StemwrightError, UsageError
from stemwright.flow.space import LatentSpace
from stemwright.flow.told import Told
from stemwright.models import Bundle
from stemwright.models.flow import HEAD, SPACE, VELOCITY
from stemwright.models.onnx_session import first_line, open_session
from stemwright.song.layers import LAYERS

Floats = npt.NDArray[np.float32]


class FlowNetwork:
    """Velocities of layers' steps. May be used from several threads at once. UsageError where the latents'
    space is none."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        self.bundle = bundle
        held = bundle.tensors(SPACE)
        self.space = LatentSpace(held["mean"], held["scale"], held["codebooks"])
        if not all(np.isfinite(each).all() for each in held.values()) or (self.space.scale <= 0).any():
            raise UsageError(f"{bundle.path / SPACE}: holds numbers that no space has: get the bundle again")
        shape = bundle.manifest.architecture
        self.features, self.leaps = int(shape["features"]), bool(shape["leaps"])
        self._blocks, self._heads = int(shape["blocks"]), int(shape["width"]) // HEAD
        self._session = open_session(bundle.file(VELOCITY), threads)

    def velocities(self, x: Floats, times: Floats, told: Sequence[Told], span: float = 0.0) -> Floats:
        """Of steps x [B, N, S] at times [B, N], of which all see all: [B, N, S], leading as far as ``span``,
        or, if it is 0, where they go at the moment. StemwrightError where the graph cannot be run or gives
        something else."""
        return self.after(x, times, told, span, 0, self.nothing(len(x)))[0]

    def nothing(self, rows: int) -> Floats:
        """The past of a beginning."""
        return np.zeros((self._blocks, 2, rows, self._heads, 0, HEAD), np.float32)

    def after(
        self, x: Floats, times: Floats, told: Sequence[Told], span: float, place: int, past: Floats
    ) -> tuple[Floats, Floats]:
        """As `velocities`, of steps from ``place`` on, which see each other and steps whose keys and values
        are ``past`` [blocks, 2, B, heads, P, HEAD]; and their own keys and values."""
        given = {
            "x": x,
            "time": times,
            "span": np.full_like(times, span),
            "told": np.stack([each.features for each in told]),
            "layer": np.array([LAYERS.index(each.layer) for each in told], np.int64),
            "style": np.stack([each.style for each in told]),
            "places": np.arange(place, place + x.shape[1], dtype=np.float32),
            "past": past,
        }
        path = self.bundle.path / VELOCITY
        try:
            made, present = self._session.run(None, given)
        except Exception as error:  # ONNX Runtime's own exception types are not public
            raise StemwrightError(
                f"{path}: ONNX Runtime cannot run it ({first_line(error)}); get the bundle again"
            ) from error
        found, own = np.asarray(made), np.asarray(present)
        whole = (*past.shape[:4], x.shape[1], HEAD)
        if found.shape != x.shape or own.shape != whole or not np.isfinite(found).all():
            raise StemwrightError(f"{path}: gave what are no velocities of its input; get the bundle again")
        return found, own
