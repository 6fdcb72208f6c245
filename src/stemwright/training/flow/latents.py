"""The latents of the data's clips, beside their shards: `.latents` (float16 [frames, latent] clip after clip)
and `.latents.codec`, the identity of the codec whose they are, written last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from stemwright.codec.tone.hearing import CONTEXT, STRETCH, spectra
from stemwright.dataset.shards import Clip, read_shard
from stemwright.dataset.tokenize import shard_lists
from stemwright.models import Bundle
from stemwright.song.timebase import HOP
from stemwright.store.atomic import write_bytes
from stemwright.training.tone.model import ToneModel
from stemwright.training.tone.restore import model_of

Halves = npt.NDArray[np.float16]
LATENTS, MARK = ".latents", ".latents.codec"


def latents_of(clip: Clip, width: int) -> Halves:
    """float16 [frames, width], a read-only view into the shard's file."""
    path, start = clip.shard.with_suffix(LATENTS), clip.offset // HOP * width
    return np.memmap(path, dtype="<f2", mode="r", offset=start * 2, shape=(clip.frames, width))


def hear_latents(data: Path, codec: Bundle, layers: Iterable[str], say: Callable[[str], None]) -> None:
    """Write the latents of every shard that has none of this codec; what is there already is kept."""
    missing = [
        (lines, layer, split)
        for lines, layer, split in shard_lists(data, layers)
        if not _there(lines.with_suffix(""), codec.tokens_sha256)
    ]
    if not missing:
        return
    model = model_of(codec).eval()
    for done, (lines, layer, split) in enumerate(missing):
        say(f"latents: {done} of {len(missing)} shards")
        shard = lines.with_suffix("")
        made = [heard(model, clip.audio()) for clip in read_shard(lines, layer, split)]
        write_bytes(shard.with_suffix(LATENTS), np.concatenate(made).astype("<f2").tobytes())
        write_bytes(shard.with_suffix(MARK), codec.tokens_sha256.encode())
    say(f"latents: {len(missing)} shards heard")


def _there(shard: Path, sha256: str) -> bool:
    mark = shard.with_suffix(MARK)
    return mark.is_file() and mark.read_text(encoding="utf-8") == sha256


@torch.no_grad()
def heard(model: ToneModel, audio: npt.NDArray[np.int16]) -> npt.NDArray[np.float32]:
    """Latents [frames, latent] of a clip's int16 samples."""
    seen = spectra(audio.astype(np.float32) / np.float32(32767))
    out = []
    for start in range(0, len(seen), STRETCH):
        stop = min(len(seen), start + STRETCH)
        low, high = max(0, start - CONTEXT), min(len(seen), stop + CONTEXT)
        made = model.encoder(torch.from_numpy(seen[None, low:high]))[0]
        out.append(made[start - low : stop - low].numpy())
    return np.concatenate(out)
