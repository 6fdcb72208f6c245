"""What is wrong with a MIDI file and can be mended: told in one line a kind; a strict reader refuses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from stemwright.errors import UsageError

_MAX_SHOWN = 8


class Fault(Enum):
    """A kind of fault: what is told of it, with the count of it as `{n}`."""

    RIFF = "it is wrapped in RIFF (RMID): the MIDI file in it was read, whatever else is in it was not"
    TRACKS = "its header says another number of tracks than there are: all that are there were read"
    LENGTH = "length is not what the file says: read to the end of the track"
    BROKEN = "breaks off: what could be read was read"
    RUNNING = "{n} event(s) without a status byte after a text or system event: the status before holds"
    HIGH = "{n} data byte(s) over 127: taken as 127"
    SYSTEM = "{n} system message(s) that no file may hold: left out"
    TEMPO = "{n} tempo(s) of 0 microseconds a quarter note: left out"
    LATE = "{n} note(s) begin where their track ends: left out"


@dataclass(slots=True)
class Faults:
    """The faults of one file, named `name`. `strict`: the first is refused."""

    name: str
    strict: bool = False
    first: str = ""
    found: dict[Fault, dict[int, int]] = field(default_factory=dict)

    def add(self, fault: Fault, track: int, what: str) -> None:
        """Note a fault of a track (from 1; 0: of the whole file). UsageError saying `what`, where strict."""
        where = f"track {track}: " if track else ""
        self.first = self.first or f"{self.name}: {where}{what}; export it again"
        if self.strict:
            raise UsageError(self.first)
        tracks = self.found.setdefault(fault, {})
        tracks[track] = tracks.get(track, 0) + 1

    def remarks(self) -> Iterator[str]:
        """One line for each kind of fault, with the tracks that have it."""
        for fault in Fault:
            tracks = self.found.get(fault)
            if tracks:
                yield _where(tracks) + fault.value.format(n=sum(tracks.values()))


def _where(tracks: dict[int, int]) -> str:
    numbers = sorted(number for number in tracks if number)
    if not numbers:
        return ""
    shown = ", ".join(map(str, numbers[:_MAX_SHOWN]))
    more = f" and {len(numbers) - _MAX_SHOWN} more" if len(numbers) > _MAX_SHOWN else ""
    return f"track{'s' if len(numbers) > 1 else ''} {shown}{more}: "
