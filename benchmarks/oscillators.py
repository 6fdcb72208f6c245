"""The oscillator bank's speed on one thread, beside NumPy in float64 doing the same.

    python benchmarks/oscillators.py [--notes 8] [--partials 100] [--seconds 4] [--times 8] [--isa ISA ...]

All notes sound all the time, every partial in every frame. "in tune": no bend; "vibrato": half a semitone at
6 Hz. Times are processor seconds a second of sound, the best of --times; "error" is the largest difference
from NumPy as a share of its peak. NumPy makes one segment of one note at a time, and fewer seconds of sound.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from stemwright.cli.output import lines, table
from stemwright.native.options import available_isas
from stemwright.native.oscillators import PartialNote, pack, render

FORMATS = {"24 kHz mono": (24000, 320, 1), "48 kHz stereo": (48000, 640, 2)}
NUMPY_FRAMES = 8


def some_notes(count: int, partials: int, frames: int, channels: int, bent: bool) -> list[PartialNote]:
    """Notes with a partial at every multiple of a low frequency, slightly sharp, at changing amplitudes."""
    random = np.random.default_rng(0)
    notes = []
    for index in range(count):
        number = np.arange(1, partials + 1)
        frequencies = (0.004 + 0.0001 * index) * number * np.sqrt(1 + 1e-5 * number**2)
        amplitudes = random.normal(size=(frames, channels, 2, partials)).astype(np.float32) / np.float32(
            partials
        )
        bend = 0.03 * np.sin(2 * np.pi * 6 * np.arange(frames) / 75 + index) * bent
        notes.append(PartialNote(0.0, np.minimum(frequencies, 0.48), 0, amplitudes, bend.astype(np.float32)))
    return notes


def in_numpy(notes: list[PartialNote], channels: int, frames: int, hop: int) -> np.ndarray:
    """The same in float64 from the first centre on, [channels, frames * hop]; notes begin at sample 0."""
    made = np.zeros((channels, frames * hop))
    since = np.arange(hop)
    share = 0.5 - 0.5 * np.cos(np.pi * since / hop)
    for note in notes:
        bend = note.bend.astype(np.float64)
        tau = hop / 2 * (1 + bend[0])
        for t in range(frames):
            slope = (bend[t + 1] - bend[t]) / hop
            time_in = tau + (1 + bend[t]) * since + 0.5 * slope * since**2
            phase = 2 * np.pi * note.frequencies[:, None] * time_in
            sine, cosine = np.sin(phase), np.cos(phase)
            for c in range(channels):
                (s0, k0), (s1, k1) = (
                    note.amplitudes[t, c].astype(float),
                    note.amplitudes[t + 1, c].astype(float),
                )
                before, after = s0 @ sine + k0 @ cosine, s1 @ sine + k1 @ cosine
                made[c, t * hop : (t + 1) * hop] += before + (after - before) * share
            tau += hop * (1 + 0.5 * (bend[t] + bend[t + 1]))
    return made


def best(work: Callable[[], object], times: int) -> float:
    """The least processor time of so many runs."""
    spent = []
    for _ in range(times):
        start = time.thread_time()
        work()
        spent.append(time.thread_time() - start)
    return min(spent)


def measure(options: argparse.Namespace, name: str, bent: bool) -> list[list[str]]:
    """A row for each instruction set and one for NumPy."""
    rate, hop, channels = FORMATS[name]
    frames = int(options.seconds * rate) // hop
    notes = some_notes(options.notes, options.partials, frames + 1, channels, bent)
    packed = pack(notes, channels)
    samples, kind = frames * hop, "vibrato" if bent else "in tune"
    few = min(frames, NUMPY_FRAMES)
    wanted = in_numpy(notes, channels, few, hop)
    slow = best(lambda: in_numpy(notes, channels, few, hop), 2) * rate / (few * hop)
    rows: list[list[str]] = []
    bits: set[bytes] = set()
    for isa in options.isa:
        whole = partial(render, packed, channels, samples, 0, hop, 0.0, isa=isa)
        share = best(whole, options.times) * rate / samples
        made = render(packed, channels, few * hop, hop // 2, hop, 0.0, isa=isa)
        bits.add(made.tobytes())
        error = np.abs(made - wanted).max() / np.abs(wanted).max()
        rows.append([name, kind, isa, f"{share:.4f}", f"{slow / share:.0f}", f"{error:.1e}"])
    assert len(bits) == 1, "instruction sets give other bits"
    return [*rows, [name, kind, "NumPy", f"{slow:.2f}", "1", ""]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--notes", type=int, default=8)
    parser.add_argument("--partials", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--times", type=int, default=8)
    parser.add_argument("--isa", nargs="+", default=available_isas())
    options = parser.parse_args()
    rows = [row for name in FORMATS for bent in (False, True) for row in measure(options, name, bent)]
    lines([f"{options.notes} notes of {options.partials} partials, one thread"])
    table(("format", "notes", "by", "of real time", "times NumPy", "error"), rows)


if __name__ == "__main__":
    main()
