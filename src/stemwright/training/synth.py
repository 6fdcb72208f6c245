"""Soundfont timbres: every single note is played once by FluidSynth and kept as a sample.

Notes are rendered at 48 kHz without reverb or chorus and taken to 24 kHz mono. Because the notes are placed
by our own renderer, they start exactly where the score says; FluidSynth itself only starts notes on blocks
of 64 samples.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.errors import StemwrightError, UsageError
from stemwright.training.sampler import Audio, Voice, fade_tail, resample, trim_attack, velocity_gain

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNTH_RATE = 48000
SOUNDFONT_FOLDERS = ("/usr/share/sounds/sf3", "/usr/share/sounds/sf2", "/usr/local/share/soundfonts")
_PREFERRED = ("MuseScore_General_Lite", "MuseScore_General", "default-GM")
_LENGTHS = (1.5, 4.0, 12.0)
_VELOCITY_STEP = 8


def find_soundfont(override: Path | None = None) -> Path:
    """The General MIDI soundfont to use; raises :class:`UsageError` where there is none."""
    if override is not None:
        if not override.is_file():
            raise UsageError(f"{override}: no such soundfont")
        return override
    found = [p for folder in SOUNDFONT_FOLDERS for p in sorted(Path(folder).glob("*.sf[23]")) if p.is_file()]
    for name in _PREFERRED:
        for path in found:
            if path.stem == name:
                return path
    if found:
        return found[0]
    raise UsageError(
        "no soundfont found; install musescore-general-soundfont-small or name one with --soundfont"
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Silence the C library's warnings on standard error while a soundfont loads."""
    saved = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, 2)
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(null)


class SoundfontSynth:
    """One FluidSynth with one soundfont, shared by all timbres that come from it."""

    def __init__(self, soundfont: Path) -> None:
        try:
            import fluidsynth
        except (ImportError, OSError) as error:
            raise StemwrightError(
                "soundfont timbres need FluidSynth: install libfluidsynth3 and pyfluidsynth"
            ) from error
        with _quiet():
            self._synth: Any = fluidsynth.Synth(gain=0.5, samplerate=float(SYNTH_RATE))
            for option, value in (
                ("synth.reverb.active", 0),
                ("synth.chorus.active", 0),
                ("synth.polyphony", 64),
            ):
                self._synth.setting(option, value)
            self._synth.setting("synth.dynamic-sample-loading", 1)
            self._font = self._synth.sfload(str(soundfont))
        if self._font < 0:
            raise UsageError(f"{soundfont}: FluidSynth cannot read this soundfont")
        self._chosen: tuple[int, int] | None = None

    def note(self, bank: int, program: int, pitch: int, velocity: int, seconds: float) -> Audio:
        """One held note as float32 [seconds * 24000], attack not yet trimmed."""
        channel = 9 if bank == 128 else 0
        if self._chosen != (bank, program):
            self._synth.program_select(channel, self._font, bank, program)
            self._chosen = (bank, program)
        self._synth.noteon(channel, pitch, velocity)
        raw = np.asarray(self._synth.get_samples(round(seconds * SYNTH_RATE)), dtype=np.float32)
        self._synth.noteoff(channel, pitch)
        self._synth.all_sounds_off(channel)
        self._synth.get_samples(1024)
        mono = raw.reshape(-1, 2).mean(axis=1, dtype=np.float32) / np.float32(32768.0)
        return resample(np.ascontiguousarray(mono, dtype=np.float32), SYNTH_RATE)

    def close(self) -> None:
        """Free the C library's memory."""
        self._synth.delete()


class SoundfontInstrument:
    """One preset of a soundfont as an instrument; notes are made on demand and cached."""

    def __init__(self, synth: SoundfontSynth, bank: int, program: int, release: float) -> None:
        self.synth, self.bank, self.program, self.release = synth, bank, program, release
        self.one_shot = bank == 128
        self._voices: dict[tuple[int, int, float], Audio] = {}

    def voice(self, pitch: int, velocity: int, seconds: float) -> Voice:
        """See :class:`stemwright.training.sampler.Instrument`; the tone follows velocity in steps of 8."""
        need = 2.5 if self.one_shot else seconds + self.release
        length = 2.5 if self.one_shot else next((n for n in _LENGTHS if n >= need), _LENGTHS[-1])
        step = max(_VELOCITY_STEP, min(127, round(velocity / _VELOCITY_STEP) * _VELOCITY_STEP))
        key = (pitch, step, length)
        if key not in self._voices:
            raw = self.synth.note(self.bank, self.program, pitch, step, length)
            self._voices[key] = fade_tail(
                trim_attack(raw, threshold=0.1 if self.one_shot else 0.05, limit=0.06)
            )
        return Voice(self._voices[key], velocity_gain(velocity) / velocity_gain(step), self.release)
