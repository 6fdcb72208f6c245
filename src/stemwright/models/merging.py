"""A personal style merged into its performer's int8 weights: a new bundle that plays so by itself.

A style's delta is smaller than a step of int8, so rounding to the nearest code loses nearly all of it: of a
rank-8 delta of .3% of the weights' norm 3% is left. Each code is rounded up or down at random instead, up
with the probability that makes its mean exact (stochastic rounding); the noise of that, a fraction of a step,
is what rounding costs anyway.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from stemwright.errors import UsageError
from stemwright.models import registry
from stemwright.models.adapter import ADAPTER_FILE, adapted_matrices, check_strength
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.models.bundle import Bundle, load_bundle, require_base, write_bundle

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def merge_style(part: Bundle, out: Path, strength: float, seed: int) -> Bundle:
    """Write `out`, the performer that the style was learnt beside with `strength` of it merged; a function of
    `seed`. UsageError where that performer is not here, or `out` exists.
    """
    import numpy as np
    from safetensors.numpy import save

    strength = check_strength(strength)
    if part.manifest.kind != "adapter":
        raise UsageError(f"{part.path}: is a {part.manifest.kind}, only adapters can be merged")
    if out.exists():
        raise UsageError(f"{out}: exists; choose another folder")
    base = load_bundle(registry.find(part.manifest.architecture["layer"]), kind="performer")
    require_base(part, base)
    tensors = {name: np.array(array) for name, array in base.tensors().items()}
    side = part.tensors(ADAPTER_FILE)
    for number, name in enumerate(sorted(adapted_matrices(base.manifest.architecture))):
        delta = strength * (side[f"{name}.b"].astype(np.float64) @ side[f"{name}.a"].astype(np.float64))
        codes, scale = tensors[f"{name}.weight"], tensors[f"{name}.scale"].astype(np.float64)
        dither = np.random.Generator(np.random.Philox(key=seed, counter=number << 64)).random(codes.shape)
        tensors[f"{name}.weight"] = rounded(codes + delta / scale[:, None], dither)
    told = {"sha256": part.sha256, "strength": strength, "seed": seed}
    manifest = replace(
        base.manifest,
        sources=(*base.manifest.sources, *part.manifest.sources),
        licences=(*base.manifest.licences, *part.manifest.licences),
        held_out={**base.manifest.held_out, "style": told},
        files={},
    )
    return write_bundle(out, manifest, {WEIGHTS_FILE: save(tensors)})


def rounded(values: npt.NDArray[np.float64], dither: npt.NDArray[np.float64] | float) -> npt.NDArray[np.int8]:
    """Whole numbers -127..127: each value plus its dither, 0 to 1, rounded down. A dither of .5
    is rounding."""
    import numpy as np

    return np.asarray(np.clip(np.floor(values + dither), -127, 127).astype(np.int8))
