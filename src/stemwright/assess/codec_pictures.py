"""Pictures of a codec: the first sound of each kind beside what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stemwright.assess.codec import Coded
from stemwright.assess.pictures import file_name, spectrograms


def draw_codec(folder: Path, coded: Sequence[Coded]) -> list[Path]:
    """A PNG for each kind of sound and split, in `folder`."""
    firsts = {(c.sound.kind, c.sound.split): c for c in reversed(coded)}
    return [
        spectrograms(
            folder / file_name("spectrogram", kind, split),
            f"{kind}: {one.sound.name}",
            {"original": one.sound.audio, "coded": one.heard},
        )
        for (kind, split), one in sorted(firsts.items())
    ]
