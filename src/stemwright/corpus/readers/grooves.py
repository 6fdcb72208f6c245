"""Groove MIDI as songs: drums as they were played, with the style, tempo and meter of its table."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from stemwright.corpus.readers.fitting import canonical_drums
from stemwright.corpus.readers.printed import MAX_BARS, MIN_NOTES
from stemwright.corpus.song import CorpusSong
from stemwright.song.harmony import Key
from stemwright.song.meter import Meter
from stemwright.song.midi import read_midi
from stemwright.song.state import GlobalState, Section

MIN_BARS = 2


def groove(path: Path, row: dict[str, str]) -> Iterator[CorpusSong]:
    """The song of a file and its row of `info.csv`; none where that is under two bars. UsageError: it is
    no MIDI file.
    """
    meter = Meter.parse(row["time_signature"].replace("-", "/"))
    midi = read_midi(path)
    score = canonical_drums(n for t in midi.tracks for n in t.notes)
    last = max((n.onset for n in score.notes), default=0)
    bars = min(MAX_BARS, (last + meter.ticks_per_beat) // meter.ticks_per_bar)
    if bars < MIN_BARS or len(score.notes) < MIN_NOTES:
        return
    style = row["style"].lower().replace("/", " ")
    sections = (Section("groove", bars),)
    state = GlobalState(Fraction(row["bpm"]), meter, Key("C", "major"), sections, style=style)
    scores = {"drums": score.slice(0, state.total_ticks)}
    yield CorpusSong(state, scores, source="gmd", name=row["id"], composers=(row["drummer"],), timing="human")
