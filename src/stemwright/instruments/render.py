"""Score + timebase + timbre -> audio, aligned by construction.

Every note starts at ``timebase.tick_sample(onset)`` exactly, and a clip of ``bars`` bars has exactly
``timebase.frames(bars) * HOP`` samples. Rendering is the plain sum of the notes, a fixed gain per timbre
that brings all timbres to one loudness, the clip's effects, and a soft limiter that holds the peak below 1.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from stemwright.instruments.effects import Effects, distort
from stemwright.instruments.events import PlacedNote, drum_events, retrigger, score_events
from stemwright.instruments.keyed import KeyboardSynth
from stemwright.instruments.kits import KITS, Kit
from stemwright.instruments.mending import fading, lasting, retuned
from stemwright.instruments.multisample import folder_regions
from stemwright.instruments.ranges import WHOLE, folded
from stemwright.instruments.sampler import (
    MONO,
    RATE,
    Audio,
    Instrument,
    NoteCache,
    Region,
    Sampler,
    SoundFormat,
    named_regions,
    parse_sfz,
    single_region,
)
from stemwright.instruments.soundfont_timbres import SoundfontInstrument, SoundfontSynth, find_soundfont
from stemwright.instruments.timbres import RECIPES, Recipes, TimbreRecipe, recipe
from stemwright.song.drums import PIECE_PITCH
from stemwright.song.layers import is_drums
from stemwright.song.timebase import HOP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from stemwright.song.score import Score
    from stemwright.song.timebase import Timebase

TARGET_RMS = {"drums": 0.09, "bass": 0.11, "harmony": 0.09, "lead": 0.09}
MAX_PEAK = 0.65
LIMIT_KNEE = 0.8
MAX_HELD = 12.0


@lru_cache(maxsize=64)
def _release_curve(count: int) -> Audio:
    """Exponential fade of ``count`` samples from 1 to exactly 0."""
    t = np.arange(count, dtype=np.float32) / np.float32(max(1, count))
    return np.asarray(np.exp(-5.0 * t) * (1.0 - t), dtype=np.float32)


def mix_events(
    instrument: Instrument, events: Sequence[PlacedNote], total: int, form: SoundFormat = MONO
) -> Audio:
    """Sum of all notes as float32 [total], without gain or limiting; starts outside the clip are left out.

    ``total`` and events count at 24 kHz, whatever the format of the instrument and of the sum.
    """
    scale = form.scale
    out = np.zeros((total * scale, 2) if form.stereo else total, dtype=np.float32)
    placed = drum_events(events) if instrument.one_shot else retrigger(events)
    turns: Counter[int] = Counter()
    for event in placed:
        if not 0 <= event.start < total:
            continue
        held = min(MAX_HELD, event.length / RATE)
        voice = instrument.voice(event.pitch, event.velocity, held, turns[event.pitch])
        turns[event.pitch] += 1
        start, length = event.start * scale, event.length * scale
        release = max(1, round(voice.release * form.rate))
        count = min(len(voice.audio), length + release, len(out) - start)
        body = voice.audio[:count] * np.float32(voice.gain)
        if count > length:
            curve = _release_curve(release)[: count - length]
            body[length:] *= curve[:, None] if form.stereo else curve
        out[start : start + count] += body
    return out


def limit(audio: Audio) -> Audio:
    """Memoryless soft limiter: straight up to the knee, then tanh towards (never reaching) 1."""
    over = np.abs(audio) > LIMIT_KNEE
    if not over.any():
        return audio
    out = audio.copy()
    loud = np.abs(audio[over])
    room = 0.99 - LIMIT_KNEE
    out[over] = np.sign(audio[over]) * (LIMIT_KNEE + room * np.tanh((loud - LIMIT_KNEE) / room))
    return out


_CHORDS = {"bass": ((36,), (43,), (41,), (38,)), "lead": ((67,), (72,), (76,), (79,))}
_HARMONY = ((60, 64, 67), (57, 60, 64), (53, 57, 60), (55, 59, 62))


def reference_events(layer: str, reach: tuple[int, int] = WHOLE) -> list[PlacedNote]:
    """Two seconds of typical playing in a timbre's range, by which its gain is set."""
    half, quarter = RATE // 2, RATE // 4
    if layer == "drums":
        piece = PIECE_PITCH
        events = [PlacedNote(i * quarter, 1, piece["closed_hat"], 80) for i in range(8)]
        events += [PlacedNote(i * 2 * half, 1, piece["kick"], 100) for i in range(2)]
        events += [PlacedNote(half + i * 2 * half, 1, piece["snare"], 100) for i in range(2)]
        return events
    chords = _CHORDS.get(layer, _HARMONY)
    return [
        PlacedNote(i * half, half, folded(pitch, *reach), 90)
        for i, chord in enumerate(chords)
        for pitch in chord
    ]


def calibrate(
    instrument: Instrument, layer: str, drive: float = 0.0, reach: tuple[int, int] = WHOLE
) -> float:
    """Linear gain that brings the layer's reference playing to its target RMS, but its peak not over
    ``MAX_PEAK``. ``drive``: the gain into the amplifier, 0 for none; ``reach``: the instrument's range.

    A silent instrument gets 1.
    """
    audio = distort(mix_events(instrument, reference_events(layer, reach), 2 * RATE), drive)
    rms = float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))
    peak = float(np.abs(audio).max(initial=0.0))
    return min(TARGET_RMS.get(layer, 0.1) / rms, MAX_PEAK / peak) if rms > 1e-6 else 1.0


def sfz_regions(samples: Path, made: TimbreRecipe) -> list[Region]:
    """The regions of a recipe of the kind ``sfz``, mended as it says."""
    regions = retuned(parse_sfz(samples / made.path), dict(made.tunes))
    if made.blend:
        return lasting(regions, made.blend)
    return fading(regions, made.fade)


class Studio:
    """All timbres of one sample folder and one soundfont, loaded when first needed.

    ``samples`` is the folder with the recorded instruments; ``soundfont`` overrides the one found on the
    system; ``recipes`` are the timbres, by layer. A wide ``form`` gives the same music wider: as loud as in
    mono, by the mono timbres' gains.
    """

    def __init__(
        self,
        samples: Path,
        soundfont: Path | None = None,
        form: SoundFormat = MONO,
        recipes: Recipes = RECIPES,
    ) -> None:
        self.form = form
        self.samples = samples
        self.recipes = recipes
        self._soundfont = soundfont
        self._synth: SoundfontSynth | None = None
        self._cache = NoteCache()
        self._instruments: dict[tuple[str, str], tuple[Instrument, float]] = {}

    def recipe(self, layer: str, timbre: str) -> TimbreRecipe:
        """How a timbre is made. UsageError naming the choices."""
        return recipe(layer, timbre, self.recipes)

    def _build(self, made: TimbreRecipe, form: SoundFormat, drums: bool) -> Instrument:
        cache = self._cache if form == self.form else NoteCache()
        if made.kind == "kit":
            return Kit(self.samples, KITS[made.path], form)
        if made.kind == "sfz":
            return Sampler(sfz_regions(self.samples, made), cache=cache, form=form)
        if made.kind == "named":
            return Sampler(named_regions(self.samples / made.path, made.release), cache=cache, form=form)
        if made.kind == "folder":
            return Sampler(folder_regions(self.samples / made.path, made.release), cache=cache, form=form)
        if made.kind == "zones":
            keys = KeyboardSynth.of(self.samples / made.path, made.bank, made.program, drums)
            return SoundfontInstrument(keys, made.bank, made.program, made.release, cache, form, drums)
        if made.kind == "sample":
            region = single_region(self.samples / made.path, made.center, made.loop, made.release)
            return Sampler([region], cache=cache, form=form)
        if self._synth is None:
            self._synth = SoundfontSynth(find_soundfont(self._soundfont))
        return SoundfontInstrument(self._synth, made.bank, made.program, made.release, cache, form, drums)

    def instrument(self, layer: str, timbre: str) -> tuple[Instrument, float]:
        """The instrument of a timbre and its calibrated gain."""
        key = (layer, timbre)
        if key not in self._instruments:
            made, drums = self.recipe(layer, timbre), is_drums(layer)
            built = self._build(made, self.form, drums)
            plain = self._build(made, MONO, drums) if self.form.stereo else built
            self._instruments[key] = (built, calibrate(plain, layer, made.drive, made.range))
        return self._instruments[key]

    def render(
        self,
        layer: str,
        timbre: str,
        score: Score,
        timebase: Timebase,
        bars: int,
        effects: Effects | None = None,
    ) -> Audio:
        """Audio float32 [timebase.frames(bars) * HOP] (wide: twice as many, [samples, 2]), peak below 1; dry
        without ``effects``.
        """
        total = timebase.frames(bars) * HOP
        instrument, gain = self.instrument(layer, timbre)
        audio = mix_events(instrument, score_events(score, timebase), total, self.form)
        audio = distort(audio, self.recipe(layer, timbre).drive, self.form.rate) * np.float32(gain)
        audio = limit(effects.apply(audio, self.form) if effects is not None else audio)
        return end_fade(audio, form=self.form)


def end_fade(audio: Audio, seconds: float = 0.005, form: SoundFormat = MONO) -> Audio:
    """Fade the last 5 ms, in place, so that a note cut by the clip's end does not click."""
    count = min(round(seconds * form.rate), len(audio))
    if count:
        curve = np.linspace(1.0, 0.0, count, dtype=np.float32)
        audio[-count:] *= curve[:, None] if form.stereo else curve
    return audio


def to_int16(audio: Audio) -> NDArray[np.int16]:
    """Round to 16 bit, little-endian; values beyond +-1 are clipped."""
    return np.round(np.clip(audio, -1.0, 1.0) * 32767.0).astype("<i2")
