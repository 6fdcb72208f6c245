"""The rivals decode the same model: their logits are the engine's, in every variant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from stemwright.bench import material
from stemwright.bench.contestant import Contestant
from stemwright.bench.engine_contestant import EngineContestant
from stemwright.bench.ort.graph_files import BLOCKS, build
from stemwright.bench.ort.runtime import OrtContestant
from stemwright.training.rivals.eager import ATTENTIONS, LINEARS, Eager

pytestmark = pytest.mark.slow

CONFIG = {
    "d_model": 128, "layers": 3, "heads": 6, "kv_heads": 2, "head_dim": 32, "ffn": 208, "features": 21,
    "codebooks": 8, "codebook_size": 100, "rope_base": 10000.0, "norm_eps": 1e-5, "lookahead": 2,
    "window": 64, "kv_cache": "float32",
}  # fmt: skip
STEPS, CACHE = 30, 64


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("rivals")
    material.write(made, CONFIG)
    build(made)
    return made


def logits(contestant: Contestant, variant: int, batch: int) -> np.ndarray:
    contestant.open(variant, batch, 1, CACHE, CACHE)
    tokens, features = material.inputs(CONFIG, batch, STEPS, seed=5)
    return np.stack([contestant.step(tokens[:, i], features[:, i]).copy() for i in range(STEPS)])


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize(
    ("make", "variants", "most"),
    [
        (Eager, len(LINEARS) * len(ATTENTIONS), 1e-3),
        (lambda folder: OrtContestant(folder, "fp32"), 1, 1e-3),
        (lambda folder: OrtContestant(folder, "int8"), 2 * len(BLOCKS), 0.25),
        (lambda folder: EngineContestant(folder, "int8"), 1, 0.1),
    ],
    ids=["pytorch", "ort-fp32", "ort-int8", "engine-int8"],
)
def test_logits_are_the_engines(
    folder: Path, make: Callable[[Path], Contestant], variants: int, most: float, batch: int
) -> None:
    wanted = logits(EngineContestant(folder, "float32"), 0, batch)
    size = np.sqrt(np.mean(wanted**2))
    contestant = make(folder)
    assert len(contestant.variants(batch)) == variants
    for variant in range(variants):
        found = logits(contestant, variant, batch)
        assert found.shape == wanted.shape
        assert np.abs(found - wanted).max() / size < most, contestant.variants(batch)[variant]


@pytest.mark.parametrize(
    "make", [Eager, lambda folder: OrtContestant(folder, "int8")], ids=["pytorch", "ort"]
)
def test_a_full_cache_stays_full(folder: Path, make: Callable[[Path], Contestant]) -> None:
    """Decoding on and on sees all positions, and never runs past the buffers."""
    contestant = make(folder)
    sizes = contestant.open(0, 2, 1, CACHE, CACHE)
    contestant.fill()
    for _ in range(2 * CACHE):
        contestant.decode()
    assert sizes.cache == 2 * 3 * 2 * CACHE * 2 * 32 * 4
    decoder = contestant.model if isinstance(contestant, Eager) else contestant.decoder  # type: ignore[attr-defined]
    assert decoder.position == CACHE - 1
