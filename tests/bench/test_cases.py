"""What is measured, and the sizes that bounds are made of."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from stemwright.bench import material
from stemwright.bench.cases import Shape, cases, rtf, shapes
from stemwright.bench.sizes import multiply_adds, step_sizes, weight_bytes
from stemwright.conditioning import feature_size
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.native.engine import Engine
from stemwright.song.layers import LAYERS


def test_every_layer_of_every_preset_has_one_shape() -> None:
    found = shapes(["tiny", "small", "base"])
    for preset in ("tiny", "small", "base"):
        layers = [layer for shape in found if shape.preset == preset for layer in shape.layers]
        assert sorted(layers) == sorted(LAYERS)
    assert [shape.name for shape in found if shape.preset == "base"] == [
        "base (drums, bass, lead)",
        "base (harmony)",
    ]
    assert found[0].layers == LAYERS


def test_a_shared_shape_has_the_most_features() -> None:
    narrow = shapes(["base"])[0]
    assert narrow.config["features"] == feature_size("bass") > feature_size("drums")


def test_presets_have_the_parameters_of_the_design() -> None:
    sizes = {shape.name: weight_bytes(shape.config) / 1e6 for shape in shapes(["small", "base"])}
    assert 28 < sizes["small (drums, bass, lead)"] < 34
    assert 50 < sizes["base (drums, bass, lead)"] < 57
    assert 105 < sizes["base (harmony)"] < 118


def test_a_full_run_covers_the_matrix(shape: Shape) -> None:
    found = {(case.batch, case.threads, case.cache) for case in cases(shape, quick=False)}
    assert found == {(b, t, c) for b in (1, 4) for t in (1, 2) for c in (1200, 2360)}


def test_real_time_factor() -> None:
    assert rtf(1000 / 75) == pytest.approx(1.0)


def test_weight_bytes_are_those_of_the_file(shape: Shape, folder: Path) -> None:
    header = int.from_bytes((folder / WEIGHTS_FILE).read_bytes()[:8], "little")
    assert weight_bytes(shape.config) == os.path.getsize(folder / WEIGHTS_FILE) - 8 - header


@pytest.mark.parametrize(("kv_cache", "element", "scale"), [("int8", 1, 4), ("float32", 4, 0)])
def test_cache_bytes_are_those_of_a_full_state(
    shape: Shape, folder: Path, kv_cache: str, element: int, scale: int
) -> None:
    """The window is a whole number of the engine's pages, so nothing is left over in them."""
    config = shape.architecture(128, kv_cache)
    _, tensors = material.read(folder)
    state = Engine(config, tensors).state(3)
    state.prefill(*material.inputs(config, 3, 128))
    sizes = step_sizes(config, 3, weight=1, element=element, scale=scale)
    assert sizes.cache == state.cache_bytes


def test_a_step_reads_all_but_the_embeddings(shape: Shape) -> None:
    c = shape.config
    tables = c["codebooks"] * (c["codebook_size"] + 1)
    rows = c["codebooks"] * c["d_model"]
    sizes = step_sizes(shape.architecture(64), 1, weight=1, element=1, scale=4)
    assert sizes.weights == weight_bytes(c) - tables * (c["d_model"] + 4) + rows


def test_multiply_adds_of_a_step() -> None:
    c = {
        "d_model": 16, "layers": 1, "heads": 2, "kv_heads": 1, "head_dim": 16, "ffn": 32, "features": 3,
        "codebooks": 1, "codebook_size": 10, "window": 5,
    }  # fmt: skip
    blocks = 16 * (32 + 16 + 16) + 32 * 16 + 3 * 16 * 32
    assert multiply_adds(c, 2) == 2 * (blocks + 16 * 10 + 16 * 3 + 2 * 16 * 5 * 2)


def test_inputs_are_the_same_for_all_and_in_range(shape: Shape) -> None:
    tokens, features = material.inputs(shape.config, 2, 50)
    again = material.inputs(shape.config, 2, 50)
    assert np.array_equal(tokens, again[0]) and np.array_equal(features, again[1])
    assert tokens.min() >= 0 and tokens.max() < shape.config["codebook_size"]
    assert len(np.unique(tokens)) == shape.config["codebook_size"]
    assert -2 <= features.min() < -1.9 and 1.9 < features.max() <= 2 and abs(features.mean()) < 0.1
