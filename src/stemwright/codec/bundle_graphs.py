"""ONNX graphs with one input and one output, run by ONNX Runtime on one thread, in order, with deterministic
kernels: on one machine the same input gives the same bits. A recurrent graph takes a state too, and gives the
next one.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stemwright.codec.streaming import FloatArray
from stemwright.errors import StemwrightError, UsageError
from stemwright.models.fields import wrong_whole
from stemwright.models.onnx_session import first_line, open_session

if TYPE_CHECKING:
    import onnxruntime

    from stemwright.models import Bundle

MAX_STATE = 1 << 20  # numbers


class Memory:
    """What a recurrent graph left for its next call, in one pass over a sound; nothing at first."""

    def __init__(self) -> None:
        self.state: npt.NDArray[np.float32] | None = None


class Graphs:
    """The graphs of a bundle, each loaded when it is first run; ``types`` says what each takes and gives, in
    ONNX Runtime's names. May be run from several threads at once.
    """

    def __init__(self, bundle: Bundle, types: Mapping[str, tuple[str, str]], threads: int = 1) -> None:
        self.bundle = bundle
        self.threads = threads
        self._types = types
        self._sessions: dict[str, onnxruntime.InferenceSession] = {}
        self._lock = threading.Lock()

    @property
    def sha256(self) -> str:
        """The bundle's identity: SHA-256 of its canonical manifest."""
        return self.bundle.sha256

    def _sound(
        self, name: str, codes: npt.NDArray[np.int64], shape: tuple[int, ...], memory: Memory | None = None
    ) -> FloatArray:
        """What a decoder's graph makes of codes ``[K, t]``: finite audio of ``shape``."""
        made = self._run(name, np.ascontiguousarray(codes)[None], memory)
        if made.shape != shape:
            raise StemwrightError(
                f"{self.bundle.path / name}: gave audio of shape {list(made.shape)}; get the bundle again"
            )
        if not bool(np.isfinite(made).all()):
            raise StemwrightError(
                f"{self.bundle.path / name}: gave audio that is not finite; get the bundle again"
            )
        return np.asarray(made, dtype=np.float32)

    def _run(self, name: str, value: npt.NDArray[Any], memory: Memory | None = None) -> npt.NDArray[Any]:
        """A graph's output. A recurrent one needs a memory, and its calls come in the order of time."""
        session = self._session(name)
        ends = session.get_inputs()
        given = {ends[0].name: value}
        if memory is not None and len(ends) == 2:
            given[ends[1].name] = np.zeros(ends[1].shape, "f4") if memory.state is None else memory.state
        try:
            made, *left = session.run(None, given)
        except Exception as error:  # ONNX Runtime's own exception types are not public
            raise StemwrightError(
                f"{self.bundle.path / name}: ONNX Runtime cannot run it ({first_line(error)}); "
                "get the bundle again"
            ) from error
        if memory is not None and left:
            memory.state = left[0]
        return np.asarray(made)

    def _session(self, name: str) -> onnxruntime.InferenceSession:
        """The graph's session; threads that ask at once share one."""
        with self._lock:
            session = self._sessions.get(name)
            if session is None:
                path = self.bundle.file(name)
                session = open_session(path, self.threads)
                _check_ends(session, path, *self._types[name])
                self._sessions[name] = session
            return session


def whole(bundle: Bundle, field: str, low: int, high: int) -> int:
    """A whole number of a bundle's architecture, within bounds. UsageError naming the field."""
    wrong = wrong_whole(bundle.manifest.architecture, {field: (low, high)})
    if wrong is not None:
        raise UsageError(f"{bundle.path}: manifest.json: field 'architecture.{field}' {wrong[1]}")
    return int(bundle.manifest.architecture[field])


def require(bundle: Bundle, **fields: int) -> None:
    """UsageError unless these fields of a bundle's architecture have these values."""
    for field, expected in fields.items():
        if whole(bundle, field, 1, 1 << 20) != expected:
            raise UsageError(
                f"{bundle.path}: architecture.{field} must be {expected}; "
                f"choose another {bundle.manifest.kind}"
            )


def check_codes(codes: npt.NDArray[np.integer], size: int) -> None:
    """UsageError for codes outside 0 to ``size`` - 1."""
    if codes.size and (int(codes.max()) >= size or int(codes.min()) < 0):
        raise UsageError(f"tokens: hold a code outside 0 to {size - 1}; they are of another codec")


_FLOAT = "tensor(float)"


def _check_ends(session: onnxruntime.InferenceSession, path: Path, given: str, made: str) -> None:
    """One input and one output, of these types; a recurrent graph has a state ``[1, S]`` beside each."""
    found = [[end.type for end in ends] for ends in (session.get_inputs(), session.get_outputs())]
    state = [end.shape for end in session.get_inputs()[1:]]
    sized = all(len(s) == 2 and s[0] == 1 and isinstance(s[1], int) and 0 < s[1] <= MAX_STATE for s in state)
    if found not in ([[given], [made]], [[given, _FLOAT], [made, _FLOAT]]) or not sized:
        raise StemwrightError(
            f"{path}: takes {found[0]} and gives {found[1]}, not {given} and {made}; get the bundle again"
        )
