"""The encoder in whole numbers, and what its bundle may hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from stemwright.compose.styles import BOOK
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Manifest, load_bundle, shipped, write_bundle
from stemwright.text.encoder import ONE, TextEncoder, unit
from stemwright.text.features import BUCKETS, features, words_of
from stemwright.text.read import read_prompt
from stemwright.text.vector import styled
from support.prompts import CONFIG, encoder_tensors, write_encoder


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    return TextEncoder.load(write_encoder(tmp_path_factory.mktemp("weights")))


def test_words_go_where_their_style_is(encoder: TextEncoder) -> None:
    assert encoder.vector("a smoky room").tolist() == [ONE, 0, 0, 0, 0, 0, 0, 0]
    assert encoder.scores("strobe").tolist() == [0, 127 * ONE]
    assert encoder.ranking("the quintet", ("jazz", "techno")) == ("jazz", "techno")
    assert encoder.ranking("in a BUNKER", ("techno",)) == ("techno",)
    assert encoder.known("a smoky bunker") == {"smoky", "bunker"}


def test_what_it_does_not_know_is_nothing(encoder: TextEncoder) -> None:
    assert not encoder.vector("").any() and not encoder.vector("xyz 120 bpm").any()
    assert encoder.ranking("xyz", ("techno", "jazz")) == ("jazz", "techno")


@given(st.text(max_size=80))
def test_features_are_buckets_with_weights(text: str) -> None:
    where, weights = features(words_of(text))
    assert len(where) == len(weights) and all(0 <= bucket < BUCKETS for bucket in where)


@settings(deadline=None)
@given(st.lists(st.integers(-(1 << 40), 1 << 40), min_size=1, max_size=16))
def test_a_unit_is_one_long(values: list[int]) -> None:
    made = unit(np.asarray(values, np.int64))
    length = float(np.sqrt(float((made.astype(float) ** 2).sum())))
    assert not any(values) or abs(length - ONE) <= 2 * np.sqrt(len(values))


def test_a_style_is_found_where_none_is_named(encoder: TextEncoder) -> None:
    found = styled(read_prompt("smoky cellar, 120 bpm", BOOK), encoder, BOOK)
    assert (found.style, found.likest, found.words, found.unread) == ("jazz", True, ("smoky",), ("cellar",))
    named = styled(read_prompt("techno in a smoky cellar", BOOK), encoder, BOOK)
    assert (named.style, named.likest, named.ranking) == ("techno", False, ("techno", "jazz"))
    plain = styled(read_prompt("120 bpm in G minor", BOOK), encoder, BOOK)
    assert (plain.style, plain.likest) == ("", False)


def test_bundles_are_checked(tmp_path: Path) -> None:
    tensors = encoder_tensors()
    for change in ({"styles": []}, {"styles": ["jazz", "jazz"]}, {"width": 0}, {"more": 1}, {"styles": [3]}):
        manifest = Manifest("text", "text", "x", {**CONFIG, **change})
        with pytest.raises(UsageError, match="architecture"):
            write_bundle(tmp_path / "text", manifest, {"model.safetensors": save(tensors)})
    del tensors["telling"]
    bad = Manifest("text", "text", "x", CONFIG)
    with pytest.raises(StemwrightError, match="'telling' is missing"):
        write_bundle(tmp_path / "t", bad, {"model.safetensors": save(tensors)})


def test_the_shipped_encoder_is_small_and_knows_every_style() -> None:
    bundle = load_bundle(shipped()["text"], kind="text")
    assert sum(bundle.file(name).stat().st_size for name in bundle.manifest.files) < 4_000_000
    encoder = TextEncoder.load(bundle)
    assert encoder.names == BOOK
    assert encoder.ranking("smoky club, walking double bass, late at night", BOOK)[0] == "jazz"
    assert encoder.ranking("surdo and tamborim at carnival", BOOK)[0] == "samba"
