"""Style vectors of the data's clips, beside their shards: `.styles` (float16 [clips, COUNT, size]: so many
captions of each clip as the text encoder understands them) and `.styles.text`, whose they are, written last.
"""

from __future__ import annotations

import hashlib
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
    encoder, wording = SoundEncoder.load(text), training_wording()
    marks = {each: mark_of(text, each[0]) for each in shard_lists(data, layers)}
    missing = [each for each, mark in marks.items() if not _there(each[0].with_suffix(MARK), mark)]
    for done, (lines, layer, split) in enumerate(missing):
        say(f"style vectors: {done} of {len(missing)} shards")
        found = zip(read_shard(lines, layer, split), measures_of(lines, layer, split), strict=True)
        made = [_vectors(encoder, wording, Described(c, traits_of(c, m))) for c, m in found]
        lines.with_suffix(MARK).unlink(missing_ok=True)
        write_bytes(lines.with_suffix(STYLES), np.stack(made).astype("<f2").tobytes())
        write_bytes(lines.with_suffix(MARK), marks[lines, layer, split].encode())


def mark_of(text: Bundle, lines: Path) -> str:
    """What the mark of a shard says: the text bundle, the clip list, how many captions and numbers."""
    clips = hashlib.sha256(lines.read_bytes()).hexdigest()
    return f"{text.sha256} {clips} {COUNT} {text.manifest.architecture['sound']['size']}"


def style_vector(clip: Clip, number: int) -> npt.NDArray[np.float32]:
    """What a caption of a clip says, float32 [size], 1 long (or zeros: it says nothing); ``number``: which
    caption, any whole number. UsageError where `write_styles` has not seen the clip.
    """
    path = clip.shard.with_suffix(STYLES)
    try:
        count, size = map(int, clip.shard.with_suffix(MARK).read_text(encoding="utf-8").split()[2:])
        row = clip.index * count + number % count
        found = np.fromfile(path, "<f2", size, offset=2 * size * row)
    except (OSError, ValueError):
        raise UsageError(f"{path}: no style vectors yet; write them first") from None
    if len(found) < size:
        raise UsageError(f"{path}: ends before clip {clip.index}; delete it and write style vectors again")
    return found.astype(np.float32)


def _there(mark: Path, wanted: str) -> bool:
    return mark.is_file() and mark.read_text(encoding="utf-8") == wanted


def _vectors(encoder: SoundEncoder, wording: Wording, each: Described) -> npt.NDArray[np.float32]:
    return np.stack([encoder.vector(caption(wording, 0, each, number).text) for number in range(COUNT)])
