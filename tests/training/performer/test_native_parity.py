"""The native engine computes what the trained model computes, with the same int8 weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("stemwright.native._engine")

from stemwright.models import load_bundle  # noqa: E402
from stemwright.native.engine import Engine  # noqa: E402
from stemwright.training.performer.config import PerformerConfig, preset  # noqa: E402
from stemwright.training.performer.export import export, load_performer  # noqa: E402
from stemwright.training.performer.model import PerformerNetwork  # noqa: E402

SMALL = PerformerConfig(
    features=11, d_model=64, layers=3, heads=4, kv_heads=2, head_dim=16, ffn=96, codebook_size=50, window=20
)


@pytest.mark.parametrize(("config", "steps"), [(SMALL, 60), (preset("tiny", "drums"), 12)])
def test_logits_are_equal(tmp_path: Path, config: PerformerConfig, steps: int) -> None:
    torch.manual_seed(3)
    state = {k: v * 1.5 for k, v in PerformerNetwork(config, steps).state_dict().items()}
    about = {"name": "drums", "preset": "tiny", "codec_sha256": "a" * 64}
    bundle = load_bundle(export(tmp_path / "drums", config, state, about).path)
    rng = np.random.default_rng(4)
    tokens = rng.integers(0, config.codebook_size + 1, (steps, config.codebooks))
    features = rng.random((steps, config.features)).astype(np.float32)
    with torch.no_grad():
        model = load_performer(bundle, steps)
        expected = model(torch.from_numpy(tokens)[None], torch.from_numpy(features)[None])[0].numpy()
    decoder = Engine(bundle.manifest.architecture, bundle.tensors(), threads=1).state()
    found = np.stack(
        [decoder.step(tokens[s : s + 1].astype(np.uint16), features[s : s + 1])[0] for s in range(steps)]
    )
    assert np.abs(expected).max() > 0.5
    assert np.abs(found - expected).max() < 1e-3
