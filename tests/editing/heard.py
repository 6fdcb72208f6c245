"""What a test looks at in a song: the notes and the tokens of each bar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.codec import tokens as container
from stemwright.song.document import Song
from stemwright.store import SongFolder

Notes = tuple[tuple[int, int, int], ...]


def song(path: Path) -> Song:
    return SongFolder.open(path).load()


def bars(path: Path, layer: str) -> list[Notes]:
    """Of each bar its notes, (tick inside the bar, pitch, velocity)."""
    folder = SongFolder.open(path)
    now = folder.load()
    state, found = now.state, [[] for _ in range(now.state.bars)]
    for note in folder.scores(now)[layer].notes:
        bar = state.bar_of_tick(note.onset)
        found[bar].append((note.onset - state.bar_tick(bar), note.pitch, note.velocity))
    return [tuple(sorted(bar)) for bar in found]


def tokens(path: Path, layer: str) -> npt.NDArray[np.uint16]:
    folder = SongFolder.open(path)
    take = folder.load().layers[layer].active
    assert take is not None and take.tokens_sha256 is not None
    return container.from_canonical(folder.objects.get(take.tokens_sha256))


def bar_tokens(path: Path, layer: str, bar: int) -> npt.NDArray[np.uint16]:
    """The tokens of a bar (from 0)."""
    timebase = song(path).state.timebase
    return tokens(path, layer)[:, timebase.bar_frame(bar) : timebase.bar_frame(bar + 1)]
