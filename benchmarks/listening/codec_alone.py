"""What the codec alone does: the training instruments' rendering, and the same through the codec."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from listening import excerpts
from stemwright.assess.song import Part, Render
from stemwright.evaluation import reconstruction
from stemwright.song.timebase import SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Pair:
    """A layer's two sound files and how far the second is from the first, over the whole song."""

    layer: str
    timbre: str
    files: tuple[str, str]
    mel_distance: float
    si_snr_db: float


def codec_alone(
    style: str, parts: Sequence[Part], heard: Mapping[str, excerpts.Bars], render: Render
) -> tuple[list[Pair], dict[str, bytes]]:
    """Rendering and codec for every part that has a control (the rendering through the codec)."""
    pairs, files = [], {}
    for part in parts:
        if part.control is None:
            continue
        state = part.state
        rendering = render(part.layer, part.timbre, part.score, state.timebase, state.bars)
        through = part.control.audio[: len(rendering)]
        found = reconstruction.evaluate(rendering[: len(through)], through, SAMPLE_RATE)
        names = (f"{style}-{part.layer}-rendering.mp3", f"{style}-{part.layer}-codec.mp3")
        for name, audio in zip(names, (rendering, through), strict=True):
            files[name] = excerpts.mp3(excerpts.cut(audio, heard[part.layer], state.timebase))
        pairs.append(Pair(part.layer, part.timbre, names, found["mel_distance"], found["si_snr_db"]))
    return pairs, files
