"""A layer costs its weights and its cache, and little more: never two copies of a model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from stemwright.models import Manifest, write_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.models.presets import preset_shape
from support.performers import random_tensors
from support.runner import environment

MB = 1 << 20
BESIDES_MB = 9.0  # 40 for the whole process, of which Python and NumPy take about 31
CONFIG = {
    **preset_shape("base", "bass"), "codebooks": 8, "codebook_size": 1024, "features": 343, "window": 1200,
    "rope_base": 10000.0, "norm_eps": 1e-5, "lookahead": 2, "kv_cache": "int8",
}  # fmt: skip

LAYER = """
import json, resource, sys
import numpy as np
from stemwright.models import load_bundle
from stemwright.native.engine import Engine

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

before = peak()
bundle = load_bundle(sys.argv[1])
config = bundle.manifest.architecture
engine = Engine(config, bundle.tensors(), threads=2)
loaded = peak()
state = engine.state()
codes = np.zeros((1, 64, config["codebooks"]), np.int32)
rows = np.zeros((1, 64, config["features"]), np.float32)
while state.position < config["window"]:
    state.prefill(codes, rows)
engine.generate(rows[0], 57, seed=1, layer_id=1)
print(json.dumps([loaded - before, peak() - before, state.cache_bytes]))
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="ru_maxrss is in kB on Linux alone")
def test_peak_memory_of_a_base_layer(tmp_path: Path) -> None:
    from safetensors.numpy import save

    manifest = Manifest("performer", "bass", "base", CONFIG, codec_sha256="a" * 64, conditioning_version=1)
    data = save(random_tensors(CONFIG, 1))
    bundle = write_bundle(tmp_path / "bass", manifest, {WEIGHTS_FILE: data})
    command = [sys.executable, "-c", LAYER, str(bundle.path)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(), timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    loaded, used, cache = json.loads(done.stdout)
    assert loaded < len(data) + BESIDES_MB * MB, (
        f"{loaded / MB:.1f} MB for {len(data) / MB:.1f} MB of weights"
    )
    assert used < len(data) + cache + BESIDES_MB * MB, f"{used / MB:.1f} MB, {cache / MB:.1f} of them cache"
