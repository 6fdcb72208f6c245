"""What is to be made: takes of layers, their notes and players; and what was made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stemwright.producer.players import Player
    from stemwright.producer.wanted import Wanted
    from stemwright.song.score import Score


@dataclass(frozen=True, slots=True)
class Task:
    """A take that is to be made, and who plays it."""

    wanted: Wanted
    player: Player


@dataclass(frozen=True, slots=True)
class Job:
    """A task with its notes. Equal keys give equal tokens, or equal sound. `moved`: notes of the
    score that were written elsewhere, beyond what the timbre can play."""

    wanted: Wanted
    player: Player
    score: Score
    key: str
    moved: int = 0

    @property
    def layer(self) -> str:
        """The layer's name."""
        return self.wanted.layer

    @property
    def role(self) -> str:
        """What it goes by where its name has to say its kind."""
        return self.wanted.role


@dataclass(frozen=True, slots=True)
class Made:
    """The result of a job: SHA-256 of score and of tokens or sound, frames, whether it was found finished.

    `remarks`: what a sampler could not play, one line each.
    """

    score: str
    content: str
    frames: int
    seconds: float
    reused: bool
    remarks: tuple[str, ...] = ()
