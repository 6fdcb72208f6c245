"""What is queued and heard where time changes: tempo, meter, transport, clocks of others, late commands."""

from fractions import Fraction
from random import Random

from stemwright.live.clock.midi_in import MidiClockIn
from stemwright.live.launch.quantise import Quantum
from stemwright.live.launch.slots import SlotState
from stemwright.song.meter import Meter
from support.stage import Stage, playing

F = Fraction
BEAT = 24_000


def test_tempo_changes_with_a_full_queue_move_what_is_queued() -> None:
    """Eight columns queued for the same phrase; what begins before the change, and what stays, is kept."""
    stage = playing(columns=8)
    stage.launcher.quantum = Quantum.PHRASE
    for column in range(8):
        stage.fill(0, "4", column=column)
        stage.tap(0, column)
    stage.run(10 * BEAT)
    stage.transport.set_tempo(stage.now + 120, F(90))
    stage.run(11 * BEAT)
    before = stage.posted
    stage.transport.phrases_of(stage.now + 120, 8)  # nothing moves
    stage.run(12 * BEAT)
    assert stage.posted == before
    stage.transport.set_tempo(stage.now + 120, F(150))
    expected = stage.transport.tempo.sample(F(32))
    stage.run(50 * BEAT)
    firsts = [next(at for at, node, _, _ in stage.played if node == column) for column in range(8)]
    assert firsts == [expected] * 8
    assert stage.late == []


def test_a_meter_or_a_one_moves_what_is_queued() -> None:
    stage = playing()
    stage.fill(0, "12")
    stage.run(int(8.5 * BEAT))
    stage.tap(0)
    stage.transport.set_meter(0, Meter(3, 4))
    stage.run(10 * BEAT)
    assert stage.played[0][0] == 9 * BEAT
    stage = playing()
    stage.fill(0, "12")
    stage.launcher.quantum = Quantum.PHRASE
    stage.tap(0)
    stage.run(5 * BEAT)
    stage.transport.one(int(5.4 * BEAT))  # a phrase began at 5, and that is over
    stage.run(40 * BEAT)
    assert stage.places()[0] == (37, 0)


def test_before_the_transport_plays_taps_wait_for_it() -> None:
    stage = Stage(block=120)
    stage.fill(0, "4")
    stage.tap(0)
    stage.run(12_000)
    assert stage.played == []
    assert stage.launcher.view(0, 0, stage.now).state is SlotState.QUEUED
    stage.transport.play(15_000)
    stage.run(15_000 + 5 * BEAT)
    assert [at for at, _, _, _ in stage.played] == [15_000, 15_000 + 4 * BEAT]


def test_stop_and_continue_bring_back_what_was_heard() -> None:
    stage = playing()
    stage.fill(0, "8")
    stage.tap(0)
    stage.run(6 * BEAT)
    stage.transport.stop(stage.now + 120)
    stage.run(10 * BEAT)
    stage.transport.resume(stage.now)
    stage.run(20 * BEAT)
    stopped, gone_on = 6 * BEAT + 120, 10 * BEAT
    assert stage.played == [
        (4 * BEAT, 0, 0, 0),
        (stopped, 0, None, 0),
        (gone_on, 0, 0, 2 * BEAT + 120),
        (gone_on + 6 * BEAT - 120, 0, 0, 0),
    ]
    stage.transport.stop(stage.now)
    stage.run(21 * BEAT)
    stage.transport.play(stage.now)
    stage.run(22 * BEAT)
    assert stage.played[-1] == (21 * BEAT, 0, 0, 0)


def test_a_locate_lets_loops_play_on_and_queues_anew() -> None:
    stage = playing(columns=2)
    stage.fill(0, "4")
    stage.fill(0, "4", column=1)
    stage.tap(0)
    stage.run(int(9.5 * BEAT))
    stage.tap(0, column=1)
    stage.transport.locate(10 * BEAT, F(65))
    stage.run(20 * BEAT)
    assert [at for at, node, _, _ in stage.played if node == 0] == [4 * BEAT, 8 * BEAT, 12 * BEAT, 16 * BEAT]
    assert next(at for at, node, _, _ in stage.played if node == 1) == 13 * BEAT


def test_what_comes_too_late_says_so_and_joins_in() -> None:
    stage = playing(columns=2)
    for column in range(2):
        stage.fill(0, "4", column=column)
        stage.tap(0, column)
    stage.run(5 * BEAT)
    loop = stage.launcher.columns[0].next_change(0)
    assert loop is not None
    stage.launcher.late(loop.ticket, 5 * BEAT)
    assert stage.said == ["layer 0: what was asked for came too late; it waits for the next boundary"]
    passes = [e for e in stage.launcher.columns[1]._ahead if e.sample == 8 * BEAT]
    stage.run(int(8.5 * BEAT))
    stage.launcher.late(passes[0].ticket, stage.now)
    stage.run(14 * BEAT)
    assert [at for at, node, _, _ in stage.played if node == 0] == [4 * BEAT, 8 * BEAT, 12 * BEAT]
    assert stage.played[-3:-1] == [(int(8.5 * BEAT) + 120, 1, 10, BEAT // 2 + 120), (12 * BEAT, 0, 0, 0)]


def test_a_python_that_is_away_for_three_seconds_is_not_heard() -> None:
    stage = playing()
    stage.fill(0, "1")
    stage.tap(0)
    stage.run(5 * BEAT)
    pump, stage.launcher.pump = stage.launcher.pump, lambda now: []
    stage.run(11 * BEAT)
    stage.launcher.pump = pump
    stage.run(14 * BEAT)
    assert stage.places() == [(beat, 0) for beat in range(4, 14)]
    assert stage.late == []


def test_an_outside_clock_bends_the_tempo_and_nothing_comes_late() -> None:
    """Pulses with 2 ms of jitter, from 120 to 132 BPM: what is heard keeps to the bars."""
    random = Random(3)
    stage = playing(columns=4)
    clock = MidiClockIn(stage.transport, stage.said.append)
    for column in range(4):
        stage.fill(0, "4", column=column)
        stage.tap(0, column)
    ideal, pulses = 0.0, list[int]()
    for k in range(24 * 40):
        pulses.append(int(ideal) + random.randrange(96 * 2))
        ideal += BEAT / 24 * (1 if k < 240 else 120 / 132)
    for pulse in sorted(pulses):
        stage.run(max(stage.now, pulse // 120 * 120))
        clock.receive(0xF8, pulse, stage.now + 240)
    assert stage.late == []
    tempo = stage.transport.tempo
    for at, _, _, offset in stage.played:
        bar = tempo.quarters(at) / 4
        assert abs(bar - round(bar)) * 4 * tempo.at(at).step <= F(1, 2)
        assert offset == 0
    assert len(stage.played) == 4 * 9
    assert abs(float(tempo.bpm(stage.now)) - 132) < 0.5
