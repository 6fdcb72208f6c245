"""Bundles of companions: their tensors' names, types and shapes are checked, and their sizes limited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Manifest, load_bundle, write_bundle
from stemwright.models.companion_tensors import companion_shapes, head_sizes, parameters, validate_companion
from support.companions import COMPANION, companion_weights, write_companion


def written(path: Path, tensors: dict[str, np.ndarray], config: dict[str, Any] = COMPANION) -> None:
    write_bundle(path, Manifest("companion", "companion", "x", config), {"model.safetensors": save(tensors)})


def test_a_whole_bundle_is_read(tmp_path: Path) -> None:
    made = write_companion(tmp_path)
    bundle = load_bundle(made.path, kind="companion")
    assert bundle.sha256 == made.sha256 and set(bundle.tensors()) == set(companion_shapes(COMPANION))
    assert sum(t.size for t in bundle.tensors().values()) == parameters(COMPANION)
    assert head_sizes(COMPANION) == {"instrument": 5, "pitch": 142, "time": 15, "velocity": 10}
    with pytest.raises(UsageError, match="a performer is needed"):
        load_bundle(made.path, kind="performer")


def test_wrong_tensors_are_refused(tmp_path: Path) -> None:
    tensors = companion_weights()
    with pytest.raises(StemwrightError, match="'held' is missing"):
        written(tmp_path / "a", {name: t for name, t in tensors.items() if name != "held"})
    with pytest.raises(StemwrightError, match="'held' is F32"):
        written(tmp_path / "b", {**tensors, "held": tensors["held"].astype(np.float32)})
    with pytest.raises(StemwrightError, match=r"'gru\.bias_ih' is F16 \[71\], must be F16 \[72\]"):
        written(tmp_path / "c", {**tensors, "gru.bias_ih": tensors["gru.bias_ih"][1:]})
    with pytest.raises(StemwrightError, match="unknown tensor 'more'"):
        written(tmp_path / "d", {**tensors, "more": tensors["held"]})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"hidden": 4}, r"architecture\.hidden' must be a whole number, 8 to 2048"),
        ({"mix": True}, r"architecture\.mix'"),
        ({"version": 2}, r"architecture\.version' must be a whole number, 1 to 1"),
        ({"layers": 2}, "'layers', which this version does not know"),
        ({"instruments": []}, r"architecture\.instruments' must list 1 to 16 names"),
        ({"instruments": ["bass", "bass"]}, r"architecture\.instruments' must hold different names"),
        ({"instruments": ["Bass!"]}, r"architecture\.instruments' must hold different names"),
        ({"instruments": [["x"], ["x"]]}, r"architecture\.instruments' must hold different names"),
        ({"hidden": 2048, "embed": 1024, "mix": 1024}, "asks for more than 20000000 weights"),
    ],
)
def test_bad_architectures_are_refused(change: dict[str, Any], words: str) -> None:
    validate_companion(COMPANION)
    with pytest.raises(UsageError, match=words):
        validate_companion({**COMPANION, **change})
