"""The buses of a recording side by side: gaps filled, all written to the same length."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.live.record.broadcast_wave import BroadcastWave

Sound = npt.NDArray[np.float32]


class Bus:
    """What came of a bus and is not written yet. ``gaps``: frames from the recording's beginning, and how
    many are missing there."""

    def __init__(self) -> None:
        self.heard = 0  # frames, those of gaps with them
        self._waiting: deque[Sound] = deque()
        self._gaps: deque[tuple[int, int]] = deque()

    def lost(self, place: int, frames: int) -> None:
        """So many frames from ``place`` on never came: they are silence."""
        self._gaps.append((place, frames))

    def add(self, sound: Sound) -> None:
        """Frames that came, [n, 2], after those that came before."""
        while self._gaps and self._gaps[0][0] <= self.heard + len(sound):
            place, frames = self._gaps.popleft()
            before = max(0, place - self.heard)
            self._put(sound[:before])
            self._put(np.zeros((frames, sound.shape[1]), np.float32))
            sound = sound[before:]
        self._put(sound)

    def take(self, frames: int) -> Sound:
        """The oldest frames that wait; at least as many must."""
        pieces = []
        while frames:
            piece = self._waiting.popleft()
            if len(piece) > frames:
                self._waiting.appendleft(piece[frames:])
                piece = piece[:frames]
            pieces.append(piece)
            frames -= len(piece)
        return np.concatenate(pieces) if pieces else np.zeros((0, 2), np.float32)

    def _put(self, sound: Sound) -> None:
        if len(sound):
            self._waiting.append(sound)
            self.heard += len(sound)


class Buses:
    """A file a bus in a folder: ``NAME.wav``, two channels. OSError where one cannot be made."""

    def __init__(self, names: tuple[str, ...], folder: Path, rate: int, began: datetime) -> None:
        self.buses: Mapping[str, Bus] = {name: Bus() for name in names}
        self.frames = 0
        self._files: dict[str, BroadcastWave] = {}
        try:
            for name in names:
                self._files[name] = BroadcastWave(folder / f"{name}.wav", rate, 2, began, name)
        except OSError:
            self.close()
            raise

    @property
    def paths(self) -> dict[str, Path]:
        """Where each bus is written."""
        return {name: file.path for name, file in self._files.items()}

    def write(self) -> int:
        """Write what is there of every bus; how many frames. OSError where the disk refuses: then this piece
        is in no file."""
        frames = min(bus.heard for bus in self.buses.values()) - self.frames
        pieces = {name: bus.take(frames) for name, bus in self.buses.items()}
        try:
            for name, piece in pieces.items():
                self._files[name].write(piece)
        except OSError:
            for file in self._files.values():
                with suppress(OSError):
                    file.cut(self.frames)
            raise
        self.frames += frames
        return frames

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            file.close()
