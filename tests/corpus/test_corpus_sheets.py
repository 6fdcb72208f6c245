from __future__ import annotations

import sqlite3
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.corpus.readers.fitting import FOLD, fitted
from stemwright.corpus.readers.leadsheets import lead_sheet, styles_of
from stemwright.corpus.readers.lieder import hands, lied
from stemwright.errors import UsageError
from stemwright.notation.keys import likelier
from stemwright.notation.sheet import Part, Printed
from stemwright.song.harmony import Chord, Key
from stemwright.song.score import Note, Score
from support import printed as p

TUNE = ("D5", "F5", "A4", "G4")


def melody(bars: int, *, fifths: int = -1, last: str = "D", kind: str = "minor") -> list[str]:
    """Four quarters a bar over a chord a bar; the last chord as asked."""
    out = []
    for number in range(bars):
        root, what = (last, kind) if number == bars - 1 else ("G", "dominant")
        head = p.attributes(fifths, mode="major") if number == 0 else ""
        out.append(p.bar(head, p.symbol(root, what), *(p.note(n, 2) for n in TUNE), number=number + 1))
    return out


def piano(bars: int, left: tuple[str, ...] = ("D3", "A3", "F3", "A3")) -> list[str]:
    """A chord in the right hand, broken chords in the left."""
    out = []
    for number in range(bars):
        right = p.note("F4", 8, 1) + p.note("A4", 8, 1, chord=True)
        low = "".join(p.note(n, 1, 2) for n in left * 2)
        head = p.attributes(-1) if number == 0 else ""
        back = "<backup><duration>8</duration></backup>"
        out.append(p.bar(head, right, back, low, number=number + 1))
    return out


def test_a_lead_sheet_keeps_its_symbols_and_finds_its_mode(tmp_path: Path) -> None:
    (song,) = lead_sheet(p.save(tmp_path / "Song.mxl", melody(8)), ("A", "B"), "jazz")
    assert (song.source, song.name, song.composers) == ("openewld", "Song", ("A", "B"))
    assert (song.chords, song.layers, song.timing) == ("given", "given", "grid")
    assert set(song.scores) == {"lead"} and song.state.bars == 8
    assert song.state.chords == (Chord("G", "7"),) * 28 + (Chord("D", "m"),) * 4
    # The file says F major; it ends on D minor.
    assert song.state.key == Key("D", "minor")
    (other,) = lead_sheet(p.save(tmp_path / "Other.mxl", melody(8, last="F", kind="major")), ())
    assert other.state.key == Key("F", "major")


def test_short_and_empty_sheets_give_no_song(tmp_path: Path) -> None:
    assert not list(lead_sheet(p.save(tmp_path / "a.mxl", melody(7)), ()))
    silent = [p.bar(p.attributes()) for _ in range(9)]
    assert not list(lead_sheet(p.save(tmp_path / "b.mxl", silent), ()))
    with pytest.raises(UsageError, match=r"none\.mxl"):
        list(lead_sheet(tmp_path / "none.mxl", ()))


def test_styles_come_from_the_database(tmp_path: Path) -> None:
    assert styles_of(tmp_path) == {}
    with sqlite3.connect(tmp_path / "OpenEWLD.db") as database:
        database.execute("CREATE TABLE works (id, path_leadsheet)")
        database.execute("CREATE TABLE work_style (id, style, occurrences)")
        database.executemany(
            "INSERT INTO works VALUES (?, ?)", [(1, "dataset/A/S/S.mxl"), (2, "dataset/B.mxl")]
        )
        rows = [(1, "Vocal", 1), (1, "Country", 2), (1, "Folk", 1), (2, "Space-Age", 4)]
        database.executemany("INSERT INTO work_style VALUES (?, ?, ?)", rows)
    assert styles_of(tmp_path) == {"A/S/S.mxl": "country"}


def test_a_lied_has_three_layers_and_the_chords_of_its_analysis(tmp_path: Path) -> None:
    voice = [bar.replace("<kind>", "<kind>") for bar in melody(8, fifths=-1)]
    path = p.save(tmp_path / "Set" / "Song" / "lc1.mxl", voice, piano(8))
    (bare,) = lied(path, ("X",))
    assert bare.chords == "none" and bare.state.chords == () and bare.name == "Set/Song"
    (path.parent / "analysis_automatic.rntxt").write_text("m1 d: i b3 iv\nm2 F: I\nm8 d: i\n")
    (song,) = lied(path, ("X",))
    assert song.chords == "given" and song.state.chords[:6] == (
        Chord("D", "m"), Chord("D", "m"), Chord("G", "m"), Chord("G", "m"), Chord("F"), Chord("F")
    )  # fmt: skip
    assert song.state.key == Key("F", "major")  # six of eight bars
    assert set(song.scores) == {"bass", "harmony", "lead"} and song.state.style == "classical"
    assert song.state.bpm == Fraction(80)
    assert {n.pitch for n in song.scores["bass"].notes} == {50, 53}


@given(
    st.lists(
        st.tuples(st.integers(0, 1500), st.integers(1, 400), st.integers(30, 90), st.integers(1, 2)),
        min_size=1, max_size=60,
    )
)  # fmt: skip
@settings(max_examples=100, deadline=None)
def test_no_note_of_the_piano_is_in_two_layers_or_lost(rows: list[tuple[int, int, int, int]]) -> None:
    notes = {Note(onset, length, pitch, 80): staff for onset, length, pitch, staff in rows}
    part = Part("Piano", [Printed(note, staff) for note, staff in notes.items()])
    low, rest = hands(part, 96)
    assert sorted(low + rest) == sorted(notes)
    left = [n for n in notes if notes[n] == part.staves]
    for n in low:
        beat = n.onset // 96
        assert n.pitch == min(m.pitch for m in left if m.onset // 96 <= beat <= (m.end - 1) // 96)


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 100), st.integers(0, 127)), min_size=1),
    st.sampled_from(sorted(FOLD)),
)
@settings(max_examples=100, deadline=None)
def test_layers_fit_their_range_and_keep_pitch_classes(rows: list[tuple[int, int, int]], layer: str) -> None:
    score = Score.from_notes(Note(onset, length, pitch, 80) for onset, length, pitch in rows)
    made = fitted(score, layer)
    low, high = FOLD[layer]
    assert all(low <= n.pitch <= high for n in made.notes)
    assert {n.pitch % 12 for n in made.notes} <= {n.pitch % 12 for n in score.notes}
    span = max(n.pitch for n in score.notes) - min(n.pitch for n in score.notes)
    if span + 11 <= high - low and len({n.onset for n in score.notes}) == len(score.notes):
        moved = {after.pitch - before.pitch for before, after in zip(score.notes, made.notes, strict=True)}
        assert len(moved) == 1  # moved as a whole


def test_the_leading_tone_tells_a_minor_key() -> None:
    import numpy as np

    both = Key("C", "major"), Key("A", "minor")
    minor, major = np.ones(12), np.ones(12)
    minor[8], major[11] = 4, 4
    assert likelier(both, minor) == Key("A", "minor") and likelier(both, major) == Key("C", "major")
