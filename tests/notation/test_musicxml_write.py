"""MusicXML out: the order of elements, and what is read of it again."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element, fromstring

import pytest
from hypothesis import given, settings

from stemwright.errors import UsageError
from stemwright.notation.grid import gridded
from stemwright.notation.musicxml import read_musicxml
from stemwright.notation.musicxml_write import write_musicxml
from stemwright.notation.sheet import Syllable
from stemwright.song.harmony import Chord, Key
from stemwright.song.rhythm import RhythmMap
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.pieces import pieces, read_back, sounding

ORDER = {
    "score-partwise": "work movement-title identification defaults credit part-list part",
    "identification": "creator rights encoding source relation miscellaneous",
    "score-part": "part-name part-abbreviation score-instrument midi-device midi-instrument",
    "score-instrument": "instrument-name",
    "midi-instrument": "midi-channel midi-name midi-bank midi-program midi-unpitched volume pan",
    "attributes": "divisions key time staves part-symbol instruments clef staff-details transpose",
    "key": "fifths mode",
    "time": "beats beat-type",
    "clef": "sign line clef-octave-change",
    "note": "chord pitch unpitched rest duration tie instrument voice type dot accidental time-modification "
    "stem notehead staff beam notations lyric",
    "pitch": "step alter octave",
    "unpitched": "display-step display-octave",
    "time-modification": "actual-notes normal-notes",
    "notations": "tied slur tuplet",
    "lyric": "syllabic text",
    "harmony": "root function kind inversion bass degree frame offset",
    "root": "root-step root-alter",
    "bass": "bass-step bass-alter",
    "degree": "degree-value degree-alter degree-type",
    "direction": "direction-type offset voice staff sound",
    "metronome": "beat-unit per-minute",
    "barline": "bar-style ending repeat",
}
"""Element -> its children in the order of the MusicXML 4.0 schema, of those that we write or might."""
ANY_ORDER = {
    "measure": {"attributes", "direction", "harmony", "note", "backup", "barline"},
    "direction-type": None,
}


def check_order(element: Element) -> None:
    names = [child.tag for child in element]
    if element.tag in ORDER:
        order = ORDER[element.tag].split()
        assert all(name in order for name in names), (element.tag, names)
        assert names == sorted(names, key=order.index), (element.tag, names)
    elif ANY_ORDER.get(element.tag):
        assert set(names) <= ANY_ORDER[element.tag]
    for child in element:
        check_order(child)


def check_durations(root: Element, state: GlobalState) -> None:
    """Every voice of every measure lasts as long as the measure; values say how long they are."""
    plain = {"breve": 768, "whole": 384, "half": 192, "quarter": 96, "eighth": 48, "16th": 24, "32nd": 12}
    for part in root.iterfind("part"):
        assert len(part.findall("measure")) == state.bars
        for bar, measure in enumerate(part.iterfind("measure")):
            lasting: dict[str, int] = {}
            for note in measure.iterfind("note"):
                length = int(note.findtext("duration", ""))
                if note.find("type") is not None:
                    nominal = plain[note.findtext("type", "")] * (3 if note.find("dot") is not None else 2)
                    assert (
                        length * 2 * (3 if note.find("time-modification") is not None else 2) == nominal * 2
                    )
                if note.find("chord") is None:
                    voice = note.findtext("voice", "")
                    lasting[voice] = lasting.get(voice, 0) + length
            assert set(lasting.values()) == {state.meter_of(bar).ticks_per_bar}


@given(pieces())
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(piece: tuple[GlobalState, dict[str, Score]]) -> None:
    state, scores = piece
    data = write_musicxml(state, scores, title="A & B <c>")
    root = fromstring(data)
    check_order(root)
    check_durations(root, state)
    found = read_back(data, ".musicxml")
    for name in ("key", "bpm", "meter", "tempos", "meters", "sections"):
        assert getattr(found.state, name) == getattr(state, name), name
    if state.chords and any(state.chords):
        assert found.state.chords == state.chords
    assert set(found.scores) == set(scores)
    for layer, score in scores.items():
        assert list(found.scores[layer].notes) == sounding(score, state, layer == "drums")


def state(text: str = "verse:1", **kinds: str) -> GlobalState:
    return GlobalState.create(form=text, **kinds)


def notes(*rows: tuple[int, int, int]) -> Score:
    return Score.from_notes(Note(onset, length, pitch, 90) for onset, length, pitch in rows)


def written(song: GlobalState, **scores: Score) -> Element:
    return fromstring(write_musicxml(song, scores))


def test_names_come_from_chord_and_key() -> None:
    song = state("a:1", key="C").with_(chords=(Chord("E", "7"), None, Chord("F", "m"), Chord("C")))
    root = written(song, lead=notes((0, 96, 68), (96, 96, 70), (192, 96, 68), (288, 48, 61), (336, 48, 62)))
    spelled = [
        p.findtext("step", "") + {"1": "#", "-1": "b", "": ""}[p.findtext("alter", "")]
        for p in root.iter("pitch")
    ]
    assert spelled == [
        "G#",
        "Bb",
        "Ab",
        "C#",
        "D",
    ]  # the third of E7, the seventh of C, Fm's third, a leading tone
    assert [a.text for a in root.iter("accidental")] == ["sharp", "flat", "flat", "sharp"]


def test_accidentals_last_to_the_bar_line() -> None:
    root = written(state("a:2", key="G"), lead=notes((0, 96, 65), (96, 96, 65), (192, 96, 66), (384, 96, 65)))
    shown = [note.findtext("accidental") for note in root.iter("note") if note.find("pitch") is not None]
    assert shown == ["natural", None, "sharp", "natural"]


def test_harmony_has_two_staves_where_it_is_wide_and_clefs_by_register() -> None:
    wide = notes(*((96 * i, 96, pitch) for i, pitch in enumerate((48, 52, 64, 67))))
    root = written(state(), harmony=wide, bass=notes((0, 96, 33)), lead=notes((0, 96, 74)))
    assert [part.findtext("part-name") for part in root.iter("score-part")] == ["lead", "harmony", "bass"]
    clefs = [
        [(clef.findtext("sign"), clef.findtext("clef-octave-change")) for clef in part.iter("clef")]
        for part in root.iterfind("part")
    ]
    assert clefs == [[("G", None)], [("G", None), ("F", None)], [("F", "-1")]]


def test_drums_are_unpitched_with_crosses_for_cymbals() -> None:
    root = written(state(), drums=notes((0, 96, 36), (0, 96, 42), (96, 96, 38)))
    heads = {note.findtext("notehead") for note in root.iter("note") if note.find("unpitched") is not None}
    assert heads == {None, "x"} and root.find(".//pitch") is None
    assert root.findtext(".//clef/sign") == "percussion"
    assert sorted(int(item.text or 0) for item in root.iter("midi-unpitched")) == [37, 39, 43]
    stems = {note.findtext("unpitched/display-step"): note.findtext("stem") for note in root.iter("note")}
    assert (stems["F"], stems["G"]) == ("down", "up")


def test_swing_is_written_straight() -> None:
    song = state().with_(rhythm=RhythmMap(Fraction(2, 3), ("5" * 16,)))
    root = written(song, lead=notes((0, 64, 60), (64, 32, 62), (96, 96, 64)))
    assert [note.findtext("type") for note in root.iter("note") if note.find("pitch") is not None] == [
        "eighth", "eighth", "quarter",
    ]  # fmt: skip
    assert root.findtext(".//words") == "Swing" and root.find(".//time-modification") is None


def test_played_notes_are_put_on_the_grid() -> None:
    played = notes((2, 45, 60), (50, 40, 62), (97, 30, 64), (131, 30, 65), (158, 31, 67), (190, 100, 69))
    found = gridded(played, state())
    assert [(n.onset, n.duration) for n in found.score.notes] == [
        (0, 48), (48, 48), (96, 32), (128, 32), (160, 32), (192, 96),
    ]  # fmt: skip
    assert found.triplets == {96}


def test_syllables_stand_under_their_notes() -> None:
    lyrics = {"lead": [Syllable(0, "Hel", True), Syllable(96, "lo"), Syllable(192, "you\x07")]}
    tune = notes((0, 96, 60), (96, 96, 62), (192, 192, 64))
    data = write_musicxml(state(), {"lead": tune}, lyrics=lyrics)
    found = [(item.findtext("syllabic"), item.findtext("text")) for item in fromstring(data).iter("lyric")]
    assert found == [("begin", "Hel"), ("end", "lo"), ("single", "you")]
    assert read_musicxml(data).parts[0].syllables == [
        Syllable(0, "Hel", True), Syllable(96, "lo"), Syllable(192, "you"),
    ]  # fmt: skip


def test_a_key_of_many_signs_is_read_again_as_it_was() -> None:
    song = state(key="G# major")
    data = write_musicxml(song, {"lead": notes((0, 384, 68))})
    assert fromstring(data).findtext(".//fifths") == "-4"
    assert read_back(data, ".xml").state.key == Key("G#")


def test_nothing_to_write_is_said() -> None:
    with pytest.raises(UsageError, match="no scores"):
        write_musicxml(state(), {})
