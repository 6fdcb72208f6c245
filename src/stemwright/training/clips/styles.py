"""Style vectors of the data's clips, beside their shards: `.styles` (float16 [clips, COUNT, size]: so many
captions of each clip as the text encoder understands them) and `.styles.text`, whose they are, written last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from stemwright.dataset.described.captions import Wording, caption, training_wording
from stemwright.dataset.described.measures import measures_of
from stemwright.dataset.described.traits import Described, traits_of
from stemwright.dataset.shards import Clip, read_shard
from stemwright.dataset.tokenize import shard_lists
from stemwright.errors import UsageError
from stemwright.models import Bundle
from stemwright.store.atomic import write_bytes
from stemwright.text.sound import SoundEncoder

STYLES, MARK = ".styles", ".styles.text"
COUNT = 16
"""Captions of a clip."""


def write_styles(data: Path, text: Bundle, layers: Iterable[str], say: Callable[[str], None]) -> None:
    """Write the style vectors of every shard that has none of this text bundle; what is there is kept.
    UsageError where the bundle knows styles alone.
    """
    encoder, wording, mark = SoundEncoder.load(text), training_wording(), mark_of(text)
    missing = [each for each in shard_lists(data, layers) if not _there(each[0].with_suffix(""), mark)]
    for done, (lines, layer, split) in enumerate(missing):
        say(f"style vectors: {done} of {len(missing)} shards")
        found = zip(read_shard(lines, layer, split), measures_of(lines, layer, split), strict=True)
        made = [_vectors(encoder, wording, Described(c, traits_of(c, m))) for c, m in found]
        lines.with_suffix(MARK).unlink(missing_ok=True)
        write_bytes(lines.with_suffix(STYLES), np.stack(made).astype("<f2").tobytes())
        write_bytes(lines.with_suffix(MARK), mark.encode())


def mark_of(text: Bundle) -> str:
    """What stands in the marks of vectors of this bundle."""
    return f"{text.sha256} {COUNT} {text.manifest.architecture['sound']['size']}"


def style_vector(clip: Clip, number: int) -> npt.NDArray[np.float32]:
    """What a caption of a clip says, float32 [size], 1 long (or zeros: it says nothing); ``number``: which
    caption, any whole number. UsageError where `write_styles` has not seen the clip.
    """
    try:
        _, count, size = (clip.shard.with_suffix(MARK)).read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        raise UsageError(
            f"{clip.shard.with_suffix(STYLES)}: no style vectors yet; write them first"
        ) from None
    row = clip.index * int(count) + number % int(count)
    path, length = clip.shard.with_suffix(STYLES), int(size)
    return np.fromfile(path, "<f2", length, offset=2 * length * row).astype(np.float32)


def _there(shard: Path, mark: str) -> bool:
    path = shard.with_suffix(MARK)
    return path.is_file() and path.read_text(encoding="utf-8") == mark


def _vectors(encoder: SoundEncoder, wording: Wording, each: Described) -> npt.NDArray[np.float32]:
    return np.stack([encoder.vector(caption(wording, 0, each, number).text) for number in range(COUNT)])
