"""Bytes -> messages: every way of writing them, everything that is none, in pieces of any size."""

from __future__ import annotations

import random

import mido
from hypothesis import given
from hypothesis import strategies as st

from stemwright.live.midi.messages import CHANNEL, COMMON, REAL_TIME, Message
from stemwright.live.midi.parse import MAX_SYSEX, Parser

SEVEN = st.integers(0, 127)
CHANNELS = st.integers(0, 15)


def messages() -> st.SearchStrategy[Message]:
    two = st.sampled_from([kind for kind, length in CHANNEL.values() if length == 2])
    one = st.sampled_from([kind for kind, length in CHANNEL.values() if length == 1])
    return st.one_of(
        st.builds(Message, two, CHANNELS, SEVEN, st.integers(1, 127)),
        st.builds(Message, one, CHANNELS, SEVEN),
        st.builds(Message, st.just("song_position"), st.just(0), SEVEN, SEVEN),
        st.builds(Message, st.sampled_from(["time_code", "song_select"]), st.just(0), SEVEN),
        st.builds(Message, st.sampled_from(["tune_request", *REAL_TIME.values()])),
        st.builds(lambda data: Message("sysex", data=data), st.lists(SEVEN, max_size=20).map(bytes)),
    )


def parsed(data: bytes) -> list[Message]:
    return Parser().feed(0, data)


@given(st.lists(messages(), max_size=30), st.randoms(use_true_random=False))
def test_messages_come_back_however_they_are_cut(sent: list[Message], draw: random.Random) -> None:
    data = b"".join(message.encoded() for message in sent)
    parser, found = Parser(), list[Message]()
    while data:
        size = draw.randint(1, len(data))
        found += parser.feed(0, data[:size])
        data = data[size:]
    assert found == sent
    assert not parser.faults


@given(st.binary(max_size=300))
def test_no_bytes_raise_and_what_is_found_is_midi(data: bytes) -> None:
    parser = Parser()
    for message in parser.feed(7, data):
        assert message.at == 7
        assert parsed(message.encoded()) == [
            Message(message.kind, message.channel, message.first, message.second, 0, message.data)
        ] or (message.kind == "note_off" and message.second == 64)
        mido.Message.from_bytes(message.encoded())  # another's reading agrees that it is one


def test_running_status() -> None:
    assert parsed(b"\x92\x3c\x40\x3e\x41\x3c\x00") == [
        Message("note_on", 2, 0x3C, 0x40),
        Message("note_on", 2, 0x3E, 0x41),
        Message("note_off", 2, 0x3C, 64),
    ]


def test_running_status_ends_with_system_messages_but_not_with_real_time() -> None:
    parser = Parser()
    assert parser.feed(0, b"\x90\x3c\x40\xf8\x3e\x41\xf6\x40\x40") == [
        Message("note_on", 0, 0x3C, 0x40),
        Message("clock"),
        Message("note_on", 0, 0x3E, 0x41),
        Message("tune_request"),
    ]
    assert parser.faults.stray == 2


def test_real_time_bytes_within_messages_come_first() -> None:
    assert parsed(b"\xf0\x01\xf8\x02\xfa\xf7\xb0\x01\xfe\x7f") == [
        Message("clock"),
        Message("start"),
        Message("sysex", data=b"\x01\x02"),
        Message("active_sensing"),
        Message("control", 0, 1, 127),
    ]


def test_a_system_exclusive_message_that_is_cut_off_is_dropped() -> None:
    parser = Parser()
    assert parser.feed(0, b"\xf0\x01\x02\x90\x3c\x40") == [Message("note_on", 0, 0x3C, 0x40)]
    assert parser.faults.cut == 1
    assert str(parser.faults) == "messages cut off: 1"


def test_a_port_that_vanishes_within_a_message_leaves_nothing_behind() -> None:
    parser = Parser()
    parser.feed(0, b"\xf0\x00\x20\x29")
    parser.vanished()
    assert parser.feed(1, b"\x02\x0e\xf7\x90\x3c\x40") == [Message("note_on", 0, 0x3C, 0x40, at=1)]
    assert (parser.faults.cut, parser.faults.stray) == (1, 3)


def test_a_system_exclusive_message_may_be_long_but_not_too_long() -> None:
    parser = Parser()
    assert parser.feed(0, b"\xf0" + b"\x01" * MAX_SYSEX + b"\xf7") == [
        Message("sysex", data=b"\x01" * MAX_SYSEX)
    ]
    assert parser.feed(0, b"\xf0" + b"\x01" * (MAX_SYSEX + 1) + b"\xf7") == []
    assert parser.faults.oversized == 1
    assert parser.feed(0, b"\xfa") == [Message("start")]


def test_undefined_status_bytes_end_what_is_under_way() -> None:
    parser = Parser()
    assert parser.feed(0, b"\x90\x3c\xf4\x40\xfd\x90\x3c\x40") == [Message("note_on", 0, 0x3C, 0x40)]
    assert (parser.faults.cut, parser.faults.undefined, parser.faults.stray) == (1, 2, 1)


def test_all_kinds_are_told_apart() -> None:
    status = [*CHANNEL, *COMMON, *REAL_TIME]
    kinds = {parsed(bytes([byte, 1, 1][: 1 + length]))[0].kind for byte, length in lengths(status)}
    assert len(kinds) == len(status)


def lengths(status: list[int]) -> list[tuple[int, int]]:
    both = {**CHANNEL, **COMMON}
    return [(byte, both[byte][1] if byte in both else 0) for byte in status]


def test_a_burst_of_two_thousand_events() -> None:
    data = b"".join(bytes([0x90, i % 128, 1 + i % 127]) for i in range(2000))
    found = parsed(data)
    assert [(m.first, m.second) for m in found] == [(i % 128, 1 + i % 127) for i in range(2000)]
