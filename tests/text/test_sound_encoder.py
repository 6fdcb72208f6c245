"""Texts as vectors of sound: in whole numbers, beside the style that stays as it is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.models import Manifest, load_bundle, write_bundle
from stemwright.text.encoder import TextEncoder
from stemwright.text.sound import SoundEncoder
from support.prompts import CONFIG, write_encoder
from support.sounding import SOUND, WORDS, write_sounding


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SoundEncoder:
    return SoundEncoder.load(write_sounding(tmp_path_factory.mktemp("sounding")))


def test_words_have_their_axes(encoder: SoundEncoder) -> None:
    for axis, word in enumerate(WORDS):
        assert int(np.argmax(encoder.vector(f"a {word}"))) == 8 + axis
    made = encoder.vector("smoky dark")
    assert made.dtype == np.float32 and made.shape == (16,)
    assert {int(place) for place in np.flatnonzero(made > 0.5)} == {0, 8}
    assert not encoder.vector("").any() and not encoder.vector("xyz").any()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_vectors_are_one_long_or_nothing(encoder: SoundEncoder, text: str) -> None:
    length = float(np.linalg.norm(encoder.vector(text)))
    assert length == 0 or abs(length - 1) < 1e-5


def test_styles_are_as_without_it(encoder: SoundEncoder, tmp_path: Path) -> None:
    alone = TextEncoder.load(write_encoder(tmp_path))
    for text in ("a smoky quintet", "strobe", "dark"):
        assert encoder.style.vector(text).tolist() == alone.vector(text).tolist()
    with pytest.raises(UsageError, match="styles alone"):
        SoundEncoder.load(load_bundle(tmp_path / "text"))


def test_its_shape_is_checked(tmp_path: Path) -> None:
    for wrong in (3, {}, {**SOUND, "size": 513}, {**SOUND, "more": 1}, {**SOUND, "width": True}):
        manifest = Manifest("text", "text", "x", {**CONFIG, "sound": wrong})
        with pytest.raises(UsageError, match="architecture"):
            write_bundle(tmp_path / "text", manifest, {"model.safetensors": b""})
