"""OpenEWLD's lead sheets as songs: the melody is the lead, its chord symbols are the chords.

Tempo: where a sheet has none (nearly all), the middle of its style's range in the arranger's stylebook.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from stemwright.compose.analysis import find_key, profile
from stemwright.compose.feel import one_voice
from stemwright.compose.styles import style_of
from stemwright.corpus.readers.fitting import playable_bpm
from stemwright.corpus.readers.form import form_of
from stemwright.corpus.readers.printed import MIN_NOTES, accented, cut, stretches
from stemwright.corpus.song import CorpusSong
from stemwright.notation.keys import chosen_key, keys_of
from stemwright.notation.musicxml import read_musicxml
from stemwright.notation.sheet import Bar
from stemwright.notation.unfold import chords_per_beat, unfold
from stemwright.song.harmony import Chord, Key
from stemwright.song.score import Score
from stemwright.song.state import GlobalState

_STYLES = {
    "Country": "country", "Country Rock": "country", "Bluegrass": "country", "Folk": "country",
    "Blues Rock": "blues", "Rhythm & Blues": "blues", "Samba": "bossa", "Bossa Nova": "bossa",
    "Ballad": "ballad", "Romantic": "ballad", "Swing": "jazz", "Big Band": "jazz", "Hard Bop": "jazz",
    "Dixieland": "jazz", "Ragtime": "jazz", "Bop": "jazz", "Cool Jazz": "jazz", "Soul-Jazz": "jazz",
    "Rock & Roll": "rock", "Pop Rock": "pop", "Vocal": "pop", "Easy Listening": "ballad",
}  # fmt: skip
"""What the database calls a recording of a song -> our style; others are not counted."""
DEFAULT_STYLE = "jazz"


def styles_of(folder: Path) -> dict[str, str]:
    """Path of a sheet below its folder -> style, by the database beside them; {} where there is none."""
    database = folder / "OpenEWLD.db"
    if not database.is_file():
        return {}
    votes: dict[str, dict[str, int]] = {}
    with sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro&immutable=1", uri=True) as open_database:
        rows = open_database.execute(
            "SELECT path_leadsheet, style, occurrences FROM works JOIN work_style ON works.id = work_style.id"
        )
        for path, style, count in rows:
            name = _STYLES.get(str(style))
            if name is not None:
                tally = votes.setdefault(str(path).removeprefix("dataset/"), {})
                tally[name] = tally.get(name, 0) + int(count or 1)
    return {path: max(sorted(tally), key=lambda style: tally[style]) for path, tally in votes.items()}


def lead_sheet(path: Path, composers: tuple[str, ...], style: str = DEFAULT_STYLE) -> Iterator[CorpusSong]:
    """The songs of a sheet: one for each stretch of one meter. UsageError where it cannot be read."""
    sheet = unfold(read_musicxml(path))
    for number, bars in enumerate(stretches(sheet), 1):
        if not sheet.parts:
            continue
        meter = bars[0].meter
        melody = one_voice(cut(sheet.parts[0].sounding, bars, "lead"))
        chords = chords_per_beat(sheet.chords, bars)
        if len(melody.notes) < MIN_NOTES:
            continue
        scores = {"lead": accented(melody, meter.ticks_per_bar, meter.ticks_per_beat)}
        low, high = style_of(style).bpm
        bpm = playable_bpm(sheet.bpm) if sheet.bpm else Fraction((low + high) // 2)
        given = any(chords)
        state = GlobalState(
            bpm,
            meter,
            _key(scores, bars, chords),
            form_of(scores, meter, bars),
            chords if given else (),
            style=style,
        )
        name = path.stem + (f"#{number}" if number > 1 else "")
        yield CorpusSong(
            state,
            scores,
            source="openewld",
            name=name,
            composers=composers,
            chords="given" if given else "none",
        )


def _key(scores: Mapping[str, Score], bars: list[Bar], chords: tuple[Chord | None, ...]) -> Key:
    """The signature's major or minor key: the sheets call every signature major."""
    both = keys_of(bars)
    return find_key(profile(scores)) if both is None else chosen_key(both, chords, profile(scores).tolist())
