"""Prompts as musicians write them, what contradicts itself, and what is no prompt."""

from __future__ import annotations

import contextlib
import time
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.styles import BOOK
from stemwright.errors import UsageError
from stemwright.song.document import MAX_PROMPT
from stemwright.song.style import canonical
from stemwright.text.prompt import MAX_LETTERS
from stemwright.text.read import read_prompt, require_sense
from stemwright.text.styles import kinds
from stemwright.text.understood import Understood


def read(text: str) -> Understood:
    return read_prompt(text, BOOK)


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("120 bpm", "120"),
        ("97.5bpm funk", "97.5"),
        ("at ninety-six beats per minute", "96"),
        ("one twenty bpm", "120"),
        ("a hundred and ten bpm", "110"),
        ("tempo: 84", "84"),
        ("tempo around 132", "132"),
        ("♩ = 72", "72"),
        ("dotted quarter = 60", "90"),
        ("between 90 and 100 bpm", "95"),
        ("jazz, F major, 208", "208"),
        ("house at 124", "124"),
        ("100-ish", "100"),
        ("andante", "92"),
        ("120 bpm, really 120 beats a minute", "120"),
        ("the year 1976", None),
        ("16 bars", None),
        ("studio 54", None),
        ("808 kit", None),
    ],
)
def test_tempo(text: str, bpm: str | None) -> None:
    assert read(text).bpm == bpm


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("in G minor", "G minor"),
        ("F#m", "F# minor"),
        ("E flat major", "Eb major"),
        ("c sharp minor", "C# minor"),
        ("key of D", "D major"),
        ("in A", "A major"),
        ("rock, Bb", "Bb major"),
        ("D Dorian", "D dorian"),
        ("dorian", "D dorian"),
        ("modal jazz", "D dorian"),
        ("g moll", "G minor"),
        ("a minor, slow", "A minor"),
        ("with a minor feel", "A minor"),  # the mode alone
        ("in a minor key", "A minor"),
        ("a slow song", None),
        ("I am tired", None),
    ],
)
def test_key(text: str, key: str | None) -> None:
    found = read(text).key
    assert (str(found) if found else None) == key


@pytest.mark.parametrize(
    ("text", "meter"),
    [
        ("7/8", "7/8"),
        ("six eight", "6/8"),
        ("three four time", "3/4"),
        ("a waltz", "3/4"),
        ("a waltz in 6/8", "6/8"),
        ("in five", "5/4"),
        ("common time", "4/4"),
        ("open 24/7", None),
        ("one two three four", None),
    ],
)
def test_meter(text: str, meter: str | None) -> None:
    assert read(text).meter == meter


@pytest.mark.parametrize(
    ("text", "form", "length"),
    [
        ("[intro] [verse] [chorus]", "intro:4 verse:8 chorus:8", None),
        ("verse:8 chorus:4", "verse:8 chorus:4", None),
        ("intro, verse, pre-chorus, chorus", "intro:4 verse:8 prechorus:4 chorus:8", None),
        ("AABA", "a:8 a:8 b:8 a:8", None),
        ("16 bars", "verse:16", None),
        ("32 bars", "verse:8 chorus:8 verse:8 chorus:8", None),
        ("two minutes", None, "120 s"),
        ("two and a half", None, None),
        ("a minute and a half", None, "90 s"),
        ("2:30 long", None, "2:30"),
        ("30 seconds", None, "30 s"),
        ("the 90s", None, None),
    ],
)
def test_form_and_length(text: str, form: str | None, length: str | None) -> None:
    found = read(text)
    assert (found.form, found.length) == (form, length)


@pytest.mark.parametrize(
    ("text", "chords"),
    [
        ("Dm7 G7 Cmaj7", "Dm7 | G7 | Cmaj7"),
        ("jazz, dm7 g7 cmaj7", "Dm7 | G7 | Cmaj7"),
        ("bossa bbmaj7 | eb7 a7 | dm7", "Bbmaj7 | Eb7 A7 | Dm7"),
        ("i am a fan, am em", None),
        ("Am - F - C - G", "Am | F | C | G"),
        ("Am F | C G", "Am F | C G"),
        ("ii-V-I", "ii | V | I"),
        ("a vamp on E7", "E7"),
        ("A big band", None),
        ("C, four on the floor", None),
    ],
)
def test_chords(text: str, chords: str | None) -> None:
    assert read(text).chords == chords


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("bossa nova", "bossa"),
        ("hard bop", "jazz"),
        ("lo-fi beats", "lofi"),
        ("d'n'b", "drumandbass"),
        ("jazz funk", "funk"),
        ("deep house", "house"),
        ("a jazz waltz", "jazz"),
        ("soul ballad", "soul"),
        ("trance for a dance floor", "trance"),
        ("rocking chair", ""),
    ],
)
def test_style(text: str, style: str) -> None:
    assert read(text).style == style


def test_every_name_that_the_song_room_knows_of_a_style_is_read() -> None:
    for style, names in kinds().items():
        for name in names:
            if style in BOOK and canonical(name) == style:
                assert style in read(f"{name} please").ranking, name


def test_layers_and_feel() -> None:
    found = read("no drums or bass, very quiet, sparse, straight eighths, sad, fast")
    assert found.without == ("drums", "bass")
    assert (found.dynamics, found.density, found.swing, found.pace) == (-2, -1, Fraction(1, 2), "fast")
    assert found.moods == ("sad",)
    assert read("only bass and drums").only == ("drums", "bass")
    assert read("starts with only piano then the band comes in").only is None
    assert read("60% swing").swing == Fraction(3, 5)
    assert [each.said for each in read("nylon guitar, sax lead").instruments] == ["nylon guitar", "sax lead"]


@pytest.mark.parametrize(
    "text",
    [
        "120 bpm 90 bpm",
        "in C major and in G minor",
        "3/4 and 5/4",
        "a waltz in 4/4",
        "no drums, brushes",
        "no bass but a bassline",
        "only bass and drums, no bass",
        "two minutes, 30 seconds long",
        "AABA, verse chorus verse",
    ],
)
def test_contradictions_name_both(text: str) -> None:
    with pytest.raises(UsageError, match=r"^prompt: '.+' and '.+' contradict each other; keep one of them$"):
        read(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "is empty"),
        (" \n\t ", "is empty"),
        ("a" * (1 << 20), "has 1,048,576 letters; give at most 2,000"),
        ("jazz\0", "letter 5 is"),
        ("jazz \ud800", "letter 6 is"),
        ("300000 bpm", "from 30 to 300"),
        ("12 bpm", "from 30 to 300"),
        ("7/9", "d 2, 4, 8 or 16"),
        ("99% swing", "from 50 % .straight. to 75 %"),
        ("two seconds", "10 seconds to 30 minutes"),
        ("5000 bars", "1 to 999"),
        ("no drums no bass no harmony no lead", "leave no layer"),
    ],
)
def test_what_is_no_prompt_is_one_line(text: str, line: str) -> None:
    with pytest.raises(UsageError, match=line) as raised:
        read(text)
    assert "\n" not in str(raised.value)
    assert raised.value.field == "prompt"


@pytest.mark.parametrize("text", ["the of and", "🎵🎶", "موسيقى", "音楽", "!!!"])
def test_nothing_understood_is_said(text: str) -> None:
    found = read(text)
    assert not found.said
    with pytest.raises(UsageError, match="says what to play"):
        require_sense(Understood(found.prompt))


def test_what_is_both_ways_counts_neither_way_and_is_said() -> None:
    found = read("quiet verses, loud choruses, sometimes fast, sometimes slow")
    assert (found.dynamics, found.pace) == (0, "")
    assert len(found.remarks) == 2


def test_nothing_is_dropped_silently() -> None:
    found = read("jazz for zebras without guitars, 140 bpm")
    assert found.words == ("zebras",) and not found.instruments
    assert found.remarks == ("'without guitars': only layers can be left out, not instruments",)


def test_prompts_fit_into_songs() -> None:
    assert MAX_LETTERS == MAX_PROMPT


TOKENS = """a A no only in of C Bb minor major 3/4 120 bpm bars two seconds jazz slow waltz drums , . [verse]
verse:8 Dm7 G7 | ii-V-I piano lead % 66 swing = ♩ 1:30 and the""".split()  # noqa: SIM905


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(TOKENS),
        max_size=14,
    ).map(" ".join)
    | st.text(max_size=60)
)
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        found = read(text)
    except UsageError as error:
        assert "\n" not in str(error)
        return
    assert found.prompt == text
    assert read(text) == found


@pytest.mark.parametrize(
    "part",
    [
        "piano and ", "no drums, ", "only bass and ", "one ", "one hundred ", "1 ", "verse, ", "verse:8 ",
        "[a] ", "C ", "Cm7-", "ii ", "very ", "key of ", "in a ", "jazz funk ", "120 bpm ", "a", "-", "(",
        "7/8 ", "A-",
    ],
)  # fmt: skip
def test_no_text_takes_long(part: str) -> None:
    """Patterns fail at once, also on what seems to go on for ever."""
    begun = time.process_time()
    with contextlib.suppress(UsageError):
        read((part * MAX_LETTERS)[:MAX_LETTERS])
    assert time.process_time() - begun < 1.5
