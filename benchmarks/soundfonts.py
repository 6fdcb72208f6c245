"""How near the sampler comes to FluidSynth: single notes of a soundfont's melodic presets, by level and band.

python benchmarks/soundfonts.py FILE.sf2 [--programs 0,24,73]
Needs pyfluidsynth and libfluidsynth. Both play without reverb and chorus; one gain for all notes is left out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from stemwright.errors import UsageError
from stemwright.instruments.events import PlacedNote
from stemwright.instruments.files import open_instrument
from stemwright.instruments.playing import play
from stemwright.instruments.sampler import RATE, Audio
from stemwright.instruments.soundfont_timbres import SoundfontSynth

NOTES = ((48, 90), (60, 50), (72, 110))
BANDS = ((20, 500), (500, 2000), (2000, 6000), (6000, 16000))
HEARD = 1e-4
"""Bands with a smaller share of the loudest one's energy are left out."""


def bands(audio: Audio) -> np.ndarray:
    """Energy of a second [48000, 2] in each band, in dB."""
    power = np.abs(np.fft.rfft(audio.mean(axis=1) * np.hanning(len(audio)))) ** 2
    return np.array([10 * np.log10(power[low:high].sum() + 1e-12) for low, high in BANDS])


def ours(path: Path, program: int) -> list[Audio]:
    """The notes by the sampler, at the level that the file gives them."""
    keyboard = open_instrument(f"{path}#0:{program}").keyboard
    gap = 20 * RATE
    events = [PlacedNote(i * gap, 3 * RATE, pitch, velocity) for i, (pitch, velocity) in enumerate(NOTES)]
    played = play(keyboard, events, len(NOTES) * gap)
    audio = played.audio / np.float32(played.gain)
    return [audio[2 * i * gap : 2 * i * gap + 2 * RATE] for i in range(len(NOTES))]


def main() -> None:
    """Print medians and ninetieth percentiles of the differences."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--programs", default=",".join(map(str, range(128))))
    args = parser.parse_args()
    synth = SoundfontSynth(args.file)
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for program in map(int, args.programs.split(",")):
        try:
            played = ours(args.file, program)
        except UsageError as error:
            print(error)
            continue
        theirs = [synth.wide_note(0, program, *note, 1.0)[: 2 * RATE] for note in NOTES]
        pairs += [(bands(a[: len(b)]), bands(b)) for a, b in zip(played, theirs, strict=True)]
    total = [10 * np.log10((10 ** (a / 10)).sum() / (10 ** (b / 10)).sum()) for a, b in pairs]
    gain = float(np.median(total))
    levels = np.abs(np.array(total) - gain)
    heard = [b > b.max() + 10 * np.log10(HEARD) for _, b in pairs]
    spectra = np.concatenate([np.abs(a - b - gain)[ok] for (a, b), ok in zip(pairs, heard, strict=True)])
    for name, values in (("level", levels), ("bands", spectra)):
        median, most = np.percentile(values, (50, 90))
        print(f"{name}: median {median:.2f} dB, nine of ten within {most:.1f} dB ({len(values)} values)")


if __name__ == "__main__":
    main()
