"""The foundation's figures: generate + mix of the demo song, peak memory, and the start of the command line.

    python benchmarks/song.py [--runs 5] [--composer] [--player flow]

Each run is a new process and a new song (16 bars of four layers at 112 BPM), written by the arranger, or by
the composer where it is asked for. Real-time factor: seconds of wall clock from start to exit of
`stemwright generate` and `stemwright mix`, Python's start included, over seconds of music. Peak memory is the
operating system's figure for the largest of the processes. Medians are printed, with minimum and maximum.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEMWRIGHT = [sys.executable, "-m", "stemwright"]
DEMO = ["--bpm", "112", "--key", "F# minor", "--form", "intro:4 verse:4 chorus:8", "--style", "pop"]


def timed(*command: str) -> tuple[float, float, str]:
    """Wall seconds, peak memory in MB and standard output of `stemwright COMMAND`."""
    start = time.perf_counter()
    process = subprocess.Popen([*STEMWRIGHT, *command], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"stemwright {' '.join(command)} failed with exit code {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * scale / 1e6, output


def one_song(seed: int, *options: str) -> dict[str, float]:
    """Make one demo song in a temporary folder and measure it."""
    with tempfile.TemporaryDirectory() as folder:
        song = str(Path(folder) / "demo")
        timed("new", song, *DEMO, "--seed", str(seed))
        generate_s, generate_mb, _ = timed("generate", song, *options)
        mix_s, mix_mb, text = timed("mix", song, "--stems", "--json")
    mixed = json.loads(text)
    audio = float(mixed["seconds"])
    return {
        "generate_rtf": generate_s / audio,
        "mix_rtf": mix_s / audio,
        "rtf": (generate_s + mix_s) / audio,
        "peak_memory_mb": max(generate_mb, mix_mb),
        "loudness_lufs": float(mixed["loudness_lufs"]),
        "true_peak_dbtp": float(mixed["true_peak_dbtp"]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--composer", action="store_true")
    parser.add_argument("--player", help="who plays, as of `stemwright generate`")
    options = parser.parse_args()
    runs, more = options.runs, ["--composer"] * options.composer
    more += ["--player", options.player] if options.player else []
    rows = [one_song(seed, *more) for seed in range(1, runs + 1)]
    figures = {name: [row[name] for row in rows] for name in rows[0]}
    figures["help_seconds"] = [timed("--help")[0] for _ in range(max(runs, 5))]
    print(f"{'figure':16} {'median':>9} {'min':>9} {'max':>9}   ({runs} songs, {os.cpu_count()} cores)")
    for name, values in figures.items():
        print(f"{name:16} {statistics.median(values):9.3f} {min(values):9.3f} {max(values):9.3f}")


if __name__ == "__main__":
    main()
