"""Drums on other channels than the tenth, and a tenth channel that plays none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.song.midi import read_midi
from support import midi

GS_RESET = b"\x41\x10\x42\x12\x40\x00\x7f\x00\x41\xf7"
XG_ON = b"\x43\x10\x4c\x00\x00\x7e\x00\xf7"


def sysex(data: bytes) -> tuple[int, bytes]:
    return 0, b"\xf0" + midi.length(len(data)) + data


def gs_part(part: int, drums: int, device: int = 0x10) -> tuple[int, bytes]:
    return sysex(bytes((0x41, device, 0x42, 0x12, 0x40, 0x10 | part, 0x15, drums, 0, 0xF7)))


def bank(channel: int, number: int) -> list[tuple[int, bytes]]:
    return [(0, bytes((0xB0 | channel, 0, number))), (0, bytes((0xC0 | channel, 0)))]


def drums(channel: int, *before: tuple[int, bytes]) -> bool:
    """Whether a track on a channel is drums, after these events on a track before and on its own."""
    tune = midi.notes([36, 42], channel=channel)
    found = {
        read_midi(data).tracks[0].is_drums
        for data in (
            midi.file(midi.chunk([*before, *tune]), kind=0),
            midi.file(midi.chunk([e for e in before if e[1][0] == 0xF0]),
                      midi.chunk([*(e for e in before if e[1][0] != 0xF0), *tune])),
        )
    }  # fmt: skip
    assert len(found) == 1
    return found.pop()


@pytest.mark.parametrize("number", [120, 126, 127])
def test_banks_of_kits(number: int) -> None:
    assert drums(3, *bank(3, number))
    assert not drums(3, *bank(4, number)) and not drums(3, *bank(3, 0)) and drums(9, *bank(9, 0))
    assert not drums(3, *bank(3, number), *bank(3, 8))


def test_high_banks_of_gs_are_melodic() -> None:
    assert not drums(3, sysex(GS_RESET), *bank(3, 127)) and drums(3, sysex(GS_RESET), *bank(3, 120))
    assert drums(3, sysex(GS_RESET), sysex(XG_ON), *bank(3, 127))


@pytest.mark.parametrize(("part", "channel"), [(0, 9), (1, 0), (9, 8), (10, 10), (15, 15)])
def test_rhythm_parts_of_gs(part: int, channel: int) -> None:
    for mode in (1, 2):
        assert drums(channel, sysex(GS_RESET), gs_part(part, mode, device=0x7F), *bank(channel, 0))
    assert not drums(channel, gs_part(part, 1), gs_part(part, 0))
    assert not drums((channel + 1) % 9, gs_part(part, 1))


def test_part_modes_of_xg() -> None:
    def mode(part: int, value: int) -> tuple[int, bytes]:
        return sysex(bytes((0x43, 0x10, 0x4C, 0x08, part, 0x07, value, 0xF7)))

    assert drums(5, sysex(XG_ON), mode(5, 2)) and not drums(9, mode(9, 0)) and not drums(4, mode(5, 2))


def test_what_holds_as_a_channel_begins_counts() -> None:
    late = [*midi.notes([60, 62], channel=2), *bank(2, 127), *midi.notes([60], channel=2)]
    assert not read_midi(midi.file(midi.chunk(late))).tracks[0].is_drums


@given(st.lists(st.binary(max_size=12).map(lambda rest: sysex(b"\x41\x10\x42\x12\x40" + rest)), max_size=4))
def test_any_message_is_read(events: list[tuple[int, bytes]]) -> None:
    assert len(read_midi(midi.file(midi.chunk([*events, *midi.notes([60])]))).tracks) == 1
