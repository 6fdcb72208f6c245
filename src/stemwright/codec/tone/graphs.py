"""The graphs of a tone bundle, run by ONNX Runtime, and what they give, checked."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.codec.bundle_graphs import require, whole
from stemwright.codec.tokens import MAX_CODEBOOKS
from stemwright.codec.tone.layout import HOP, RATE
from stemwright.errors import StemwrightError
from stemwright.models.onnx_session import open_session

if TYPE_CHECKING:
    import onnxruntime

    from stemwright.models import Bundle

Array = npt.NDArray[np.generic]
Shape = tuple[int | None, ...]
"""None: any size."""


class ToneGraphs:
    """A tone bundle whose graphs are each loaded when they are first run. May be used from several threads at
    once. UsageError for one of other frames than songs have.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        require(bundle, sample_rate=RATE, hop=HOP)
        self.bundle, self.threads = bundle, threads
        self.codebooks = whole(bundle, "codebooks", 1, MAX_CODEBOOKS)
        self.codebook_size = whole(bundle, "codebook_size", 2, 65535)
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._lock = threading.Lock()

    @property
    def sha256(self) -> str:
        """The bundle's identity."""
        return self.bundle.sha256

    @property
    def tokens_sha256(self) -> str:
        """The identity of its tokens, which bundles with other decoders can share."""
        return self.bundle.tokens_sha256

    def session(self, name: str) -> onnxruntime.InferenceSession:
        """A graph, read now where nobody ran it yet."""
        with self._lock:
            if name not in self._sessions:
                self._sessions[name] = open_session(self.bundle.file(name), self.threads)
            return self._sessions[name]

    def run(self, name: str, given: Mapping[str, Array], dtype: type, *shapes: Shape) -> list[Array]:
        """The outputs of a graph: as many as ``shapes``, of this type and these shapes, finite.
        StemwrightError, naming the file, where it cannot be run or gives something else.
        """
        path = self.bundle.path / name
        session = self.session(name)
        try:
            made = [np.asarray(value) for value in session.run(None, dict(given))]
        except Exception as error:  # ONNX Runtime's own exception types are not public
            said = (str(error).splitlines() or [type(error).__name__])[0][:160]
            raise StemwrightError(
                f"{path}: ONNX Runtime cannot run it ({said}); get the bundle again"
            ) from error
        fit = len(made) == len(shapes) and all(map(_fits, made, shapes))
        if not fit or any(value.dtype != dtype for value in made):
            found = ", ".join(f"{value.dtype} {list(value.shape)}" for value in made)
            raise StemwrightError(f"{path}: gave {found}, which is another shape; get the bundle again")
        if not all(bool(np.isfinite(value).all()) for value in made):
            raise StemwrightError(f"{path}: gave numbers that are not finite; get the bundle again")
        return made


def _fits(value: Array, shape: Shape) -> bool:
    return value.ndim == len(shape) and all(
        want in (None, size) for size, want in zip(value.shape, shape, strict=True)
    )
