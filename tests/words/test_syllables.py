"""Syllables, stress and rhyme: by the dictionary, by vowels, in other scripts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.words.pronouncing import rhymes, sounds, stress_of
from stemwright.words.splitting import nuclei
from stemwright.words.syllables import language_of_lines, syllables, unknown_scripts


@pytest.mark.parametrize(
    ("text", "parts", "stress"),
    [
        ("Twinkle, twinkle, little star,", "Twin|kle, |twin|kle, |lit|tle |star,", "1010101"),
        ("How I wonder what you are!", "How |I |won|der |what |you |are!", "1010000"),
        ("somewhere over the rainbow", "some|where |o|ver |the |rain|bow", "1210012"),
        ("well-known naïve poem — yes", "well-|known |na|ïve |po|em — |yes", "1121101"),
        ("rock'n'roll 24 (baby)", "rock|'n'|roll |24 |(ba|by)", "101110"),
        ("... la", "... la", "1"),
        ("—", "—", "1"),
    ],
)
def test_english(text: str, parts: str, stress: str) -> None:
    found = syllables(text)
    assert "|".join(found.parts) == parts
    assert len(found.stress) == len(found.parts)
    if text[0] in "Tsw":
        assert found.stress == stress


@pytest.mark.parametrize(
    ("language", "text", "parts", "stress"),
    [
        ("de", "Freude, schöner Götterfunken", "Freu|de, |schö|ner |Göt|ter|fun|ken", "10101000"),
        ("es", "Bésame mucho corazón", "Bé|sa|me |mu|cho |co|ra|zón", "10010001"),
        ("it", "nel blu dipinto di blu", "nel |blu |di|pin|to |di |blu", "0101001"),
        ("fr", "la vie en rose", "la |vie |en |ro|se", "01010"),
        ("", "Катюша выходила", "Ка|тю|ша |вы|хо|ди|ла", "1001000"),
        ("", "月亮代表", "月|亮|代|表", "0000"),
        ("", "きょうはいい", "きょ|う|は|い|い", "00000"),
        ("", "사랑해요 그대", "사|랑|해|요 |그|대", "000000"),
        ("", "مرحبا بالعالم", "مرحبا |بالعالم", "00"),
    ],
)
def test_other_languages_and_scripts(language: str, text: str, parts: str, stress: str) -> None:
    found = syllables(text, language)
    assert ("|".join(found.parts), found.stress) == (parts, stress)


def test_languages_are_told_by_their_little_words() -> None:
    assert language_of_lines(["How I wonder what you are"]) == "en"
    assert language_of_lines(["Freude, schöner Götterfunken", "wir betreten dein Heiligtum"]) == "de"
    assert language_of_lines(["Non, je ne regrette rien, ni le bien"]) == "fr"
    assert language_of_lines(["Hello hello"]) == "en" and language_of_lines(["月亮"]) == ""
    assert unknown_scripts(["abc 月 かな Ж"]) == [] and unknown_scripts(["مرحبا"]) == ["ARABIC"]


def test_sounds_and_rhymes() -> None:
    assert stress_of(sounds("diamond")) == "10" and sounds("qqqx") == () and sounds("a b") == ()
    assert sounds("walkin'")[-1] == "N" and sounds("rose's")[-2:] == ("IH0", "Z")
    assert rhymes("star", "are") and rhymes("high", "sky") and rhymes("nation", "station")
    assert not rhymes("star", "star") and not rhymes("see", "sea") and not rhymes("star", "stay")
    assert not rhymes("qqqx", "star")


def test_the_rule_by_vowels_is_near_the_dictionary() -> None:
    words = ["fire", "wanted", "loved", "table", "memory", "window", "little", "times", "houses", "believe"]
    assert [len(nuclei(word, "en")) for word in words] == [1, 2, 1, 2, 3, 2, 2, 1, 2, 2]


@given(
    st.text(st.sampled_from("abcdeêïy 'tlr-,.’月か사1Жم\u0301"), max_size=40),
    st.sampled_from(["en", "es", "de", ""]),
)
def test_put_together_syllables_are_the_text(text: str, language: str) -> None:
    line = " ".join(text.split())
    found = syllables(line, language)
    assert "".join(found.parts) == line and len(found.stress) == len(found.parts)
    assert all(part.strip() and part[0] != " " for part in found.parts)
    assert found == syllables(line, language)
