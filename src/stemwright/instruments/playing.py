"""A score played by zones, 48 kHz stereo: every note at its sample, with its velocity, release and place.

Drums ring out and are found by what they are: where a kit has no sound on a key, on another of the same
piece. A hat ends an open hat before it, and so do zones of one group.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from stemwright.instruments.events import CHOKED, CHOKERS, PlacedNote, retrigger
from stemwright.instruments.sampler import WIDE, Audio, NoteCache, resample
from stemwright.instruments.zones import MAX_RELEASE, Keyboard, Sample, Zone
from stemwright.song.drums import PIECE_PITCH, piece_of

PLAYING_VERSION = 1
"""Raised whenever the same file and score come to sound otherwise."""
MAX_HELD = 60.0
MAX_SAMPLES = 30_000_000
"""Of a recording with its loop repeated; a note that needs more ends earlier."""
MAX_SHIFT = 60.0
"""Semitones; a recording shifted further is not heard as a note."""
CHOKE_SECONDS = 0.03
RING_SECONDS = 6.0
PEAK = 0.7
CACHE_BYTES = 200_000_000
_FADE = 0.004
_LENGTHS = (1.5, 4.0, 12.0, 30.0, MAX_HELD + MAX_RELEASE)


@dataclass(frozen=True, slots=True)
class PlayedScore:
    """`audio`: float32 [samples, 2], brought to a peak of `PEAK` by `gain`; of `notes`, `silent` lie where
    nothing sounds.
    """

    audio: Audio
    notes: int
    silent: int
    gain: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """One zone of one note: `start` in samples, `held` in seconds; `cut`: whether another ended it."""

    zone: Zone
    pitch: int
    velocity: int
    start: int
    held: float
    cut: bool = False


def play(
    keyboard: Keyboard,
    events: Sequence[PlacedNote],
    total: int,
    drums: bool = False,
    progress: Callable[[int, int], object] = lambda done, of: None,
) -> PlayedScore:
    """The notes as sound. `total` and the events count at 24 kHz, `total * 2` samples come back."""
    placed = _on_kit(keyboard, events) if drums else retrigger(events)
    heard = [event for event in placed if 0 <= event.start < total and keyboard.sounds(event.pitch)]
    strokes = _choked(_strokes(keyboard, heard, drums), drums)
    voices = Voices()
    out = np.zeros((total * WIDE.scale, 2), dtype=np.float32)
    for number, stroke in enumerate(strokes):
        _add(out, stroke, voices)
        progress(number + 1, len(strokes))
    fade = min(round(_FADE * WIDE.rate), len(out))
    out[len(out) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    peak = float(np.abs(out).max(initial=0.0))
    gain = PEAK / peak if peak > 1e-6 else 1.0
    out *= np.float32(gain)
    return PlayedScore(out, len(events), len(events) - len(heard), gain)


def one_note(keyboard: Keyboard, voices: Voices, event: PlacedNote, total: int, drums: bool = False) -> Audio:
    """A note alone, float32 [2 * total, 2], as loud as it is in its instrument."""
    placed = _on_kit(keyboard, [event]) if drums else [event]
    out = np.zeros((total * WIDE.scale, 2), dtype=np.float32)
    for stroke in _strokes(keyboard, placed, drums):
        _add(out, stroke, voices)
    return out


def _on_kit(keyboard: Keyboard, events: Sequence[PlacedNote]) -> list[PlacedNote]:
    """Drum events on keys of the kit: their own, else the usual one of their piece, else any of it."""
    found: dict[int, int] = {}
    for pitch in {event.pitch for event in events}:
        piece = piece_of(pitch)
        usual = next(key for key in PIECE_PITCH.values() if piece_of(key) == piece)
        others = [key for key in range(27, 88) if piece_of(key) == piece]
        keys = [key for key in (pitch, usual, *others) if keyboard.sounds(key)]
        found[pitch] = keys[0] if keys else pitch
    moved = [replace(event, pitch=found[event.pitch]) for event in events]
    return sorted(moved, key=lambda event: (event.start, event.pitch))


def _strokes(keyboard: Keyboard, events: Sequence[PlacedNote], drums: bool) -> list[Stroke]:
    turns: Counter[int] = Counter()
    out: list[Stroke] = []
    for event in events:
        held = min(event.length / (WIDE.rate / WIDE.scale), MAX_HELD)
        for zone in keyboard.fitting(event.pitch, event.velocity, turns[event.pitch]):
            rings = drums or zone.one_shot
            stays = (RING_SECONDS if zone.loop else MAX_HELD) if rings else held
            out.append(Stroke(zone, event.pitch, event.velocity, event.start * WIDE.scale, stays))
        turns[event.pitch] += 1
    return out


def _choked(strokes: list[Stroke], drums: bool) -> list[Stroke]:
    """Strokes that a later one ends, by their groups or as hats do."""
    out = list(strokes)
    open_: list[int] = []
    for number, stroke in enumerate(strokes):
        still = []
        for before in open_:
            ended = strokes[before].start < stroke.start and _ends(stroke, strokes[before], drums)
            if ended:
                held = (stroke.start - strokes[before].start) / WIDE.rate
                if held < out[before].held:
                    out[before] = replace(out[before], held=held, cut=True)
            else:
                still.append(before)
        open_ = still
        if stroke.zone.off_by or (drums and stroke.pitch in CHOKED):
            open_.append(number)
    return out


def _ends(stroke: Stroke, before: Stroke, drums: bool) -> bool:
    by_group = stroke.zone.group != 0 and stroke.zone.group == before.zone.off_by
    return by_group or (drums and stroke.pitch in CHOKERS and before.pitch in CHOKED)


def _add(out: Audio, stroke: Stroke, voices: Voices) -> None:
    """One stroke, added in its place."""
    zone = stroke.zone
    release = CHOKE_SECONDS if stroke.cut else min(zone.envelope.release, MAX_RELEASE)
    room = len(out) - stroke.start
    wanted = min(room, round((stroke.held + release) * WIDE.rate) + 1)
    cutoff = zone.filter(stroke.pitch, stroke.velocity)
    sound = voices.sound(zone, stroke.pitch, wanted / WIDE.rate, cutoff)[:wanted]
    level = zone.envelope.curve(len(sound), stroke.held, WIDE.rate, release)
    level *= np.float32(zone.amplitude(stroke.pitch, stroke.velocity))
    left, right = _sides(zone.pan, sound.shape[1])
    part = out[stroke.start : stroke.start + len(sound)]
    part[:, 0] += sound[:, 0] * (level * left)
    part[:, 1] += sound[:, -1] * (level * right)


def _sides(pan: float, channels: int) -> tuple[np.float32, np.float32]:
    """Gains of left and right: of equal power for one channel, a balance for two."""
    if channels == 1:
        angle = (pan + 1.0) * np.pi / 4.0
        return np.float32(np.cos(angle)), np.float32(np.sin(angle))
    return np.float32(min(1.0, 1.0 - pan)), np.float32(min(1.0, 1.0 + pan))


class Voices:
    """Recordings at their pitches, 48 kHz, kept while there is room."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self._made, self._read = NoteCache(limit), NoteCache(limit)
        self._rates: dict[object, int] = {}

    def sound(self, zone: Zone, pitch: int, seconds: float, cutoff: float | None = None) -> Audio:
        """float32 [samples, 1 or 2] of a zone at a key, for at least `seconds` where it lasts so long; dulled
        by a filter at `cutoff` Hz.
        """
        length = next((step for step in _LENGTHS if step >= seconds), _LENGTHS[-1])
        key = (id(zone), pitch, length, cutoff)
        return self._made.get(key, lambda: self._pitched(zone, pitch, length, cutoff))

    def _recording(self, sample: Sample) -> tuple[Audio, int]:
        def read() -> Audio:
            sound, self._rates[sample.key] = sample.load()
            return sound

        return self._read.get(sample.key, read), self._rates[sample.key]

    def _pitched(self, zone: Zone, pitch: int, seconds: float, cutoff: float | None) -> Audio:
        sound, rate = self._recording(zone.sample)
        shift = zone.semitones(pitch)
        if abs(shift) > MAX_SHIFT:
            return np.zeros((0, 1), np.float32)
        end = len(sound) if zone.end is None else min(zone.end, len(sound))
        need = min(MAX_SAMPLES, max(1, round(seconds * rate * 2.0 ** (shift / 12.0))))
        audio = _looped(sound[:end], zone, need)[zone.start : zone.start + need]
        made = resample(np.ascontiguousarray(audio), rate, shift, WIDE.rate)
        if cutoff is not None:
            made = lowpass(made, cutoff, WIDE.rate)
        return _soft_end(made)


def _looped(sound: Audio, zone: Zone, need: int) -> Audio:
    """A recording, its loop repeated until there are `need` samples after its start."""
    if zone.loop is None:
        return sound
    begin, end = zone.loop
    if not 0 <= begin < end <= len(sound):
        return sound
    count = max(0, -(-(zone.start + need - end) // (end - begin)))
    turns = np.resize(sound[begin:end], (min(count * (end - begin), zone.start + need), sound.shape[1]))
    return np.concatenate([sound[:end], turns])


def _soft_end(audio: Audio) -> Audio:
    """A recording that breaks off is faded out."""
    count = min(round(_FADE * WIDE.rate), len(audio))
    out = audio.copy()
    if count:
        out[-count:] *= np.linspace(1, 0, count, dtype=np.float32)[:, None]
    return out


def lowpass(audio: Audio, cutoff: float, rate: int) -> Audio:
    """Two poles (Butterworth) at `cutoff` Hz, by the FFT: nothing but numpy is needed. [samples, channels]"""
    size = 1 << max(1, (len(audio) + rate // 10 - 1).bit_length())
    k = np.tan(np.pi * min(cutoff, 0.45 * rate) / rate)
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(size))
    scale = 1 + np.sqrt(2.0) * k + k * k
    below = scale + 2 * (k * k - 1) * z + (1 - np.sqrt(2.0) * k + k * k) * z * z
    response = k * k * (1 + z) ** 2 / below
    spectrum = np.fft.rfft(audio, size, axis=0) * response[:, None]
    return np.fft.irfft(spectrum, size, axis=0)[: len(audio)].astype(np.float32)
