"""Keys and chords: texts round trip, spelling, scales, roman numerals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.harmony import MODES, QUALITIES, Chord, Key, chord_text, parse_chord, roman
from stemwright.song.pitch import fifths_of, is_note_name, name_at, pitch_class
from stemwright.song.roman import parse_roman

tonics = st.sampled_from([letter + sign for letter in "ABCDEFG" for sign in ("", "#", "b")])
keys = st.builds(Key, tonics, st.sampled_from(sorted(MODES)))
names = st.integers(-15, 19).map(name_at)
chords = st.builds(Chord, names, st.sampled_from(sorted(QUALITIES)), st.none() | names)


@given(keys)
def test_key_round_trip(key: Key) -> None:
    assert Key.parse(str(key)) == key
    assert Key.parse(key.short) == key
    assert key.pitch_classes[0] == key.tonic_pc and len(set(key.pitch_classes)) == 7


@given(chords)
def test_chord_round_trip(chord: Chord) -> None:
    assert Chord.parse(str(chord)) == chord
    assert parse_chord(chord_text(chord)) == chord
    assert chord.pitch_classes[0] == chord.root_pc


def test_no_chord() -> None:
    assert parse_chord("N.C.") is None and chord_text(None) == "N.C."


@given(keys)
def test_spelling_gives_the_scale_one_letter_each(key: Key) -> None:
    scale = [key.spell(pc) for pc in key.pitch_classes]
    assert scale[0] == key.tonic
    assert sorted(name[0] for name in scale) == list("ABCDEFG")
    for pc in range(12):
        assert pitch_class(key.spell(pc)) == pc and is_note_name(key.spell(pc))


@given(keys, st.integers(0, 11))
def test_two_signs_only_where_the_key_has_them(key: Key, pc: int) -> None:
    assert len(key.spell(pc)) < 3 or pc in key.pitch_classes
    if abs(key.fifths) <= 7:  # keys that are written with a signature need none at all
        assert len(key.spell(pc)) < 3


@given(keys, st.sampled_from(("", "b", "#")), st.sampled_from(("I", "II", "iii", "IV", "V", "vi", "VII")))
def test_roots_of_numerals_have_two_signs_only_where_the_key_has_them(
    key: Key, sign: str, degree: str
) -> None:
    root = parse_roman(sign + degree, key).root
    assert len(root) < 3 or pitch_class(root) in key.pitch_classes


def test_a_flat_sixth_is_spelled_as_in_a_chart() -> None:
    assert Key("Db").spell(9) == "A" and Key("Gb").spell(9) == "A" and Key("Db").spell(4) == "Fb"
    assert parse_roman("bVI", Key("Db")).root == "A"
    assert Key("G#").spell(7) == "F##"


@given(keys, st.integers(1, 7), st.booleans())
def test_roman_chords_lie_in_the_key(key: Key, degree: int, seventh: bool) -> None:
    chord = roman(key, degree, seventh=seventh)
    assert chord.root_pc == key.pitch_classes[degree - 1]
    assert set(chord.pitch_classes) <= set(key.pitch_classes)


@given(keys, st.integers(0, 11))
def test_transposing(key: Key, semitones: int) -> None:
    moved = key.transposed(semitones)
    assert (moved.tonic_pc - key.tonic_pc) % 12 == semitones and -6 <= moved.fifths <= 7
    assert roman(key, 5).transposed(semitones, moved) == roman(moved, 5)


@pytest.mark.parametrize(
    ("text", "full", "short", "fifths"),
    [
        ("F# minor", "F# minor", "F#min", 3),
        ("Bbm", "Bb minor", "Bbmin", -5),
        ("C", "C major", "Cmaj", 0),
        ("CM", "C major", "Cmaj", 0),
        ("d Dorian", "D dorian", "Ddor", 0),
        ("F lydian", "F lydian", "Flyd", 0),
        ("B locrian", "B locrian", "Bloc", 0),
        ("e phrygian", "E phrygian", "Ephr", 0),
        ("G mixolydian", "G mixolydian", "Gmix", 0),
        ("E♭ major", "Eb major", "Ebmaj", -3),
        ("G# major", "G# major", "G#maj", 8),
    ],
)
def test_keys(text: str, full: str, short: str, fifths: int) -> None:
    key = Key.parse(text)
    assert (str(key), key.short, key.fifths) == (full, short, fifths)


@pytest.mark.parametrize("text", ["H major", "", "F# mineur", "F## major", "C major minor", "x" * 1000, "7"])
def test_bad_keys(text: str) -> None:
    with pytest.raises(UsageError, match=r'^key: .*"F# minor"') as caught:
        Key.parse(text)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


@pytest.mark.parametrize(
    ("text", "canonical", "pcs", "bass"),
    [
        ("F#m7b5/A", "F#m7b5/A", (6, 9, 0, 4), 9),
        ("Cmin7", "Cm7", (0, 3, 7, 10), 0),
        ("B-7", "Bm7", (11, 2, 6, 9), 11),
        ("CM7", "Cmaj7", (0, 4, 7, 11), 0),
        ("C6/9", "C69", (0, 4, 7, 9, 2), 0),
        ("C6/9/E", "C69/E", (0, 4, 7, 9, 2), 4),
        ("Bb", "Bb", (10, 2, 5), 10),
        ("Bb5", "Bb5", (10, 5), 10),
        ("Gsus", "Gsus4", (7, 0, 2), 7),
        ("Ebmaj9", "Ebmaj9", (3, 7, 10, 2, 5), 3),
    ],
)
def test_chords(text: str, canonical: str, pcs: tuple[int, ...], bass: int) -> None:
    chord = Chord.parse(text)
    assert (str(chord), chord.pitch_classes, chord.bass_pc) == (canonical, pcs, bass)


@pytest.mark.parametrize("text", ["", "H", "Cfoo", "C/", "C/H", "C/../x", "c", "C" * 99, "C m"])
def test_bad_chords(text: str) -> None:
    with pytest.raises(UsageError, match=r"^chord: "):
        Chord.parse(text)


def test_roman_golden() -> None:
    assert [str(roman(Key("F#", "minor"), d)) for d in range(1, 8)] == [
        "F#m",
        "G#dim",
        "A",
        "Bm",
        "C#m",
        "D",
        "E",
    ]
    assert [str(roman(Key("Db"), d, seventh=True)) for d in (2, 5, 7)] == ["Ebm7", "Ab7", "Cm7b5"]
    assert str(roman(Key("A", "minor"), 5, "7")) == "E7"
    with pytest.raises(UsageError, match=r"degree"):
        roman(Key("C"), 8)


def test_line_of_fifths() -> None:
    assert all(fifths_of(name_at(place)) == place for place in range(-15, 20))
    assert [pitch_class(name) for name in ("C", "B#", "Cb", "E#", "Abb", "F##")] == [0, 0, 11, 5, 7, 7]
