"""The lyric lane: its form in song.json, placing to melodies and beats, text, LRC and sheets."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.song.document import Song, dumps, loads
from stemwright.song.lyric import MAX_LINES, Line, Lyrics
from stemwright.song.lyric_fit import Wish
from stemwright.song.lyric_lane import Lane, build, lane, settle
from stemwright.song.lyric_lrc import is_lrc, read_lrc, write_lrc
from stemwright.song.lyric_placing import place
from stemwright.song.lyric_sheet import is_sheet, read_sheet, write_sheet
from stemwright.song.lyric_spots import melody_spots, strength
from stemwright.song.lyric_sung import on_notes, syllables
from stemwright.song.lyric_text import read_text, spread, write_text
from stemwright.song.meter import Meter
from stemwright.song.score import Note, Score
from stemwright.song.sealed import seal
from stemwright.song.state import GlobalState

STATE = GlobalState.create(form="intro:2 verse:4 chorus:4 verse:4 chorus:4")
TWINKLE = "60 60 67 67 69 69 67- 65 65 64 64 62 62 60-"


def melody(text: str = TWINKLE, bar: int = 2) -> Score:
    tick, notes = STATE.bar_tick(bar), []
    for word in text.split():
        length = 192 if word.endswith("-") else 96
        notes.append(Note(tick, length - 6, int(word.rstrip("-")), 90))
        tick += length
    return Score.from_notes(notes)


def wish(text: str, stress: str, low: int, high: int) -> Wish:
    """A line whose syllables are apart by "|"."""
    return Wish(tuple(text.split("|")), stress, low, high, low)


def twinkle() -> Lane:
    lines = [
        wish("Twin|kle, |twin|kle, |lit|tle |star,", "1010101", 768, 2304),
        replace(wish("How |I |won|der |what |you |are", "1010101", 768, 2304), start=1536),
    ]
    return build(STATE, melody(), lines, "lead", "en")


def test_one_line_a_phrase_one_syllable_a_note() -> None:
    found = twinkle()
    assert [(line.bar, line.bars) for line in found.lyrics.lines] == [(2, 2), (4, 2)]
    onsets = [note.onset for note in melody().notes]
    assert [s.tick for s in syllables(found.lyrics, STATE)] == onsets and not found.remarks
    assert on_notes(found.lyrics, STATE, melody().notes)[:3] == [
        (768, "Twin", "begin"),
        (864, "kle,", "end"),
        (960, "twin", "begin"),
    ]


def test_stress_goes_to_strong_notes_and_spare_notes_are_melisma() -> None:
    long = Score.from_notes([Note(768, 48, 60, 90), Note(816, 48, 62, 90), Note(960, 192, 64, 90)])
    spots = melody_spots(STATE, long)
    assert place(("Oh ", "no"), "11", spots) == (768, 960)
    loose = melody_spots(STATE, long.shifted(3))
    assert [spot.weight for spot in loose] == [spot.weight for spot in spots] == [4, 1, 5]
    assert [strength(Meter(4, 4), tick) for tick in (0, 96, 192, 288, 48, 24)] == [4, 2, 3, 2, 1, 0]
    assert [strength(Meter(6, 8), tick) for tick in (0, 48, 144)] == [4, 1, 3]
    assert place(("a", "b"), "10", spots[:1]) is None


def test_too_few_notes_are_sung_as_two_and_said_then_beats_then_refused() -> None:
    high = STATE.bar_tick(4)
    two = build(STATE, melody("60- 62-"), [wish("a |b |c", "101", 768, high)], "lead", "en")
    assert "1 syllable(s) more than notes" in two.remarks[0]
    assert on_notes(two.lyrics, STATE, melody("60- 62-").notes)[0][1].count("\u203f") <= 1
    beats = build(
        STATE, melody("60"), [wish("|".join(["la "] * 8 + ["la"]), "1" * 9, 768, high)], "lead", "en"
    )
    assert "is on beats" in beats.remarks[0]
    with pytest.raises(UsageError, match=r"line 1, .*its 60 syllables do not fit into bars 3-4"):
        build(STATE, melody("60"), [wish("|".join(["la "] * 59 + ["la"]), "1" * 60, 768, high)], "lead", "en")


def test_another_melody_is_fitted_and_hand_placed_lines_stay() -> None:
    before = twinkle().lyrics
    assert not lane(before, STATE, {"lead": melody()}).anew
    other = melody("60- 62 64 65- 64 62 60 60- 60-")
    after = lane(before, STATE, {"lead": other})
    assert after.anew and after.lyrics.score == other.sha256
    assert {s.tick for s in syllables(after.lyrics, STATE)} != {s.tick for s in syllables(before, STATE)}
    by_hand = replace(before, lines=(replace(before.lines[0], by_hand=True), before.lines[1]))
    kept = lane(by_hand, STATE, {"lead": other})
    assert kept.lyrics.lines[0] == by_hand.lines[0] and "placed by hand" in kept.remarks[0]
    gone = lane(before, STATE, {})
    assert "lead has no notes" in gone.remarks[0] and all(line.ticks for line in gone.lyrics.lines)
    shorter = GlobalState.create(form="intro:2 verse:2")
    cut = lane(before, shorter, {"lead": melody()})
    assert "stands nowhere" in cut.remarks[-1] and cut.lyrics.lines[1].text == before.lines[1].text


def test_song_json_has_it_in_schema_5() -> None:
    song = Song("A Tune", STATE, lyrics=twinkle().lyrics)
    data = dumps(song)
    assert loads(data) == song and json.loads(data)["schema"] == 5
    bare = replace(song, lyrics=None)
    assert b"lyrics" not in dumps(bare) and json.loads(dumps(bare))["schema"] == 1
    with pytest.raises(UsageError, match=r"song\.lyrics: is not a known field"):
        loads(seal({**json.loads(data), "schema": 4}))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("bar", 0, "bar: "),
        ("bars", 4096, "bars: "),
        ("syllables", ["a", " b"], "syllables: "),
        ("syllables", ["\x1b[2J"], "text: "),
        ("syllables", ["a"] * 500, "text: "),
        ("stress", "3", "stress: "),
        ("ticks", [5, 5], "ticks: "),
        ("ticks", [-1], "ticks: "),
        ("ticks", [1], "ticks: "),
        ("by_hand", False, "by_hand: "),
        ("more", 1, "more: "),
    ],
)
def test_bad_lines_in_a_song_are_named(field: str, value: Any, words: str) -> None:
    document = json.loads(dumps(Song("A Tune", STATE, lyrics=twinkle().lyrics)))
    document["lyrics"]["lines"][0][field] = value
    with pytest.raises(UsageError, match=r"^song\.json: lyrics\.lines\[1\]\.") as caught:
        loads(seal(document))
    assert words in str(caught.value)


def test_limits_of_a_lane() -> None:
    line = Line(0, 1, ("la",), "1", (0,))
    for lines in ((), (line,) * (MAX_LINES + 1), (Line(3, 1, ("la",), "1"), line)):
        with pytest.raises(UsageError, match=r"lyrics\.lines"):
            Lyrics(lines)
    for wrong in ({"layer": "../x"}, {"score": "zz"}, {"language": "english"}, {"meter": "é"}):
        with pytest.raises(UsageError, match=r"lyrics\."):
            Lyrics((line,), **wrong)
    with pytest.raises(UsageError, match="lines 1 to 1"):
        Lyrics((line,)).line(2)


def read(text: str) -> list[tuple[str, int]]:
    return [(verse.text, STATE.bar_of_tick(verse.start)) for verse in read_text(text, STATE, "x.txt")[0]]


def test_headings_and_blank_lines_find_their_sections() -> None:
    assert read("[Verse 1]\na\nb\n\n[Chorus]\nc\n[Verse 2: All]\nd") == [
        ("a", 2),
        ("b", 4),
        ("c", 6),
        ("d", 10),
        ("c", 14),
    ]
    assert read("a\nb\n\nc") == [("a", 2), ("b", 4), ("c", 6)]
    assert read("a\nb\nc\nd") == [("a", 2), ("b", 6), ("c", 10), ("d", 14)]
    assert read("Verse:\na\n[Solo]\n[Refrain]\nb")[:2] == [("a", 2), ("b", 6)]
    assert read("a\n\nb\n\nc\n\nd\n\ne")[-2:] == [("d", 10), ("e", 14)]
    assert read_text("[Verse]\na", STATE, "x")[1] == ["without words: chorus (2), verse"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "x.txt: has no lines"),
        ("[Verse]\n[Chorus]\n", "has no lines"),
        ("[Bridge]\na", "line 1, \\[bridge\\]: the song has no such section; it has intro, verse, chorus"),
        ("a\n[Verse]\nb", "line 1 stands before the first heading"),
        ("[Verse]\na\n[Verse]\nb\n[Verse]\nc", "line 5, .*comes 3 times, and the song has 2"),
        ("a\x00b", "is no text"),
        ("x" * 401, "line 1: text: "),
    ],
)
def test_texts_that_do_not_go(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_text(text, STATE, "x.txt")


def test_lrc_has_times_of_lines_and_words() -> None:
    text = "[ti:A]\n[offset:+500]\n[00:04.50]How <00:05.50> I <00:06.00>wonder\n[00:08.50] \n"
    text += "[00:12.5][00:20.5]again"
    verses = read_lrc(text, STATE, "x.lrc")
    assert [(verse.text, verse.start) for verse in verses] == [
        ("How I wonder", 768),
        ("again", 2304),
        ("again", 3840),
    ]
    assert verses[0].words == ((4, 960), (6, 1056)) and verses[0].high == 1536 - 24
    assert is_lrc("[01:02.3]x", "-") and not is_lrc("[Verse]\nx", "x.txt")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no line with a time"),
        ("[00:01.00]\n", "has no line with a time"),
        ("[00:0x]a", "line 1, .*should begin with a time"),
        ("[00:01.00]a\n[00:0", "line 2, .*should begin with a time"),
        ("plain", "line 1, 'plain': should begin with a time"),
        ("[offset:soon]\n[00:01]a", "line 1: offset 'soon'"),
        ("[99:00.00]a", "line 1: 99:00.00 is after the end of the song, which lasts 00:36.00"),
    ],
)
def test_broken_lrc(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_lrc(text, STATE, "x.lrc")


def test_lrc_comes_back() -> None:
    found = twinkle().lyrics
    text = write_lrc(found, STATE, "A [Tune]", words=True)
    verses = read_lrc(text, STATE, "x.lrc")
    assert [verse.text for verse in verses] == [line.text for line in found.lines]
    assert verses[0].words == ((0, 768), (9, 960), (18, 1152), (25, 1344))
    assert "[00:04.00]Twinkle, twinkle, little star,\n" in write_lrc(found, STATE, "A", words=False)


def test_sheets_are_edited() -> None:
    found = twinkle().lyrics
    sheet = write_sheet(found, STATE)
    assert "3-4 | 1:Twin- 2:kle, 3:twin- 4:kle, | 1:lit- 2:tle 3:star," in sheet and is_sheet(sheet)
    rows = read_sheet(sheet.replace("4:kle, |", "4.5:kle, |"), STATE, "x")
    assert rows[0].ticks[3] == 1056 + 48 and rows[1].syllables == found.lines[1].syllables
    free = read_sheet("# stemwright lyrics\n3-4 = new words", STATE, "x")[0]
    assert (free.bar, free.bars, free.ticks) == (2, 2, ())
    lines = (Line(2, 2, ("new ", "words"), "11"), found.lines[1])
    settled = settle(replace(found, lines=lines), STATE, {"lead": melody()}).lyrics
    assert settled.lines[1] == found.lines[1] and len(settled.lines[0].ticks) == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("hello", "should be bars and syllables"),
        ("3-99 | 1:a", "bars 3-99 are not in the song"),
        ("3 | 1:a 1:b", "not one after the other"),
        ("3 | 5:a", "bar 3 has beats 1 to 4"),
        ("3 | a", "should be a beat and a syllable"),
        ("3 | 1:a | 1:b", "more bar lines"),
        ("3 | 1:-", "no syllable before its hyphen"),
        ("3 | |", "has no syllables"),
        ("9 | 1:a\n3 | 1:b", "line 3: begins in bar 3, before the line above"),
    ],
)
def test_wrong_sheets(line: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        read_sheet(f"# stemwright lyrics\n{line}", STATE, "x")


WORDS = st.text(st.sampled_from("abc é|\\-_:月か'"), min_size=1, max_size=6).filter(lambda s: s.strip())


@st.composite
def songs(draw: st.DrawFn) -> tuple[list[Wish], Score]:
    notes = draw(st.lists(st.tuples(st.integers(0, STATE.total_ticks - 1), st.integers(1, 400)), max_size=40))
    score = Score.from_notes(Note(onset, length, 60, 90) for onset, length in notes)
    wishes = []
    for first in draw(st.lists(st.integers(0, 8), unique=True, min_size=1, max_size=4).map(sorted)):
        count = draw(st.integers(1, 3))
        texts = [[draw(WORDS).strip() for _ in range(draw(st.integers(1, 9)))] for _ in range(count)]
        verses = spread([" ".join(text) for text in texts], STATE, 2 * first, 2 * first + 2)
        for text, verse in zip(texts, verses, strict=True):
            parts = (*(f"{word} " for word in text[:-1]), text[-1])
            digits = "".join(draw(st.sampled_from("012")) for _ in parts)
            wishes.append(Wish(parts, digits, verse.low, verse.high, verse.start))
    return wishes, score


def check(found: Lane) -> None:
    """Every syllable in its line's bars, in order, no two on a tick."""
    lines = [line for line in found.lyrics.lines if line.ticks]
    for line in lines:
        low, high = line.span(STATE)
        assert all(low <= tick < high for tick in line.placed(STATE))
    ticks = [tick for line in lines for tick in line.placed(STATE)]
    assert all(a < b for a, b in pairwise(ticks))


@settings(max_examples=150, deadline=None)
@given(songs(), songs())
def test_syllables_lie_in_order_in_their_bars(one: tuple[list[Wish], Score], other: Any) -> None:
    wishes, score = one
    try:
        found = build(STATE, score, wishes, "lead", "")
    except UsageError as error:
        assert "do not fit" in str(error)
        return
    check(found)
    assert found == build(STATE, score, wishes, "lead", "")
    assert [line.syllables for line in found.lyrics.lines] == [each.syllables for each in wishes]
    assert not lane(found.lyrics, STATE, {"lead": score}).anew
    again = lane(found.lyrics, STATE, {"lead": other[1]})
    check(again)
    assert [line.text for line in again.lyrics.lines] == [line.text for line in found.lyrics.lines]
    rows = read_sheet(write_sheet(found.lyrics, STATE), STATE, "x")
    assert [(r.syllables, r.ticks) for r in rows] == [
        (line.syllables, line.placed(STATE)) for line in found.lyrics.lines
    ]
    onsets = [onset for onset, _, _ in on_notes(found.lyrics, STATE, score.notes)]
    assert all(a < b for a, b in pairwise(onsets)) and set(onsets) <= {n.onset for n in score.notes}
    song = Song("A Tune", STATE, lyrics=found.lyrics)
    assert loads(dumps(song)) == song


@given(st.lists(st.text(st.sampled_from("abc déx'!月"), min_size=1, max_size=30), min_size=1, max_size=8))
def test_text_out_is_text_in(lines: list[str]) -> None:
    clean = [" ".join(line.split()) for line in lines if line.strip()]
    if not clean:
        return
    verses, _ = read_text("[Verse]\n" + "\n".join(clean), STATE, "x")
    made = [Line(2, 4, (verse.text,), "1", (at,)) for at, verse in enumerate(verses)]
    out = write_text(Lyrics(tuple(made)), STATE)
    assert out == "[verse]\n" + "\n".join(clean) + "\n"
    assert [verse.text for verse in read_text(out, STATE, "x")[0]] == clean
