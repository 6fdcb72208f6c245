"""The network in PyTorch is that of the run time, and hears nothing of what is to come."""

from __future__ import annotations

import numpy as np
import torch

from stemwright.live.beats.network import BeatNetwork
from stemwright.training.beats.examples import Heard, disturbed, example, targets
from stemwright.training.beats.export import bundle_tensors, config_of
from stemwright.training.beats.model import BeatModel
from stemwright.training.fit.averaging import copy_of


def test_both_networks_give_the_same() -> None:
    torch.manual_seed(0)
    config = config_of("tiny")
    model = BeatModel(config)
    tensors = bundle_tensors(config, copy_of(model))
    with torch.no_grad():
        for name, value in tensors.items():
            model.weight(name).copy_(torch.from_numpy(value.astype(np.float32)))
        frames = torch.rand(1, 700, 2 * config["bands"])
        wanted = torch.sigmoid(model(frames))[0].numpy()
        changed = frames.clone()
        changed[:, 400:] += 1
        assert np.array_equal(torch.sigmoid(model(changed))[0, :400].numpy(), wanted[:400])
    network = BeatNetwork(config, tensors)
    found = np.array([network.hear(frame) for frame in frames[0].numpy()])
    assert np.abs(found - wanted).max() < 1e-5
    network.reset()
    assert network.hear(frames[0, 0].numpy()) == tuple(found[0].tolist())


def test_targets_are_bells_at_beats() -> None:
    made = targets(50, np.array([10.0, 30.4]), np.array([True, False]))
    assert made[10].tolist() == [1.0, 1.0] and made[30, 0] > 0.9 and made[30, 1] == 0.0
    assert made[20].tolist() == [0.0, 0.0] and (made[7:14, 0] > 0).all()
    assert targets(5, np.array([-1.0, 4.9]), np.array([False, False])).shape == (5, 2)


def test_examples_have_their_length_and_are_drawn_by_their_numbers() -> None:
    rng = np.random.default_rng(0)
    levels = rng.uniform(0, 1, (300, 50)).astype(np.float16)
    heard = Heard(levels, np.arange(10.0, 290, 40), np.arange(7) % 4 == 0)
    for length in (200, 300, 500):
        frames, goal = example(heard, length, 2, np.random.default_rng(3))
        again, _ = example(heard, length, 2, np.random.default_rng(3))
        assert frames.shape == (length, 100) and goal.shape == (length, 2)
        assert np.array_equal(frames, again) and np.isfinite(frames).all() and goal[:, 0].max() > 0.8
    silent = np.zeros((40, 50), np.float32)
    assert disturbed(silent, np.random.default_rng(1)).min() >= 0.0


def test_other_instruments_keep_the_beats_where_they_are() -> None:
    levels = np.zeros((100, 50), np.float32)
    levels[::10, 10:40] = 3.0
    for seed in range(20):
        made = disturbed(levels, np.random.default_rng(seed)).sum(axis=1)
        assert set(np.argsort(made)[-10:].tolist()) == set(range(0, 100, 10))
