from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from stemwright.corpus.readers import romantext
from stemwright.corpus.readers.romantext import (
    beat_ticks,
    best_placed,
    chord_share,
    numeral,
    placed,
    read_romantext,
)
from stemwright.errors import UsageError
from stemwright.notation.sheet import Bar
from stemwright.song.harmony import Chord, Key
from stemwright.song.meter import Meter
from stemwright.song.score import Note

TEXT = """Composer: X
Time Signature: 4/4

m0 b4 a: V
m1 i b2.5 nonsense b3 iiø65
m2 C: IV7 b3 V43
m9 I
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "analysis_automatic.rntxt"
    path.write_text(text, encoding="utf-8")
    return path


def test_chords_and_keys_in_order(tmp_path: Path) -> None:
    found = read_romantext(write(tmp_path, TEXT))
    assert [(e.bar, e.beat, str(e.key), str(e.chord)) for e in found] == [
        ("0", Fraction(4), "A minor", "E"),
        ("1", Fraction(1), "A minor", "Am"),
        ("1", Fraction(3), "A minor", "Bm7b5/D"),
        ("2", Fraction(1), "C major", "Fmaj7"),
        ("2", Fraction(3), "C major", "G7/D"),
        ("9", Fraction(1), "C major", "C"),
    ]


def test_places_follow_the_bars(tmp_path: Path) -> None:
    meter = Meter(4, 4)
    bars = [Bar(0, 96, meter, "0"), Bar(96, 384, meter, "1"), Bar(480, 384, meter, "2")]
    found = placed(read_romantext(write(tmp_path, TEXT)), bars)
    assert [tick for tick, _ in found] == [0, 96, 96 + 192, 480, 480 + 192]


@pytest.mark.parametrize("late", [0, 1, -1])
def test_an_analysis_that_counts_bars_otherwise_is_moved(tmp_path: Path, late: int) -> None:
    meter, numerals = Meter(4, 4), ("I", "ii", "V", "vi", "IV", "iii")
    text = "".join(f"m{i + 3} {'C: ' if i == 0 else ''}{n}\n" for i, n in enumerate(numerals))
    entries = read_romantext(write(tmp_path, text))
    bars = [Bar(384 * i, 384, meter, str(i + 1)) for i in range(10)]
    notes = [
        Note(384 * (i + 2 + late), 384, 60 + pc, 80)
        for i, entry in enumerate(entries)
        for pc in entry.chord.pitch_classes
    ]
    found = best_placed(entries, bars, notes)
    assert found == placed(entries, bars, late) and chord_share(found, notes) == 1.0
    assert [tick for tick, _ in found] == [384 * (i + 2 + late) for i in range(6)]


def test_an_analysis_of_other_music_is_not_believed(tmp_path: Path) -> None:
    entries = read_romantext(write(tmp_path, "m1 C: I\nm2 V\n"))
    bars = [Bar(384 * i, 384, Meter(4, 4), str(i + 1)) for i in range(2)]
    with pytest.raises(UsageError, match="fits 0% of the notes"):
        best_placed(entries, bars, [Note(0, 384, 61, 80), Note(384, 384, 66, 80)])
    assert chord_share([], [Note(0, 1, 60, 80)]) == 0.0


def test_beats_of_compound_meters_are_three_units() -> None:
    meters = ("4/4", "6/8", "9/8", "3/8", "3/4", "2/2", "6/4", "12/8")
    ticks = [beat_ticks(Meter.parse(meter)) for meter in meters]
    assert ticks == [96, 144, 144, 48, 96, 192, 288, 144]


@pytest.mark.parametrize(
    ("text", "key", "chord"),
    [
        ("I7", "C major", "Cmaj7"), ("IV65", "C major", "Fmaj7/A"), ("V7", "C major", "G7"),
        ("IV2", "C major", "Fmaj7/E"), ("VI7", "A minor", "Fmaj7"), ("VII7", "A minor", "G7"),
        ("V7/V", "C major", "D7"), ("viio7", "A minor", "G#dim7"), ("Ger65", "C major", "Ab7"),
        ("N6", "A minor", "Bb/D"), ("Cad64", "C major", "C/G"), ("III+7", "A minor", "Cmaj7#5"),
    ],
)  # fmt: skip
def test_sevenths_are_the_keys_own(text: str, key: str, chord: str) -> None:
    assert numeral(text, Key.parse(key)) == Chord.parse(chord)


@pytest.mark.parametrize(
    "text", ["", "m1 no key: I", "m1 bnan C: I bnan V", "m1 b2 nonsense", "Title: m1 C: I"]
)
def test_what_says_no_places_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match="known places"):
        read_romantext(write(tmp_path, text))


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_romantext(tmp_path / "none.rntxt")
    (tmp_path / "a.rntxt").write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="cannot be read"):
        read_romantext(tmp_path / "a.rntxt")
    monkeypatch.setattr(romantext, "MAX_BYTES", 10)
    with pytest.raises(UsageError, match="larger than"):
        read_romantext(write(tmp_path, TEXT))
