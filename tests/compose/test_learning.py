"""Learning styles: from songs that a known style has made, what is found is that style's."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.compose.learned.drums import NONE
from stemwright.compose.learning.bars import swing_of
from stemwright.compose.learning.learn import Learnt, learn
from stemwright.compose.learning.patterns import commonest, is_of_two, near, spaced, units
from stemwright.compose.style import LEVELS, Style
from stemwright.compose.stylebook.reading import parse
from stemwright.compose.styles import BOOK, style_of
from stemwright.errors import UsageError
from stemwright.song.harmony import Chord
from stemwright.song.layers import LAYERS
from stemwright.song.piece import Piece
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

FORM = "intro:4 verse:8 chorus:8 verse:8 chorus:8 bridge:4 chorus:8 outro:4"


def songs(style: str, count: int = 4, form: str = FORM) -> list[Piece]:
    known = style_of(style)
    bpm, meter = str(sum(known.bpm) // 2), str(known.meter or "4/4")
    keys = ("C", "A minor")
    return [
        arrange(GlobalState.create(bpm, keys[seed % 2], meter, form, style), seed=seed)
        for seed in range(count)
    ]


def read(learnt: Learnt) -> Style:
    style, faults = parse("my-learnt", learnt.text.encode())
    assert faults == ()
    return style


def strokes(parts: dict[str, str]) -> frozenset[tuple[str, int]]:
    """What makes a groove: all but ghosts, of its first bar."""
    return frozenset(
        (piece, at) for piece, text in parts.items() for at, sign in enumerate(text[:16]) if sign not in ".g"
    )


PLAYED = 0.15
"""How like its written skeleton a groove is at least that a drummer plays."""


@pytest.mark.parametrize("style", ["funk", "bossa", "house", "reggae", "soul"])
def test_what_a_style_made_is_that_style(style: str) -> None:
    learnt, known = learn(songs(style), "songs"), style_of(style)
    found = read(learnt)
    assert learnt.like == style and abs(found.swing - known.swing) <= Fraction(2, 100)
    assert found.bpm[0] <= sum(known.bpm) // 2 <= found.bpm[1]
    for level in LEVELS:
        for groove in found.grooves[level]:
            wanted = max(
                near(strokes(dict(groove.parts)), strokes(dict(g.parts))) for g in known.grooves[level]
            )
            assert wanted >= (0.65 if known.player == NONE or known.steady else PLAYED), (level, groove)
    assert found.loose <= (3 if known.player == NONE else 6) and known.walking is found.walking
    if known.learned:  # its songs have other songs' chords
        return
    assert found.color == known.color
    loops = [[bar.split()[0] for bar in text.split("|")] for text in (*known.major, *known.minor)]
    told = [text for text in (*found.major, *found.minor)]
    like = [text for text in told if any(_is_of(text, loop) for loop in loops)]
    assert len(like) >= len(told) / 2, (told, loops)


def _is_of(text: str, loop: list[str]) -> bool:
    """Whether three in four bars of a progression are on the roots of a known one."""
    roots = [bar.split()[0].partition(":")[0] for bar in text.split("|")]
    own = [token.partition(":")[0] for token in loop]
    return sum(root == own[at % len(own)] for at, root in enumerate(roots)) >= 0.75 * len(roots)


@given(st.sampled_from(BOOK), st.integers(0, 1000), st.sets(st.sampled_from(LAYERS), min_size=1),
       st.sampled_from(("4/4", "3/4", "6/8", "12/8", "5/4", "7/8", "2/4")),
       st.sampled_from((FORM, "song:16", "a:3 b:5")))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_whatever_is_learned_can_be_played(
    style: str, seed: int, layers: set[str], meter: str, form: str
) -> None:
    """Any pieces give a file without faults, or one line; of a lead alone no style is learned."""
    made = arrange(GlobalState.create("100", "D minor", meter, form, style), sorted(layers), seed)
    try:
        learnt = learn([made], 'a "name" \\ with\nsigns')
    except UsageError as error:
        assert "\n" not in str(error)
        return
    found = read(learnt)
    assert found.like in BOOK and set(found.grooves) == set(LEVELS)
    assert "drums" in layers or "drums.verse" in learnt.taken
    assert learn([made], 'a "name" \\ with\nsigns') == learnt


def test_what_is_learned_is_learned_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Songs of the learned style have its grooves: the circle closes."""
    monkeypatch.setenv("STEMWRIGHT_STYLES", str(tmp_path))
    first = learn(songs("house"), "songs")
    (tmp_path / "my-house.toml").write_text(first.text)
    again = [
        arrange(GlobalState.create("124", "C", form=FORM, style="my-house"), seed=seed) for seed in range(3)
    ]
    one, two = read(first), read(learn(again, "songs"))
    for groove in two.grooves["chorus"]:
        assert (
            max(near(strokes(dict(groove.parts)), strokes(dict(g.parts))) for g in one.grooves["chorus"])
            >= 0.7
        )


def piece(notes: dict[str, list[Note]], bars: int = 8, chords: str = "") -> Piece:
    state = GlobalState.create("100", "C", "4/4", f"verse:{bars}")
    if chords:
        roots = [Chord(root) for root in chords.split()]
        state = state.with_(chords=tuple(roots[bar % len(roots)] for bar in range(bars) for _ in range(4)))
    return Piece(state, {layer: Score.from_notes(found) for layer, found in notes.items()})


def test_marks_of_a_bass_line() -> None:
    """The root, its octave, the fifth, and the next chord's root ahead of it."""
    notes = []
    for bar in range(9):
        start, root = bar * 384, (36, 41)[bar % 2]
        notes += [Note(start, 96, root, 90), Note(start + 96, 96, root + 12, 90)]
        notes += [Note(start + 192, 96, root + 7, 90), Note(start + 336, 48, (41, 36)[bar % 2], 90)]
    found = read(learn([piece({"bass": notes}, 9, "C F")], "bass"))
    assert found.bass["verse"] == ("1---8---5---..n-",) and not found.walking


def test_a_meter_of_three_lies_on_three_quarters() -> None:
    made = arrange(GlobalState.create("120", "C", "3/4", FORM, "waltz"), seed=1)
    found = read(learn([made], "waltz"))
    assert str(found.meter) == "3/4" and found.triple == "C"
    played = found.grooves["verse"][0].parts
    assert all(set(pattern[4:8]) == {"."} for pattern in played.values())


def test_of_a_melody_only_rhythms_are_taken() -> None:
    """The same rhythm on other pitches gives the same file, but for how wide it leaps."""
    texts = []
    for pitches in ((60, 62, 64), (72, 74, 76)):
        bass = [Note(bar * 384, 300, 36, 90) for bar in range(8)]
        lead = [Note(bar * 384 + at * 96, 90, pitches[at], 90) for bar in range(8) for at in range(3)]
        texts.append(learn([piece({"bass": bass, "lead": lead}, chords="C C")], "tune").text)
    assert [line for line in texts[0].splitlines() if "rhythms" in line] == [
        'rhythms = ["x--- x--- x--- ...."]'
    ]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("swing", [Fraction(1, 2), Fraction(58, 100), Fraction(2, 3)])
def test_swing_is_heard(swing: Fraction) -> None:
    ticks = [round(quarter * 96 + 96 * swing * part) for quarter in range(32) for part in (0, 1)]
    made = piece({"drums": [Note(tick, 20, 42, 80) for tick in ticks]})
    assert abs(swing_of(made) - swing) <= Fraction(1, 100)


def test_patterns_that_stand_for_most_bars() -> None:
    a, varied, b = frozenset("abcd"), frozenset("abcde"), frozenset("wxyz")
    rows = [[a, b, a, b, a, b, varied, b]]
    assert is_of_two(rows) and not is_of_two([[a, a, varied, a, a]]) and not is_of_two([[a, b, a]])
    found = commonest(units(rows, True), 3)
    assert found == [((a, b), [0, 1, 2, 3])]
    assert [unit for unit, _ in commonest(units(rows, False), 3)] == [(b,), (a,)]
    assert near(a, varied) == 0.8 and near(frozenset(), frozenset()) == 1.0
    assert spaced("x..." * 8) == "x... x... x... x... | x... x... x... x..."


def test_pieces_that_tell_nothing() -> None:
    with pytest.raises(UsageError, match="fewer than 4 bars in all; give longer ones"):
        learn([piece({}, 2)], "none")
    lead = [Note(bar * 384, 90, 60, 90) for bar in range(8)]
    with pytest.raises(UsageError, match="tell no style: no drums, bass or chords"):
        learn([piece({"lead": lead})], "lead alone")
