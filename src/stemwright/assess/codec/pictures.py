"""Pictures of a codec: the first sound of each kind beside what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stemwright.assess.codec.measuring import Coded
from stemwright.assess.codec.tone import Toned
from stemwright.assess.pictures import file_name, spectrograms
from stemwright.assess.recordings import Audio


def draw_codec(folder: Path, coded: Sequence[Coded]) -> list[Path]:
    """A PNG for each kind of sound and split, in `folder`."""
    firsts = {(c.sound.kind, c.sound.split): c for c in reversed(coded)}
    return [
        _draw(folder, *key, one.sound.name, one.sound.audio, one.heard) for key, one in sorted(firsts.items())
    ]


def draw_tone(folder: Path, coded: Sequence[Toned]) -> list[Path]:
    """A PNG for each layer and split, in `folder`."""
    firsts = {(c.reference.layer, c.reference.split): c for c in reversed(coded)}
    return [
        _draw(folder, *key, one.reference.name, one.reference.audio, one.heard)
        for key, one in sorted(firsts.items())
    ]


def _draw(folder: Path, kind: str, split: str, name: str, original: Audio, coded: Audio) -> Path:
    sounds = {"original": original, "coded": coded}
    return spectrograms(folder / file_name("spectrogram", kind, split), f"{kind}: {name}", sounds)
