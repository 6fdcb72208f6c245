"""Batches of the tone codec's training: sound at 48 kHz in middle and side, and what the decoder is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.notes import NoteRows as Sounding
from stemwright.codec.tone.notes import (
    Notes,
    attacks,
    bursts,
    first_frame,
    frame_features,
    notes_of,
    sounding,
)
from stemwright.codec.tone.tuning import Tuning
from stemwright.codec.tone.vibrato import travelled
from stemwright.dataset.shards import Clip, clips, played_done, wide_done
from stemwright.errors import UsageError
from stemwright.song.layers import is_drums

VoiceKey = tuple[str, str, int, bool]
"""Layer, timbre, pitch, drums."""
SHARES = {"drums": 0.24, "bass": 0.24, "harmony": 0.28, "lead": 0.24}
UNKNOWN = 0.08
"""Share of the items whose timbre the decoder is not told."""
PLAYED = 0.85
"""Share of the items whose tokens are a performer's, where one has played them: a song's always are."""
QUIET = 200 / 32767


@dataclass(frozen=True, slots=True)
class BatchRows:
    """Sounding notes of all items: int64 [M] ``item``, ``frame``, ``pitch``; float64 [M] ``since``, samples
    at 48 kHz from the onset to the frame's centre, as a steady note would take to come to the same phase;
    float64 [M, 3] ``bend``, the frequencies' factor minus 1 at the centres of the frame before, of this and
    of the next; float32 [M, 14] ``features``. ``groups``: the rows of each voice.
    """

    item: Tensor
    frame: Tensor
    pitch: Tensor
    since: Tensor
    bend: Tensor
    features: Tensor
    groups: Mapping[VoiceKey, Tensor]


@dataclass(frozen=True, slots=True)
class Attacks:
    """Onsets of all items, int64 [K]: ``item``, ``frame``, and ``start`` in samples of the crop at 48 kHz."""

    item: Tensor
    frame: Tensor
    start: Tensor

    def strokes(self, shape: Sequence[int]) -> Tensor:
        """float32 [B, samples]: 1 at every onset, of sounds of a shape [B, C, samples]."""
        out = torch.zeros(shape[0], shape[-1])
        inside = self.start < shape[-1]
        out[self.item[inside], self.start[inside].clamp(min=0)] = 1.0
        return out


@dataclass(frozen=True, slots=True)
class Batch:
    """``sound`` [B, 2, T * 640]: middle and side at 48 kHz; ``heard`` [B, T * 320]: mono at 24 kHz, for the
    encoder; ``played`` int64 [B, K, T]: a performer's tokens instead, -1 where there are none, and None
    without any; ``told`` [B, T, F]; ``bursts`` [B, 2, T * 640].
    """

    sound: Tensor
    heard: Tensor
    played: Tensor | None
    told: Tensor
    timbre: Tensor
    rows: BatchRows
    bursts: Tensor
    attacks: Attacks
    layers: tuple[str, ...]

    @property
    def drums(self) -> Tensor:
        """bool [B]."""
        return torch.tensor([is_drums(layer) for layer in self.layers])


class Item:
    """A clip with its notes; ``has_played``: whether performers of the codec ``tokens`` have played it."""

    def __init__(self, clip: Clip, tokens: str | None) -> None:
        self.has_played = tokens is not None and played_done(clip.shard, tokens)
        self.clip, self.layer, self.timbre, self.frames = clip, clip.layer, clip.timbre, clip.frames
        self.notes: Notes = notes_of(clip.layer, clip.score(), clip.state().timebase)


@dataclass(frozen=True, slots=True)
class Crop:
    """``frames`` of an item from ``first`` on, ``gain`` times as loud; ``known``: its timbre is told;
    ``played``: its tokens are a performer's.
    """

    item: Item
    first: int
    gain: float = 1.0
    known: bool = True
    played: bool = False


class Items:
    """The clips of a split that have a wide twin, and batches of them. ``slots``: rows of the decoder's table
    of timbres by (layer, timbre), from 1. ``tokens``: the identity of the codec whose tokens performers have
    played; None leaves them aside.
    """

    def __init__(
        self,
        data: Path,
        split: str,
        frames: int,
        slots: Mapping[tuple[str, str], int],
        tuning: Tuning,
        seed: int = 0,
        tokens: str | None = None,
    ) -> None:
        self.frames, self.slots, self.tuning, self.seed = frames, slots, tuning, seed
        self.items: dict[str, list[Item]] = {}
        for layer in SHARES:
            found = [c for c in clips(data, layer, split) if wide_done(c.shard) and c.frames >= frames]
            if not found:
                raise UsageError(f"{data}: layer {layer!r} has no {split} clips at 48 kHz; run train widen")
            self.items[layer] = [Item(clip, tokens) for clip in found]
        self.chance = {
            layer: np.array([i.frames for i in items], float) / sum(i.frames for i in items)
            for layer, items in self.items.items()
        }

    def batch(self, step: int, size: int) -> Batch:
        """Training batch number ``step``, a function of (seed, step)."""
        rng = np.random.default_rng((self.seed, step))
        names, odds = list(SHARES), np.array(list(SHARES.values()))
        return self.collate([self._draw(rng, str(rng.choice(names, p=odds))) for _ in range(size)])

    def _draw(self, rng: np.random.Generator, layer: str) -> Crop:
        for _ in range(4):
            item = self.items[layer][rng.choice(len(self.items[layer]), p=self.chance[layer])]
            first = int(rng.integers(0, item.frames - self.frames + 1))
            part = item.clip.audio()[first * L.HOP : (first + self.frames) * L.HOP : 7]
            if np.abs(part.astype(np.int32)).max() > QUIET * 32767:
                break
        gain = float(10 ** (rng.uniform(-9, 3) / 20)) if rng.random() < 0.3 else 1.0
        known = bool(rng.random() >= UNKNOWN)
        if rng.random() < PLAYED and item.has_played:
            return Crop(item, first, known=known, played=True)
        return Crop(item, first, gain, known)

    def held_out(self, count: int) -> list[Crop]:
        """``count`` fixed crops of each layer."""
        rng = np.random.default_rng(7)
        return [
            Crop(crop.item, crop.first, played=crop.item.has_played)
            for layer in SHARES
            for crop in (self._draw(rng, layer) for _ in range(count))
        ]

    def collate(self, crops: Sequence[Crop]) -> Batch:
        """The batch of some crops."""
        frames = self.frames
        sound, heard, told, burst = [], [], [], []
        for crop in crops:
            span = slice(crop.first * L.HOP, (crop.first + frames) * L.HOP)
            heard.append(crop.item.clip.audio()[span].astype(np.float32) * (crop.gain / 32767))
            wide = crop.item.clip.wide()[2 * span.start : 2 * span.stop].astype(np.float32)
            left, right = wide.T * (crop.gain / 32767)
            sound.append(np.stack([left + right, left - right]) / 2)
            told.append(frame_features(crop.item.notes, crop.first, frames))
            burst.append(bursts(crop.item.notes, crop.first, frames, L.BURSTS, 2))
        return Batch(
            _tensor(sound),
            _tensor(heard),
            self._played(crops),
            _tensor(told),
            torch.tensor([self.slots[c.item.layer, c.item.timbre] if c.known else 0 for c in crops]),
            self._rows(crops),
            _tensor(burst),
            self._attacks(crops),
            tuple(c.item.layer for c in crops),
        )

    def _played(self, crops: Sequence[Crop]) -> Tensor | None:
        found = [
            crop.item.clip.played()[:, crop.first : crop.first + self.frames] if crop.played else None
            for crop in crops
        ]
        books = {len(codes) for codes in found if codes is not None}
        if not books:
            return None
        none = np.full((books.pop(), self.frames), -1)
        return _tensor([none if codes is None else codes.astype(np.int64) for codes in found])

    def _attacks(self, crops: Sequence[Crop]) -> Attacks:
        item, frame, start = [], [], []
        for number, crop in enumerate(crops):
            found, at = attacks(crop.item.notes, crop.first, self.frames)
            item.append(np.full(len(found), number))
            frame.append(found)
            start.append(np.round((at - crop.first * L.HOP) * 2).astype(np.int64))
        return Attacks(_joined(item), _joined(frame), _joined(start))

    def _rows(self, crops: Sequence[Crop]) -> BatchRows:
        item, frame, pitch, features = [], [], [], []
        since: list[np.ndarray] = []
        bend: list[np.ndarray] = []
        groups: dict[VoiceKey, list[np.ndarray]] = {}
        done = 0
        for number, crop in enumerate(crops):
            notes = crop.item.notes
            rows = sounding(notes, crop.first, self.frames)
            item.append(np.full(len(rows.note), number))
            frame.append(rows.frame)
            pitch.append(notes.pitch[rows.note])
            passed, bent = self._phases(crop, rows)
            since.append(passed)
            bend.append(bent)
            features.append(rows.features)
            for value in np.unique(pitch[-1]):
                voice = (crop.item.layer, crop.item.timbre, int(value), notes.drums)
                groups.setdefault(voice, []).append(done + np.flatnonzero(pitch[-1] == value))
            done += len(rows.note)
        return BatchRows(
            _joined(item),
            _joined(frame),
            _joined(pitch),
            _joined(since),
            _joined(bend),
            _joined(features),
            {voice: torch.from_numpy(np.concatenate(found)) for voice, found in groups.items()},
        )

    def _phases(self, crop: Crop, rows: Sounding) -> tuple[np.ndarray, np.ndarray]:
        """``since`` and ``bend`` of the rows of a crop."""
        notes = crop.item.notes
        frame = crop.first + rows.frame
        since, bend = (frame + 0.5) * L.HOP - notes.start[rows.note], np.zeros((len(frame), 3))
        vibrato = self.tuning.vibrato.get(f"{crop.item.layer}/{crop.item.timbre}")
        if vibrato is not None:
            for note in np.unique(rows.note):
                own = np.flatnonzero(rows.note == note)
                start, first = float(notes.start[note]), first_frame(float(notes.start[note]))
                count = int(frame[own[-1]]) - first + 1
                passed, bends = travelled(vibrato, int(notes.pitch[note]), start, first, count + 1)
                since[own] = passed[frame[own] - first]
                around = np.concatenate([bends[:1], bends])
                bend[own] = np.lib.stride_tricks.sliding_window_view(around, 3)[frame[own] - first]
        return 2 * since, bend


def _tensor(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.stack(arrays))


def _joined(arrays: Sequence[np.ndarray]) -> Tensor:
    return torch.from_numpy(np.concatenate(arrays))
