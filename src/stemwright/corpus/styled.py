"""Real music that has a style or a band: recorded grooves, lead sheets, game songs; no art songs."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from stemwright.corpus.build import Progress
from stemwright.corpus.read import SPLITS
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.sources import files, part_of
from stemwright.corpus.symbolic import symbolic
from stemwright.errors import UsageError
from stemwright.evaluation.symbolic.song import SymbolicSong

SOURCES = ("gmd", "openewld", "freedoom", "easyrpg")


def styled_songs(sources: Path, progress: Progress | None = None) -> list[SymbolicSong]:
    """The songs of both splits, in a fixed order; files that cannot be read are left out.

    `sources`: a folder with symbolic/, or of music. `progress`: as of `build_corpus`. UsageError where the
    folder or all music of these sources is missing.
    """
    symbolic_folder = part_of(sources, "symbolic")
    todo = [file for split in SPLITS for file in files(symbolic_folder, split, SOURCES)]
    if not todo:
        raise UsageError(f"{symbolic_folder}: has none of {', '.join(SOURCES)}; see docs/training.md")
    found: list[CorpusSong] = []
    for number, file in enumerate(todo, 1):
        with suppress(UsageError):
            found += file.songs()
        if progress is not None:
            progress(number, len(todo), file.name)
    return [symbolic(song) for song in found]
