"""Listening to a timbre in numbers: is it heard, in tune, in time, unclipped, silent when it should be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stemwright.instruments.effects import distort
from stemwright.instruments.events import PlacedNote
from stemwright.instruments.ranges import RANGES, folded
from stemwright.instruments.render import Studio, limit, mix_events, reference_events
from stemwright.instruments.sampler import RATE, Audio
from stemwright.instruments.timbres import recipe
from stemwright.song.drums import PIECE_PITCH

NOTE_SECONDS = 1.0
REST_SECONDS = 1.5
PARTIALS = 10
CENTS = 70


@dataclass(frozen=True, slots=True)
class Audition:
    """What was heard. Levels in dBFS, ``cents`` against equal temperament (nan for drums).

    ``peak``, ``rms``, ``centroid`` (Hz): the layer's reference playing. ``cents``, ``worst_cents``: median
    and worst of the pitches of the layer's range, brought into the timbre's. ``late``: ms until a tenth of
    the peak, in the slowest note. ``quietest``: peak of the least loud note. ``held``: dB that the level
    falls from the first half second of a held note to its third second, median. ``rest``: the loudest that is
    left half a second after a note's release. ``soft``: dB between velocity 110 and 40, median.
    """

    peak: float
    rms: float
    centroid: float
    cents: float
    worst_cents: float
    late: float
    quietest: float
    held: float
    rest: float
    soft: float


def decibels(value: float) -> float:
    """Level of an amplitude, -120 at least."""
    return 20.0 * float(np.log10(max(value, 1e-6)))


def rms(audio: Audio) -> float:
    """Root of the mean square; 0 for nothing."""
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64)))) if audio.size else 0.0


def centroid(audio: Audio) -> float:
    """Centre of the power spectrum in Hz."""
    power = np.square(np.abs(np.fft.rfft(audio)))
    return float((power * np.fft.rfftfreq(audio.size, 1 / RATE)).sum() / max(power.sum(), 1e-12))


def pitch_error(audio: Audio, pitch: int) -> float:
    """Cents by which a note is sharp, within a half tone and more: the comb of partials that gathers most.

    A note that sounds in another octave gathers there too, so this tells tuning and not octaves.
    """
    window = audio * np.hanning(audio.size).astype(np.float32)
    size = 1 << 17
    spectrum = np.abs(np.fft.rfft(window, size))
    wanted = 440.0 * 2.0 ** ((pitch - 69) / 12.0)
    partials = np.arange(1, PARTIALS + 1)
    partials = partials[partials * wanted < 0.4 * RATE]
    cents = np.arange(-CENTS, CENTS + 1)
    places = wanted * 2.0 ** (cents[:, None] / 1200.0) * partials * (size / RATE)
    low = places.astype(np.int64)
    part = places - low
    gathered = (spectrum[low] * (1 - part) + spectrum[low + 1] * part) / np.sqrt(partials)
    return float(cents[int(np.argmax(gathered.sum(axis=1)))])


def _notes(layer: str, reach: tuple[int, int]) -> list[int]:
    if layer == "drums":
        return sorted(PIECE_PITCH.values())
    low, high = RANGES[layer]
    return sorted({folded(pitch, *reach) for pitch in range(low, high + 1, 3)})


def audition(studio: Studio, layer: str, timbre: str) -> Audition:
    """Play a timbre and measure it."""
    instrument, gain = studio.instrument(layer, timbre)
    made = recipe(layer, timbre)

    def play(events: list[PlacedNote], seconds: float) -> Audio:
        return limit(
            distort(mix_events(instrument, events, round(seconds * RATE)), made.drive) * np.float32(gain)
        )

    phrase = play(reference_events(layer, made.range), 2.0)
    cents, late, loud, held, rest, soft = [], [], [], [], [], []
    hold = round(NOTE_SECONDS * RATE)
    for pitch in _notes(layer, made.range):
        note = play([PlacedNote(0, hold, pitch, 90)], NOTE_SECONDS + REST_SECONDS)
        level = np.abs(note)
        top = float(level.max())
        loud.append(top)
        late.append(1000.0 * float(np.argmax(level >= 0.1 * top)) / RATE)
        if layer != "drums":
            rest.append(float(level[hold + RATE // 2 :].max()))
            cents.append(pitch_error(note[2400 : 2400 + hold // 2], pitch))
            long = play([PlacedNote(0, 3 * RATE, pitch, 90)], 3.0)
            held.append(decibels(rms(long[: RATE // 2])) - decibels(rms(long[-RATE:])))
        levels = [rms(play([PlacedNote(0, hold, pitch, v)], NOTE_SECONDS)) for v in (40, 110)]
        soft.append(decibels(levels[1]) - decibels(levels[0]))
    return Audition(
        peak=decibels(float(np.abs(phrase).max())),
        rms=decibels(rms(phrase)),
        centroid=centroid(phrase),
        cents=float(np.median(cents)) if cents else float("nan"),
        worst_cents=max(cents, key=abs) if cents else float("nan"),
        late=max(late),
        quietest=decibels(min(loud)),
        held=float(np.median(held)) if held else float("nan"),
        rest=decibels(max(rest)) if rest else float("nan"),
        soft=float(np.median(soft)),
    )
