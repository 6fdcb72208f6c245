"""What `diff` and `merge` give back. Bars count from 1."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stemwright.face.results import Stale
from stemwright.face.typed import Result


@dataclass(frozen=True)
class NoteInBar(Result):
    """A note: `tick` of its bar and duration in ticks, 96 a quarter note; pitch, velocity."""

    tick: int
    duration: int
    pitch: int
    velocity: int


@dataclass(frozen=True)
class ChangedNote(Result):
    """A note that is another one now. `what`: of "time", "length", "pitch", "velocity"."""

    before: NoteInBar
    after: NoteInBar
    what: tuple[str, ...]


@dataclass(frozen=True)
class ChangedBar(Result):
    """The notes of a bar that are not the same. `before`, `after`: its number, None: there is no such bar."""

    before: int | None
    after: int | None
    added: tuple[NoteInBar, ...]
    removed: tuple[NoteInBar, ...]
    changed: tuple[ChangedNote, ...]


@dataclass(frozen=True)
class ChangedChords(Result):
    """The chords of a bar, before and after; "": not decided, None: there is no such bar."""

    before: int | None
    after: int | None
    chords: tuple[str | None, ...]


@dataclass(frozen=True)
class ChangedTokens(Result):
    """Bars whose frames are others, `of` so many; `moved`: those of them that another bar
    ("from") had before.
    """

    bars: tuple[int, ...]
    moved: tuple[dict[str, int], ...]
    of: int


@dataclass(frozen=True)
class ChangedLayerBars(Result):
    """A layer that is not the same. `how`: "new", "gone", "renamed" or "same"; `was`: its name before.
    `settings`: by field, what it was and is. `sound`: its take is another one; `levels`: of both, RMS in dB
    and LUFS, where that was asked for.
    """

    layer: str
    how: str
    was: str | None
    settings: dict[str, tuple[Any, ...]]
    notes: tuple[ChangedBar, ...]
    tokens: ChangedTokens | None
    sound: bool
    levels: tuple[dict[str, float] | None, ...] | None


@dataclass(frozen=True)
class LyricLineThere(Result):
    """A line of the lyrics, its first bar (from 1), and how many bars it may be sung in."""

    bar: int
    bars: int
    text: str


@dataclass(frozen=True)
class ChangedLine(Result):
    """A line of the lyrics before and after, None where it is "new" or "gone"; else "words", "moved" (other
    bars) or "sung" (other ticks) differ.
    """

    how: str
    before: LyricLineThere | None
    after: LyricLineThere | None


@dataclass(frozen=True)
class Difference(Result):
    """What is not the same in `before` and `after`. `state`: by field, what it was and is. `bars`: how many;
    `inserted`: numbers of bars that are new, `deleted`: of bars of before that are gone.
    """

    before: str
    after: str
    same: bool
    state: dict[str, tuple[Any, ...]]
    bars: dict[str, int]
    inserted: tuple[int, ...]
    deleted: tuple[int, ...]
    chords: tuple[ChangedChords, ...]
    layers: tuple[ChangedLayerBars, ...]
    lyrics: tuple[ChangedLine, ...]
    pictures: tuple[Path, ...] = field(default=())


@dataclass(frozen=True)
class Conflict(Result):
    """What both branches changed: a layer, or a field of the song; and what each did, in a line."""

    name: str
    line: str


@dataclass(frozen=True)
class Merged(Result):
    """`run`: None where nothing was changed, since there are `conflicts` or the branch has nothing new.
    `layers`: those that are not as they were. `taken`: whose layers and fields are, "theirs" or "both".
    `stale`, `remarks`: layers whose notes were written to other chords.
    """

    run: int | None
    branch: str
    layers: tuple[str, ...]
    taken: dict[str, str]
    conflicts: tuple[Conflict, ...]
    stale: tuple[Stale, ...]
    remarks: tuple[str, ...]
