"""Seeds, bars, titles and the guessing of tracks."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.exchange.tracks import guess
from stemwright.producer.bars import Span, parse_bars
from stemwright.producer.create import Wish, draft, require_same, title_from
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.midi import read_midi
from stemwright.song.state import GlobalState
from support import midi

STATE = GlobalState.create("97.3", "D dorian", "7/8", "intro:2 verse:6")


def test_layer_seeds_are_fixed_for_good() -> None:
    assert [layer_seed(5, "drums", 1), layer_seed(5, "lead", 1), layer_seed(5, "lead", 2)] == [
        8153740389636670,
        3854344503734140,
        3223743172120830,
    ]


@given(st.integers(0, 2**53 - 1), st.sampled_from(["drums", "bass"]), st.integers(1, 10_000))
def test_layer_seeds_fit_json(seed: int, layer: str, take: int) -> None:
    made = layer_seed(seed, layer, take)
    assert check_seed(made) == made == int(float(made))


@pytest.mark.parametrize("seed", [-1, 2**53])
def test_seeds_outside(seed: int) -> None:
    with pytest.raises(UsageError, match="seed"):
        check_seed(seed)


def test_bars_count_from_one_and_include_both() -> None:
    span = parse_bars("3-4", STATE)
    assert span == Span(3, 4) and str(span) == "3-4"
    assert span.ticks(STATE) == (2 * 336, 4 * 336)
    assert span.frames(STATE) == (STATE.timebase.bar_frame(2), STATE.timebase.bar_frame(4))
    assert parse_bars("8", STATE) == Span(8, 8)


@pytest.mark.parametrize("text", ["0-2", "3-2", "8-9", "1-", "-1", "a-b", "", "1-2-3", "1000000000"])
def test_bars_outside(text: str) -> None:
    with pytest.raises(UsageError, match=r"^bars '"):
        parse_bars(text, STATE)


@pytest.mark.parametrize(
    ("name", "title"),
    [("my-song", "My Song"), ("x", "X"), ("...", "Song"), ("été_2", "Été 2"), ("a" * 200, "A" + "a" * 79)],
)
def test_titles(name: str, title: str) -> None:
    assert title_from(Path("/somewhere") / name) == title


def test_a_song_is_what_was_wished() -> None:
    wish = Wish(bpm="97.3", key="d dorian", meter="7/8", form="intro:2, verse:6", style="Jazz", seed=4)
    song = draft(Path("tune"), wish)
    assert song.state.bpm == Fraction(973, 10) and song.seed == 4 and song.title == "Tune"
    require_same(Path("tune"), song, wish)
    require_same(Path("tune"), song, Wish())
    for other in (Wish(bpm="97.4"), Wish(seed=5), Wish(title="Other"), Wish(key="D minor")):
        with pytest.raises(UsageError, match="leave the option out"):
            require_same(Path("tune"), song, other)


def test_tracks_are_guessed() -> None:
    assert guess(read_midi(midi.band()).tracks) == {"drums": [1], "bass": [2], "harmony": [3], "lead": [4]}


def test_nameless_tracks_are_guessed_by_sound() -> None:
    low, high = midi.chunk(midi.notes([36, 40] * 8)), midi.chunk(midi.notes([76, 79] * 8, channel=1))
    both = [(0, bytes((0x92, 60, 80))), *midi.notes([64] * 8, channel=2)]
    assert guess(read_midi(midi.file(low, high, midi.chunk(both))).tracks) == {
        "bass": [1],
        "lead": [2],
        "harmony": [3],
    }
