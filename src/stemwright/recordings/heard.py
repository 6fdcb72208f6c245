"""The tempo and the key of a recording, and what is said of them beside the song's.

The key is that of 24 whose profile correlates best with the mean weight of each pitch class, as Krumhansl and
Schmuckler find it (Krumhansl, "Cognitive foundations of musical pitch", 1990), with what Albrecht and
Shanahan counted in pieces of music ("The use of large corpora to train a new type of key-finding algorithm",
Music Perception 31, 2013). Each frame weighs the same: in amplitudes, loud notes would outweigh long ones.
"""

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
PROFILES = (
    (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081),
    (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052),
)
"""How often each pitch class sounds in major and in minor, from the tonic up (Albrecht and Shanahan)."""
SURE = 0.66
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
    amplitude = np.sqrt(chroma.chroma(mono, rate)[1])
    loudness = amplitude.sum(axis=1, keepdims=True)
    best = key.best_key((amplitude / np.where(loudness > 0, loudness, 1.0)).sum(axis=0), PROFILES)
    if best is None or best[0] < SURE:
        return Heard(bpm, None)
    return Heard(bpm, Key.from_pc(best[1], "minor" if best[2] else "major"))
