"""A text encoder with a head for sounds, made by hand: each of a few words has an axis of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save

from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.text_tensors import text_tensors
from stemwright.text.features import features
from support.prompts import CONFIG, encoder_tensors

SOUND: dict[str, Any] = {"buckets": 4096, "width": 8, "hidden": 16, "size": 16}
WORDS = ("dark", "bright", "bass", "drums")


def write_sounding(folder: Path, size: int = 16) -> Bundle:
    """The bundle `folder/text`: the styles' axes come first in a vector, then those of `WORDS`."""
    config = {**CONFIG, "sound": {**SOUND, "size": size}}
    types = {"I8": np.int8, "U8": np.uint8, "I32": np.int32}
    made = {name: np.zeros(shape, types[dtype]) for name, (dtype, shape) in text_tensors(config).items()}
    made.update(encoder_tensors())
    made["sound_hidden"][:] = np.eye(16, dtype=np.int8) * 100
    made["sound_out"][:] = np.eye(size, 16, dtype=np.int8) * 100
    for axis, word in enumerate(WORDS):
        where = np.asarray(features([word])[0]) % SOUND["buckets"]
        made["sound_table"][where, axis] = 50
        made["sound_telling"][where] = 200
    manifest = Manifest("text", "text", "by hand", config, licences=("Apache-2.0",))
    return write_bundle(folder / "text", manifest, {"model.safetensors": save(made)})
