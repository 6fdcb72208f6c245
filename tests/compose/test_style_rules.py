"""What a musician would name a style by, measured in verses and choruses of several songs, fills left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import style_of
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.piece import Piece
from stemwright.song.score import Note
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:4 verse:4 chorus:4 outro:2"
BODY = [bar for bar in range(2, 18) if bar % 4 != 1]
"""Bars of verses and choruses that have no fill."""
SEEDS = range(6)


@dataclass(frozen=True)
class Bar:
    """One bar: at which sixteenths drums strike and layers begin notes."""

    made: Piece
    index: int

    def notes(self, layer: str) -> list[Note]:
        ticks = self.made.state.meter.ticks_per_bar
        return [note for note in self.made.scores[layer].notes if (note.onset + 8) // ticks == self.index]

    def steps(self, layer: str) -> set[int]:
        ticks = self.made.state.meter.ticks_per_bar
        return {(note.onset + 8) % ticks // 24 for note in self.notes(layer)}

    def drum(self, *pieces: str) -> set[int]:
        pitches = {PIECE_PITCH[piece] for piece in pieces}
        ticks = self.made.state.meter.ticks_per_bar
        return {(note.onset + 8) % ticks // 24 for note in self.notes("drums") if note.pitch in pitches}

    @property
    def second(self) -> bool:
        """Whether it is the second bar of two in its section."""
        return self.index % 4 in (1, 3)


def bars(style: str) -> Iterator[Bar]:
    for seed in SEEDS:
        meter = str(style_of(style).meter or "4/4")
        key = ("A minor", "F major")[seed % 2]
        made = arrange(GlobalState.create("120", key, meter, FORM, style), seed=seed)
        yield from (Bar(made, index) for index in BODY)


def backbeat(bar: Bar) -> bool:
    return {4, 12} <= bar.drum("snare", "rim", "clap")


def floor(bar: Bar) -> bool:
    return {0, 4, 8, 12} <= bar.drum("kick")


def open_offbeats(bar: Bar) -> bool:
    return {2, 6, 10, 14} <= bar.drum("open_hat", "closed_hat")


def no_bass_on_kicks(bar: Bar) -> bool:
    return not bar.steps("bass") & {0, 4, 8, 12}


def octaves(bar: Bar) -> bool:
    pitches = {note.pitch for note in bar.notes("bass")}
    return any(pitch + 12 in pitches for pitch in pitches)


def break_beat(bar: Bar) -> bool:
    return 0 in bar.drum("kick") and 10 in bar.drum("kick") and 8 not in bar.drum("snare")


def half_time(bar: Bar) -> bool:
    claps = bar.drum("snare", "clap")
    return 8 in claps and not claps & {4, 12}


def rolls(bar: Bar) -> bool:
    hats = bar.drum("closed_hat")
    return any({step, step + 1, step + 2} <= hats for step in range(14))


def clave(bar: Bar) -> bool:
    return bar.drum("rim") == ({0, 6, 12} if bar.second else {4, 8})


def tumbao(bar: Bar) -> bool:
    return {6, 12} <= bar.steps("bass") and 0 not in bar.steps("bass")


def surdo(bar: Bar) -> bool:
    return {4, 12} <= bar.drum("low_tom")


def walks(bar: Bar) -> bool:
    return {0, 4, 8, 12} <= bar.steps("bass")


def hats_on_two_and_four(bar: Bar) -> bool:
    return bar.drum("pedal_hat") == {4, 12}


def skank(bar: Bar) -> bool:
    return bar.steps("harmony") >= {2, 6, 10, 14} and not bar.steps("harmony") & {0, 4, 8, 12}


def oom(bar: Bar) -> bool:
    return bar.drum("kick") == {0} and 0 in bar.steps("bass") and len(bar.notes("bass")) <= 2


def eighths(bar: Bar) -> bool:
    return {0, 2, 4, 6, 8, 10, 12, 14} <= bar.steps("bass")


def deep_drums(bar: Bar) -> bool:
    return bool(bar.drum("low_tom", "kick")) and not bar.drum("closed_hat", "open_hat", "ride")


def no_backbeat(bar: Bar) -> bool:
    return not backbeat(bar)


@pytest.mark.parametrize(
    ("style", "rule", "share"),
    [
        ("soul", backbeat, 0.95), ("disco", backbeat, 0.95), ("disco", floor, 0.95),
        ("disco", open_offbeats, 0.95), ("disco", octaves, 0.9), ("techno", floor, 0.95),
        ("techno", no_bass_on_kicks, 0.8), ("trance", floor, 0.95), ("trance", no_bass_on_kicks, 0.95),
        ("trance", backbeat, 0.95), ("drumandbass", break_beat, 0.9), ("drumandbass", backbeat, 0.85),
        ("lofi", backbeat, 0.95), ("trap", half_time, 0.95), ("trap", rolls, 0.8),
        ("afrobeat", no_backbeat, 0.8), ("salsa", clave, 0.95), ("salsa", tumbao, 0.95),
        ("samba", surdo, 0.95), ("swing", walks, 0.95), ("swing", hats_on_two_and_four, 0.9),
        ("waltz", oom, 0.9), ("ska", skank, 0.95), ("ska", backbeat, 0.95), ("punk", eighths, 0.5),
        ("synthwave", backbeat, 0.95), ("cinematic", deep_drums, 0.95), ("folk", backbeat, 0.95),
    ],
)  # fmt: skip
def test_the_idiom_is_there(style: str, rule: Callable[[Bar], bool], share: float) -> None:
    held = [rule(bar) for bar in bars(style)]
    assert sum(held) / len(held) >= share
