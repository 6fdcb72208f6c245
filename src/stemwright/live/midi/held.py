"""Which notes sound, so that every one of them ends: whoever sends notes lets them go through here."""

from __future__ import annotations

from collections.abc import Iterable

from stemwright.live.midi.messages import (
    ALL_NOTES_OFF,
    ALL_SOUND_OFF,
    PEDALS,
    RESET_CONTROLLERS,
    Message,
    control,
    note_off,
)

_DOWN = 64  # from this value on a pedal is down


class Held:
    """The notes and pedals that are down on one port. Of what passes, each note-on has one note-off.

    A note-off without its note-on is dropped, a note struck again is ended first.
    """

    def __init__(self) -> None:
        self.orphans = 0
        """Note-offs that had no note-on."""
        self._notes: dict[tuple[int, int], int] = {}
        self._pedals: set[tuple[int, int]] = set()

    @property
    def notes(self) -> dict[tuple[int, int], int]:
        """(channel, pitch) of each note that sounds -> the sample at which it began."""
        return dict(self._notes)

    def passed(self, messages: Iterable[Message]) -> list[Message]:
        """What is to be sent of `messages`, in order."""
        return [out for message in messages for out in self._pass(message)]

    def _pass(self, message: Message) -> list[Message]:
        place = (message.channel, message.first)
        if message.kind == "note_on":
            again = self._notes.pop(place, None) is not None
            self._notes[place] = message.at
            return [note_off(*place, message.at), message] if again else [message]
        if message.kind == "note_off":
            if self._notes.pop(place, None) is None:
                self.orphans += 1
                return []
        elif message.kind == "control":
            return [*self._control(message), message]
        return [message]

    def _control(self, message: Message) -> list[Message]:
        """The note-offs that have to come before a controller."""
        place = (message.channel, message.first)
        if message.first in PEDALS:
            (self._pedals.add if message.second >= _DOWN else self._pedals.discard)(place)
        elif message.first == RESET_CONTROLLERS:
            self._pedals = {pedal for pedal in self._pedals if pedal[0] != message.channel}
        elif message.first == ALL_SOUND_OFF or message.first >= ALL_NOTES_OFF:  # not all receivers know them
            return self._ended(message.at, [place for place in self._notes if place[0] == message.channel])
        return []

    def ended(self, at: int, before: int | None = None, channel: int | None = None) -> list[Message]:
        """What ends every note at the sample `at`, or those that began before the sample `before`, or those
        of `channel`. With no `before`, pedals are let go as well.
        """
        notes = [
            place
            for place, began in self._notes.items()
            if (before is None or began < before) and channel in (None, place[0])
        ]
        pedals = sorted(p for p in self._pedals if before is None and channel in (None, p[0]))
        self._pedals -= set(pedals)
        return self._ended(at, notes) + [control(*place, 0, at) for place in pedals]

    def _ended(self, at: int, places: list[tuple[int, int]]) -> list[Message]:
        for place in places:
            del self._notes[place]
        return [note_off(*place, at) for place in places]


def silence(at: int = 0) -> list[Message]:
    """What ends everything on all channels, also notes that nobody knows of any more: for a panic button."""
    numbers = (*PEDALS, ALL_NOTES_OFF, ALL_SOUND_OFF)
    return [control(channel, number, 0, at) for channel in range(16) for number in numbers]
