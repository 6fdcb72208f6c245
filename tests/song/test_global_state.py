"""The global state: validation in one line that names the field, JSON round trip, places in the song."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.form import Section, form_text, parse_form, section_name
from stemwright.song.harmony import Chord
from stemwright.song.layers import check_layer_name, is_drums, ordered
from stemwright.song.names import check_title, file_stem
from stemwright.song.rhythm import STRAIGHT, RhythmMap, parse_swing, swing_text, swung
from stemwright.song.state import GlobalState, Key, Meter, bpm_text, parse_bpm, parse_style

bpms = st.decimals(30, 300, places=6).map(Fraction)
sections = st.builds(
    Section, st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,9}", fullmatch=True), st.integers(1, 4)
)


@st.composite
def states(draw: st.DrawFn) -> GlobalState:
    meter = Meter(draw(st.integers(1, 16)), draw(st.sampled_from((2, 4, 8, 16))))
    form = tuple(draw(st.lists(sections, min_size=1, max_size=3)))
    bare = GlobalState(draw(bpms), meter, Key(draw(st.sampled_from("ABCDEFG")), "dorian"), form)
    palette = st.sampled_from((None, Chord("C"), Chord("F#", "m7b5", "A"), Chord("Bb", "maj7")))
    step = st.sampled_from("0123456789")
    chords = [draw(palette)] * bare.total_beats if draw(st.booleans()) else []
    bar = draw(step) * meter.steps_per_bar
    swing = draw(st.fractions(Fraction(1, 2), Fraction(3, 4), max_denominator=100))
    rhythm = RhythmMap(swing, (bar,) * bare.bars) if draw(st.booleans()) else None
    return bare.with_(
        chords=tuple(chords), rhythm=rhythm, style=draw(st.from_regex(r"[a-z0-9 _-]{0,9}", fullmatch=True))
    )


@settings(max_examples=40)
@given(states())
def test_json_round_trip(state: GlobalState) -> None:
    text = json.dumps(state.to_json())
    assert GlobalState.from_json(json.loads(text)) == state
    assert GlobalState.from_json(json.loads(text, parse_float=Decimal)) == state


@given(bpms)
def test_bpm_is_exact(bpm: Fraction) -> None:
    assert parse_bpm(bpm_text(bpm)) == bpm
    written = json.dumps(GlobalState.create().with_(bpm=bpm).to_json()["bpm"])
    assert Fraction(Decimal(written)) == bpm and "e" not in written


@pytest.mark.parametrize(
    "text", ["0", "-5", "1e9", "nan", "inf", "fast", "", "29.99", "300.01", "1" * 100, "1/2"]
)
def test_bad_bpm(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"^bpm: .* is not a tempo; give a number from 30 to 300, e\.g\. 97\.3$"
    ):
        parse_bpm(text)


def test_bpm_decimals() -> None:
    assert parse_bpm(" 97.3 ") == Fraction(973, 10)
    with pytest.raises(UsageError, match=r"bpm: .* decimals"):
        parse_bpm("97.1234567")
    with pytest.raises(UsageError, match=r"bpm: .* decimals"):
        GlobalState.create().with_(bpm=Fraction(301, 3))


@pytest.mark.parametrize(
    "text", ["4/3", "0/4", "33/4", "4/32", "4/1", "4", "", "4/4/4", "-4/4", "a/b", "9" * 50 + "/4"]
)
def test_bad_meter(text: str) -> None:
    with pytest.raises(UsageError, match=r"^meter: .* n 1\.\.32 and d 2, 4, 8 or 16, e\.g\. \"7/8\"$"):
        Meter.parse(text)


def test_meter() -> None:
    meter = Meter.parse("7/8")
    assert (str(meter), meter.ticks_per_beat, meter.ticks_per_bar, meter.steps_per_bar) == (
        "7/8",
        48,
        336,
        14,
    )
    assert [Meter(3, d).ticks_per_bar for d in (2, 4, 8, 16)] == [576, 288, 144, 72]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("verse:0", "section 'verse' has 0 bars; give 1 to 999"),
        ("verse", "'verse' has no number of bars; write name:bars"),
        ("verse:", "no number of bars"),
        ("", "is empty; write sections"),
        ("  ", "is empty"),
        ("verse:-1", "'-1' in 'verse:-1' is not a number of bars"),
        ("verse:x", "is not a number"),
        ("verse:1:2", "is not a number"),
        ("verse:1000", "1000 bars; give 1 to 999"),
        (":4", "is not a section name"),
        ("../x:4", "is not a section name"),
        ("a/b:4", "is not a section name"),
        ("v:1 " * 201, "201 sections"),
    ],
)
def test_bad_form(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=r"^form: ") as caught:
        parse_form(text)
    assert words in str(caught.value) and "\n" not in str(caught.value)


@given(st.lists(sections, min_size=1, max_size=9))
def test_form_round_trip(form: list[Section]) -> None:
    assert parse_form(form_text(form)) == tuple(form)


@given(st.text(max_size=60))
def test_any_marker_becomes_a_section_name(text: str) -> None:
    assert Section(section_name(text), 1)


def test_places() -> None:
    state = GlobalState.create(form="intro:2 verse:3", meter="3/4")
    assert (state.bars, state.total_beats, state.total_ticks, state.form) == (5, 15, 1440, "intro:2 verse:3")
    assert state.section_of_bar(0) == (0, Section("intro", 2), 0)
    assert state.section_of_bar(4) == (1, Section("verse", 3), 2)
    for bar in (-1, 5):
        with pytest.raises(UsageError, match=r"bars 1 to 5"):
            state.section_of_bar(bar)
    chords = tuple(Chord("C") if beat % 2 else None for beat in range(15))
    decided = state.with_(chords=chords)
    assert decided == replace(state, chords=chords)
    assert [decided.chord_at_tick(t) for t in (0, 95, 96, 191, 192, 1439, 1440, -1)] == [
        None, None, Chord("C"), Chord("C"), None, None, None, None,
    ]  # fmt: skip
    assert state.chord_at_tick(0) is None


def good() -> dict[str, Any]:
    state = GlobalState.create("97.3", "F# minor", "7/8", "intro:1 verse:1", "lo-fi")
    rhythm = RhythmMap(Fraction(2, 3), ("9" * 14,) * 2)
    return state.with_(chords=(Chord("A"),) * 14, rhythm=rhythm).to_json()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"bpm": "97.3"}, "state.bpm"),
        ({"bpm": True}, "state.bpm"),
        ({"bpm": 1e9}, "bpm"),
        ({"bpm": float("nan")}, "bpm"),
        ({"meter": "4/3"}, "meter"),
        ({"meter": 4}, "state.meter"),
        ({"key": "H major"}, "key"),
        ({"sections": []}, "form"),
        ({"sections": {}}, "state.sections"),
        ({"sections": [{"name": "../x", "bars": 2}]}, "form"),
        ({"sections": [{"name": "x", "bars": 2.0}]}, "state.sections.bars"),
        ({"sections": [{"name": "x"}]}, "state.sections.bars"),
        ({"chords": ["A"]}, "chords"),
        ({"chords": [1]}, "state.chords"),
        ({"chords": ["Hm"] * 14}, "chord"),
        ({"rhythm": {"swing": "1/1", "bars": []}}, "rhythm.swing"),
        ({"rhythm": {"swing": "1/0", "bars": []}}, "rhythm.swing"),
        ({"rhythm": {"swing": "2/3", "bars": []}}, "rhythm.bars"),
        ({"rhythm": {"swing": "2/3", "bars": ["9", "9"]}}, "rhythm.bars"),
        ({"rhythm": {"swing": "2/3", "bars": ["x" * 14] * 2}}, "rhythm.bars"),
        ({"rhythm": []}, "state.rhythm"),
        ({"style": "Lo/Fi"}, "style"),
        ({"style": ".."}, "style"),
        ({"extra": 1}, "state.extra"),
    ],
)
def test_bad_json_names_the_field(change: dict[str, Any], field: str) -> None:
    assert GlobalState.from_json(good())
    with pytest.raises(UsageError, match=rf"^{field.replace('.', '[.]')}: ") as caught:
        GlobalState.from_json(good() | change)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 250


@pytest.mark.parametrize("name", ["bpm", "meter", "key", "sections", "chords", "rhythm", "style"])
def test_missing_fields(name: str) -> None:
    data = good()
    del data[name]
    with pytest.raises(UsageError, match=rf"^state.{name}: is missing"):
        GlobalState.from_json(data)
    with pytest.raises(UsageError, match=r"^state: "):
        GlobalState.from_json([])


def test_songs_end() -> None:
    with pytest.raises(UsageError, match=r"^form: .* at most 4096"):
        GlobalState.create(form=" ".join(["v:999"] * 5))
    with pytest.raises(UsageError, match=r"^form: .* 2 hours"):
        GlobalState.create(bpm="30", meter="32/2", form="v:100")


def test_swing() -> None:
    assert swing_text(parse_swing("4/6")) == "2/3"
    assert [swung(tick, Fraction(2, 3)) for tick in (0, 24, 48, 72, 96, 144)] == [0, 32, 64, 80, 96, 160]
    assert all(swung(tick, STRAIGHT) == tick for tick in range(400))
    assert RhythmMap.straight(("0123",)).accent(0, 3) == 3


def test_names() -> None:
    assert check_layer_name("lead-2") == "lead-2" and is_drums("drums") and not is_drums("bass")
    assert ordered(["zither", "lead", "bass", "alto", "drums"]) == ["drums", "bass", "lead", "alto", "zither"]
    for bad in ("", "Lead", "1st", "../x", "a/b", "a" * 33, "a\n", None, 3):
        with pytest.raises(UsageError, match=r"layer"):
            check_layer_name(bad)
    for bad in ("", " x", "a/b", "a\\b", "..", "a\nb", "x" * 101, "\ud800"):
        with pytest.raises(UsageError, match=r"^title: "):
            check_title(bad)
    state = GlobalState.create("112", "F# minor")
    assert file_stem("My Song", "drums", state) == "My Song_Drums_112bpm_F#min"
    assert file_stem('Why? "So": *', "mix", state) == "Why- -So-- -_Mix_112bpm_F#min"
    assert parse_style(" Lo-Fi ") == "lo-fi"
    with pytest.raises(UsageError, match=r"^style: "):
        parse_style("a/b")


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("intro:4 verse:16s outro:1s", "intro:4 verse:8 outro:1"),
        ("[Intro] [Verse 1]\n[Chorus] [Outro]", "intro:4 verse:8 chorus:8 outro:4"),
        (
            "[verse 2: 12 bars], [Pre-Chorus] [Chorus 16 bars] [Outro 20s]",
            "verse:12 prechorus:4 chorus:16 outro:10",
        ),
        ("[Guitar Solo 8 bars] [Chorus: 16] [Outro:4s]", "guitarsolo:8 chorus:16 outro:2"),
    ],
)
def test_forms_in_seconds_and_in_tags(text: str, form: str) -> None:
    assert GlobalState.create(bpm="120", form=text).form == form


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[Verse] la la la", "'la la la' is outside of the brackets"),
        ("[8 bars]", r"\[8 bars\] is not a section"),
        ("[]", r"\[\] is not a section"),
        ("[Verse 4000 bars]", "give 1 to 999"),
        ("verse:8x", "is not a number of bars"),
    ],
)
def test_forms_that_cannot_be(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        GlobalState.create(bpm="120", form=text)


def test_seconds_need_a_tempo() -> None:
    with pytest.raises(UsageError, match="the tempo is not known here"):
        parse_form("verse:20s")
