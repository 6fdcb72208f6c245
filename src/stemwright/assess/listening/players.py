"""Who plays the controls: the training instruments, or a General MIDI soundfont."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stemwright.assess.measured_takes import Performed
from stemwright.assess.sound.soundfont import NoPlayer, find_font, play

if TYPE_CHECKING:
    from stemwright.assess.listening.excerpts import Audio
    from stemwright.song.state import GlobalState


@dataclass(frozen=True, slots=True)
class Player:
    """What plays a take's score: float32 [N, 2] at 48 kHz. `taught`: performers learned from its sound."""

    name: str
    play: Callable[[Performed, GlobalState], Audio]
    taught: bool


def instruments(sources: Path) -> Player:
    """The training instruments, dry, each score in its take's timbre; through no codec."""
    from stemwright.instruments.render import Studio
    from stemwright.instruments.sampler import WIDE

    studio = Studio(sources / "samples", form=WIDE)

    def render(made: Performed, state: GlobalState) -> Audio:
        return studio.render(made.layer, made.take.timbre, made.score, state.timebase, state.bars)

    return Player("the training instruments' rendering of the same score", render, True)


def soundfont() -> tuple[Player | None, str]:
    """An installed soundfont; or None, and why."""
    try:
        font = find_font()
    except NoPlayer as error:
        return None, str(error)

    def by_soundfont(made: Performed, state: GlobalState) -> Audio:
        return play(state, made.layer, made.score, made.take.timbre, font)

    return Player(f"the same score by the soundfont {font.name}", by_soundfont, False), ""


def controls(player: Player | None, takes: list[Performed], state: GlobalState) -> dict[str, Audio]:
    """What the player makes of each take's score, as long as the take's stem; nothing without a player."""
    if player is None:
        return {}
    return {made.layer: as_long(player.play(made, state), len(made.audio)) for made in takes}


def as_long(sound: Audio, samples: int) -> Audio:
    """A sound [N, 2] cut, or filled up with silence."""
    missing = max(0, samples - len(sound))
    return np.ascontiguousarray(np.pad(sound[:samples], ((0, missing), (0, 0))), dtype=np.float32)
