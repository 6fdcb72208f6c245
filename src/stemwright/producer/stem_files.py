"""Stem files: each layer as it is in the mix before its master, or under it, so that the files add up to the
mix.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.errors import UsageError

if TYPE_CHECKING:
    import numpy.typing as npt

    from stemwright.song.document import Song, Take

    Pieces = npt.NDArray[np.floating[Any]]

Place = Callable[[str], Path]
"""Where to write a file of some name for now."""


def stem_names(
    song: Song,
    takes: Mapping[str, Take],
    instead: Collection[str],
    suffix: str,
    rate: int,
    mastered: bool = False,
) -> dict[str, str]:
    """Layer -> its file's name, so that no stem takes the place of another: the first take's is the layer's
    alone, later ones are numbered, what another player plays for once (`instead`) is `_played`, and stems
    under the master are `_mastered`.
    """
    from stemwright.mix.files import file_name

    def part(layer: str, take: Take) -> str:
        numbered = layer if take.take == 1 else f"{layer}_take{take.take}"
        played = f"{numbered}_played" if layer in instead else numbered
        return f"{played}_mastered" if mastered else played

    return {
        layer: file_name(song.title, part(layer, take), song.state, suffix, rate)
        for layer, take in takes.items()
    }


class StemFiles:
    """Stem files that are written one by one, under their `names` by layer."""

    def __init__(self, place: Place, names: Mapping[str, str], rate: int, suffix: str) -> None:
        self.place, self.names, self.rate, self.suffix = place, names, rate, suffix

    def write(self, layer: str, sound: Iterator[Pieces]) -> None:
        """Write a stem that comes in pieces [n, 2]."""
        from stemwright.mix.files import write_pieces
        from stemwright.mix.spool import spool
        from stemwright.mix.stems import pieces

        with spool() as kept:
            for piece in sound:
                kept.append(piece)
            again = (kept.read(*span) for span in pieces(kept.length, self.rate))
            try:
                write_pieces(self.place(self.names[layer]), again, 2, kept.highest, self.rate, self.suffix)
            except UsageError as error:
                raise UsageError(f"stem {layer}: {error.marked}") from error


def remarks_of_sum(peak: float) -> list[str]:
    """What to say of stems whose sum has this largest magnitude: nothing where it is within full scale."""
    if peak <= 1.0:
        return []
    over = 20 * float(np.log10(peak))
    return [f"stems: their sum peaks at {over:+.1f} dBFS; turn them down by as much before they are added"]


@contextmanager
def placing(folder: Path) -> Iterator[Place]:
    """Places for files in `folder`, outside the song: all get their names when the block ends well."""
    from stemwright.store.atomic import replacing

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder")
    with ExitStack() as files:
        yield lambda name: files.enter_context(replacing(folder / name))
