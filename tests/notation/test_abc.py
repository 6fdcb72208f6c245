"""ABC in and out: what a tune says, what is refused, and that what is written is read again."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.exchange.sheets import played
from stemwright.notation.abc import read_abc
from stemwright.notation.abc_events import length_of
from stemwright.notation.abc_write import write_abc
from stemwright.notation.sheet import Sheet, Syllable
from stemwright.notation.unfold import unfold
from stemwright.song.harmony import Chord
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.pieces import read_back, scores, sounding, states


def tune(body: str, head: str = "M:4/4\nL:1/8\nK:C", number: int | None = None) -> Sheet:
    return read_abc(f"X:1\nT:Tune\n{head}\n{body}\n".encode(), "tune.abc", number)


def rows(sheet: Sheet, part: int = 0) -> list[tuple[int, int, int]]:
    return [(note.onset, note.duration, note.pitch) for note in sheet.parts[part].sounding]


def pitches(body: str, head: str = "M:4/4\nL:1/8\nK:C") -> list[int]:
    return [note.pitch for note in tune(body, head).parts[0].sounding]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("", 1), ("3", 3), ("/", 0.5), ("//", 0.25), ("3/2", 1.5), ("/4", 0.25), ("3//", 0.75)],
)
def test_lengths(text: str, expected: float) -> None:
    assert float(length_of(text)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("C2 E2 G2 c2", [(0, 96, 60), (96, 96, 64), (192, 96, 67), (288, 96, 72)]),
        ("C,2 c'2 z2 [CEG]2", [(0, 96, 48), (96, 96, 84), (288, 96, 60), (288, 96, 64), (288, 96, 67)]),
        ("C>D E<F", [(0, 72, 60), (72, 24, 62), (96, 24, 64), (120, 72, 65)]),
        ("C>>D", [(0, 84, 60), (84, 12, 62)]),
        ("(3CDE F2", [(0, 32, 60), (32, 32, 62), (64, 32, 64), (96, 96, 65)]),
        ("(3:2:2C2E F", [(0, 64, 60), (64, 32, 64), (96, 48, 65)]),
        ("(CD) .E ~F", [(0, 48, 60), (48, 48, 62), (96, 48, 64), (144, 48, 65)]),
        ("C8-|C4 D4", [(0, 576, 60), (576, 192, 62)]),
        ("^C8-|C4 C4", [(0, 576, 61), (576, 192, 60)]),  # a tie keeps its accidental, what follows does not
        ("[C2E2]-[CG]", [(0, 144, 60), (0, 96, 64), (96, 48, 67)]),
        ("C2 & E2 | G2", [(0, 96, 60), (0, 96, 64), (96, 96, 67)]),
        ("Z2 C2", [(768, 96, 60)]),
        ("!f!C2 +trill+D2 % words", [(0, 96, 60), (96, 96, 62)]),
    ],
)
def test_music(body: str, expected: list[tuple[int, int, int]]) -> None:
    assert rows(tune(body)) == expected


def test_accidentals_last_to_the_bar_line_in_every_octave() -> None:
    assert pitches("^C c =c C | C") == [61, 73, 72, 60, 60]
    assert pitches("F ^F =F f", "K:G") == [66, 66, 65, 77]
    assert pitches("B __B B", "K:F") == [70, 69, 69]


@pytest.mark.parametrize(
    ("key", "fifths", "name"),
    [
        ("Am", 0, "A minor"), ("D dorian", 0, "D dorian"), ("Ddor", 0, "D dorian"), ("Eb", -3, "Eb major"),
        ("F#mix", 5, "F# mixolydian"), ("G Lydian", 2, "G lydian"), ("HP", 2, "A mixolydian"),
        ("C clef=bass", 0, "C major"), ("A minor ^g", 0, "A minor"),
    ],
)  # fmt: skip
def test_keys(key: str, fifths: int, name: str) -> None:
    bar = tune("C", f"K:{key}").bars[0]
    assert (bar.fifths, str(bar.key)) == (fifths, name)


def test_explicit_accidentals_of_a_key() -> None:
    assert pitches("G A", "K:Am ^g") == [68, 69]


def test_meter_unit_and_tempo() -> None:
    sheet = tune("C|[M:3/4][L:1/4]C3|[Q:3/8=80]D3", "M:6/8\nQ:1/4=90\nK:C")
    assert rows(sheet) == [(0, 48, 60), (48, 288, 60), (336, 288, 62)]
    assert [str(bar.meter) for bar in sheet.bars] == ["6/8", "3/4", "3/4"]
    assert [(tick, float(bpm)) for tick, bpm in sheet.tempos] == [(0, 90), (336, 120)]
    assert tune("C", "M:2/4\nK:C").parts[0].sounding[0].duration == 24  # sixteenths below 3/4
    assert str(tune("C", "M:C|\nK:C").bars[0].meter) == "2/2"
    assert str(tune("C5", "M:(2+3)/8\nK:C").bars[0].meter) == "5/8"


def test_repeats_and_endings_are_played() -> None:
    sheet = unfold(tune("|:C8|1 D8:|2 E8|] F8|"))
    assert [note.pitch for note in sheet.parts[0].sounding] == [60, 62, 60, 64, 65]
    twice = unfold(tune("C8::D8:|"))
    assert [note.pitch for note in twice.parts[0].sounding] == [60, 60, 62, 62]
    back = unfold(tune("C8|!fine!D8|E8 !D.C.!|"))
    assert [note.pitch for note in back.parts[0].sounding] == [60, 62, 64, 60, 62]


def test_chord_symbols_and_what_is_only_said() -> None:
    sheet = tune('"Am7"C4 "^slowly"D4 | "N.C."E4 "F#dim/A"F4 | "wha?"G')
    assert sheet.chords == [(0, Chord("A", "m7")), (384, None), (576, Chord("F#", "dim", "A"))]
    assert sheet.remarks == ["line 6: 'wha?' is no chord: passed over"]


def test_voices_and_their_names() -> None:
    sheet = tune('V:1 name="Lead"\nc4 c4|\nV:B clef=bass\nC,8|\n[V:1] d8|\n[V:B] D,8|')
    assert [part.name for part in sheet.parts] == ["Lead", "Voice B"]
    assert rows(sheet, 0) == [(0, 192, 72), (192, 192, 72), (384, 384, 74)]
    assert rows(sheet, 1) == [(0, 384, 48), (384, 384, 50)]


def test_transposed_and_percussion_voices() -> None:
    assert pitches("V:1 transpose=-2\nC", "K:C") == [58]
    sheet = tune("%%MIDI channel 10\nC,, ^F,,", "K:C perc")
    assert sheet.parts[0].is_drums and [n.pitch for n in sheet.parts[0].sounding] == [36, 42]


def test_words_stand_under_notes() -> None:
    sheet = tune("C D E z F|G A B c|\nw:Hel-lo you * | la~la_ oh\\-oh\nw:Ver-se two")
    assert sheet.parts[0].syllables == [
        Syllable(0, "Hel", True, 1), Syllable(0, "Ver", True, 2), Syllable(48, "lo", False, 1),
        Syllable(48, "se", False, 2), Syllable(96, "you", False, 1), Syllable(96, "two", False, 2),
        Syllable(240, "la la", False, 1), Syllable(336, "oh-oh", False, 1),
    ]  # fmt: skip
    twice = unfold(tune("|:C4D4:|\nw:one two\nw:three four"))
    assert [one.text for one in twice.parts[0].syllables] == ["one", "two", "three", "four"]


def test_several_tunes() -> None:
    text = b"X:1\nK:C\nC\n\nX:7\nT:Second\nK:G\nG\n"
    assert read_abc(text, "x.abc").parts[0].sounding[0].pitch == 60
    assert read_abc(text, "x.abc", 7).facts["title"] == "Second"
    with pytest.raises(UsageError, match=r"x\.abc: has no tune 2, only 1, 7"):
        read_abc(text, "x.abc", 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"hello", "x.abc: has no tune"),
        (b"X:1\nM:6/0\nK:C\nC", "x.abc: line 2: M:6/0 is not a meter"),
        (b"X:1\nM:99/3\nK:C\nC", "line 2: M:99/3 is not a meter that a song can have; write"),
        (b"X:1\nL:x\nK:C\nC", "line 2: L:x is not a length"),
        (b"X:1\nQ:fast\nK:C\nC", "line 2: Q:fast is not a tempo"),
        (b"X:1\nK:H\nC", "line 2: K:H is not a key"),
        (b"X:1\nK:C bluesy\nC", "line 2: K:C bluesy has no known mode"),
        (b'X:1\nK:C\n"Am C', "line 3: '\"Am C' has no \" after it; close it"),
        (b"X:1\nK:C\n\0", "is no text"),
    ],
)
def test_what_no_tune_can_say_is_refused(text: bytes, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_abc(text, "x.abc")
    assert says in str(refused.value) and len(str(refused.value).splitlines()) == 1


def test_a_strict_reader_refuses_what_is_passed_over() -> None:
    sheet = tune("C ; D")
    assert sheet.remarks == ["line 6: ';' is no ABC: passed over"]
    with pytest.raises(UsageError, match="line 6"):
        played(sheet, "x.abc", strict=True)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_lead_sheet_is_read_again(data: st.DataObject) -> None:
    state: GlobalState = data.draw(states())
    score: Score = data.draw(scores(state, "lead", 16))
    written = write_abc(state, score, "A % tune")
    found = read_back(written, ".abc")
    for name in ("key", "bpm", "meter", "tempos", "meters", "sections"):
        assert getattr(found.state, name) == getattr(state, name), name
    if any(state.chords):
        assert found.state.chords == state.chords
    (back,) = found.scores.values()
    expected = sounding(score, state, drums=False)
    assert [(n.onset, n.duration, n.pitch) for n in back.notes] == sorted(
        (n.onset, n.duration, n.pitch) for n in expected
    )


def test_words_are_read_again() -> None:
    state = GlobalState.create(form="a:2")
    notes = Score.from_notes(Note(96 * i, 96, 60 + i, 80) for i in range(8))
    sung = [Syllable(0, "oh-oh"), Syllable(96, "Hel", True), Syllable(192, "lo"), Syllable(384, "my love")]
    assert read_abc(write_abc(state, notes, "x", sung), "x.abc").parts[0].syllables == sung
