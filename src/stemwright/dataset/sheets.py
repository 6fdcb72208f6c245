"""Printed music as songs: OpenEWLD's lead sheets and the voice and piano of OpenScore's Lieder.

A lead sheet's melody is the lead and its chord symbols are the chords; our arranger accompanies it. Of a song
with piano the voice is the lead, the piano the harmony, and the lowest notes of its left hand the bass. The
longest stretch of one meter is taken. Both are split by composer: none is heard in training and validation.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from random import Random

from stemwright.compose.analysis import find_chords, find_key, profile
from stemwright.compose.arranger import arrange
from stemwright.compose.feel import one_voice
from stemwright.compose.styles import style_of
from stemwright.corpus.readers.bands import FOLD, fold, playable_bpm
from stemwright.corpus.readers.musicxml import Part, Sheet, read_musicxml, runs
from stemwright.dataset.sources import SourceSong
from stemwright.errors import UsageError
from stemwright.song.bar_lines import BarLines
from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section

STYLES = ("jazz", "jazz", "ballad", "pop", "country", "blues", "bossa")
_FORM = ("verse", "verse", "bridge", "verse")
_SECTION_BARS = 8
_MIN_BARS, _MAX_BARS = 4, 160
_MIN_NOTES = 12


def sheet_song(path: Path, kind: str, rng: Random) -> SourceSong | None:
    """The song of a file; None where it cannot be read, is too short or lacks a part."""
    try:
        sheet = read_musicxml(path)
        return _lead_sheet(sheet, path.stem, rng) if kind == "sheets" else _lied(sheet, path.stem)
    except UsageError:
        return None


def _stretch(sheet: Sheet) -> tuple[int, int] | None:
    """First and last (exclusive) bar of the longest stretch; None where it is under four bars."""
    longest = max(runs(sheet.bars), key=lambda r: r[1] - r[0], default=(0, 0))
    return (
        None if longest[1] - longest[0] < _MIN_BARS else (longest[0], min(longest[1], longest[0] + _MAX_BARS))
    )


def _cut(notes: list[Note], sheet: Sheet, stretch: tuple[int, int], layer: str) -> Score:
    """Notes of a stretch of bars as a layer's score, folded into its range."""
    start = sheet.bars[stretch[0]].start
    end = start + sum(bar.length for bar in sheet.bars[slice(*stretch)])
    score = Score.from_notes(notes).without_overlaps().slice(start, end)
    return fold(score, *FOLD[layer])


def _accented(score: Score, ticks_per_bar: int, ticks_per_beat: int) -> Score:
    """What prints do not say: first beats a little louder, notes off the beat a little softer."""
    out = []
    for n in score.notes:
        place = n.onset % ticks_per_bar
        louder = 5 if place == 0 else 0 if place % ticks_per_beat == 0 else -4
        out.append(Note(n.onset, n.duration, n.pitch, max(1, min(127, n.velocity + louder))))
    return Score.from_notes(out)


def _symbols(sheet: Sheet, stretch: tuple[int, int]) -> tuple[Chord | None, ...]:
    """One chord per beat of a stretch: the last symbol at or before it."""
    meter = sheet.bars[stretch[0]].meter
    start = sheet.bars[stretch[0]].start
    beats = (stretch[1] - stretch[0]) * meter.beats_per_bar
    out: list[Chord | None] = []
    symbols, now = sorted(sheet.chords, key=lambda c: c[0]), None
    for beat in range(beats):
        while symbols and symbols[0][0] <= start + beat * meter.ticks_per_beat:
            now = symbols.pop(0)[1]
        out.append(now)
    return tuple(out)


def _form(bars: int) -> tuple[Section, ...]:
    """Sections of eight bars, AABA; what is left over belongs to the last."""
    count = max(1, bars // _SECTION_BARS)
    sizes = [_SECTION_BARS] * (count - 1) + [bars - _SECTION_BARS * (count - 1)]
    return tuple(Section(_FORM[i % len(_FORM)], size) for i, size in enumerate(sizes))


def _lead_sheet(sheet: Sheet, name: str, rng: Random) -> SourceSong | None:
    stretch = _stretch(sheet)
    if stretch is None or not sheet.parts:
        return None
    melody = one_voice(_cut([note for note, _ in sheet.parts[0].notes], sheet, stretch, "lead"))
    chords = _symbols(sheet, stretch)
    if len(melody.notes) < _MIN_NOTES or not any(chords):
        return None
    style = rng.choice(STYLES)
    low, high = style_of(style).bpm
    key = sheet.key or find_key(profile({"lead": melody}))
    meter = sheet.bars[stretch[0]].meter
    state = GlobalState(
        Fraction(rng.randint(low * 10, high * 10), 10),
        meter,
        key,
        _form(stretch[1] - stretch[0]),
        chords,
        style=style,
    )
    made = arrange(state, ("drums", "bass", "harmony"), rng.getrandbits(32))
    lead = _accented(melody, meter.ticks_per_bar, meter.ticks_per_beat)
    return SourceSong("openewld", name, made.state, {**made.scores, "lead": lead})


def _left_hand(piano: Part) -> list[Note]:
    """The lowest note of every onset of the lowest staff."""
    lowest: dict[int, Note] = {}
    for note in piano.on_staff(piano.staves):
        before = lowest.get(note.onset)
        if before is None or note.pitch < before.pitch:
            lowest[note.onset] = note
    return list(lowest.values())


def _lied(sheet: Sheet, name: str) -> SourceSong | None:
    stretch = _stretch(sheet)
    piano = next((part for part in reversed(sheet.parts) if part.staves >= 2), None)
    voice = next((part for part in sheet.parts if part is not piano and part.notes), None)
    if stretch is None or piano is None or voice is None:
        return None
    meter = sheet.bars[stretch[0]].meter
    parts = {
        "lead": one_voice(_cut([note for note, _ in voice.notes], sheet, stretch, "lead")),
        "harmony": _cut([note for note, _ in piano.notes], sheet, stretch, "harmony"),
        "bass": one_voice(_cut(_left_hand(piano), sheet, stretch, "bass")),
    }
    scores = {
        layer: _accented(score, meter.ticks_per_bar, meter.ticks_per_beat)
        for layer, score in parts.items()
        if len(score.notes) >= _MIN_NOTES
    }
    if not scores:
        return None
    bars = stretch[1] - stretch[0]
    key = find_key(profile(scores))
    chords = find_chords(scores, BarLines(meter), bars, key)
    bpm = playable_bpm(sheet.bpm) if sheet.bpm else Fraction(80)
    state = GlobalState(bpm, meter, key, (Section("song", bars),), chords, style="classical")
    return SourceSong("lieder", name, state, scores)
