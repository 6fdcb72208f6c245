"""The metronome: beats at their samples, accents on bar lines, and none of a time that is no more."""

from __future__ import annotations

from fractions import Fraction

from stemwright.live.clock.click import Click
from stemwright.live.clock.transport import Transport
from stemwright.live.commands import Command, Op, Tickets
from stemwright.native.live_commands import CLICK_ACCENT, CLICK_BEAT
from stemwright.song.meter import Meter


def pitches(commands: list[Command]) -> list[tuple[int, int]]:
    return [(each.at, each.index & 127) for each in commands if each.op is Op.NOTE]


def test_beats_come_at_their_samples_once_each() -> None:
    transport = Transport(Fraction(120), Meter(3, 4))
    click = Click(transport, 5, Tickets())
    click.switch(True, 0)
    transport.play(1000)
    found = [each for now in range(0, 120_000, 4800) for each in pitches(click.commands(now, now + 9600))]
    assert found == [
        (1000 + 24_000 * beat, CLICK_BEAT if beat % 3 else CLICK_ACCENT) for beat in range(len(found))
    ]
    assert len(found) == 6


def test_what_was_told_is_taken_back_where_time_changes() -> None:
    transport = Transport(Fraction(120))
    click = Click(transport, 5, Tickets())
    click.switch(True, 0)
    transport.play(0)
    first = click.commands(0, 60_000)
    assert [each.at for each in first] == [0, 24_000, 48_000]
    transport.set_tempo(30_000, Fraction(240))
    second = click.commands(0, 60_000)
    assert [each.index for each in second if each.op is Op.CANCEL] == [first[2].ticket]
    assert pitches(second) == [(39_000, CLICK_BEAT), (51_000, CLICK_BEAT)]
    click.switch(False, 45_000)
    assert [each.op for each in click.commands(40_000, 60_000)] == [Op.CANCEL]
    assert click.commands(60_000, 90_000) == []


def test_nothing_is_heard_while_the_transport_stands_still() -> None:
    transport = Transport(Fraction(120))
    click = Click(transport, 5, Tickets())
    click.switch(True, 0)
    assert click.commands(0, 48_000) == []
    transport.play(60_000)
    transport.stop(90_000)
    assert pitches(click.commands(48_000, 200_000)) == [(60_000, CLICK_ACCENT), (84_000, CLICK_BEAT)]
