"""A text encoder that knows two words of each of two styles, made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.text_tensors import text_tensors
from stemwright.text.features import BUCKETS, features, word_hash

WORDS = {"jazz": ("smoky", "quintet"), "techno": ("bunker", "strobe")}
CONFIG: dict[str, Any] = {
    "version": 1, "buckets": BUCKETS, "width": 8, "hidden": 8, "size": 8, "vocabulary": 4,
    "styles": list(WORDS),
}  # fmt: skip


def encoder_tensors() -> dict[str, np.ndarray]:
    """A word's features lie along the axis of its style."""
    types = {"I8": np.int8, "U8": np.uint8, "I32": np.int32}
    made = {name: np.zeros(shape, types[dtype]) for name, (dtype, shape) in text_tensors(CONFIG).items()}
    made["hidden"][:] = np.eye(8, dtype=np.int8) * 100
    made["out"][:] = np.eye(8, dtype=np.int8) * 100
    for axis, words in enumerate(WORDS.values()):
        made["styles"][axis, axis] = 127
        for word in words:
            where, _ = features([word])
            made["table"][where, axis] = 50
            made["telling"][where] = 200
    hashes = sorted(word_hash(word) for words in WORDS.values() for word in words)
    made["vocabulary"][:] = hashes
    return made


def write_encoder(folder: Path) -> Bundle:
    """The bundle `folder/text`."""
    manifest = Manifest("text", "text", "by hand", dict(CONFIG), licences=("Apache-2.0",))
    return write_bundle(folder / "text", manifest, {"model.safetensors": save(encoder_tensors())})
