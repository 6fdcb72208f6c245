"""The live beat tracker on recordings, beside librosa's offline tracker, which hears all before it speaks.

    python benchmarks/beats.py LOOP=BEATS ... RECORDING ... [--bundle BUNDLE] [--json FILE]

A loop of so many beats is repeated to half a minute, and its beats are where they must be: evenly from its
beginning on. F is within 70 ms; "any level" takes the best of the grid, of every second of its beats (from
the first or the second on) and of twice as many. Of a recording whose beats nobody knows, both tempi stand
and F of one tracker by the other. Both are judged after five seconds. librosa is no dependency: where Python
does not find it (`pip install librosa`, in an environment of its own), its columns are empty.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import soundfile

from stemwright.evaluation.beats import f_measure
from stemwright.live.beats import BeatTracker
from stemwright.models import registry

SECONDS, SKIPPED = 30.0, 5.0


def sound_of(path: Path, beats: int | None) -> tuple[np.ndarray, int, np.ndarray | None]:
    """Half a minute of sound [N], its rate, and its beats in seconds where they are known."""
    audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
    mono = audio.mean(axis=1)
    if beats is None:
        return mono[: round(SECONDS * rate)], rate, None
    times = int(np.ceil(SECONDS * rate / len(mono)))
    grid = np.arange(times * beats) * len(mono) / rate / beats
    return np.tile(mono, times)[: round(SECONDS * rate)], rate, grid[grid < SECONDS]


def live(bundle: Path, audio: np.ndarray, rate: int) -> tuple[np.ndarray, float, float]:
    """Beats in seconds, the last tempo, and the share of a core."""
    tracker = BeatTracker.load(bundle, rate)
    began, told = time.process_time(), []
    for first in range(0, len(audio), 128):
        told += tracker.push(audio[first : first + 128])
    cost = (time.process_time() - began) * rate / len(audio)
    found = np.array([beat.sample for beat in told]) / rate
    return found, tracker.pulse.bpm if tracker.pulse else float("nan"), cost


def offline(audio: np.ndarray, rate: int) -> tuple[np.ndarray, float] | None:
    """Beats in seconds and the tempo by librosa; None where it is not installed."""
    try:
        import librosa
    except ModuleNotFoundError:
        return None
    tempo, beats = librosa.beat.beat_track(y=audio, sr=rate, units="time")
    return np.asarray(beats, float), float(np.atleast_1d(tempo)[0])


def late(times: np.ndarray) -> np.ndarray:
    """Those after the first seconds."""
    return times[times >= SKIPPED]


def judged(grid: np.ndarray, found: np.ndarray) -> tuple[float, float]:
    """F at the grid, and at the best of its metrical levels."""
    double = np.sort(np.concatenate([grid, (grid[1:] + grid[:-1]) / 2]))
    levels = [grid, grid[::2], grid[1::2], double]
    figures = [f_measure(late(level), late(found)) for level in levels]
    return figures[0], max(figures)


def row(bundle: Path, text: str) -> dict[str, object]:
    """What both trackers make of a file."""
    name, _, count = text.partition("=")
    audio, rate, grid = sound_of(Path(name), int(count) if count else None)
    found, bpm, cost = live(bundle, audio, rate)
    other = offline(audio, rate)
    made: dict[str, object] = {"file": Path(name).name[:34], "bpm": bpm, "core": cost}
    if grid is not None:
        made["grid_bpm"] = 60.0 / float(np.diff(grid).mean())
        made["f"], made["any_level"] = judged(grid, found)
    if other is not None:
        made["librosa_bpm"] = other[1]
        if grid is not None:
            made["librosa_f"], made["librosa_any_level"] = judged(grid, other[0])
        made["agreement"] = f_measure(late(other[0]), late(found))
    return made


COLUMNS = {
    "file": "{:34}", "grid_bpm": "{:8.1f}", "bpm": "{:8.1f}", "librosa_bpm": "{:8.1f}", "f": "{:5.2f}",
    "librosa_f": "{:5.2f}", "any_level": "{:5.2f}", "librosa_any_level": "{:5.2f}", "agreement": "{:5.2f}",
    "core": "{:6.3f}",
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("files", nargs="+", help="LOOP=BEATS or RECORDING")
    parser.add_argument("--bundle", default="beats")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    bundle = registry.find(options.bundle)
    rows = [row(bundle, text) for text in options.files]
    known = [made for made in rows if "f" in made]
    if known:
        keys = ("f", "librosa_f", "any_level", "librosa_any_level")
        mean = {key: float(np.mean([made[key] for made in known])) for key in keys if key in known[0]}
        rows.append({"file": f"mean of {len(known)} loops", **mean})
    print(" | ".join(COLUMNS))
    for made in rows:
        print(" | ".join(form.format(made[key]) if key in made else "-" for key, form in COLUMNS.items()))
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
