"""Style vectors beside the shards: written once for a bundle, read by clip and number."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stemwright.dataset.described.captions import caption, training_wording
from stemwright.dataset.described.traits import described
from stemwright.dataset.shards import clips
from stemwright.errors import UsageError
from stemwright.text.sound import SoundEncoder
from stemwright.training.clips.styles import COUNT, style_vector, write_styles
from support.prompts import write_encoder
from support.sounding import write_sounding


def test_they_are_those_of_the_clips_captions(tone_data: Path, tmp_path: Path) -> None:
    bundle = write_sounding(tmp_path)
    (clip,) = clips(tone_data, "bass", "train")
    with pytest.raises(UsageError, match="no style vectors yet"):
        style_vector(clip, 0)
    said: list[str] = []
    write_styles(tone_data, bundle, ["bass"], said.append)
    (each,) = described(tone_data, ["bass"], "train")
    encoder = SoundEncoder.load(bundle)
    for number in (0, 3, COUNT + 3):
        wanted = encoder.vector(caption(training_wording(), 0, each, number % COUNT).text)
        np.testing.assert_allclose(style_vector(clip, number), wanted, atol=1e-3)
    told = len(said)
    write_styles(tone_data, bundle, ["bass"], said.append)
    assert told == 2 and len(said) == told
    path = clip.shard.with_suffix(".styles")
    path.write_bytes(path.read_bytes()[:-2])
    with pytest.raises(UsageError, match="ends before clip 0"):
        style_vector(clip, COUNT - 1)


def test_a_bundle_of_styles_alone_is_refused(tone_data: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="styles alone"):
        write_styles(tone_data, write_encoder(tmp_path), ["bass"], lambda line: None)
