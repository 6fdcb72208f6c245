"""Frame features of a layer: exact arithmetic only, so that they are bit-equal on every machine.

Places in the song are ratios of whole numbers; each becomes a float by one IEEE division in double
precision and one rounding to single. Nothing here calls sin, exp or log. The columns are described in
`layout`.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import layout as lay
from stemwright.conditioning.grid import FrameGrid
from stemwright.conditioning.notes import fill_score
from stemwright.errors import UsageError
from stemwright.song.harmony import Chord
from stemwright.song.rhythm import STEP_TICKS
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.song.style import learnt

Floats = npt.NDArray[np.float32]

_PLAYED_LIKE = {
    "bossa": "latin", "afrocuban": "latin", "dance": "electronic", "punk": "rock", "gospel": "soul",
}  # fmt: skip
"""Canonical styles without a column of their own -> whose they take; all others take that of "other"."""


def frame_features(
    state: GlobalState,
    layer: str,
    score: Score | None,
    *,
    timbre: int | None = None,
    drop: Collection[str] = (),
) -> Floats:
    """Features [frames, F] of a whole song for one layer.

    `score`: the layer's notes, or None to let the performer play freely. `timbre`: slot in the bundle's
    list. `drop`: names of `DROPS` to leave out, as if they were not known.
    """
    _check(drop, timbre)
    grid = FrameGrid.of(state)
    out = np.zeros((grid.frames, lay.feature_size(layer)), np.float32)
    at = {name: out[:, where] for name, where in lay.columns(layer).items()}
    _fill_time(at, state, grid)
    _fill_sections(at, state, grid)
    _fill_key(at, state)
    if "chords" not in drop and state.chords:
        _fill_chords(at, state, grid)
    if "rhythm" not in drop and state.rhythm is not None:
        _fill_rhythm(at, state, grid)
    if "style" not in drop and state.style:
        at["style"][:, _style_slot(state.style)] = 1
    if "timbre" not in drop and timbre is not None:
        out[:, lay.timbre_columns(layer)[timbre]] = 1
    if "score" not in drop and score is not None:
        at["score_flag"][:] = 1
        fill_score(at, score, grid, layer)
    return out


def drop_features(features: Any, layer: str, names: Collection[str]) -> None:
    """Clear the columns of the dropped groups in place, any array [..., F]: equal to
    `frame_features(drop=names)`."""
    _check(names, None)
    where = lay.columns(layer)
    for block in lay.layout(layer):
        if block.group in names and block.group:
            features[..., where[block.name]] = 0


def step_features(features: Floats, steps: int, lookahead: int) -> Floats:
    """Features [steps, F] of the model's steps: step s sees frame min(s + lookahead, T - 1)."""
    rows = np.minimum(np.arange(steps) + lookahead, len(features) - 1)
    return features[rows]


def _check(drop: Collection[str], timbre: int | None) -> None:
    for name in drop:
        if name not in lay.DROPS:
            raise UsageError(f"drop: {name!r} is not known: use one of {', '.join(lay.DROPS)}")
    if timbre is not None and not 0 <= timbre < lay.TIMBRE_SLOTS:
        raise UsageError(f"timbre: slot {timbre} is outside 0..{lay.TIMBRE_SLOTS - 1}")


def _fill_time(at: dict[str, Floats], state: GlobalState, grid: FrameGrid) -> None:
    """Phases, step, beat and bar of every frame, and tempo and meter of its bar."""
    per_bar = grid.of_bars(lambda meter: meter.ticks_per_bar)
    per_beat = grid.of_bars(lambda meter: meter.ticks_per_beat)
    place, length = grid.place, grid.length
    beat_rest = place * grid.of_bars(lambda meter: meter.n) % length
    _phase(at["beat_phase"], beat_rest / length)
    _phase(at["bar_phase"], place / length)
    tick = place * per_bar // length
    _one_hot(at["step_in_beat"], tick % per_beat // STEP_TICKS)
    steps = grid.of_bars(lambda meter: meter.steps_per_bar)
    at["step_phase"][:, 0] = (place * steps % length) / length
    _one_hot(at["beat_in_bar"], np.minimum(tick // per_beat, lay.BEAT_SLOTS - 1))
    for bit in range(lay.BAR_BITS):
        at["bar_bits"][:, bit] = grid.bar >> bit & 1
    at["tempo"][:] = np.array([_tempo_row(state, bar) for bar in range(state.bars)], np.float32)[grid.bar]
    at["meter"][:, 0] = grid.of_bars(lambda meter: meter.n) / 16
    _one_hot(at["meter"][:, 1:], grid.of_bars(lambda meter: lay.METER_UNITS.index(meter.d)))


def _tempo_row(state: GlobalState, bar: int) -> tuple[float, float, float]:
    """A bar's tempo, and seconds of its quarter note and of its beat."""
    bpm = state.timebase.bpm_of(bar)
    quarter = 60 / bpm
    return float(bpm / 150 - 1), float(quarter), float(quarter * 4 / state.meter_of(bar).d)


def _phase(block: Floats, saw: npt.NDArray[np.float64]) -> None:
    block[:, 0] = saw
    block[:, 1] = np.abs(2 * saw - 1)
    later = saw + 0.25
    later = np.where(later >= 1, later - 1, later)
    block[:, 2] = np.abs(2 * later - 1)


def _fill_sections(at: dict[str, Floats], state: GlobalState, grid: FrameGrid) -> None:
    start = 0
    for section in state.sections:
        first, end = int(grid.starts[start]), int(grid.starts[start + section.bars])
        rows = slice(first, end)
        bar = grid.bar[rows] - start
        at["section"][rows, _section_slot(section.name)] = 1
        at["section_place"][rows, 0] = np.arange(end - first) / max(end - first, 1)
        at["section_place"][rows, 1] = np.minimum(section.bars - bar, 16) / 16
        at["section_place"][rows, 2] = bar == 0
        at["section_place"][rows, 3] = bar == section.bars - 1
        start += section.bars


def _fill_key(at: dict[str, Floats], state: GlobalState) -> None:
    at["key_tonic"][:, state.key.tonic_pc] = 1
    at["key_mode"][:, lay.MODE_NAMES.index(state.key.mode)] = 1


def _fill_chords(at: dict[str, Floats], state: GlobalState, grid: FrameGrid) -> None:
    """Rows per distinct chord: flags 2, root 12, chroma 12, bass 12; then by beat, then by frame."""
    rows: dict[Chord | None, int] = {}
    of_beat = np.array([rows.setdefault(chord, len(rows)) for chord in state.chords])
    table = np.stack([_chord_row(chord) for chord in rows])
    first = np.array([state.lines.beat(bar) for bar in range(state.bars)], np.int64)
    beat = first[grid.bar] + grid.place * grid.of_bars(lambda meter: meter.n) // grid.length
    now = table[of_beat[beat]]
    for name, where in (
        ("chord_flag", slice(0, 2)),
        ("chord_root", slice(2, 14)),
        ("chord_chroma", slice(14, 26)),
        ("chord_bass", slice(26, 38)),
    ):
        at[name][:] = now[:, where]
    following = np.vstack([table[of_beat[1:]], np.zeros((1, table.shape[1]), np.float32)])
    at["next_chroma"][:] = following[beat, 14:26]


def _chord_row(chord: Chord | None) -> Floats:
    row = np.zeros(38, np.float32)
    row[0] = 1
    if chord is not None:
        row[1] = 1
        row[2 + chord.root_pc] = 1
        row[[14 + pc for pc in chord.pitch_classes]] = 1
        row[26 + chord.bass_pc] = 1
    return row


def _fill_rhythm(at: dict[str, Floats], state: GlobalState, grid: FrameGrid) -> None:
    rhythm = state.rhythm
    assert rhythm is not None
    accents = np.frombuffer("".join(rhythm.bars).encode("ascii"), np.uint8) - 48
    accents = np.append(accents, 0)
    step = grid.ticks[grid.bar] // STEP_TICKS
    step += grid.place * grid.of_bars(lambda meter: meter.steps_per_bar) // grid.length
    at["rhythm"][:, 0] = 1
    at["rhythm"][:, 1] = accents[step] / 9
    at["rhythm"][:, 2] = accents[step + 1] / 9
    at["rhythm"][:, 3] = float((rhythm.swing * 2 - 1) * 2)


def _one_hot(block: Floats, index: npt.NDArray[np.int64]) -> None:
    block[np.arange(len(index)), index] = 1


def _style_slot(style: str) -> int:
    name = learnt(style) or "other"
    name = _PLAYED_LIKE.get(name, name)
    return lay.STYLES.index(name if name in lay.STYLES else "other")


def _section_slot(name: str) -> int:
    """Slot of a section's name: "Verse-2", "verse_b" and "pre-chorus" are known too."""
    kind = name.lower().replace("-", "").replace("_", "").rstrip("0123456789")
    if kind in lay.SECTION_KINDS:
        return lay.SECTION_KINDS.index(kind)
    head = name.lower().replace("_", "-").split("-")[0].rstrip("0123456789")
    return lay.SECTION_KINDS.index(head if head in lay.SECTION_KINDS else "other")
