"""Which music is mixed: stretches of about 30 s of the arranger's songs and of the corpus, and their beats.

The beat is what one taps: the quarter note, in 6/8, 9/8 and 12/8 the dotted one, in 2/2 the half.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from random import Random

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import BOOK, style_of
from stemwright.corpus.augment import augmented
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.sources import File
from stemwright.dataset.mixture import KINDS, kind_files, usable
from stemwright.dataset.written import FORMS, MODES, accompanied, is_sheet
from stemwright.song.harmony import Key
from stemwright.song.layers import LAYERS
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState, parse_form

SECONDS = 30.0
SLOWEST, FASTEST = 55.0, 215.0
"""Beats a minute."""
METERS = ("4/4",) * 12 + ("3/4",) * 4 + ("6/8",) * 3 + ("12/8",)
SHARES = {"arranger": 0.58, "gmd": 0.12, "bands": 0.16, "sheets": 0.05, "lieder": 0.09, "own": 0.1}
"""Weights of the kinds of songs (`dataset.mixture.KINDS`)."""
PULSES = (2, 3, 4)
"""Beats that a bar may have."""
_TEMPO = (0.8, 1.25)
USUAL_TEMPO = 0.55
"""Share of the arranger's songs whose tempo is usual in their style; others are of any tempo."""
WITHOUT_DRUMS, DRUMS_ALONE, THINNED = 0.35, 0.1, 0.3


@dataclass(frozen=True, slots=True)
class Beats:
    """Ticks of a song's beats, and which of the bar each is, from 1."""

    ticks: tuple[int, ...]
    numbers: tuple[int, ...]


def pulse_ticks(meter: Meter) -> int | None:
    """Ticks of the beat that one taps; None where a bar has not two to four equal ones."""
    compound = meter.d >= 8 and meter.n % 3 == 0
    ticks = meter.ticks_per_beat * 3 if compound else meter.ticks_per_beat
    if meter.d >= 8 and not compound:
        return None
    return ticks if meter.ticks_per_bar // ticks in PULSES else None


def beats_of(state: GlobalState) -> Beats | None:
    """The beats of all bars; None where a bar has no equal ones or they are slower or faster than any."""
    ticks: list[int] = []
    numbers: list[int] = []
    for bar in range(state.bars):
        meter = state.timebase.lines.meter_of(bar)
        pulse = pulse_ticks(meter)
        if pulse is None:
            return None
        if not SLOWEST <= float(state.timebase.bpm_of(bar)) * 96 / pulse <= FASTEST:
            return None
        for number in range(meter.ticks_per_bar // pulse):
            ticks.append(state.bar_tick(bar) + number * pulse)
            numbers.append(number + 1)
    return Beats(tuple(ticks), tuple(numbers))


def written(rng: Random) -> CorpusSong:
    """A song by the arranger, of any style, at a usual or at any tempo of 60 to 200."""
    style = style_of(rng.choice(BOOK))
    low, high = style.bpm
    bpm = rng.uniform(low, high) if rng.random() < USUAL_TEMPO else 60.0 * (200.0 / 60.0) ** rng.random()
    state = GlobalState(
        Fraction(round(bpm * 10), 10),
        style.meter or Meter.parse(rng.choice(METERS)),
        Key.from_pc(rng.randrange(12), rng.choice(MODES)),
        parse_form(rng.choice(FORMS)),
        style=style.name,
    )
    seed = rng.getrandbits(32)
    made = arrange(state, LAYERS, seed)
    return CorpusSong(made.state, made.scores, source="arranger", name=f"arranger-{seed:08x}")


def songs(rng: Random, symbolic: Path, split: str) -> Iterator[CorpusSong]:
    """Songs without end. Of files, "unseen" has every second one of "valid", which has the rest."""
    files = {
        kind: _of_split(kind_files(kind, symbolic, "train" if split == "train" else "valid"), split)
        for kind in SHARES
        if KINDS[kind].write is None
    }
    there = [kind for kind in SHARES if kind == "arranger" or files[kind]]
    while True:
        kind = rng.choices(there, [SHARES[kind] for kind in there])[0]
        if kind == "arranger":
            yield written(rng)
            continue
        found = list(usable(rng.choice(files[kind])))
        if found:
            song = augmented(rng.choice(found), rng, KINDS[kind].keys, _TEMPO)
            yield accompanied(song, rng) if is_sheet(song) else song


def stretch(song: CorpusSong, rng: Random) -> CorpusSong | None:
    """About `SECONDS` of a song from a random bar, with the layers that play there; None where it is too
    short or has no beats.
    """
    timebase, total = song.state.timebase, song.state.bars
    seconds = [float(timebase.bar_sample(bar)) / 24000.0 for bar in range(total + 1)]
    starts = [bar for bar in range(total) if seconds[-1] - seconds[bar] >= 0.6 * SECONDS]
    if not starts:
        return None
    first = rng.choice(starts)
    bars = sum(1 for at in seconds[first + 1 :] if at - seconds[first] <= SECONDS)
    part = song.slice(first, max(1, bars))
    if beats_of(part.state) is None:
        return None
    layers = _layers(part, rng)
    if sum(len(part.scores[layer].notes) for layer in layers) < SECONDS:
        return None  # a note a second, or nobody could tell its beat
    return replace(part, scores={layer: part.scores[layer] for layer in layers})


def _layers(song: CorpusSong, rng: Random) -> list[str]:
    """Who plays: all, all but the drums, the drums alone, or fewer."""
    there = [layer for layer in LAYERS if layer in song.scores and song.scores[layer].notes]
    drawn = rng.random()
    if drawn < WITHOUT_DRUMS and len(there) > 1:
        there = [layer for layer in there if layer != "drums"]
    elif drawn < WITHOUT_DRUMS + DRUMS_ALONE and "drums" in there:
        return ["drums"]
    if len(there) > 2 and rng.random() < THINNED:
        there.remove(rng.choice([layer for layer in there if layer != "drums"]))
    return there


def _of_split(files: list[File], split: str) -> list[File]:
    return files if split == "train" else files[split == "unseen" :: 2]
