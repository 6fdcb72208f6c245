"""A finished song, layer by layer and together: does it keep to its scores, its grid and its key?

Stems are the active takes, decoded and limited as `mix` does it. A *control*, the same scores played by the
training instruments, needs samples and soundfonts; whoever has them hands over a
function that renders. The *floor* of the onsets: the stem beside its score a third of a bar later.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.assess.means import Figures, rounded
from stemwright.assess.measured_takes import performed
from stemwright.assess.recordings import Audio
from stemwright.assess.stem import Stem, faults_of, following, listen
from stemwright.errors import Message, argument
from stemwright.evaluation import beats, key, onsets, rhythm
from stemwright.evaluation.timing import beat_times, onset_times
from stemwright.mix.loudness import integrated_loudness
from stemwright.mix.mixer import mix
from stemwright.producer.decoders import Decoders
from stemwright.song.layers import is_drums
from stemwright.song.score import Score
from stemwright.song.timebase import SAMPLE_RATE, Timebase
from stemwright.work.progress import Watch, unwatched
from stemwright.work.threads import each

if TYPE_CHECKING:
    from stemwright.song.state import GlobalState

Render = Callable[[str, str, Score, Timebase, int], Audio]
"""From layer, timbre, score, timebase and number of bars to the audio [N] of the training instruments."""

NO_CONTROL = Message(
    f"no control: rendering the scores needs samples and soundfonts ({argument('sources')} FOLDER)"
)


@dataclass(frozen=True, slots=True)
class MeasuredLayer:
    """A layer of a song: what it is to play and what is heard, and the control where there is one."""

    layer: str
    timbre: str
    take: int
    state: GlobalState
    score: Score
    stem: Stem
    control: Stem | None


def assess_song(
    path: Path, *, render: Render | None = None, watch: Watch = unwatched
) -> tuple[dict[str, Any], list[MeasuredLayer]]:
    """All figures as plain JSON values, and the song's parts. UsageError where no layer has a take."""
    state, parts = _parts(path, render, watch)
    rows = each(parts, lambda part, _: _layer(part), watch, "layers")
    report = {
        "song": str(path),
        "bpm": float(state.bpm),
        "key": str(state.key),
        "bars": state.bars,
        "seconds": state.frames / 75,
        "layers": rows,
        "rhythm": _rhythm(parts, state),
        "mixes": each(list(_sides(parts).items()), lambda side, _: _mixed(*side, state), watch, "mixes"),
        "notes": [] if render is not None else [NO_CONTROL],
    }
    return rounded(report), parts


def _parts(path: Path, render: Render | None, watch: Watch) -> tuple[GlobalState, list[MeasuredLayer]]:
    state, takes = performed(path, Decoders("standard"), watch)
    parts = []
    for made in takes:
        layer, timbre = made.layer, made.take.timbre
        control = None
        if render is not None:
            rendered = render(layer, timbre, made.score, state.timebase, state.bars)
            control = listen(rendered)
        parts.append(
            MeasuredLayer(layer, timbre, made.take.take, state, made.score, listen(made.audio), control)
        )
    return state, parts


def _layer(part: MeasuredLayer) -> dict[str, Any]:
    state = part.state
    audio = part.stem.audio
    times = onset_times(part.score, state.timebase)
    shift = float(state.timebase.tick_seconds(state.total_ticks) / state.bars) / 3
    later = np.sort((times + shift) % (len(audio) / SAMPLE_RATE))
    control: Figures | None = None
    rendered: Audio | None = None
    if part.control is not None:
        control = following(part.control, part.layer, part.score, state)
        rendered = part.control.audio
    return {
        "layer": part.layer,
        "take": part.take,
        "timbre": part.timbre,
        "notes": len(part.score.notes),
        **following(part.stem, part.layer, part.score, state),
        "floor_f1": onsets.f_measure(onsets.merged(later), part.stem.onsets)[0],
        "loudness_lufs": integrated_loudness(audio, SAMPLE_RATE),
        "faults": faults_of(audio, part.layer, part.score, state, rendered),
        "control": control,
    }


def _sides(parts: list[MeasuredLayer]) -> dict[str, dict[str, Stem]]:
    """The song's stems by layer, and the controls where there are all."""
    sides = {"song": {part.layer: part.stem for part in parts}}
    controls = {part.layer: part.control for part in parts if part.control is not None}
    return sides | ({"control": controls} if len(controls) == len(parts) else {})


def _rhythm(parts: list[MeasuredLayer], state: GlobalState) -> list[dict[str, Any]]:
    """On the grid and as published, the song's and the control's."""
    expected = {p.layer: onsets.merged(onset_times(p.score, state.timebase)) for p in parts}
    grid, rows = beat_times(state.timebase, state.bars)[:-1], []
    for name, stems in _sides(parts).items():
        heard = {layer: stem.onsets for layer, stem in stems.items()}
        if len(grid) > 1:
            rows.append({"of": name, "beats": "grid", **rhythm.evaluate(grid, heard, expected)})
        tracked = {layer: beats.track_beats(stem.audio, SAMPLE_RATE) for layer, stem in stems.items()}
        rows.append({"of": name, "beats": "published", **rhythm.published(tracked)})
    return rows


def _mixed(name: str, stems: Mapping[str, Stem], state: GlobalState) -> dict[str, Any]:
    """A mix: level, beats against the grid, key."""
    audio = {layer: stem.audio for layer, stem in stems.items()}
    mixed = mix(audio, SAMPLE_RATE)
    grid = beat_times(state.timebase, state.bars)[:-1]
    tracked = beats.evaluate(mixed.audio.mean(axis=1), grid, SAMPLE_RATE)
    return {
        "of": name,
        "loudness_lufs": mixed.loudness_lufs,
        "true_peak_dbtp": mixed.true_peak_dbtp,
        "beat_f": tracked["f"],
        "beat_cml_t": tracked["cml_t"],
        "key_stability": _key_stability(audio, state),
    }


def _key_stability(audio: Mapping[str, Audio], state: GlobalState) -> float | None:
    """Mean key score of windows of 8 bars, of all layers but drums together; None where there are none."""
    pitched = [stem for layer, stem in audio.items() if not is_drums(layer)]
    if not pitched:
        return None
    bars = [state.timebase.bar_sample(bar) / SAMPLE_RATE for bar in range(state.bars + 1)]
    together = np.sum(pitched, axis=0)
    found = key.evaluate(together, bars, state.key.tonic_pc, state.key.is_minor, SAMPLE_RATE)
    stability: float | None = found["stability"]
    return stability
