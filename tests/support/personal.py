"""Made-up personal styles beside tiny performers, and made-up recordings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save

from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.adapter import ADAPTER_FILE, SIZES, adapter_tensors
from stemwright.models.personal import folder_of


def write_style(
    name: str, performer: Bundle, rank: int = 4, seed: int = 0, base: str | None = None
) -> Bundle:
    """A random style of a performer's layer, where `--style-of NAME` finds it."""
    config, manifest = performer.manifest.architecture, performer.manifest
    draw = np.random.default_rng(seed)
    tensors = {
        key: draw.standard_normal(shape).astype(np.float32) * np.float32(0.3)
        for key, (_, shape) in adapter_tensors(config, rank).items()
    }
    told = Manifest(
        kind="adapter",
        name=name,
        preset="random",
        architecture={
            **{k: config[k] for k in SIZES if k != "rank"},
            "rank": rank,
            "layer": manifest.name,
            "base_sha256": base or performer.sha256,
        },
        codec_sha256=manifest.codec_sha256,
        conditioning_version=manifest.conditioning_version,
        timbres=("bright",),
        held_out={"user_before_mean": 4.0, "user_after_mean": 3.0},
    )
    return write_bundle(folder_of(name) / manifest.name, told, {ADAPTER_FILE: save(tensors)})


def melody(seconds: float, rate: int = 24000) -> np.ndarray:
    """Half-second notes of a plain voice with overtones, float32 [samples] within -.5 to .5."""
    keys = (57, 60, 64, 62, 59, 65)
    t = np.arange(round(seconds * rate)) / rate
    hertz = 440 * 2 ** ((np.array(keys)[(t * 2).astype(int) % len(keys)] - 69) / 12)
    phase = 2 * np.pi * np.cumsum(hertz) / rate
    fall = np.exp(-3 * (t % 0.5)) * np.minimum(1, (t % 0.5) / 0.005)
    sound = sum(np.sin(k * phase) / k for k in range(1, 6)) * fall
    return np.asarray(0.25 * sound, np.float32)


def recording(path: Path, audio: np.ndarray, rate: int = 24000, subtype: str = "FLOAT") -> Path:
    """A WAV or FLAC file of [samples] or [samples, channels]."""
    import soundfile

    soundfile.write(path, audio, rate, subtype=subtype if path.suffix == ".wav" else "PCM_16")
    return path
