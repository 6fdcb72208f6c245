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


def write_stems(
    place: Place, names: Mapping[str, str], decoded: Mapping[str, Audio], rate: int, suffix: str
) -> float:
    """Write every stem of `decoded`; returns the peak amplitude of their sum."""
    from stemwright.mix.files import write_audio
    from stemwright.mix.mixer import placed

    summed: Audio | None = None
    for layer, part in placed(decoded, rate):
        try:
            write_audio(place(names[layer]), part, rate, suffix=suffix)
        except UsageError as error:
            raise UsageError(f"stem {layer}: {error}") from error
        summed = part if summed is None else np.add(summed, part, out=summed)
    return float(np.abs(summed).max(initial=0.0)) if summed is not None else 0.0


def peak_remark(peak: float) -> list[str]:
    """What to say of stems whose sum has this peak amplitude: nothing where it is within full scale."""
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
