"""musicnn in NumPy: its layers beside the plainest way to compute them, its spectrogram, its patches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stemwright.errors import StemwrightError
from stemwright.evaluation.judges.log_mel import BANDS, HOP, RATE, log_mel
from stemwright.evaluation.judges.musicnn import DIMENSIONS, PATCH, SECONDS, Musicnn
from stemwright.evaluation.judges.tensorflow_checkpoint import read_checkpoint
from support.tf_checkpoints import write_checkpoint

FRONT = {"conv2d": (7, 38, 1, 4), "conv2d_1": (7, 67, 1, 4)} | {
    f"conv2d_{i}": (length, 1, 1, 2) for i, length in ((2, 12), (3, 6), (4, 3))
}
MIDDLE = {"conv2d_5": (7, 14, 1, 5), "conv2d_6": (7, 5, 1, 5), "conv2d_7": (7, 5, 1, 5)}
KERNELS = FRONT | MIDDLE
NORMS = [1, 4, 4, 2, 2, 2, 5, 5, 5, 58, DIMENSIONS]


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    made: dict[str, np.ndarray] = {}
    for name, shape in {**KERNELS, "dense": (58, DIMENSIONS)}.items():
        made[f"{name}/kernel"] = rng.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]))
        made[f"{name}/bias"] = rng.standard_normal(shape[-1]) / 4
    for i, size in enumerate(NORMS):
        name = f"batch_normalization_{i}" if i else "batch_normalization"
        made[f"{name}/moving_mean"], made[f"{name}/beta"] = rng.standard_normal((2, size)) / 4
        made[f"{name}/moving_variance"], made[f"{name}/gamma"] = rng.uniform(0.5, 2, (2, size))
        made[f"{name}/gamma"][::3] *= -1  # the largest is taken after it
    return made


def plain(w: dict[str, np.ndarray], frames: np.ndarray) -> np.ndarray:
    """The published network, place by place."""

    def normal(x: np.ndarray, i: int) -> np.ndarray:
        n = f"batch_normalization_{i}" if i else "batch_normalization"
        scale = w[f"{n}/gamma"] / np.sqrt(w[f"{n}/moving_variance"] + 1e-3)
        return (x - w[f"{n}/moving_mean"]) * scale + w[f"{n}/beta"]

    def convolved(x: np.ndarray, name: str, same: bool) -> np.ndarray:
        kernel = w[f"{name}/kernel"][:, :, 0]
        length, height, _ = kernel.shape
        before = (length - 1) // 2 if same else 3
        after = length // 2 if same else 3
        x = np.pad(x, ((before, after), (0, 0)))
        made = np.zeros((len(x) - length + 1, x.shape[1] - height + 1, kernel.shape[2]))
        for t in range(made.shape[0]):
            for f in range(made.shape[1]):
                made[t, f] = np.tensordot(x[t : t + length, f : f + height], kernel, 2)
        return np.maximum(made + w[f"{name}/bias"], 0)

    x = normal(frames[:, :, None], 0)[:, :, 0]
    front = [normal(convolved(x, name, i > 1), i + 1).max(axis=1) for i, name in enumerate(FRONT)]
    levels = [np.concatenate(front, axis=1)]
    for i, name in enumerate(MIDDLE):
        made = normal(convolved(levels[-1], name, False)[:, 0], i + 6)
        levels.append(made + levels[-1] if i else made)
    everything = np.concatenate(levels, axis=1)
    pooled = np.stack([everything.max(axis=0), everything.mean(axis=0)], axis=1).ravel()
    dense = normal(pooled, 9) @ w["dense/kernel"] + w["dense/bias"]
    return normal(np.maximum(dense, 0), 10)


@pytest.fixture
def network(tmp_path: Path) -> Musicnn:
    return Musicnn(read_checkpoint(*write_checkpoint(tmp_path, weights())))


def test_the_network_is_the_published_one(network: Musicnn) -> None:
    frames = np.random.default_rng(1).standard_normal((24, BANDS)).astype(np.float32)
    assert network.penultimate(frames) == pytest.approx(plain(weights(), frames), abs=1e-4)


def test_patches_follow_one_another_and_silence_has_none(network: Musicnn) -> None:
    noise = 0.1 * np.random.default_rng(2).standard_normal(round(3.5 * SECONDS * RATE))
    assert network(noise, RATE).shape == (3, DIMENSIONS)
    assert network(noise, RATE, step=1.0).shape == (8, DIMENSIONS)
    assert network(0 * noise, RATE).shape == network(noise[:RATE], RATE).shape == (0, DIMENSIONS)
    assert np.array_equal(network(noise, RATE), network(noise, RATE))
    with pytest.raises(ValueError, match="step"):
        network(noise, RATE, step=0.0)
    with pytest.raises(ValueError, match="mono"):
        network(np.zeros((9, 2)), RATE)


def test_other_weights_are_refused() -> None:
    short = {**weights(), "dense/kernel": np.ones((3, DIMENSIONS))}
    for wrong in ({}, short):
        with pytest.raises(StemwrightError, match="musicnn: has other weights"):
            Musicnn(wrong)


def test_a_tone_lies_in_its_band_and_frames_are_centred() -> None:
    signal = np.sin(2 * np.pi * 1000 * np.arange((PATCH - 1) * HOP) / RATE).astype(np.float32)
    frames = log_mel(signal)
    assert frames.shape == (PATCH, BANDS) and frames.dtype == np.float32
    # Slaney's scale reaches 8 kHz at 45.2: 1 kHz, at 15, is a third of the way up.
    assert abs(int(frames[50].argmax()) - (15 / 45.2 * (BANDS + 1) - 1)) <= 1
    assert log_mel(np.zeros(RATE, np.float32)).max() == 0
    assert np.isfinite(log_mel(np.full(RATE, 1e6, np.float32))).all()
