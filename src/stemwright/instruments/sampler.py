"""A small sampler: SFZ subset, pitch by resampling, velocity layers, round robin; float32 at 24 kHz mono, or
wide: at 48 kHz with two channels where the recording has them.

What is decided by listening (where a sound begins, how loud it is, where a loop closes) is decided on the
mono sound for both, so that a wide sound is the mono one with more in it: as loud, and nowhere else in time.

Supported opcodes: ``key lokey hikey pitch_keycenter lovel hivel sample ampeg_release loop_mode loop_start
loop_end fil_type=lpf_2p cutoff tune trigger=attack``. Regions that fit a note equally well take turns,
whatever opcodes (``seq_position``, ``lorand``) made them; regions of other triggers are left out and other
opcodes are ignored. Every sample is brought to the same level, so that velocity layers join: ``volume`` has
no meaning here. Reference: https://sfzformat.com/
"""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from stemwright.errors import UsageError
from stemwright.instruments import sfz

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

Audio = NDArray[np.float32]

RATE = 24000


@dataclass(frozen=True, slots=True)
class SoundFormat:
    """``scale`` times 24 kHz; with ``stereo``, sounds are [samples, 2], else [samples]."""

    scale: int = 1
    stereo: bool = False

    @property
    def rate(self) -> int:
        """Samples a second."""
        return self.scale * RATE


MONO = SoundFormat()
WIDE = SoundFormat(2, stereo=True)
MAX_SECONDS = 12.0
VELOCITY_POWER = 1.5
LEVEL = 0.25
CACHE_BYTES = 1_000_000_000
_NOTE = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}


@dataclass(frozen=True, slots=True)
class Voice:
    """One note: ``audio`` float32 [samples] times ``gain``, attack at index 0, ``release`` in seconds."""

    audio: Audio
    gain: float
    release: float


class Instrument(Protocol):
    """Anything that can sound a note. ``one_shot`` instruments ignore how long a note is held."""

    one_shot: bool

    def voice(self, pitch: int, velocity: int, seconds: float, turn: int = 0) -> Voice:
        """The sound of one note, held for at least ``seconds`` (shorter where it has died away before).

        ``turn`` counts the notes of this pitch, from 0: it chooses among sounds that fit equally well.
        """


class NoteCache:
    """Sounds of notes in memory, at most ``limit`` bytes: what was not used for longest goes first."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self.limit, self.bytes = limit, 0
        self._sounds: OrderedDict[Hashable, Audio] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Audio]) -> Audio:
        """The sound called ``key``, made where it is not at hand."""
        if key in self._sounds:
            self._sounds.move_to_end(key)
            return self._sounds[key]
        sound = self._sounds[key] = make()
        self.bytes += sound.nbytes
        while self.bytes > self.limit and len(self._sounds) > 1:
            self.bytes -= self._sounds.popitem(last=False)[1].nbytes
        return sound


def velocity_gain(velocity: int) -> float:
    """Linear gain of a MIDI velocity 1..127; 127 is 1."""
    return float((max(1, min(127, velocity)) / 127.0) ** VELOCITY_POWER)


def read_sound(path: Path) -> tuple[Audio, int]:
    """Read an audio file as float32 [samples, channels] and its sample rate; raises :class:`UsageError`
    naming the file.
    """
    import soundfile

    try:
        data, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise UsageError(f"{path}: cannot read this sample ({error})") from error
    return data, int(rate)


def mono(sound: Audio) -> Audio:
    """[samples, channels] -> the mean of the channels [samples]."""
    return np.ascontiguousarray(sound.mean(axis=1, dtype=np.float32))


def as_format(sound: Audio, form: SoundFormat) -> Audio:
    """[samples, channels] as mono [samples], or stereo [samples, 2]: one channel twice, or the first two."""
    if not form.stereo:
        return mono(sound)
    return np.ascontiguousarray(
        np.broadcast_to(sound, (len(sound), 2)) if sound.shape[1] == 1 else sound[:, :2]
    )


def resample(audio: Audio, rate: int, semitones: float = 0.0, to: int = RATE) -> Audio:
    """Resample from ``rate`` to 24 kHz (or ``to``), shifting the pitch by ``semitones`` on the way."""
    import soxr

    if audio.size == 0:
        return audio
    return np.asarray(soxr.resample(audio, rate * 2.0 ** (semitones / 12.0), to), dtype=np.float32)


def attack_start(audio: Audio, threshold: float = 0.1, limit: float = 0.1, lead: float = 0.0005) -> int:
    """Where a mono sound begins, in samples: ``lead`` seconds before its first one over ``threshold`` of the
    peak, but no later than ``limit`` seconds.
    """
    if audio.size == 0:
        return 0
    level = np.abs(audio)
    first = int(np.argmax(level >= threshold * float(level.max())))
    return min(max(0, first - round(lead * RATE)), round(limit * RATE))


def cut_start(audio: Audio, start: int, form: SoundFormat, lead: float = 0.0005) -> Audio:
    """A sound from ``start`` on (in samples at 24 kHz), faded in within ``lead`` seconds where it was cut."""
    out = audio[start * form.scale :].copy()
    ramp = min(round(lead * form.rate), len(out))
    if start and ramp:
        _scale(out[:ramp], np.linspace(0.0, 1.0, ramp, endpoint=False, dtype=np.float32))
    return out


def _scale(audio: Audio, curve: Audio) -> None:
    """Multiply every channel, in place."""
    audio *= curve if audio.ndim == 1 else curve[:, None]


def normal_gain(audio: Audio, seconds: float = 0.5) -> np.float32:
    """What brings the loudest 50 ms of a mono sound's first ``seconds`` to an RMS of ``LEVEL``; 1 for
    silence.

    Not the peak: a hard pick stroke has a higher one than a soft stroke of the same loudness.
    """
    block = RATE // 20
    head = audio[: round(seconds * RATE)]
    rest = -head.size % block
    blocks = np.pad(np.square(head, dtype=np.float64), (0, rest)).reshape(-1, block)
    rms = float(np.sqrt(blocks.mean(axis=1).max(initial=0.0)))
    return np.float32(LEVEL / rms) if rms > 1e-6 else np.float32(1.0)


def fade_tail(audio: Audio, seconds: float = 0.05, form: SoundFormat = MONO) -> Audio:
    """Fade the last ``seconds`` out, so that a sample that was cut does not click."""
    count = min(round(seconds * form.rate), len(audio))
    out = audio.copy()
    if count:
        _scale(out[-count:], np.linspace(1.0, 0.0, count, dtype=np.float32))
    return out


def parse_pitch(text: str) -> int:
    """MIDI number of ``60`` or ``c#4`` (c4 = 60)."""
    text = text.strip().lower()
    if re.fullmatch(r"\d{1,3}", text):
        return int(text)
    match = re.fullmatch(r"([a-g])([#b]?)(-?\d)", text)
    if not match:
        raise UsageError(f"{text!r} is not a pitch; write 60 or c#4")
    letter, accidental, octave = match.groups()
    return _NOTE[letter] + {"#": 1, "b": -1, "": 0}[accidental] + 12 * (int(octave) + 1)


@dataclass(frozen=True, slots=True)
class Region:
    """One sample and where on the keyboard and in velocity it sounds. Loop points in samples of the file;
    ``blend`` so many samples before the loop's end run over into those before its start. ``tune`` in cents.
    ``fade``: seconds over which the sound ends where no loop goes on.
    """

    sample: Path
    low: int
    high: int
    center: int
    low_velocity: int = 1
    high_velocity: int = 127
    release: float = 0.1
    loop: tuple[int, int] | None = None
    blend: int = 0
    cutoff: float | None = None
    tune: float = 0.0
    fade: float = 0.05

    def distance(self, pitch: int, velocity: int) -> tuple[int, int, int]:
        """How badly this region fits: out of keys, out of velocity, then the shift needed.

        A soft layer that was not recorded as high as the others is not stretched: another one is softer.
        """
        speed = max(0, self.low_velocity - velocity, velocity - self.high_velocity)
        keys = max(0, self.low - pitch, pitch - self.high)
        return keys, speed, abs(pitch - self.center)


def _region(folder: Path, name: str, values: dict[str, str]) -> Region | None:
    if "sample" not in values or values.get("trigger", "attack") != "attack":
        return None
    sample = sfz.inside(folder, values["sample"], name)
    try:
        key = parse_pitch(values["key"]) if "key" in values else None
        low = parse_pitch(values.get("lokey", str(key if key is not None else 0)))
        high = parse_pitch(values.get("hikey", str(key if key is not None else 127)))
        center = parse_pitch(values.get("pitch_keycenter", str(key if key is not None else 60)))
        looped = values.get("loop_mode") in {"loop_continuous", "loop_sustain"} and "loop_end" in values
        return Region(
            sample=sample,
            low=low,
            high=high,
            center=center,
            low_velocity=int(values.get("lovel", "1")),
            high_velocity=int(values.get("hivel", "127")),
            release=max(0.03, min(10.0, float(values.get("ampeg_release", "0.1")))),
            loop=(int(values.get("loop_start", "0")), int(values["loop_end"]) + 1) if looped else None,
            cutoff=float(values["cutoff"]) if "cutoff" in values else None,
            tune=float(values.get("tune", "0")),
        )
    except ValueError as error:
        raise UsageError(f"{name}: bad number in a region ({error})") from error


def parse_sfz(path: Path) -> list[Region]:
    """The regions of an SFZ file, with what they inherit from ``<global>``, ``<master>`` and ``<group>``."""
    found = (_region(path.parent, path.name, values) for values in sfz.regions(path))
    regions = [region for region in found if region is not None]
    if not regions:
        raise UsageError(f"{path}: no <region> with a sample in it")
    return regions


def named_regions(folder: Path, release: float) -> list[Region]:
    """Regions of files named ``<pitch>_<dynamic>_...`` (dynamics ``mp`` and ``f``), keys split halfway."""
    found: dict[str, list[tuple[int, Path]]] = {}
    for file in sorted(folder.glob("*.flac")) + sorted(folder.glob("*.wav")):
        pitch, _, rest = file.stem.partition("_")
        found.setdefault(rest.split("_")[0], []).append((parse_pitch(pitch), file))
    if not found:
        raise UsageError(f"{folder}: no samples named like a4_f_rr1.flac")
    ranges = {"mp": (1, 84), "f": (85, 127)} if {"mp", "f"} <= set(found) else {k: (1, 127) for k in found}
    regions: list[Region] = []
    for dynamic, files in found.items():
        if dynamic not in ranges:
            continue
        files.sort()
        for i, (center, file) in enumerate(files):
            low = (files[i - 1][0] + center) // 2 + 1 if i else 0
            high = (files[i + 1][0] + center) // 2 if i + 1 < len(files) else 127
            regions.append(Region(file, low, high, center, *ranges[dynamic], release=release))
    return regions


def single_region(path: Path, center: float, loop: tuple[float, float] | None, release: float) -> Region:
    """One file for all keys: ``center`` is its MIDI pitch, ``loop`` in seconds, its end blended."""
    import soundfile

    if not path.is_file():
        raise UsageError(f"{path}: no such sample")
    rate = int(soundfile.info(str(path)).samplerate)
    points = (round(loop[0] * rate), round(loop[1] * rate)) if loop else None
    key = round(center)
    blend = round(0.05 * rate) if loop else 0
    return Region(path, 0, 127, key, release=release, loop=points, blend=blend, tune=100.0 * (key - center))


def loop_end(audio: Audio, begin: int, end: int, blend: int) -> int:
    """Where a mono sound's loop should end: moved, by up to four times ``blend``, to where it is most like
    its start.
    """
    head = audio[begin - blend : begin]
    tail = audio[max(begin, end - 4 * blend) - blend : end]
    likeness = np.correlate(tail, head, "valid")
    return end - tail.size + blend + int(np.argmax(likeness))


def blended(audio: Audio, begin: int, end: int, blend: int) -> Audio:
    """Audio whose last ``blend`` samples before ``end`` run over into those before ``begin``, so that its
    loop does not click.
    """
    head, out = audio[begin - blend : begin].copy(), audio.copy()
    ramp = np.linspace(0.0, 1.0, blend, dtype=np.float32)
    _scale(out[end - blend : end], 1 - ramp)
    _scale(head, ramp)
    out[end - blend : end] += head
    return out


def lowpass(audio: Audio, cutoff: float, rate: int = RATE) -> Audio:
    """Second-order Butterworth low-pass at ``cutoff`` Hz (the SFZ ``lpf_2p``)."""
    from scipy.signal import butter, sosfilt

    sos = butter(2, min(cutoff, 0.45 * rate), fs=rate, output="sos")
    return np.asarray(sosfilt(sos, audio, axis=0), dtype=np.float32)


class Sampler:
    """Pitched instrument made of regions. Sounds are cached per (region, pitch)."""

    one_shot = False

    def __init__(
        self,
        regions: Iterable[Region],
        max_seconds: float = MAX_SECONDS,
        cache: NoteCache | None = None,
        form: SoundFormat = MONO,
    ) -> None:
        self.regions = list(regions)
        self.max_seconds = max_seconds
        self.form = form
        self._cache = cache or NoteCache()
        self._files: dict[Path, tuple[Audio, int]] = {}
        self._fitting: dict[tuple[int, int], list[Region]] = {}

    def _file(self, region: Region) -> tuple[Audio, int]:
        """The sound of a region's file [samples, channels]; one channel where no more are needed."""
        if region.sample not in self._files:
            sound, rate = read_sound(region.sample)
            self._files[region.sample] = (sound if self.form.stereo else mono(sound)[:, None]), rate
        return self._files[region.sample]

    def _fit(self, pitch: int, velocity: int) -> list[Region]:
        """The regions that fit best, in the order of their file."""
        if (pitch, velocity) not in self._fitting:
            ranked = [(r.distance(pitch, velocity), r) for r in self.regions]
            best = min(rank for rank, _ in ranked)
            self._fitting[pitch, velocity] = [r for rank, r in ranked if rank == best]
        return self._fitting[pitch, velocity]

    def _make(self, region: Region, pitch: int) -> Audio:
        plain = out = self._pitched(region, pitch, MONO)
        if self.form.stereo:
            out = self._pitched(region, pitch, self.form)
        start = attack_start(plain)
        gain = normal_gain(cut_start(plain, start, MONO))
        return fade_tail(cut_start(out, start, self.form) * gain, region.fade, self.form)

    def _pitched(self, region: Region, pitch: int, form: SoundFormat) -> Audio:
        """A region at a pitch, as long as a note can be, from the recording's first sample."""
        sound, rate = self._file(region)
        shift = pitch - region.center + region.tune / 100.0
        need = round(self.max_seconds * rate * 2.0 ** (max(0.0, shift) / 12.0))
        audio = as_format(sound, form)
        if region.loop is not None and len(audio) < need and region.loop[0] < region.loop[1] <= len(audio):
            begin, end = region.loop
            if region.blend:
                end = loop_end(mono(sound), begin, end, region.blend)
                audio = blended(audio, begin, end, region.blend)
            turns = -(-(need - end) // (end - begin))
            audio = np.concatenate([audio[:end], *[audio[begin:end]] * max(0, turns)])
        out = resample(audio[:need], rate, shift, form.rate)
        return out if region.cutoff is None else lowpass(out, region.cutoff, form.rate)

    def voice(self, pitch: int, velocity: int, seconds: float, turn: int = 0) -> Voice:
        """See :class:`Instrument`; ``seconds`` beyond ``max_seconds`` end in silence."""
        fitting = self._fit(pitch, velocity)
        region = fitting[turn % len(fitting)]
        audio = self._cache.get((region, pitch), lambda: self._make(region, pitch))
        return Voice(audio, velocity_gain(velocity), region.release)
