"""What cannot be asked of the composer: refused in one line that says which things contradict."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.errors import UsageError
from stemwright.producer.asked import Asked
from stemwright.producer.bars import parse_bars
from stemwright.producer.compose import wishes
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.controls import BOUNDS, CONTROLS, scaled, wished

MADE = arrange(GlobalState.create(key="D minor", form="verse:4"), seed=3)


def ask(asked: Asked, *layers: str, bars: range = range(1, 3)):
    return wishes(MADE.state, asked, layers or ("lead",), MADE.scores, bars)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Asked(low=60, high=50), ("range 60-50", "lower first")),
        (Asked(low=100, high=400), ("range 100-400",)),
        (Asked(voices=0), ("'lead'", "voices: 0")),
        (Asked(voices=-2), ("voices: -2",)),
        (Asked(in_key=True, low=61, high=61), ("scale and range 61-61",)),
        (Asked(attributes={"register": 50.0}, low=60, high=72), ("register 50", "range 60-72")),
        (Asked(attributes={"register": 40.0}), ("register 40", "range 45-96")),
        (Asked(attributes={"polyphony": 3.0}, voices=2), ("polyphony 3", "at most 2")),
        (Asked(attributes={"polyphony": 2.0}), ("polyphony 2", "at most 1", "voices")),
        (Asked(attributes={"swing": 0.6}, keep_rhythm=True), ("swing and keep_rhythm",)),
        (Asked(attributes={"syncopation": 1.0}, keep_rhythm=True), ("syncopation and keep_rhythm",)),
        (Asked(attributes={"density": -1.0}), ("density -1: give 0 to 15",)),
        (Asked(attributes={"density": float("nan")}), ("density nan",)),
        (Asked(attributes={"length": 0.0}), ("length 0",)),
        (Asked(attributes={"polyphony": 0.0}), ("polyphony 0",)),
        (Asked(attributes={"velocity": 0.0}), ("velocity 0: give 1 to 127",)),
        (Asked(attributes={"swing": 3.0}), ("swing 3",)),
        (Asked(attributes={"register": float("inf")}), ("register inf",)),
    ],
)
def test_contradictions_are_named(asked, words):
    with pytest.raises(UsageError) as caught:
        ask(asked)
    assert all(word in str(caught.value) for word in words) and "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "asked",
    [
        Asked(low=60, high=72),
        Asked(in_key=True),
        Asked(on_chord=True),
        Asked(voices=1),
        Asked(attributes={"register": 60.0}),
        Asked(attributes={"length": 1.0}),
    ],
)
def test_drums_alone_have_no_pitches(asked):
    with pytest.raises(UsageError, match="drums have neither pitches nor lengths"):
        ask(asked, "drums")
    ask(asked, "drums", "lead")


def test_an_empty_density_and_the_ends_of_what_can_be_asked_are_allowed():
    for name in CONTROLS:
        low, high = (wished(name, value) for value in BOUNDS[name])
        assert 0 <= low < high <= 1 and low < float(scaled(name, sum(BOUNDS[name]) / 2)) < high
    assert ask(Asked(attributes={"density": 0.0})).controls is not None


def test_a_rhythm_needs_an_old_score():
    with pytest.raises(UsageError, match="keep_rhythm: layer 'lead' has no score yet"):
        wishes(MADE.state, Asked(keep_rhythm=True), ("lead",), {}, range(4))


def test_a_rhythm_is_kept_to_the_tick_and_leaves_room_for_notes_that_sound_on():
    lead = Score.from_notes([Note(0, 500, 60, 90), Note(385, 50, 62, 90), Note(1000, 50, 64, 90)])
    limits = wishes(MADE.state, Asked(keep_rhythm=True), ("lead",), {"lead": lead}, range(1, 2)).limits
    assert limits.of("lead").rhythm == {385} and limits.of("lead").polyphony == 2
    assert [n.onset for n in limits.of("lead").stands] == [0, 1000]
    limits = wishes(MADE.state, Asked(), ("lead",), {"lead": lead}, range(1, 2)).limits
    assert limits.of("lead").polyphony == 1


@pytest.mark.parametrize("text", ["1-4,3-6", "1,2", ","])
def test_bars_are_one_span(text):
    with pytest.raises(UsageError, match=r"bars .*: give one span, e\.g\. 5-8"):
        parse_bars(text, MADE.state)
