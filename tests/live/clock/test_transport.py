"""Play, stop, continue, locate, taps, a song's own tempos."""

from fractions import Fraction

import pytest

from stemwright.errors import UsageError
from stemwright.live.clock.tap import Tapped, TapTempo, follow_taps
from stemwright.live.clock.transport import Act, Transport
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState

F = Fraction


def test_play_stop_and_continue() -> None:
    transport = Transport(F(120))
    assert transport.position(10_000) == 0 and not transport.playing(10_000)
    assert transport.play(10_000)
    assert not transport.play(20_000)  # start twice
    assert transport.position(34_000) == 1
    assert transport.stop(46_000)
    assert not transport.stop(50_000)
    assert transport.position(90_000) == F(3, 2)
    assert transport.resume(100_000)
    assert transport.position(112_000) == 2
    assert [state.act for state in transport.states(0, 200_000)] == [Act.PLAY, Act.STOP, Act.CONTINUE]


def test_locate_goes_to_sixteenths_and_plays_on() -> None:
    transport = Transport(F(120))
    assert transport.locate(5, F(33, 8)) == 4
    assert transport.locate(6, F(-3)) == 0
    assert transport.locate(7, F(21, 2)) == F(21, 2)
    transport.resume(1000)
    assert transport.position(25_000) == F(23, 2)
    transport.locate(25_000, F(64))
    assert transport.position(49_000) == 65
    assert transport.playing(49_000)


def test_an_act_ahead_survives_a_change_of_tempo_and_not_a_stop() -> None:
    transport = Transport(F(120))
    transport.play(48_000)
    transport.set_tempo(24_000, F(60))
    assert not transport.playing(47_999)
    assert transport.position(96_000) == 1
    transport.stop(144_000)
    transport.set_tempo(96_000, F(120))
    assert transport.position(200_000) == 3
    transport = Transport(F(120))
    transport.play(48_000)
    assert transport.stop(24_000)
    assert not transport.playing(50_000)
    assert transport.position(50_000) == 0


def test_listeners_hear_from_where_on_time_is_new() -> None:
    transport, heard = Transport(F(120)), []
    transport.listeners.append(heard.append)
    transport.play(100)
    transport.set_tempo(5000, F(90))
    transport.set_meter(6000, Meter(3, 4))
    assert transport.one(7000) == 0
    assert heard == [100, 5000, 6000, 7000]


def test_a_songs_tempos_are_played_round_and_round() -> None:
    state = GlobalState.create(bpm="120, 3: 60", form="a:2 b:1")
    transport = Transport.of_song(state)
    transport.play(0)
    heard: list[int] = []
    transport.listeners.append(heard.append)
    for until in range(0, 2_000_000, 48_000):
        transport.extend(until)
    once = 2 * 4 * 24_000 + 4 * 48_000
    assert [transport.tempo.sample(F(q)) for q in (8, 12, 20, 24)] == [
        192_000,
        once,
        once + 192_000,
        2 * once,
    ]
    assert heard[:3] == [192_000, once, once + 192_000]
    transport.locate(400_000, F(9))
    transport.extend(10**6)
    assert transport.tempo.bpm(400_000) == 60
    assert transport.tempo.sample(F(12)) == 400_000 + 3 * 48_000
    transport.set_tempo(500_000, F(90))
    transport.extend(10**7)
    assert transport.tempo.bpm(10**7) == 90
    with pytest.raises(UsageError, match="bpm"):
        transport.set_tempo(600_000, F(999))


def test_four_taps_give_the_tempo_and_the_next_beat() -> None:
    taps = TapTempo()
    assert taps.tap(1000) is None
    assert taps.tap(25_000) is not None
    taps.tap(49_100)
    tapped = taps.tap(72_900)
    assert tapped is not None and tapped.counted_in
    assert abs(tapped.bpm - 120) < F(1, 2)
    assert abs(tapped.beat - 97_000) < 100


def test_four_taps_count_in_and_later_ones_bend_the_tempo() -> None:
    transport, taps = Transport(F(90)), TapTempo()
    for sample in (1000, 25_000, 49_000, 73_000):
        tapped = taps.tap(sample)
        if tapped is not None:
            follow_taps(transport, tapped, sample + 128)
        assert not transport.playing(96_999)
        assert transport.playing(97_000) == (sample == 73_000)
    assert transport.position(97_000 + 24_000) == 1
    later = TapTempo()
    later.tap(200_000)
    tapped = later.tap(230_000)
    assert tapped is not None
    follow_taps(transport, tapped, 230_128)
    assert transport.tempo.bpm(230_128) == 96
    late = Transport(F(90))
    follow_taps(late, Tapped(F(120), 97_000, True), 97_100)  # heard after its beat
    assert not late.playing(120_999) and late.playing(121_000)


def test_taps_begin_anew_after_a_pause_an_uneven_one_and_what_is_no_tempo() -> None:
    taps = TapTempo()
    for sample in (0, 24_000, 48_000):
        taps.tap(sample)
    assert taps.tap(48_000 + 97_000) is None  # under 30 BPM: a first tap
    later = taps.tap(48_000 + 97_000 + 30_000)
    assert later is not None and later.bpm == 96 and not later.counted_in
    assert taps.tap(48_000 + 97_000 + 80_000) is None  # uneven
    assert taps.tap(48_000 + 97_000 + 80_000) is None  # no interval
    assert taps.tap(48_000 + 97_000 + 80_100) is None  # 28,800 BPM
