"""A reference: a held-out clip with everything that is known of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stemwright.song.score import Score
from stemwright.song.state import GlobalState


@dataclass(frozen=True, slots=True)
class Reference:
    """What was played (`score`, in ticks from the clip's start), on what (`timbre`), and how it sounds.

    `audio`: float32 [frames x 320], mono, 24 kHz, aligned with the score. `name` tells the clip from others,
    clips of one `song` belong together.
    """

    layer: str
    split: str
    name: str
    song: str
    timbre: str
    state: GlobalState
    score: Score
    audio: NDArray[np.float32]
