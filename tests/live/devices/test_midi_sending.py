"""Names, stamps and pacing of MIDI ports, without any."""

from __future__ import annotations

import itertools
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.midi.connection import MAX_RECEIVED, Connection
from stemwright.live.midi.echoes import Echoes
from stemwright.live.midi.port import PortLost
from stemwright.live.midi.sending import BURST, MAX_WAITING, Sender
from stemwright.live.midi.stamps import Stamps
from stemwright.live.naming import chosen, numbered
from support.waiting import until


def test_a_whole_name_comes_before_a_part_of_one() -> None:
    names = ["Launchpad X LPX MIDI", "Launchpad X LPX DAW", "launchpad x lpx midi 2"]
    assert chosen("daw", names, "MIDI input") == names[1]
    assert chosen("LAUNCHPAD X LPX MIDI", names, "MIDI input") == names[0]
    with pytest.raises(UsageError, match=r"'Launchpad' fits several \(Launchpad X LPX MIDI; "):
        chosen("Launchpad", names, "MIDI input")
    with pytest.raises(UsageError, match="there is: none at all"):
        chosen("x", [], "MIDI input")
    with pytest.raises(UsageError, match="there is none named ''"):
        chosen("", names, "MIDI input")


@given(st.lists(st.sampled_from(["a", "b", "a (2)"]), max_size=8))
def test_numbered_names_are_unlike(names: list[str]) -> None:
    found = numbered(names)
    assert len(set(found)) == len(found) == len(names)
    assert all(new.startswith(old) for old, new in zip(names, found, strict=True))


@given(
    st.lists(st.floats(0.001, 2.0), min_size=1, max_size=50),
    st.lists(st.floats(0.0, 0.02), min_size=50, max_size=50),
)
def test_stamps_are_never_later_than_was_heard_and_never_go_back(
    steps: list[float], delays: list[float]
) -> None:
    stamps, now, last = Stamps(), 100.0, 0.0
    for step, delay in zip(steps, delays, strict=False):
        now += step
        found = stamps.at(step, now + delay)
        assert last - 1e-9 <= found + 0.02 and found <= now + delay + 1e-9
        assert now - 0.02 <= found, "nor earlier than the shortest delay allows"
        last = found


def test_stamps_take_the_delay_of_a_busy_program_out() -> None:
    """A clock at 120 BPM, heard up to 6 ms late: from the first prompt one on steps are exact."""
    stamps, step = Stamps(), 60 / 120 / 24
    heard = [10 + i * step + (0.006 if i % 3 else 0.0005) for i in range(96)]
    found = [stamps.at(step if i else 0.0, moment) for i, moment in enumerate(heard)]
    worst = max(abs(b - a - step) for a, b in itertools.pairwise(found))
    assert worst < 1e-5
    assert stamps.at(3600.0, 5000.0) == 5000.0, "a driver's clock that went astray is not believed"


def test_what_is_sent_keeps_its_order_and_its_pace() -> None:
    got: list[tuple[float, bytes]] = []
    sender = Sender(lambda data: got.append((time.monotonic(), data)), speed=10_000)
    notes = [bytes([0x90, i % 128, 1 + i // 128]) for i in range(600)]
    begun = time.monotonic()
    sender.post(b"".join(notes))
    assert time.monotonic() - begun < 0.05, "nobody waits"
    assert until(lambda: len(got) == 600)
    assert [data for _, data in got] == notes
    for number, (moment, _) in enumerate(got):
        assert moment - begun >= (3 * number - BURST) / 10_000 - 1e-3
    sender.close()
    sender.post(b"\xf8")
    assert sender.lost == 1


def test_a_queue_that_is_full_loses_what_comes_and_says_so() -> None:
    sender = Sender(lambda _: time.sleep(10))
    message = bytes([0xF0, *[0] * 65_000, 0xF7])
    for _ in range(6):
        sender.post(message)
    assert 1 <= sender.lost <= 6 - MAX_WAITING // 65_002 + 1


class End:
    """RtMidi's end of a port, as far as a connection needs one."""

    def __init__(self, fails: bool = False) -> None:
        self.fails, self.deleted, self.heard = fails, 0, None

    def ignore_types(self, **_: bool) -> None: ...

    def set_callback(self, heard: object) -> None:
        self.heard = heard

    def send_message(self, data: bytes) -> None:
        if self.fails:
            raise OSError("no such device")

    def delete(self) -> None:
        self.deleted += 1


def test_a_flood_is_bounded_and_a_callback_never_raises() -> None:
    end = End()
    port = Connection("pads", (end, None), lambda: True, lambda moment: moment)
    for i in range(MAX_RECEIVED + 10):
        end.heard(([0x90, i % 128, 1], 0.0001), None)
    end.heard(([], 0.0), None)
    end.heard(([300], 0.0), None)  # no driver does so
    assert port.lost == 12 and len(port.poll()) == MAX_RECEIVED
    end.heard(([300], 0.0), None)
    end.heard(None, None)
    assert port.poll() == [] and port.lost == 14
    port.send(b"\xf8")  # it has no out


def test_a_driver_that_refuses_is_a_port_that_is_gone() -> None:
    ends = End(), End(fails=True)
    port = Connection("pads", ends, lambda: True, lambda moment: moment)
    port.send(b"\xf8")

    def lost() -> bool:
        try:
            port.poll()
        except PortLost as error:
            return "pads: the port is gone" in str(error)
        return False

    assert until(lost)
    assert (ends[0].deleted, ends[1].deleted) == (1, 1)
    port.close()
    assert ends[0].deleted == 1


def test_playing_in_unison_is_no_loop_and_an_opened_loop_is_forgotten() -> None:
    echoes, dropped = Echoes(), []
    for beat in range(64):  # every second note is another one than was sent
        echoes.sent(bytes([0x90, 60, 100]), beat)
        dropped.append(echoes.is_one(bytes([0x90, 60 + beat % 2, 100]), beat + 0.01))
        echoes.sent(b"\xf8", beat)
        dropped.append(echoes.is_one(b"\xf8", beat + 0.01))
    assert not any(dropped)
    for turn in range(32):
        echoes.sent(bytes([0xB0, 7, turn]), 100 + turn / 100)
        dropped.append(echoes.is_one(bytes([0xB0, 7, turn]), 100.005 + turn / 100))
    assert sum(dropped) == echoes.dropped == 32 - 15
    assert echoes.stands(101) and not echoes.stands(110)
    assert not echoes.is_one(bytes([0x90, 50, 1]), 101.0), "what was not sent is heard"
    echoes.sent(bytes([0x90, 50, 1]), 110.0)
    assert not echoes.is_one(bytes([0x90, 50, 1]), 110.01)
    assert not echoes.is_one(b"", 110.01)


def test_what_came_before_a_port_was_gone_is_not_lost() -> None:
    end, there = End(), [True]
    port = Connection("keys", (end, None), lambda: there[0], lambda moment: moment)
    end.heard(([0x80, 60, 0], 0.0), None)
    there[0] = False
    time.sleep(0.6)
    assert [data for _, data in port.poll()] == [bytes([0x80, 60, 0])]
    with pytest.raises(PortLost):
        port.poll()
