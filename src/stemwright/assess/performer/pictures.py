"""Pictures of a performer: a clip beside its performance, and how late its onsets are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from stemwright.assess.performer.measuring import ClipHeard, MeasuredStem
from stemwright.assess.pictures import file_name, onset_histogram, spectrograms
from stemwright.assess.stem import Seconds, offsets_ms
from stemwright.evaluation.onsets import merged
from stemwright.evaluation.timing import onset_times


def draw_performer(folder: Path, layer: str, heard: Sequence[ClipHeard]) -> list[Path]:
    """Two PNGs in `folder`: spectrograms of the first clip, onset histogram of all."""
    first = heard[0]
    timbre, name = first.reference.timbre, first.reference.name
    forms = {
        "rendered (control)": first.rendering.stem.audio,
        "performed": first.generated[0].stem.audio,
    }
    notes = sum(len(merged(onset_times(h.reference.score, h.reference.state.timebase))) for h in heard)
    offsets = {
        "performed": _offsets([(h, h.generated[0]) for h in heard]),
        "rendered": _offsets([(h, h.rendering) for h in heard]),
    }
    return [
        spectrograms(folder / file_name("spectrogram", layer), f"{layer}: {name}, {timbre}", forms),
        onset_histogram(folder / file_name("onsets", layer), f"{layer}: {len(heard)} clips", offsets, notes),
    ]


def _offsets(takes: list[tuple[ClipHeard, MeasuredStem]]) -> Seconds:
    return np.concatenate([offsets_ms(take.stem, h.reference.score, h.reference.state) for h, take in takes])
