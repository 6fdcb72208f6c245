"""What sounds where a layer was given notes that nobody has performed yet, and what to say of it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.producer.bars import Span
from stemwright.producer.casting import bundle_for
from stemwright.producer.decoders import can_decode
from stemwright.producer.lineage import outdated

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry, Song, Take
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

UNPERFORMED, UNMADE, UNPLAYABLE = "unperformed", "unmade", "unplayable"
UNDECODABLE, OUTDATED = "undecodable", "chords"
_COMMANDS = {UNPLAYABLE: "layer remove", UNDECODABLE: "perform", OUTDATED: "compose"}
"""What mends it where that is not `generate`. `perform` plays the same notes again, with the same seed."""
_WORDS = {
    UNPLAYABLE: "no bundle plays it",
    UNPERFORMED: "its notes are not performed yet",
    UNMADE: "is not made yet",
    UNDECODABLE: "its take is of a codec that is not installed",
    OUTDATED: "its notes were written to other chords than stand there now",
}


@dataclass(frozen=True, slots=True)
class Stale:
    """A layer that is not as it should be. `take`: what sounds; None: nothing. `bars`: where its notes do not
    fit, all where it is empty.
    """

    layer: str
    reason: str
    take: int | None = None
    bars: tuple[Span, ...] = ()

    def next(self, path: Path) -> str:
        """The command that mends it, for the song at `path`."""
        command = _COMMANDS.get(self.reason, "generate")
        song = shlex.quote(str(path))
        if self.bars:
            return f"stemwright {command} {song} {self.layer} --bars {self.bars[0]}"
        return f"stemwright {command} {song} {self.layer}"

    def line(self, path: Path) -> str:
        """What a user should hear of it."""
        sounds = f"take {self.take} sounds" if self.take else "nothing sounds"
        rest = f"bars {', '.join(map(str, self.bars))}" if self.bars else sounds
        return f"{self.layer}: {_WORDS[self.reason]}, {rest}; next: {self.next(path)}"


def report(path: Path, found: Iterable[Stale], remarks: Sequence[str] = ()) -> dict[str, Any]:
    """Stale layers as commands give them: `stale` in plain values (layer, reason, take, bars "5-8", next),
    and `remarks`, a line of each after those that there are.
    """
    found = list(found)
    stale = [
        {
            "layer": each.layer,
            "reason": each.reason,
            "take": each.take,
            "bars": [str(span) for span in each.bars],
            "next": each.next(path),
        }
        for each in found
    ]
    return {"stale": stale, "remarks": [*remarks, *(each.line(path) for each in found)]}


def sounding(folder: SongFolder, song: Song) -> tuple[dict[str, Take], list[Stale]]:
    """The take of each layer that can be heard, and the layers of which it is not what stands there."""
    takes: dict[str, Take] = {}
    found: list[Stale] = []
    for layer, entry in song.layers.items():
        take = entry.active or _instead(folder, song.state, layer, entry)
        if take is not None:
            takes[layer] = take
        if entry.active is None:
            found.append(Stale(layer, _reason(layer, entry), take.take if take else None))
        elif not can_decode(folder, layer, entry.active):
            found.append(Stale(layer, UNDECODABLE))
    return takes, found + out_of_date(folder, song)


def out_of_date(folder: SongFolder, song: Song) -> list[Stale]:
    """The layers whose notes were written to other chords than stand there now."""
    return [
        Stale(layer, OUTDATED, song.layers[layer].take, tuple(bars))
        for layer, bars in outdated(folder, song).items()
    ]


def _reason(layer: str, entry: LayerEntry) -> str:
    """Why a layer has no active take."""
    if bundle_for(entry.role(layer)) is None:
        return UNPLAYABLE
    return UNMADE if entry.score_sha256 is None else UNPERFORMED


def nearest(
    folder: SongFolder, state: GlobalState, layer: str, score: Score, takes: Sequence[Take]
) -> tuple[Take, set[int]]:
    """Of one take or more the one whose notes differ from a score in the fewest bars, of equals the newest;
    and these bars, from 0.
    """
    old = {sha: folder.score(sha, layer) for sha in {take.score_sha256 for take in takes}}
    bars = {sha: _changed_bars(state, score, was) for sha, was in old.items()}
    found = min(takes, key=lambda take: (len(bars[take.score_sha256]), -take.take))
    return found, bars[found.score_sha256]


def _changed_bars(state: GlobalState, new: Score, old: Score) -> set[int]:
    changed = set(new.notes) ^ set(old.notes)
    return {min(state.bar_of_tick(note.onset), state.bars - 1) for note in changed}


def _instead(folder: SongFolder, state: GlobalState, layer: str, entry: LayerEntry) -> Take | None:
    """Of the takes that can be heard here the one nearest to the given notes, if possible in the timbre."""
    able = [take for take in entry.takes if take.frames == state.frames and can_decode(folder, layer, take)]
    able = [take for take in able if take.timbre == entry.timbre] or able
    if entry.score_sha256 is None or not able:
        return able[-1] if able else None
    return nearest(folder, state, layer, folder.score(entry.score_sha256, layer), able)[0]
