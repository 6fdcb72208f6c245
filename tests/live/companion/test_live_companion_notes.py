"""No note hangs, whatever comes in; the same inputs give the same answers; pitches keep to chord and key."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.live.commands import Command
from stemwright.live.companion.ensemble import Ensemble
from stemwright.live.companion.harmony import SongHarmony
from stemwright.live.companion.locking import Steady
from stemwright.live.companion.presets import load
from stemwright.live.companion.settings import LONGEST
from stemwright.models import Bundle
from stemwright.song.progression import parse_progression
from stemwright.song.state import GlobalState
from support.live_sink import Sink

RATE = 48_000
Input = tuple[int, int, bytes]


def song() -> GlobalState:
    state = GlobalState.create("120", "C major", form="verse:4")
    return state.with_(chords=parse_progression("C | Am F | G7 | N.C.", state))


def ensemble(bundle: Bundle, preset: str = "quartet") -> Ensemble:
    return Ensemble(load(preset), Steady(120), SongHarmony(song()), [3, 4], RATE, bundle=bundle)


def played(count: int, seed: int, ports: int = 4) -> list[Input]:
    """A performer's notes, with whatever else comes over a cable."""
    rng, now, held, out = random.Random(seed), 0, [], []
    for _ in range(count):
        now += rng.choice((0, 48, 2400, 9600, 14_400, 24_000))
        port = rng.randrange(ports)
        kind = rng.random()
        if kind < 0.45:
            held.append((port, rng.randrange(30, 100)))
            out.append((now, port, bytes((0x90, held[-1][1], rng.randrange(1, 128)))))
        elif kind < 0.8 and held:
            port, pitch = held.pop(rng.randrange(len(held)))
            out.append((now, port, bytes((0x80, pitch, 0))))
        elif kind < 0.85:
            out.append((now, port, bytes((0xB0, 64, rng.choice((0, 127))))))
        elif kind < 0.9:
            out.append((now, port, bytes((0xC0, rng.randrange(3)))))
        else:
            odd = (b"\xf8", b"\xfe", b"\x80\x20\x00", b"\x90", b"", b"\xf0\x7e\x7f", b"\xff", b"\x90\xff\x10")
            out.append((now, port, rng.choice(odd)))
    return out


def perform(band: Ensemble, inputs: list[Input], change: random.Random | None = None) -> Sink:
    """Play all, with time passing in steps of 5 ms and settings changing."""
    sink = Sink()
    sink.post(0, band.start(0))
    paths = [path for path, entry in band.parameters() if entry.kind != "name"]
    for sample, port, data in inputs:
        for now in range(sink.now - sink.now % 240 + 240, sample, 240):
            sink.post(now, band.advance(now))
        sink.post(sample, band.hear(sample, port, data))
        if change is not None and change.random() < 0.1:
            path = change.choice(paths)
            if not path.endswith(("instrument", "/out", "port")):
                sink.post(sample, band.turn(sample, path, change.random()))
    return sink


@pytest.mark.slow
def test_ten_thousand_events_leave_no_hanging_note(random_bundle: Bundle) -> None:
    band = ensemble(random_bundle)
    inputs = [(min(at, at // 8), port, data) for at, port, data in played(10_000, 5)]
    sink = Sink()
    sink.post(0, band.start(0))
    for sample, port, data in inputs:
        sink.post(sample, band.hear(sample, port, data))
    assert len(sink.began) > 500
    sink.post(sink.now, band.end(sink.now))
    assert sink.sounding == {}
    assert max(sink.lengths) <= LONGEST * RATE


@settings(deadline=None, max_examples=12)
@given(st.integers(0, 2**32), st.sampled_from(("quartet", "answers", "rhythm-section", "harmony")))
def test_no_note_hangs_whatever_is_set(random_bundle: Bundle, seed: int, preset: str) -> None:
    band = ensemble(random_bundle, preset)
    sink = perform(band, played(120, seed, 1 if preset != "quartet" else 4), random.Random(seed))
    sink.post(sink.now, band.end(sink.now))
    assert sink.sounding == {}
    sink.run(sink.now + 100 * RATE)
    assert sink.sounding == {}


def test_notes_end_by_themselves_where_nothing_is_said_ever_after(random_bundle: Bundle) -> None:
    """As where the thread died that answers."""
    band = ensemble(random_bundle)
    sink = perform(band, played(200, 8))
    assert sink.sounding
    sink.run(sink.now + int(LONGEST * RATE) + RATE)
    assert sink.sounding == {}


def test_the_same_inputs_give_the_same_answers(random_bundle: Bundle) -> None:
    inputs = played(300, 3)
    first = perform(ensemble(random_bundle), inputs)
    again = perform(ensemble(random_bundle), inputs)
    assert first.all == again.all and first.began
    assert all(isinstance(command, Command) for command in first.all)


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_when_time_is_told_makes_no_difference(random_bundle: Bundle, seed: int) -> None:
    """Told every 5 ms or only with inputs: the same notes at the same samples."""
    inputs = played(150, seed)
    often = perform(ensemble(random_bundle), inputs)
    band, seldom = ensemble(random_bundle), []
    seldom += band.start(0)
    for sample, port, data in inputs:
        seldom += band.hear(sample, port, data)
    assert [c for c in often.all if c.at <= inputs[-1][0]] == [c for c in seldom if c.at <= inputs[-1][0]]


def test_another_seed_gives_other_answers(random_bundle: Bundle) -> None:
    inputs = played(200, 3)
    first = perform(ensemble(random_bundle), inputs)
    band = ensemble(random_bundle)
    other = Ensemble(load("harmony"), Steady(120), SongHarmony(song()), [3], bundle=random_bundle)
    assert list(band.partners) == ["keys", "horn", "kit", "modular"]
    assert perform(other, inputs).began != first.began


@pytest.mark.parametrize("keep", ["chord", "scale"])
def test_all_pitches_are_of_the_chord_or_the_scale(random_bundle: Bundle, keep: str) -> None:
    band = ensemble(random_bundle)
    for name, partner in band.partners.items():
        for voice in partner.voices:
            band.set(0, f"{name}/{voice.name}/keep", keep)
    sink = perform(band, played(600, 11))
    harmony, clock = SongHarmony(song()), Steady(120)
    assert len(sink.began) > 100
    for at, (_, _, pitch), _ in sink.began:
        place = clock.quarters(at)
        assert place is not None and pitch % 12 in harmony.at(place).kept(keep), (at, pitch)


def test_harmony_is_that_of_the_song_and_goes_round() -> None:
    harmony = SongHarmony(song())
    assert harmony.at(Fraction(0)).chord == {0, 4, 7}
    assert harmony.at(Fraction(4)).chord == {9, 0, 4} and harmony.at(Fraction(4)).end == 6
    assert harmony.at(Fraction(11)).chord == {7, 11, 2, 5}
    assert harmony.at(Fraction(12)).chord == {0, 2, 4, 5, 7, 9, 11}
    assert harmony.at(Fraction(16 + 6)).chord == {5, 9, 0} and harmony.at(Fraction(22)).end == 24
