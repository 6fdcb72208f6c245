"""Pictures of a song: how late its onsets are, layer by layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stemwright.assess.pictures import file_name, onset_histogram, spectrograms
from stemwright.assess.song.measuring import MeasuredLayer
from stemwright.assess.stem import offsets_ms
from stemwright.evaluation.onsets import merged
from stemwright.evaluation.timing import onset_times


def draw_song(folder: Path, name: str, parts: Sequence[MeasuredLayer]) -> list[Path]:
    """For each layer a PNG of its onsets, and one of its spectrogram beside the control's, in `folder`."""
    made = []
    for part in parts:
        title = f"{name}: {part.layer}, {part.timbre}"
        stems = {"song": part.stem} | ({"control": part.control} if part.control is not None else {})
        offsets = {what: offsets_ms(stem, part.score, part.state) for what, stem in stems.items()}
        notes = len(merged(onset_times(part.score, part.state.timebase)))
        made.append(onset_histogram(folder / file_name("onsets", name, part.layer), title, offsets, notes))
        audio = {what: stem.audio for what, stem in stems.items()}
        made.append(spectrograms(folder / file_name("spectrogram", name, part.layer), title, audio))
    return made
