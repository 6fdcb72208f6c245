"""Bars of a song's layer as texts of rhythm, for learners of lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from stemwright.compose.grid import STEP
from stemwright.compose.learned.counts import Counting
from stemwright.compose.learned.figures import METERS, again_contexts, bar_contexts, density, likeness
from stemwright.corpus.song import CorpusSong
from stemwright.song.score import Note

Seen = tuple[Sequence[str], str]
_SPREAD = 12
"""Ticks within which notes begin together."""


def by_step(song: CorpusSong, layer: str) -> list[dict[int, list[Note]]]:
    """The notes of each bar of a song by the sixteenth on which they begin."""
    bars: list[dict[int, list[Note]]] = [{} for _ in range(song.state.bars)]
    for note in song.scores[layer].notes:
        tick = note.onset + _SPREAD
        bar = song.state.bar_of_tick(min(tick, song.state.total_ticks - 1))
        step = (tick - song.state.bar_tick(bar)) // STEP
        if step < song.state.meter_of(bar).ticks_per_bar // STEP:
            bars[bar].setdefault(step, []).append(note)
    return bars


def rhythm(bar: dict[int, list[Note]], steps: int) -> str:
    """A bar as text of `x`, `-` and `.`; notes are held as the longest sounds, at most to the next."""
    line = ["."] * steps
    starts = sorted(bar)
    for start, end in zip(starts, [*starts[1:], steps], strict=True):
        held = max(note.duration for note in bar[start])
        length = max(1, min(end - start, (held + STEP // 3) // STEP))
        line[start : start + length] = "x" + "-" * (length - 1)
    return "".join(line)


def phrases(song: CorpusSong, layer: str) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """Runs of bars with notes in one meter: the meter, and (number of the bar in the song, its rhythm)."""
    bars = by_step(song, layer)
    run: list[tuple[int, str]] = []
    meter = ""
    for number, bar in enumerate(bars):
        now = str(song.state.meter_of(number))
        if run and (not bar or now != meter):
            yield meter, run
            run = []
        meter = now
        if bar and now in METERS:
            run.append((number, rhythm(bar, song.state.meter_of(number).ticks_per_bar // STEP)))
    if run:
        yield meter, run


def bars_seen(song: CorpusSong, layer: str, most: int = 10_000) -> Iterator[tuple[str, Seen]]:
    """What a song says of bars: ("bar" or "again", what was seen in which contexts), of `most` bars."""
    left = most
    for meter, run in phrases(song, layer):
        texts = [text for _, text in run]
        for place, text in enumerate(texts):
            if left <= 0:
                return
            left -= 1
            same = likeness(texts, place)
            if place:
                yield "again", (again_contexts(place), same)
            if same == "n":
                busy = density(text.count("x"), len(text))
                before = texts[place - 1] if place else None
                yield "bar", (bar_contexts(meter, busy, place, before), text)


def count(counting: Counting, seen: Seen, times: int = 1) -> None:
    """Count what was seen in all its contexts and in the one that has everything, ""."""
    contexts, symbol = seen
    counting.add([*contexts, ""] if "" not in contexts else contexts, symbol, times)
