"""OSC: bytes there and back, whatever comes over the network, actions in and state out."""

from __future__ import annotations

import math
import socket
import struct
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.control.actions import Action, make
from stemwright.live.control.osc import MAX_DATAGRAMS, NTP_1970, OscSender, OscServer, as_action
from stemwright.live.control.osc_format import (
    MAX_MESSAGES,
    OscError,
    OscMessage,
    OscValue,
    parse_packet,
    write_bundle,
    write_message,
)
from stemwright.live.launch.slots import SlotState
from stemwright.live.shown_state import ShownColumn, ShownMessage, ShownSlot, ShownState

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)
VALUES: st.SearchStrategy[OscValue] = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(width=32, allow_nan=False) | st.just(1e300),
    TEXTS,
    st.binary(max_size=20),
    st.booleans(),
)
MESSAGES = st.builds(OscMessage, TEXTS.map("/{}".format), st.lists(VALUES, max_size=8).map(tuple))


def written(message: OscMessage) -> bytes:
    return write_message(message.address, message.arguments)


@given(MESSAGES)
def test_messages_come_back(message: OscMessage) -> None:
    found = parse_packet(written(message))
    assert found == [message]
    assert list(map(type, found[0].arguments)) == list(map(type, message.arguments))


@given(st.lists(MESSAGES, max_size=4), st.lists(MESSAGES, max_size=4), st.integers(0, 2**64 - 1))
def test_bundles_come_back_with_their_times(
    outer: list[OscMessage], inner: list[OscMessage], time: int
) -> None:
    within = write_bundle(list(map(written, inner)), time)
    found = parse_packet(write_bundle([*map(written, outer), within]))
    timed = [OscMessage(m.address, m.arguments, time) for m in inner]
    assert found == outer + timed


@given(st.binary(max_size=200), MESSAGES, st.data())
def test_no_bytes_do_anything_but_be_refused(noise: bytes, message: OscMessage, data: st.DataObject) -> None:
    whole = bytearray(write_bundle([written(message), written(message)]))
    whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    for packet in (noise, b"#bundle\0" + noise, bytes(whole), bytes(whole[: len(whole) // 2])):
        try:
            parse_packet(packet)
        except OscError as error:
            assert str(error)


def test_the_bytes_of_the_specification() -> None:
    """Examples of OSC 1.0."""
    assert parse_packet(b"/oscillator/4/frequency\0,f\0\0\x43\xdc\0\0") == [
        OscMessage("/oscillator/4/frequency", (440.0,))
    ]
    data = (
        b"/foo\0\0\0\0,iisff\0\0"
        + struct.pack(">ii", 1000, -1)
        + b"hello\0\0\0"
        + struct.pack(">ff", 1.234, 5.678)
    )
    found = parse_packet(data)[0].arguments
    assert found[:3] == (1000, -1, "hello")
    assert found[3:] == pytest.approx((1.234, 5.678), rel=1e-6)
    assert write_message("/foo", found) == data


def nested(depth: int) -> bytes:
    packet = write_message("/panic")
    for _ in range(depth):
        packet = write_bundle([packet])
    return packet


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no multiple of 4"),
        (b"abc", "no multiple of 4"),
        (b"\0" * 9000, "over 8192 bytes"),
        (b"abc\0", "does not begin with /"),
        (b"/abc", "a text without its end"),
        (b"/a\0b", "not filled up with zeros"),
        (b"/\xff\0\0", "not UTF-8"),
        (b"/a\0\0abc\0", "without its types"),
        (b"/a\0\0,i\0\0", "cut off"),
        (b"/a\0\0,t\0\0" + bytes(8), "type 't'"),
        (b"/a\0\0,b\0\0" + struct.pack(">i", 99), "blob that is cut off"),
        (b"/a\0\0,b\0\0" + struct.pack(">i", -4), "blob that is cut off"),
        (b"/a\0\0,\0\0\0" + bytes(4), "bytes after the last"),
        (b"/a\0\0," + b"T" * 67 + bytes(4), "over 64 arguments"),
        (b"#bundle\0" + bytes(4), "without its time"),
        (b"#bundle\0" + bytes(8) + struct.pack(">i", 8) + b"/a\0\0", "wrong size"),
        (b"#bundle\0" + bytes(8) + struct.pack(">i", 0), "wrong size"),
        (nested(5), "over 4 deep"),
        (write_bundle([write_message("/a")] * (MAX_MESSAGES + 1)), "over 256 messages"),
    ],
)
def test_wrong_bytes_are_named(data: bytes, said: str) -> None:
    with pytest.raises(OscError, match=said):
        parse_packet(data)


def test_addresses_are_actions() -> None:
    assert as_action(OscMessage("/slot/launch", (0, 3.0)), 9) == make("slot.launch", [0, 3], 9)
    assert as_action(OscMessage("/column/mute", (2, True)), 9) == make("column.mute", [2, "on"], 9)
    assert as_action(OscMessage("/column/mute", (2, 0.0)), 9) == make("column.mute", [2, "off"], 9)
    setting = OscMessage("/player/set", (0, "harmony", "mute", True))
    assert as_action(setting, 9) == make("player.set", [0, "harmony", "mute", 1], 9)
    assert as_action(OscMessage("/panic"), 9) == Action("panic", {}, 9)


@pytest.mark.parametrize(
    "message",
    [
        OscMessage("/slot/lunch"),
        OscMessage("/slot/launch", (0,)),
        OscMessage("/slot/launch", (0, 1, 2, 3)),
        OscMessage("/transport/tempo", (math.nan,)),
        OscMessage("/transport/tempo", (b"12",)),
        OscMessage("/slot/*", (0, 1)),
    ],
)
def test_what_is_no_action_is_refused(message: OscMessage) -> None:
    with pytest.raises(UsageError):
        as_action(message, 0)


def polled(server: OscServer, packets: list[bytes]) -> tuple[list[Action], list[str]]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for packet in packets:
            sender.sendto(packet, ("127.0.0.1", server.port))
    time.sleep(0.01)
    received = server.poll(100, lambda seconds: round((seconds - 1000) * 48000))
    return received.actions, received.remarks


def test_over_the_network() -> None:
    with OscServer(0) as server:
        at = (NTP_1970 + 1000 << 32) + (1 << 31)  # half a second past 1000
        bundle = write_bundle([write_message("/panic"), write_message("/transport/tap")], at)
        late = write_bundle([write_message("/transport/play")], 2)
        actions, remarks = polled(
            server, [write_message("/scene/launch", [4]), bundle, late, b"x", write_message("/no")]
        )
        assert actions == [
            Action("scene.launch", {"row": 4}, 100),
            Action("panic", {}, 24000),
            Action("transport.tap", {}, 24000),
            Action("transport.play", {}, 100),
        ]
        assert len(remarks) == 2 and all(line.startswith("OSC from 127.0.0.1: ") for line in remarks)
        assert polled(server, []) == ([], [])


def test_a_flood_is_taken_in_parts_and_told_in_few_lines() -> None:
    with OscServer(0) as server:
        actions, remarks = polled(server, [b"xxxx"] * 100)
        assert not actions and len(remarks) == 9
        assert remarks[-1] == "OSC: 92 more messages were refused"
        actions, _ = polled(server, [write_message("/transport/tap")] * (MAX_DATAGRAMS + 50))
        assert len(actions) <= MAX_DATAGRAMS


def test_a_port_that_is_taken() -> None:
    with OscServer(0) as server, pytest.raises(UsageError, match=f"cannot listen at 127.0.0.1:{server.port}"):
        OscServer(server.port)
    with pytest.raises(UsageError, match="cannot listen"):
        OscServer(99999)


def test_only_changes_are_told() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(2)
        sender = OscSender("127.0.0.1", listener.getsockname()[1])
        column = ShownColumn("bass", (ShownSlot(SlotState.READY, "A"),), peak=-3.2)
        state = ShownState(columns=(column,), bpm=Fraction(90))
        assert sender.send(state) == 11
        told = {m.address: m.arguments for m in parse_packet(listener.recv(9000))}
        assert told["/state/tempo"] == (90.0,)
        assert told["/state/slot/0/0"] == ("ready", "A")
        assert told["/state/column/0/peak"] == (-3,)
        assert told["/state/main"] == (-100, -100)
        assert sender.send(state) == 0
        said = ShownState(columns=(column,), bpm=Fraction(90), messages=(ShownMessage("late", "warning", 7),))
        assert sender.send(said) == 1
        assert parse_packet(listener.recv(9000)) == [OscMessage("/state/message", ("warning", "late", 7))]
        sender.close()


def test_a_receiver_that_is_not_there() -> None:
    with pytest.raises(UsageError, match="there is no"):
        OscSender("127.0.0.1", 99999)
    sender = OscSender("127.0.0.1", 9)
    assert sender.send(ShownState()) >= 0
    sender.close()
