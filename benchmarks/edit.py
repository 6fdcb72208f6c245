"""What an edit costs: each command in a process of its own, Python's start included.

    python benchmarks/edit.py [--song DIR] [--long DIR] [--only mix] [--runs 3]

Without --song a song of 64 bars and four layers is made first; with --long, a song of ten minutes, its
mix is measured too. Both are copied: what is given stays as it is. Processor time is the user's and the
system's of the process; peak memory is the operating system's figure; the least of the runs is printed, a
row of a table. A row is a name, commands that come before, and the command that is measured (`ROWS`).
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

STEMWRIGHT = [sys.executable, "-m", "stemwright"]
SONG = ["--form", "intro:8 verse:16 chorus:16 verse:16 outro:8", "--bpm", "112", "--seed", "5"]
BAR = "30"


def forget(song: Path) -> None:
    """Remove what was decoded before."""
    shutil.rmtree(song / "cache" / "sound", ignore_errors=True)


@dataclass(frozen=True)
class Row:
    """`before`: what comes first, unmeasured: a command's words after the folder's place, or a function."""

    name: str
    command: tuple[str, ...]
    before: tuple[tuple[str, ...] | Callable[[Path], None], ...] = ()
    long: bool = False


def mixes(quality: str) -> list[Row]:
    """The rows of mixing at a quality."""
    command = ("mix", "--quality", quality)
    change = ("generate", "bass", "--bars", BAR, "--seed", "{seed}")
    return [
        Row(f"mix, {quality}: nothing decoded yet", command, (forget,)),
        Row(f"mix, {quality}: nothing changed", command, (command,)),
        Row(f"mix, {quality}: one bar of the bass changed", command, (command, change)),
        Row(f"mix, {quality}: ten minutes, nothing decoded yet", command, (forget,), long=True),
        Row(f"mix, {quality}: ten minutes, nothing changed", command, (command,), long=True),
    ]


def edits() -> list[Row]:
    """The rows of notes that are written and performed again."""
    one = [
        Row(f"generate: bar {bar} of the {layer}", ("generate", layer, "--bars", bar, "--seed", "{seed}"))
        for layer in ("drums", "bass", "harmony", "lead")
        for bar in ("5", "60")
    ]
    return [
        Row("generate: the lead, whole", ("generate", "lead", "--seed", "{seed}")),
        *one,
        Row("edit: one chord", ("edit", "--chords", "30: Dmaj7"), (("edit", "--chords", "30: E"),)),
        Row("bars insert: four bars", ("bars insert", "30", "4"), ()),
        Row("bars move: four bars", ("bars move", "5-8", "21"), ()),
        Row("undo", ("undo",), (("layer gain", "bass", "--", "-3"),)),
    ]


ROWS = [*mixes("standard"), *mixes("high"), *edits()]


def words(command: tuple[str, ...], song: Path, seed: int) -> list[str]:
    """The command line; the song's folder comes after the command's name."""
    name, *rest = command
    return [*STEMWRIGHT, *name.split(), str(song), *(word.format(seed=seed) for word in rest)]


def measured(line: list[str]) -> tuple[float, float, float]:
    """Seconds of processor time and of wall clock, and peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(line)} failed with exit code {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    wall = time.perf_counter() - start
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * scale / 1e6


def row(row: Row, song: Path, runs: int, seed: int) -> str:
    """One line of the table."""
    found = []
    for run in range(runs):
        for step in row.before:
            if callable(step):
                step(song)
            else:
                measured(words(step, song, seed + run))
        found.append(measured(words(row.command, song, seed + run)))
    cpu, wall, memory = (min(values) for values in zip(*found, strict=True))
    return f"| {row.name} | {cpu:.2f} | {wall:.2f} | {memory:.0f} |"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--song", type=Path)
    parser.add_argument("--long", type=Path)
    parser.add_argument("--only", default="", help="rows whose name holds this")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        song = Path(folder) / "song"
        if options.song is None:
            measured([*STEMWRIGHT, "song", str(song), *SONG])
        else:
            shutil.copytree(options.song, song)
        print("| what | processor s | wall s | peak MB |\n| --- | --- | --- | --- |")
        for number, each in enumerate(ROWS):
            if options.only not in each.name or (each.long and options.long is None):
                continue
            place = song
            if each.long:
                place = Path(folder) / "long"
                if not place.exists():
                    shutil.copytree(options.long, place)
            print(row(each, place, options.runs, 1000 + 100 * number), flush=True)


if __name__ == "__main__":
    main()
