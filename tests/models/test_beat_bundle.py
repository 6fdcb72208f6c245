"""Bundles of beat trackers: their tensors' names, types and shapes are checked, and their sizes limited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Manifest, load_bundle, registry, write_bundle
from stemwright.models.beat_tensors import MAX_PARAMETERS, beat_shapes, parameters, validate_beats
from support.beats import BEATS, beat_weights, write_beats


def test_a_whole_bundle_is_read_and_a_wrong_one_refused(tmp_path: Path) -> None:
    bundle = load_bundle(write_beats(tmp_path).path, kind="beats")
    assert set(bundle.tensors()) == set(beat_shapes(BEATS))
    tensors = beat_weights()
    manifest = Manifest("beats", "beats", "x", BEATS)
    with pytest.raises(StemwrightError, match=r"'enter\.bias' is missing"):
        write_bundle(
            tmp_path / "a",
            manifest,
            {"model.safetensors": save({k: t for k, t in tensors.items() if k != "enter.bias"})},
        )
    tensors["front.bias"] = tensors["front.bias"].astype(np.float32)
    with pytest.raises(StemwrightError, match=r"'front\.bias' is F32"):
        write_bundle(tmp_path / "b", manifest, {"model.safetensors": save(tensors)})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"blocks": 13}, r"architecture\.blocks' must be a whole number, 1 to 12"),
        ({"delay": -1}, r"architecture\.delay'"),
        ({"version": 2}, r"architecture\.version' must be a whole number, 1 to 1"),
        ({"heads": 2}, "'heads', which this version does not know"),
        ({"channels": 256, "front": 256}, f"asks for more than {MAX_PARAMETERS} weights"),
    ],
)
def test_bad_architectures_are_refused(change: dict[str, Any], words: str) -> None:
    validate_beats(BEATS)
    with pytest.raises(UsageError, match=words):
        validate_beats({**BEATS, **change})


def test_the_shipped_tracker_has_under_half_a_million_weights() -> None:
    config = load_bundle(registry.find("beats"), kind="beats").manifest.architecture
    assert parameters(config) < 500_000
