"""Stem files: each layer as it is in the mix before its master, so that the files add up to that mix."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from stemwright.errors import UsageError

if TYPE_CHECKING:
    from stemwright.producer.decoders import Audio
    from stemwright.song.document import Song, Take

Place = Callable[[str], Path]
"""Where to write a file of some name for now."""


def stem_names(
    song: Song, takes: Mapping[str, Take], instead: Collection[str], suffix: str, rate: int
) -> dict[str, str]:
    """Layer -> its file's name, so that no stem takes the place of another: the first take's is the layer's
    alone, later ones are numbered, and what another player plays for once (`instead`) is `_played`.
    """
    from stemwright.mix.files import file_name

    def part(layer: str, take: Take) -> str:
        numbered = layer if take.take == 1 else f"{layer}_take{take.take}"
        return f"{numbered}_played" if layer in instead else numbered

    return {
        layer: file_name(song.title, part(layer, take), song.state, suffix, rate)
        for layer, take in takes.items()
    }


class StemFiles:
    """Stem files that are written one by one, under their `names` by layer; `sum` is what they add up to."""

    def __init__(self, place: Place, names: Mapping[str, str], rate: int, suffix: str) -> None:
        self.place, self.names, self.rate, self.suffix = place, names, rate, suffix
        self.sum: Audio | None = None

    def write(self, layer: str, part: Audio) -> None:
        """Write a stem as it is in the mix before its master. The first one's array becomes the sum."""
        from stemwright.mix.files import write_audio

        try:
            write_audio(self.place(self.names[layer]), part, self.rate, suffix=self.suffix)
        except UsageError as error:
            raise UsageError(f"stem {layer}: {error.marked}") from error
        self.sum = part if self.sum is None else np.add(self.sum, part, out=self.sum)

    def remarks(self) -> list[str]:
        """What to say of their sum: nothing where it is within full scale."""
        peak = 0.0 if self.sum is None else float(np.abs(self.sum).max(initial=0.0))
        if peak <= 1.0:
            return []
        over = 20 * float(np.log10(peak))
        return [
            f"stems: their sum peaks at {over:+.1f} dBFS; turn them down by as much before they are added"
        ]


@contextmanager
def placing(folder: Path) -> Iterator[Place]:
    """Places for files in `folder`, outside the song: all get their names when the block ends well."""
    from stemwright.store.atomic import replacing

    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder}: is a file; name a folder")
    with ExitStack() as files:
        yield lambda name: files.enter_context(replacing(folder / name))
