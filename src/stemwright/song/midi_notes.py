"""The notes of a MIDI track: note-ons and -offs paired, channel by channel, at 96 ticks a quarter note."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from stemwright.errors import UsageError
from stemwright.song.midi_events import META, RawTrack
from stemwright.song.midi_faults import Fault, Faults
from stemwright.song.midi_kits import BANK, Kits
from stemwright.song.midi_meta import TITLE, text_of
from stemwright.song.midi_pedal import RESET, SUSTAIN, Spans, pedal_spans
from stemwright.song.score import MAX_TICK, PPQ, Note


@dataclass(slots=True)
class MidiTrack:
    """One channel of one track. `program` 0..127 (0-based), notes sorted, in ticks of 96 a quarter note.

    `says_program`: whether the file names the program; it is 0 where it does not. Notes are as long as their
    keys are down; `pedal`: when the sustain pedal is (see `midi_pedal`), never of drums.
    """

    name: str
    program: int
    is_drums: bool
    notes: list[Note]
    says_program: bool = False
    pedal: Spans = field(default_factory=list)


@dataclass(slots=True)
class Mended:
    """How many notes are not as a file says them.

    `short`: shorter than a tick of ours, now one tick. `cut`: struck again while they sounded, ended there.
    `doubled`: struck twice at once, now one note. `open`: never ended, ended with their track. `held`: made
    longer by the pedal.
    """

    short: int = 0
    cut: int = 0
    doubled: int = 0
    open: int = 0
    held: int = 0


def scaled(tick: int, division: int, name: str) -> int:
    """A tick of the file at 96 a quarter note, half up. UsageError (naming `name`) where it is too late."""
    out = (2 * tick * PPQ + division) // (2 * division)
    if out > MAX_TICK // 2:
        raise UsageError(f"{name}: lasts {out // PPQ} quarter notes; that is too long")
    return out


def channels_of(
    track: RawTrack, number: int, division: int, mended: Mended, faults: Faults, kits: Kits
) -> list[MidiTrack]:
    """The channels of a track that have notes, in order of channel. UsageError where one is too late."""
    channels, title = _play(track, mended, kits)
    for _ in range(sum(channel.late for channel in channels.values())):
        faults.add(Fault.LATE, number, "has a note that begins where it ends")
    sounding = sorted(index for index, channel in channels.items() if channel.notes)
    title = title or f"Track {number}"
    return [
        MidiTrack(
            title if len(sounding) == 1 else f"{title} {index + 1}",
            channels[index].program or 0,
            channels[index].is_drums,
            _notes(channels[index], division, faults.name, mended),
            channels[index].program is not None,
            [] if channels[index].is_drums else _pedal(channels[index], division, faults.name),
        )
        for index in sounding
    ]


def note_ticks(track: RawTrack) -> Iterator[int]:
    """The ticks of the file at which notes begin or end."""
    return (tick for tick, status, _ in track.events if status >> 4 in (0x8, 0x9))


class _Channel:
    """Pairs one channel's note-ons and -offs. A pitch struck again while it sounds ends its earlier note."""

    def __init__(self, mended: Mended) -> None:
        self.mended = mended
        self.is_drums = False
        self.bank = 0
        self.program: int | None = None
        self.late = 0
        self.last = 0
        self.controls: list[tuple[int, int, int]] = []
        self.notes: set[tuple[int, int, int, int]] = set()
        self.open: dict[int, tuple[int, int, bool]] = {}

    def on(self, tick: int, pitch: int, velocity: int) -> None:
        before = self.open.get(pitch)
        if before is not None and before[0] == tick:
            self.open[pitch] = (tick, max(velocity, before[1]), before[2])
            self.mended.doubled += 1
            return
        if before is not None:
            self.notes.add((before[0], tick, pitch, before[1]))
            self.mended.cut += 1
        self.open[pitch] = (tick, velocity, before is not None)

    def off(self, tick: int, pitch: int) -> None:
        before = self.open.get(pitch)
        if before is None:
            return
        onset, velocity, struck_again = before
        if struck_again and onset == tick:
            self.open[pitch] = (onset, velocity, False)  # this note-off belongs to the note that ended here
            self.mended.cut -= 1
            return
        del self.open[pitch]
        self.notes.add((onset, tick, pitch, velocity))

    def close(self, tick: int) -> None:
        """End what still sounds; what begins only now, as recorders leave it, is no note."""
        for pitch, (onset, velocity, _) in self.open.items():
            if onset == tick:
                self.late += 1
            else:
                self.mended.open += 1
                self.notes.add((onset, tick, pitch, velocity))
        self.open.clear()


def _play(track: RawTrack, mended: Mended, kits: Kits) -> tuple[dict[int, _Channel], str]:
    """The channels of a track after its last event, and its title."""
    channels: dict[int, _Channel] = {}
    title = ""
    for tick, status, data in track.events:
        if status == META:
            if data[0] == TITLE and not title:
                title = text_of(data)
            continue
        kind = status >> 4
        if kind not in (0x8, 0x9, 0xB, 0xC):
            continue
        channel = channels.setdefault(status & 15, _Channel(mended))
        if kind == 0xB:
            if data[0] == BANK:
                channel.bank = data[1]
            elif data[0] in (SUSTAIN, RESET):
                channel.controls.append((tick, data[0], data[1]))
            continue
        if kind == 0xC:
            if not channel.notes and not channel.open:
                channel.program = data[0]
            continue
        channel.last = tick
        if kind == 0x9 and data[1]:
            if not channel.notes and not channel.open:
                channel.is_drums = kits.drums(status & 15, tick, channel.bank)
            channel.on(tick, data[0], data[1])
        else:
            channel.off(tick, data[0])
    for channel in channels.values():
        channel.close(track.end)
    return channels, title


def _pedal(channel: _Channel, division: int, name: str) -> Spans:
    """When the pedal is down. One that never goes up holds nothing beyond the last key."""
    spans = pedal_spans(channel.controls, channel.last)
    return [(scaled(down, division, name), scaled(up, division, name)) for down, up in spans]


def _notes(channel: _Channel, division: int, name: str, mended: Mended) -> list[Note]:
    notes: set[Note] = set()
    for onset, end, pitch, velocity in channel.notes:
        start = scaled(onset, division, name)
        length = scaled(end, division, name) - start
        mended.short += length < 1
        notes.add(Note(start, max(1, length), pitch, velocity))
    return sorted(notes, key=lambda n: (n.onset, n.duration, n.pitch, n.velocity))
