"""The tempo and the key of a recording, and what is said of them beside the song's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.song.harmony import Key

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

MINUTES = 5
"""Of a recording that are listened to."""
SURE = 0.72
"""The least correlation with a key's profile that is told as a key; drums alone reach less."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Quarter notes a minute, and a key; None where none is clear."""

    bpm: float | None
    key: Key | None

    def line(self, name: str, bpm: float, key: Key) -> str:
        """One line: what is heard in file `name`, and what the song has."""
        heard = [f"about {self.bpm:.0f} BPM" if self.bpm else "no clear beat"]
        heard.append(str(self.key) if self.key else "no clear key")
        return f"{name}: {', '.join(heard)}; the song has {bpm:g}, {key}"


def listen(mono: npt.NDArray[np.float32], state: GlobalState, bar: int, rate: int) -> Heard:
    """What is heard in `mono` [N]; the tempo, of those twice or half as fast, is the one nearest to the
    song's in a bar (from 0).
    """
    from stemwright.evaluation import chroma, key
    from stemwright.evaluation.tempo import heard_tempo

    bpm = heard_tempo(mono, float(state.timebase.bpm_of(bar)), rate)
    _, energy = chroma.chroma(mono, rate)
    best = key.best_key(np.sqrt(energy).sum(axis=0))
    if best is None or best[0] < SURE:
        return Heard(bpm, None)
    return Heard(bpm, Key.from_pc(best[1], "minor" if best[2] else "major"))
