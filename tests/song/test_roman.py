"""Roman numerals: what they mean in major, minor and modal keys; inversions, borrowed chords, bad ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.harmony import MODES, Chord, Key
from stemwright.song.roman import is_roman, parse_roman

keys = st.builds(
    Key, st.sampled_from(["C", "F#", "Bb", "E", "Ab", "D", "Cb", "G#"]), st.sampled_from(sorted(MODES))
)
DIATONIC = {
    "major": ("I", "ii", "iii", "IV", "V", "vi", "viio"),
    "minor": ("i", "iio", "III", "iv", "v", "VI", "VII"),
    "dorian": ("i", "ii", "III", "IV", "v", "vio", "VII"),
    "mixolydian": ("I", "ii", "iiio", "IV", "v", "vi", "VII"),
}


def chords(text: str, key: str) -> list[str]:
    return [str(parse_roman(word, Key.parse(key))) for word in text.split()]


@pytest.mark.parametrize(
    ("key", "romans", "symbols"),
    [
        ("C", "I ii7 iii IV V7 vi viio7 viiø7", "C Dm7 Em F G7 Am Bdim7 Bm7b5"),
        ("A minor", "i iiø7 III iv V7 VI VII viio7 vi bVII", "Am Bm7b5 C Dm E7 F G G#dim7 F#m G"),
        ("F# minor", "i VI III VII V65 Iadd6", "F#m D A E C#7/E# F#6"),
        ("C", "bVII bVImaj7 #ivø7 bII7 iv6", "Bb Abmaj7 F#m7b5 Db7 Fm/Ab"),
        ("D dorian", "i IV VII bVI", "Dm G C Bb"),
        ("E", "V7/V V/ii V7/IV viio7/V V/V/V ii7/bVII", "F#7 C# E7 A#dim7 C# Em7"),
        ("Bb", "I6 I64 V65 V43 V42 V2 ii65 viio6", "Bb/D Bb/F F7/A F7/C F7/Eb F7/Eb Cm7/Eb Adim/C"),
        ("C", "N6 Ger65 It6 Fr43 Cad64 V", "Db/F Ab7 Ab7 Ab7b5 C/G G"),
        ("G", "I7 IM7 Imaj9 imaj7 V7b9", "G7 Gmaj7 Gmaj9 Gmmaj7 D7b9"),
        ("G", "V13#11 Isus4 I+ I/B", "D13#11 Gsus4 Gaug G/B"),
    ],
)  # fmt: skip
def test_golden(key: str, romans: str, symbols: str) -> None:
    assert chords(romans, key) == symbols.split()


@given(st.sampled_from(sorted(DIATONIC)), st.sampled_from(["C", "F#", "Bb", "E", "Ab", "D"]))
def test_the_key_s_own_triads_lie_in_it(mode: str, tonic: str) -> None:
    key = Key(tonic, mode)
    for degree, numeral in enumerate(DIATONIC[mode]):
        chord = parse_roman(numeral, key)
        assert chord.root_pc == key.pitch_classes[degree]
        assert set(chord.pitch_classes) <= set(key.pitch_classes)


@given(keys, st.sampled_from(["V7/V", "V65/ii", "viio7/vi", "bVII", "#iv", "I64", "N6", "ii43/bIII"]))
def test_numerals_move_with_their_key(key: Key, numeral: str) -> None:
    chord = parse_roman(numeral, key)
    moved = parse_roman(numeral, key.transposed(5))
    assert moved.quality == chord.quality
    assert (moved.root_pc - chord.root_pc) % 12 == 5 and (moved.bass_pc - chord.bass_pc) % 12 == 5


@given(keys, st.sampled_from(["I", "ii7", "V65", "iii64", "IV", "viiø43", "V7b9"]))
def test_an_inversion_stands_on_a_tone_of_its_chord(key: Key, numeral: str) -> None:
    chord = parse_roman(numeral, key)
    assert chord.bass_pc in chord.pitch_classes
    assert Chord.parse(str(chord)) == chord


@pytest.mark.parametrize(
    "text", ["", "IIII", "VIII", "Vx", "V7/V7", "V/", "/V", "bbVII", "Iv", "V" * 50, "I/H"]
)
def test_bad_numerals(text: str) -> None:
    with pytest.raises(UsageError, match=r"^chord: .* is not a known Roman numeral") as caught:
        parse_roman(text, Key("C"))
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 200


def test_symbols_and_numerals_are_told_apart() -> None:
    assert all(is_roman(text) for text in ("I", "bVII", "♭VII", "#ivo7", "Ger65", "N6", "V7/V", "Cad64"))
    assert not any(
        is_roman(text) for text in ("C", "Bb", "Bbm7/D", "F#dim", "N.C.", "Gm7b5", "Cadd9", "%", "x2")
    )


@given(st.text("IVivb#o°ø+67425/majsudNGerFtC913 ", max_size=12))
def test_any_text_gives_a_chord_or_a_clear_line(text: str) -> None:
    try:
        assert parse_roman(text, Key("Eb", "minor")).root
    except UsageError as error:
        assert str(error).startswith("chord: ")
