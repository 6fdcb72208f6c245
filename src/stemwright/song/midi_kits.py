"""Which channels of a MIDI file play drums: channel 10, and those that a bank or a system message makes so.

General MIDI 2 chooses kits by bank 120, Yamaha's XG by banks 127 and 126; in Roland's GS those two are
melodic (sounds of older modules), and a part becomes drums by "use for rhythm part". XG can say so as well.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

from stemwright.song.midi_events import SYSEX, RawTrack

DRUM_CHANNEL = 9
BANK = 0
"""The controller that chooses a bank."""
_GM2_KIT, _XG_KITS = 120, (126, 127)
_ROLAND_GS, _YAMAHA_XG = b"\x41\x42\x12", b"\x43\x4c"
_GS_RESET, _XG_ON = b"\x40\x00\x7f", b"\x00\x00\x7e"


@dataclass(slots=True)
class Kits:
    """What system messages say, of all tracks: channel -> (tick, drums or not) in order of time, and whether
    it is a file for GS.
    """

    parts: dict[int, list[tuple[int, bool]]] = field(default_factory=dict)
    is_gs: bool = False

    def drums(self, channel: int, tick: int, bank: int) -> bool:
        """Whether a channel plays drums at a tick (of the file), where it has chosen this bank."""
        if bank == _GM2_KIT or (bank in _XG_KITS and not self.is_gs):
            return True
        said = self.parts.get(channel, [])
        place = bisect_right(said, tick, key=lambda item: item[0])
        return said[place - 1][1] if place else channel == DRUM_CHANNEL


def read_kits(tracks: Iterable[RawTrack]) -> Kits:
    """The kits of a file. Messages that are cut short or for other devices say nothing."""
    kits = Kits()
    found = [(tick, data) for track in tracks for tick, status, data in track.events if status == SYSEX]
    for tick, data in sorted(found, key=lambda event: event[0]):
        if data[:1] + data[2:4] == _ROLAND_GS:
            _roland(kits, tick, data[4:])
        elif data[:1] + data[2:3] == _YAMAHA_XG:
            _yamaha(kits, tick, data[3:])
    return kits


def _roland(kits: Kits, tick: int, data: bytes) -> None:
    """Address (three bytes) and value of a GS message. Part 0 is channel 10, 1 to 9 are channels 1 to 9."""
    if data[:3] == _GS_RESET:
        kits.is_gs, kits.parts = True, {}
    elif len(data) > 3 and data[0] == 0x40 and data[1] >> 4 == 1 and data[2] == 0x15:
        part = data[1] & 15
        channel = DRUM_CHANNEL if part == 0 else part - (part <= DRUM_CHANNEL)
        kits.parts.setdefault(channel, []).append((tick, data[3] > 0))


def _yamaha(kits: Kits, tick: int, data: bytes) -> None:
    """Address and value of an XG message: its part mode is 0 for a melodic part."""
    if data[:3] == _XG_ON:
        kits.is_gs, kits.parts = False, {}
    elif len(data) > 3 and data[0] == 0x08 and data[1] < 16 and data[2] == 0x07:
        kits.parts.setdefault(data[1], []).append((tick, data[3] > 0))
