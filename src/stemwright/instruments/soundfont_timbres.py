"""Soundfont timbres: every single note is played once by FluidSynth and kept as a sample.

Notes are rendered at 48 kHz without reverb or chorus and taken to 24 kHz mono, or kept as they are. Because
the notes are placed by our own renderer, they start exactly where the score says; FluidSynth itself only
starts notes on blocks of 64 samples.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.instruments.sampler import (
    MONO,
    Audio,
    NoteCache,
    SoundFormat,
    Voice,
    attack_start,
    cut_start,
    fade_tail,
    resample,
    velocity_gain,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNTH_RATE = 48000
SYNTH_BLOCK = 64
CHANNELS = 64
SETTLE = 4800
PRIME = 0.1
SOUNDFONT_FOLDERS = ("/usr/share/sounds/sf3", "/usr/share/sounds/sf2", "/usr/local/share/soundfonts")
_PREFERRED = ("MuseScore_General_Lite", "MuseScore_General", "default-GM")
_LENGTHS = (1.5, 4.0, 12.0)
_VELOCITY_STEP = 8
_HIT_SECONDS = 2.5


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
        "no soundfont found; "
        f"install musescore-general-soundfont-small or name one with {argument('soundfont')}"
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


def _float_writer(fluidsynth: Any) -> Any:
    """FluidSynth's ``fluid_synth_write_float``, which its Python package does not wrap.

    The 16-bit writer adds dither that depends on all that was played before; this one adds nothing.
    """
    import ctypes as c

    places: list[tuple[str, Any, int]] = [("len", c.c_int, 1)]
    for side in ("left", "right"):
        places += [(side, c.c_void_p, 1), (f"{side}_at", c.c_int, 1), (f"{side}_step", c.c_int, 1)]
    return fluidsynth.cfunc("fluid_synth_write_float", c.c_int, ("synth", c.c_void_p, 1), *places)


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
                ("synth.midi-channels", CHANNELS),
                ("synth.dynamic-sample-loading", 1),
            ):
                self._synth.setting(option, value)
            self._font = self._synth.sfload(str(soundfont))
        if self._font < 0:
            raise UsageError(f"{soundfont}: FluidSynth cannot read this soundfont")
        self._write = _float_writer(fluidsynth)
        self._channels: dict[tuple[int, int], int] = {}

    def _play(self, count: int) -> Audio:
        """The next ``count`` samples [2, count] at 48 kHz. In whole blocks: every note starts with one."""
        count = -(-count // SYNTH_BLOCK) * SYNTH_BLOCK
        both = np.zeros((2, count), dtype=np.float32)
        left, right = both[0].ctypes.data, both[1].ctypes.data
        if self._write(self._synth.synth, count, left, 0, 1, right, 0, 1) != 0:
            raise StemwrightError("FluidSynth could not play a note")
        return both

    def _channel(self, bank: int, program: int) -> int:
        """The channel of a program: one of its own, because choosing a program takes 75 ms."""
        if (bank, program) not in self._channels:
            channel = len(self._channels) % CHANNELS
            self._channels = {who: c for who, c in self._channels.items() if c != channel}
            if self._synth.program_select(channel, self._font, bank, program) != 0:
                raise UsageError(f"the soundfont has no program {bank}:{program}; use MuseScore General")
            self._channels[bank, program] = channel
        return self._channels[bank, program]

    def note(self, bank: int, program: int, pitch: int, velocity: int, seconds: float) -> Audio:
        """One held note as float32 [about seconds * 24000], attack not trimmed. The same at every call."""
        return _at_24_khz(self.wide_note(bank, program, pitch, velocity, seconds))

    def wide_note(self, bank: int, program: int, pitch: int, velocity: int, seconds: float) -> Audio:
        """The note as it was played, float32 [about seconds * 48000, 2]."""
        channel = self._channel(bank, program)
        for length in (PRIME, seconds):  # a voice keeps a little of the note before; so that is always itself
            self._synth.noteon(channel, pitch, velocity)
            audio = self._play(round(length * SYNTH_RATE))
            self._synth.noteoff(channel, pitch)
            self._synth.all_sounds_off(channel)
            self._play(SETTLE)
        return np.ascontiguousarray(audio.T)

    def close(self) -> None:
        """Free the C library's memory."""
        self._synth.delete()


def _at_24_khz(sound: Audio) -> Audio:
    """[samples, 2] at 48 kHz -> mono."""
    return resample(np.asarray(sound.T.mean(axis=0), dtype=np.float32), SYNTH_RATE)


class Notes(Protocol):
    """Whatever can play a note alone."""

    def wide_note(self, bank: int, program: int, pitch: int, velocity: int, seconds: float) -> Audio:
        """One held note, float32 [about seconds * 48000, 2], the same at every call."""


class SoundfontInstrument:
    """One preset of a soundfont as an instrument; notes are made on demand and cached. ``drums``: notes ring
    out.
    """

    def __init__(
        self,
        synth: Notes,
        bank: int,
        program: int,
        release: float,
        cache: NoteCache | None = None,
        form: SoundFormat = MONO,
        drums: bool = False,
    ) -> None:
        self.form = form
        self.synth, self.bank, self.program, self.release = synth, bank, program, release
        self.one_shot = drums
        self._cache = cache or NoteCache()

    def _make(self, pitch: int, velocity: int, seconds: float) -> Audio:
        sound = self.synth.wide_note(self.bank, self.program, pitch, velocity, seconds)
        plain = _at_24_khz(sound)
        start = attack_start(plain, threshold=0.1 if self.one_shot else 0.05, limit=0.06)
        return fade_tail(cut_start(sound if self.form.stereo else plain, start, self.form), form=self.form)

    def voice(self, pitch: int, velocity: int, seconds: float, turn: int = 0) -> Voice:
        """See :class:`stemwright.instruments.sampler.Instrument`; the tone follows velocity in steps of 8."""
        need = _HIT_SECONDS if self.one_shot else seconds + self.release
        length = need if self.one_shot else next((n for n in _LENGTHS if n >= need), _LENGTHS[-1])
        step = max(_VELOCITY_STEP, min(127, round(velocity / _VELOCITY_STEP) * _VELOCITY_STEP))
        key = (self.synth, self.bank, self.program, pitch, step, length)
        audio = self._cache.get(key, lambda: self._make(pitch, step, length))
        return Voice(audio, velocity_gain(velocity) / velocity_gain(step), self.release)
