"""Whatever is asked, what comes keeps the bounds; what cannot be kept is refused, and says why."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.models import Bundle
from stemwright.symbolic.companion import INSTRUMENTS, Companion, Event, Query
from stemwright.symbolic.companion.events import PIECE_PITCHES

PITCHED = [name for name in INSTRUMENTS if name != "drums"]
EVENTS = st.builds(
    Event,
    st.sampled_from(INSTRUMENTS),
    st.integers(50, 56),
    st.floats(0, 3),
    st.sampled_from([0, 0, 1, 64, 127]),
)
BANDS = st.lists(st.sampled_from(INSTRUMENTS), min_size=1, max_size=3, unique=True)
PITCHES = st.lists(st.integers(48, 58), min_size=1, max_size=6)
QUANTILES = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda x: (min(x), max(x)))
HEAT = st.sampled_from([0.0, 0.5, 1.0, 3.0])


@st.composite
def wishes(draw: st.DrawFn) -> dict[str, Any]:
    """Fields of a query whose bounds do not contradict each other by themselves."""
    low, high = sorted(draw(st.tuples(st.floats(0, 12), st.floats(0, 12))))
    soft, loud = sorted(draw(st.tuples(st.integers(0, 127), st.integers(0, 127))))
    some: dict[str, st.SearchStrategy[Any]] = {
        "instruments": BANDS,
        "pitches": st.one_of(PITCHES, st.dictionaries(st.sampled_from(INSTRUMENTS), PITCHES, max_size=2)),
        "instrument": st.sampled_from(INSTRUMENTS),
        "pitch": st.integers(48, 58),
        "time": st.floats(low, high),
        "velocity": st.integers(soft, loud),
        "pitch_quantile": QUANTILES,
        "time_quantile": QUANTILES,
        "velocity_quantile": QUANTILES,
        "pitch_temperature": HEAT,
        "rhythm_temperature": HEAT,
        "timing_temperature": HEAT,
        "velocity_temperature": HEAT,
        "instrument_temperature": HEAT,
        "order": st.permutations("iptv").map("".join),
    }
    fields = draw(st.fixed_dictionaries({}, optional=some))
    if draw(st.booleans()):
        fields |= {"min_time": low, "max_time": draw(st.sampled_from([high, math.inf]))}
    if draw(st.booleans()):
        fields |= {"min_velocity": soft, "max_velocity": loud}
    return fields


def possible(held: list[tuple[str, int]], q: Query) -> set[tuple[str, int, bool]]:
    """Every (instrument, pitch, begins) that a query leaves, by trying all."""
    out = set()
    for name in INSTRUMENTS:
        for pitch in PIECE_PITCHES if name == "drums" else range(128):
            some = q.pitches.get(name, [pitch]) if isinstance(q.pitches, dict) else q.pitches
            low, high = q.velocities
            for begins in (True, False):
                if (
                    ((name, pitch) in held) != begins
                    and q.instrument in (None, name)
                    and (q.instruments is None or name in q.instruments)
                    and q.pitch in (None, pitch)
                    and (some is None or pitch in some)
                    and (high > 0 if begins else low == 0)
                ):
                    out.add((name, pitch, begins))
    return out


@settings(deadline=None, max_examples=150)
@given(st.lists(EVENTS, max_size=8), wishes())
def test_every_bound_is_kept_or_refused(
    random_bundle: Bundle, events: list[Event], wish: dict[str, Any]
) -> None:
    player = Companion.load(random_bundle)
    player.prompt(events)
    query = Query(**wish)
    left = possible(player.held, query)
    if not left:
        with pytest.raises(UsageError, match="leaves no event beside"):
            player.query(query)
        return
    event = player.query(query)
    assert (event.instrument, event.pitch, event.velocity > 0) in left
    assert query.times[0] <= event.time <= query.times[1]
    assert query.velocities[0] <= event.velocity <= query.velocities[1]
    player.feed(event)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"time": 2.0, "max_time": 1.0}, "time: 2.0 is outside min_time to max_time"),
        ({"min_time": 2.0, "max_time": 1.0}, "min_time: 2.0 is after max_time"),
        ({"velocity": 9, "min_velocity": 10}, "velocity: 9 is outside"),
        ({"min_velocity": 10, "max_velocity": 9}, "min_velocity: 10 is above"),
        ({"pitch": 200}, "pitch: 200"),
        ({"pitches": [1, 500]}, "pitches: 500"),
        ({"instruments": "lead"}, "instruments: 'lead' is not a list"),
        ({"instruments": 5}, "instruments: 5 is not a list"),
        ({"pitches": 60}, "pitches: 60 is not a list"),
        ({"pitches": {"lead": 60}}, "pitches: 60 is not a list"),
        ({"pitch": 10**400}, "pitch: "),
        ({"max_time": 10**400}, "max_time: "),
        ({"time_quantile": (0.6, 0.5)}, "time_quantile: "),
        ({"pitch_quantile": 0.5}, "pitch_quantile: "),
        ({"rhythm_temperature": -1}, "rhythm_temperature: "),
        ({"order": "itp"}, "order: "),
    ],
)
def test_bad_queries_are_refused_by_field(wish: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        Query(**wish)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"instrument": "tuba"}, "instrument: 'tuba' is not known"),
        ({"pitches": {"tuba": [60]}}, "pitches: 'tuba' is not known"),
        (
            {"instrument": "lead", "instruments": ["bass"]},
            "instrument lead leaves no event beside .*instruments bass",
        ),
        ({"instruments": []}, "instruments none leaves no event"),
        ({"pitch": 60, "pitches": [61]}, "pitch 60 leaves no event beside .*pitches"),
        ({"velocity": 0}, "velocity 0 leaves no event beside notes that are held"),
        (
            {"instrument": "drums", "pitch": 60},
            "pitch 60 leaves no event .*drums have the pitches of their pieces",
        ),
    ],
)
def test_contradictions_are_named(player: Companion, wish: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        player.query(Query(**wish))


def test_held_notes_end_and_cannot_begin(player: Companion) -> None:
    player.feed(Event("bass", 40, 0.0, 90))
    with pytest.raises(UsageError, match="leaves no event beside"):
        player.query(Query(instrument="bass", pitch=40, min_velocity=1))
    event = player.query(Query(velocity=0))
    assert (event.instrument, event.pitch) == ("bass", 40)
    player.feed(event)
    assert player.held == []


def test_quantiles_steer(player: Companion) -> None:
    player.feed(Event("you", 60, 0.0, 90))
    low, high = (
        player.query(
            Query(
                instrument="lead", min_velocity=1, order="ivtp", pitch_quantile=(q, q), time_quantile=(q, q)
            )
        )
        for q in (0.05, 0.95)
    )
    assert low.pitch < high.pitch
    times = [player.query(Query(order="tvip", time_quantile=(q, q))).time for q in (0.1, 0.5, 0.9)]
    assert times == sorted(times) and times[0] < times[2]


def test_fixed_parts_are_told_to_the_others(player: Companion) -> None:
    """The same numbers drawn, another instrument fixed: another time."""
    answers = set()
    for name in PITCHED:
        with player.trial():
            answers.add(player.query(Query(instrument=name)).time)
    assert len(answers) > 1


def test_default_order_is_fixed_then_bounded_then_free() -> None:
    assert Query().parts_in_order() == "tvip"
    assert Query(instrument="lead", max_time=1.0).parts_in_order() == "itvp"
    assert Query(pitch=60, velocity=0, instruments=["lead", "bass"]).parts_in_order() == "vpit"
