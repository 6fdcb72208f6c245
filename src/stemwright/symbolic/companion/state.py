"""What a companion remembers, and its bytes.

Bytes (little-endian): `SWCS`, u16 version 1, the bundle's SHA-256 (32 bytes), u64 seed, steps and draws,
f64 late and seconds, u16 instruments, hidden numbers and held notes, then f64 silence an instrument, f32
hidden, u16 held notes (instrument x 128 + pitch, in the order they began), and the SHA-256 of all before
it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError

_HEAD = struct.Struct("<4sH32sQQQddHHH")
_MAGIC, _VERSION = b"SWCS", 1
_DIGEST = 32
MAX_STATE = 1 << 16
"""No state has more bytes."""
MAX_SEED = 2**64 - 1


@dataclass(slots=True)
class State:
    """`hidden` [H]: the network's. `silence` [instruments]: seconds since each one's last event.

    `late`: seconds by which the last event lay behind its bin. `steps`: events heard, `draws`: queries
    since the last of them. `held`: notes that sound, as instrument x 128 + pitch, in the order they began.
    """

    hidden: npt.NDArray[np.float32]
    silence: npt.NDArray[np.float64]
    held: dict[int, None]
    late: float = 0.0
    seconds: float = 0.0
    steps: int = 0
    draws: int = 0

    def copy(self) -> State:
        """The same, apart from this one."""
        return State(
            self.hidden.copy(),
            self.silence.copy(),
            dict(self.held),
            self.late,
            self.seconds,
            self.steps,
            self.draws,
        )


def dump(state: State, seed: int, bundle: str) -> bytes:
    """The bytes of a state under a seed, for the bundle of this SHA-256 (hexadecimal)."""
    head = _HEAD.pack(
        _MAGIC, _VERSION, bytes.fromhex(bundle), seed, state.steps, state.draws, state.late, state.seconds,
        len(state.silence), len(state.hidden), len(state.held),
    )  # fmt: skip
    body = head + state.silence.astype("<f8").tobytes() + state.hidden.astype("<f4").tobytes()
    body += np.array(list(state.held), "<u2").tobytes()
    return body + hashlib.sha256(body).digest()


def load(data: bytes, holds: Sequence[bool], hidden: int, bundle: str) -> tuple[State, int]:
    """(state, seed) of the bytes that `dump` gave. UsageError for any others, or those of another bundle.
    `holds`: of each instrument, whether its notes can be held."""
    if not isinstance(data, bytes) or not _HEAD.size + _DIGEST <= len(data) <= MAX_STATE:
        raise UsageError(
            "state: is not a companion's saved state (wrong length); save it again", field="state"
        )
    body, digest = data[:-_DIGEST], data[-_DIGEST:]
    fields = _HEAD.unpack_from(body)
    if fields[0] != _MAGIC or fields[1] != _VERSION or hashlib.sha256(body).digest() != digest:
        raise UsageError(
            "state: is not a companion's saved state, or damaged, or of a newer version; save it again",
            field="state",
        )
    if fields[2].hex() != bundle:
        raise UsageError(
            f"state: was saved with bundle {fields[2].hex()[:12]}, this is {bundle[:12]}: load that one",
            field="state",
        )
    seed, steps, draws, late, seconds, silent, wide, held = fields[3:]
    if (silent, wide) != (len(holds), hidden) or len(body) != _HEAD.size + 8 * silent + 4 * wide + 2 * held:
        raise UsageError("state: its lengths do not fit this bundle; save it again", field="state")
    silence = np.frombuffer(body, "<f8", silent, _HEAD.size).astype(np.float64)
    vector = np.frombuffer(body, "<f4", wide, _HEAD.size + 8 * silent).astype(np.float32)
    notes = np.frombuffer(body, "<u2", held, len(body) - 2 * held).tolist()
    state = State(vector, silence, dict.fromkeys(notes), late, seconds, steps, draws)
    _check(state, holds, held)
    return state, seed


def _check(state: State, holds: Sequence[bool], held: int) -> None:
    """That every number is one that hearing events can lead to."""
    good = (
        bool((np.abs(state.hidden) <= 1.001).all())
        and bool((state.silence >= 0).all())
        and 0 <= state.seconds < np.inf
        and -1 <= state.late < np.inf
        and len(state.held) == held
        and all(note < len(holds) * 128 and holds[note // 128] for note in state.held)
    )
    if not good:
        raise UsageError("state: holds numbers that no companion comes to; save it again", field="state")
