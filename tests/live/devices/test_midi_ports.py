"""MIDI ports by RtMidi, on a JACK server of the tests' own."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.devices import MidiPorts, Wish, open_audio, stop_all
from stemwright.live.midi.port import PortLost
from stemwright.native.devices import Through
from support.waiting import until

pytest.importorskip("rtmidi", reason="python-rtmidi is not installed (the extra live)")


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    yield
    stop_all()


@pytest.fixture
def loop(server: object) -> Through:
    """Another client, "keys", which gives back what it is sent."""
    through = Through(48000, 0, 2)
    open_audio(
        through, Wish("jack", client="keys", midi_inputs={0: "to_keys"}, midi_outputs={0: "from_keys"})
    )
    return through


def ports(loops: bool = False) -> MidiPorts:
    return MidiPorts(lambda moment: moment // 1_000_000, system="jack", loops=loops)


def test_a_port_is_found_by_a_part_of_its_name_and_gives_back_what_it_is_sent(loop: Through) -> None:
    midi = ports()
    assert midi.inputs() == ["keys:from_keys"] and midi.outputs() == ["keys:to_keys"]
    port = midi.open("FROM", "to_k")
    assert port.name == "keys:from_keys"
    before = time.monotonic_ns() // 1_000_000
    port.send(bytes([0x90, 60, 100, 0xB0, 7, 90]))
    port.send(bytes([0xF8]))
    got: list[tuple[int, bytes]] = []
    assert until(lambda: got.extend(port.poll()) or len(got) == 3)
    assert [data for _, data in got] == [bytes([0x90, 60, 100]), bytes([0xB0, 7, 90]), bytes([0xF8])]
    assert all(before <= at <= before + 2000 for at, _ in got)
    assert [at for at, _ in got] == sorted(at for at, _ in got)
    port.close()
    with pytest.raises(PortLost, match="was closed"):
        port.send(b"\xf8")


def test_a_burst_of_2000_notes_arrives_whole_and_in_order(loop: Through) -> None:
    port = ports(loops=True).open("keys", "keys")
    notes = [bytes([0x90 | i // 128, i % 128, 1 + i % 127]) for i in range(2000)]
    for _ in range(3):  # a machine that is busy enough makes JACK itself lose a block, and what is in it
        port.send(b"".join(notes))
        got: list[bytes] = []
        until(lambda got=got: got.extend(data for _, data in port.poll()) or len(got) == 2000)
        if got == notes:
            break
    assert got == notes and not port.lost


def test_a_loop_of_cables_goes_round_a_few_times_and_no_more(loop: Through) -> None:
    """Ports that answer every note with another one, as a companion does."""
    midi = ports()
    ear, mouth = midi.open("keys", ""), midi.open("", "keys")
    mouth.send(bytes([0x90, 60, 100]))
    answers = 0

    def went_quiet() -> bool:
        nonlocal answers
        for _, data in ear.poll():
            answers += 1
            mouth.send(bytes([0x90, (data[1] + 1) % 128, 100]))
        return midi.echoes is not None and midi.echoes.dropped > 0

    assert until(went_quiet)
    assert answers == 15 and midi.echoes is not None and midi.echoes.stands(time.monotonic())


def test_names_that_fit_nothing_several_or_ourselves(loop: Through) -> None:
    open_audio(Through(48000, 0, 2), Wish("jack", client="other", midi_outputs={0: "keys_too"}))
    own = open_audio(Through(48000, 0, 2), Wish("jack", midi_outputs={0: "clock"}))
    midi = ports()
    assert midi.inputs() == ["keys:from_keys", "other:keys_too"]
    for source, target, line in (
        ("Launchpad", "", "MIDI input: there is none named 'Launchpad'; there is: keys:from_keys"),
        ("keys", "", "fits several"),
        ("", "from_keys", "MIDI output: there is none"),
        ("stemwright:clock", "", "port of our own"),
    ):
        with pytest.raises(UsageError, match=line):
            midi.open(source, target)
    own.stop()


def test_a_port_that_vanishes_is_told(loop: Through) -> None:
    port = ports().open("from_keys", "to_keys")
    assert port.poll() == []
    stop_others = [port]
    for device in list(_opened()):
        if device not in stop_others:
            device.stop()

    def lost() -> bool:
        try:
            port.send(bytes([0xF0, 1, 2, 3, 0xF7]))
            port.poll()
        except PortLost as error:
            return "keys:from_keys: the port is gone" in str(error)
        return False

    assert until(lost)


def test_a_port_of_our_own_for_others(server: object) -> None:
    midi = ports()
    port = midi.virtual("clock")
    port.send(bytes([0xFA]))
    assert port.poll() == [] and midi.inputs() == [] and midi.outputs() == []


def test_a_server_that_dies_under_midi_ports(loop: Through, server: object) -> None:
    midi = ports()
    port = midi.open("keys", "keys")
    server.end(kill=True)

    def lost() -> bool:
        try:
            port.send(b"\xf8")
        except PortLost:
            return True
        return False

    assert until(lost)
    assert midi.inputs() == []


def test_without_the_package_or_a_midi_system(monkeypatch: pytest.MonkeyPatch, capfd: object) -> None:
    monkeypatch.setenv("JACK_DEFAULT_SERVER", "stemwright-test-nobody")
    with pytest.raises(StemwrightError, match="no MIDI system"):
        MidiPorts(lambda _: 0, system="jack")
    with pytest.raises(UsageError, match="neither alsa nor jack"):
        MidiPorts(lambda _: 0, system="oss")
    assert capfd.readouterr().err == ""
    monkeypatch.setitem(sys.modules, "rtmidi", None)
    with pytest.raises(StemwrightError, match="python-rtmidi is not installed"):
        MidiPorts(lambda _: 0)


def _opened() -> list[object]:
    from stemwright.live import devices

    return list(devices._open)
