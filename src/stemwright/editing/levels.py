"""How loud two takes are: their tokens are decoded for it, which takes as long as a mix does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.mix.levels import decibels
from stemwright.mix.loudness import integrated_loudness
from stemwright.producer.decoders import Decoders

if TYPE_CHECKING:
    from stemwright.editing.sides import Side
    from stemwright.song.document import Take


def level(side: Side, layer: str, take: Take) -> dict[str, Any]:
    """The level of a take before any mix: RMS in dB of full scale, loudness in LUFS; -120 for silence.
    StemwrightError where nothing here decodes it.
    """
    decoders = Decoders("standard")
    decoders.require(side.folder, layer, take)
    audio = decoders.stem(side.folder, side.song, layer, take)
    rms = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)))) if audio.size else 0.0
    loudness = integrated_loudness(audio, decoders.sample_rate)
    return {"rms_db": round(decibels(rms), 2), "loudness_lufs": round(loudness, 2)}
