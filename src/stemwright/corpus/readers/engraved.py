"""Printed music that comes as MIDI from LilyPond (Mutopia) as songs: hands and voices become layers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from stemwright.compose.analysis import find_key, profile
from stemwright.compose.feel import one_voice
from stemwright.compose.tracks import assign
from stemwright.corpus.readers.bandsongs import MIN_BARS, stretches_of
from stemwright.corpus.readers.fitting import fitted, playable_bpm
from stemwright.corpus.readers.form import form_of
from stemwright.corpus.readers.parts import hand_over
from stemwright.corpus.readers.printed import MAX_BARS, MIN_NOTES, accented
from stemwright.corpus.readers.voices import layers_of
from stemwright.corpus.song import CorpusSong
from stemwright.notation.sheet import Bar
from stemwright.song.meter import Meter
from stemwright.song.midi import MidiSong, read_midi
from stemwright.song.score import PPQ, Note, Score
from stemwright.song.state import GlobalState

PRINT = ".ly"
"""The ending of the source beside a piece, which alone says that it begins with a pickup."""
STYLES = {
    "ragtime": "ragtime", "march": "march", "hymn": "hymn", "song": "ballad", "folk": "folk",
    "dance": "folk",  # quadrilles and country dances, not what is danced to today
}  # fmt: skip
"""A piece's kind -> its style."""
USUAL = {"ragtime": 80, "march": 112, "hymn": 92, "song": 80, "folk": 92, "dance": 92}
"""Quarter notes a minute where a piece has no tempo: about the middle of those that have one."""
UNSAID = Fraction(60)
"""The tempo that LilyPond writes where nobody gave one."""
MOST_PARTS = 6
"""Tracks of voices and a piano; with more it is an orchestra, and read as a band is."""
MAX_BYTES = 1_000_000
_COMMENT = re.compile(r"%\{.*?%\}|%[^\n]*", re.DOTALL)
_PARTIAL = re.compile(r"\\partial\s*([0-9]+)(\.?)(?:\*([0-9]+)(?:/([0-9]+))?)?")


def engraved(path: Path, kind: str, composer: str) -> Iterator[CorpusSong]:
    """The songs of a file: one for each stretch of one meter. UsageError where it cannot be read."""
    midi = read_midi(path)
    late = _late(path.with_suffix(PRINT), midi.meter)
    for number, (start, end, meter) in enumerate(stretches_of(path, midi), 1):
        first = start if start else -late
        bars = min(MAX_BARS, -(-(end - first) // meter.ticks_per_bar))
        if bars < MIN_BARS:
            continue
        scores = _scores(midi, (first, first + bars * meter.ticks_per_bar), meter)
        if not scores:
            continue
        grid = [Bar(i * meter.ticks_per_bar, meter.ticks_per_bar, meter) for i in range(bars)]
        key = midi.key if midi.key is not None and number == 1 else find_key(profile(scores))
        bpm = playable_bpm(midi.bpm) if abs(midi.bpm - UNSAID) > 0.01 else Fraction(USUAL[kind])
        form = form_of(scores, meter, grid)
        yield CorpusSong(
            GlobalState(bpm, meter, key, form, style=STYLES[kind]),
            scores,
            source=path.parent.parent.name,
            name=f"{kind}/{path.stem}" + (f"#{number}" if number > 1 else ""),
            composers=(composer,),
        )


def _scores(midi: MidiSong, span: tuple[int, int], meter: Meter) -> dict[str, Score]:
    """The layers of a stretch, from its first bar on; those of a few notes are left out."""
    first, end = span
    if len(midi.tracks) > MOST_PARTS:
        bar = meter.ticks_per_bar
        found = hand_over(midi.tracks, assign(midi.tracks, bar), bar)
        layers = {layer: _between(notes, first, end) for layer, notes in found.items() if layer != "drums"}
    else:
        layers = layers_of([_between(t.notes, first, end) for t in midi.tracks if not t.is_drums], meter)
    scores = {
        layer: fitted(Score.from_notes(notes).without_overlaps(), layer) for layer, notes in layers.items()
    }
    for layer in ("bass", "lead"):
        if layer in scores:
            scores[layer] = one_voice(scores[layer])
    return {
        layer: accented(score, meter.ticks_per_bar, meter.ticks_per_beat)
        for layer, score in scores.items()
        if len(score.notes) >= MIN_NOTES
    }


def _between(notes: list[Note], first: int, end: int) -> list[Note]:
    """The notes that begin in a span, counted from its begin."""
    inside = (n for n in notes if first <= n.onset < end)
    return [Note(n.onset - first, min(n.end, end) - n.onset, n.pitch, n.velocity) for n in inside]


def _late(source: Path, meter: Meter) -> int:
    """Ticks of the first bar before its pickup, 0 without one: LilyPond's MIDI begins with the pickup."""
    if not source.is_file():
        return 0
    with source.open("rb") as file:
        text = _COMMENT.sub("", file.read(MAX_BYTES).decode("utf-8", "replace"))
    found = _PARTIAL.search(text)
    if found is None:
        return 0
    unit, dot, times, over = found.groups()
    if not int(unit) or over == "0":
        return 0
    length = Fraction(4 * PPQ, int(unit)) * (Fraction(3, 2) if dot else 1)
    pickup = int(length * int(times or 1) / int(over or 1))
    return meter.ticks_per_bar - pickup if 0 < pickup < meter.ticks_per_bar else 0
