"""A written groove played by a drummer: its skeleton stays, he adds what he learned, and repeats himself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.compose.drumming.playing import MOST_BARS, Drummer
from stemwright.compose.drumming.skeleton import skeleton
from stemwright.compose.learned.counts import Counts
from stemwright.compose.learned.drums import LIMBS, MARKS, PLAYERS, TABLE, fitting, least
from stemwright.compose.learned.tables import table
from stemwright.compose.patterns import LEVELS
from stemwright.compose.streams import Stream
from stemwright.compose.style import Groove

ROCK = Groove({"kick": "X.......X.x.....", "snare": "....X.......X..g", "closed_hat": "x.x.x.x.x.x.x.x."})


def drummer(seed: int = 0, player: str = "rock", level: str = "verse") -> Drummer:
    return Drummer(table(TABLE), player, (seed, "drummer"), level)


def struck(groove: Groove, piece: str) -> set[int]:
    return {step for step, mark in enumerate(groove.parts.get(piece, "")) if mark in LEVELS}


def lines(piece_marks: str) -> st.SearchStrategy[str]:
    return st.text(alphabet=piece_marks, min_size=16, max_size=16)


@settings(max_examples=40, deadline=None)
@given(
    st.fixed_dictionaries(
        {"kick": lines(".Xxsg"), "snare": lines(".Xxsg"), "closed_hat": lines(".Xxs"), "rim": lines(".x")}
    ),
    st.sampled_from([*PLAYERS, "any"]),
    st.sampled_from(["sparse", "verse", "chorus"]),
    st.booleans(),
)
def test_what_a_drummer_keeps(parts: dict[str, str], player: str, level: str, returns: bool) -> None:
    played = drummer(3, player, level).play(Groove(parts), 4, returns)
    assert all(len(pattern) == 64 for pattern in played.parts.values())
    assert played.parts["rim"] == parts["rim"] * 4
    kick, snare = struck(played, "kick"), struck(played, "snare")
    hand = set().union(*(struck(played, piece) for piece in ("closed_hat", "open_hat")))
    for step in range(64):
        mark = parts["kick"][step % 16]
        assert mark != "X" or step in kick
        assert step % 16 or mark in LEVELS or step not in kick
        mark = parts["snare"][step % 16]
        assert mark not in "Xxs" or step in snare
        assert step % 4 or mark in LEVELS or step not in snare
        assert step % 4 or parts["closed_hat"][step % 16] == "." or step in hand


@settings(max_examples=40, deadline=None)
@given(st.sampled_from([*PLAYERS, "any"]), st.sampled_from(["sparse", "verse", "chorus"]), st.integers(0, 99))
def test_what_a_style_s_own_drummer_keeps(player: str, level: str, seed: int) -> None:
    """The backbeat, no other loud snare on a beat, and the kick on the first; other kicks are his."""
    own = replace(drummer(seed, player, level), own=True)
    played = own.play(ROCK, 4)
    for step in range(64):
        if step % 16 in (4, 12):
            assert played.parts["snare"][step] == "X"
        elif step % 4 == 0:
            assert played.parts["snare"][step] in ".g"
        assert step % 16 or step in struck(played, "kick")


def test_a_style_s_own_drummers_play_recorded_bars() -> None:
    kicks = set()
    for seed in range(30):
        played = replace(drummer(seed), own=True).play(ROCK, 2)
        kicks.add("".join("x" if step in struck(played, "kick") else "." for step in range(16)))
    recorded = {
        text.split("/")[0].replace("s", "x")
        for who in ("rock", "any")
        for text in table(TABLE)["bar"].row(f"{who}|hat")
    }
    assert kicks <= recorded and len(kicks) > 15


def test_the_same_name_plays_the_same_and_bars_hang_on_no_length() -> None:
    long, short = drummer().play(ROCK, 8), drummer().play(ROCK, 4)
    assert long == drummer().play(ROCK, 8)
    assert all(long.parts[piece][:64] == pattern for piece, pattern in short.parts.items())
    assert drummer(1).play(ROCK, 8) != long


def test_a_long_section_begins_again() -> None:
    assert len(drummer().play(ROCK, 300).parts["kick"]) == 16 * MOST_BARS


def test_bars_repeat_but_not_all() -> None:
    """Of thirty drummers' kicks, many bars are as the two that they repeat, and some are not."""
    same = []
    for seed in range(30):
        kick = drummer(seed).play(ROCK, 8).parts["kick"]
        bars = [kick[start : start + 16] for start in range(0, 128, 16)]
        same += [bars[number] == bars[number % 2] for number in range(2, 8)]
    assert 0.3 < sum(same) / len(same) < 0.95


def test_what_returns_is_fuller() -> None:
    fuller = 0
    for seed in range(20):
        first, second = (drummer(seed).play(ROCK, 4, returns) for returns in (False, True))
        for piece in ("snare", "closed_hat", "open_hat", "kick"):
            assert struck(first, piece) <= struck(second, piece) | struck(second, "open_hat")
            fuller += len(struck(second, piece)) - len(struck(first, piece))
    assert fuller > 0


def test_a_chorus_is_busier_than_an_intro() -> None:
    def strokes(level: str) -> int:
        return sum(len(struck(drummer(seed, level=level).play(ROCK, 4), "kick")) for seed in range(20))

    assert strokes("sparse") < strokes("verse") < strokes("chorus")


def test_four_on_the_floor_stays_as_it_is() -> None:
    floor = Groove({"kick": "X...x...X...x...", "snare": "....X.......X..."})
    assert drummer().play(floor, 4).parts["kick"] == floor.parts["kick"] * 4


def test_a_table_that_knows_nothing_plays_what_must_be() -> None:
    empty = {subject: Counts({}) for subject in (*LIMBS, "bar", "busy", "hold", "keep")}
    played = Drummer(empty, "rock", (0,), "verse", own=True).play(ROCK, 2)
    assert struck(played, "snare") == {4, 12, 20, 28}
    assert {0, 8} <= struck(played, "kick") and struck(played, "closed_hat") == set(range(0, 32, 4))


@pytest.mark.parametrize(
    ("limb", "mask", "cells"),
    [
        ("kick", "x..+", {"x..s", "x..x"}),
        ("snare", "~...", {"....", "g..."}),
        ("foot", "?..x", {"...x", "x..x"}),
        ("hand", "o..+", {"o..o", "o..x"}),
    ],
)
def test_masks(limb: str, mask: str, cells: set[str]) -> None:
    assert fitting(limb, mask) == cells
    assert least(limb, mask) in cells


@given(st.sampled_from(LIMBS), st.text(alphabet="?+~.", min_size=4, max_size=4))
def test_the_least_cell_is_allowed(limb: str, mask: str) -> None:
    assert least(limb, mask) in fitting(limb, mask)
    assert all(mark in MARKS[limb] for mark in least(limb, mask))


def test_who_keeps_the_time() -> None:
    stream = Stream(0)
    assert skeleton(ROCK, stream).kind == "hat8"
    assert skeleton(Groove({"ride": "x...x.x.x...x.x."}), stream).kind == "ride8"
    assert skeleton(Groove({"open_hat": "x...x...x...x..."}), stream).kind == "open4"
    assert skeleton(Groove({"kick": "X..............."}), stream).keeper == ""
