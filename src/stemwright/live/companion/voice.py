"""One voice: its settings, the notes it plays, and the player who may take it over."""

from __future__ import annotations

from dataclasses import dataclass, field

from stemwright.live.companion.settings import AUTO, FOLLOW, INPUT, NO_PORT, VoiceSettings
from stemwright.live.companion.sounding import Note
from stemwright.song.layers import is_drums

Source = tuple[str, int]
"""Name of the voice and pitch of a note that is followed."""


@dataclass(slots=True)
class Played:
    """A note that a voice plays. `source`: what it follows; `shift`: samples by which it came after that."""

    note: Note
    source: Source | None = None
    shift: int = 0


@dataclass(slots=True)
class Voice:
    """`node`: of its output. `punched`: its player has taken it over; `idle`: the sample since when that one
    plays nothing, None while notes are held. `answered`: notes of its sources so far.
    """

    name: str
    settings: VoiceSettings
    node: int
    punched: bool = False
    idle: int | None = None
    answered: int = 0
    keys: dict[int, None] = field(default_factory=dict)
    played: list[Played] = field(default_factory=list)

    @property
    def is_input(self) -> bool:
        """Whether its player is heard now."""
        return self.settings.mode == INPUT or self.punched

    @property
    def follows(self) -> bool:
        """Whether it answers the notes of others now."""
        return self.settings.mode == FOLLOW and not self.punched and not self.settings.mute

    @property
    def plays(self) -> bool:
        """Whether it plays by itself now."""
        return self.settings.mode == AUTO and not self.punched and not self.settings.mute

    @property
    def drums(self) -> bool:
        """Whether its pitches are pieces."""
        return is_drums(self.settings.instrument)

    def listens(self, port: int, channel: int) -> bool:
        """Whether what comes from a port on a channel 0..15 is its player's."""
        own = self.settings
        taken = (own.mode == INPUT or own.punch_in) and not own.mute
        return taken and port == own.port != NO_PORT and own.channel in (0, channel + 1)

    def key(self, pitch: int) -> tuple[int, int, int]:
        """Where a pitch of it sounds."""
        return self.node, self.settings.out_channel - 1, pitch

    def forget(self, now: int) -> None:
        """Drop what has ended."""
        self.played = [each for each in self.played if each.note.end > now and not each.note.taken]
