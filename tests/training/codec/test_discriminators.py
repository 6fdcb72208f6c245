"""Discriminators tell sounds apart, and what they wish leads towards the target."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch

from stemwright.training.codec.discriminators import PERIODS, WINDOWS, Discriminators, judged, levelled


def test_every_pair_has_its_turn() -> None:
    judges = Discriminators()
    pairs = {judges.pair(step) for step in range(len(PERIODS) * len(WINDOWS))}
    assert len(pairs) == len(PERIODS) * len(WINDOWS)


def test_they_learn_to_tell_noise_from_a_tone() -> None:
    torch.manual_seed(0)
    judges = Discriminators()
    optimiser = torch.optim.Adam(judges.parameters(), 3e-3)
    tone = 0.1 * torch.sin(torch.arange(2400) * 0.1)[None].repeat(2, 1)
    asked = (*judges.periods, *judges.spectra)
    for _ in range(15):
        own, _, _ = judged(asked, tone, 0.1 * torch.randn(2, 2400))
        optimiser.zero_grad()
        own.backward()
        optimiser.step()
    with torch.no_grad():
        for judge in asked:
            assert float(judge(tone)[0].mean()) > float(judge(0.1 * torch.randn(2, 2400))[0].mean()) + 0.2


def test_features_of_the_same_sound_are_equal_and_lead_to_it() -> None:
    torch.manual_seed(0)
    judges = Discriminators()
    target = 0.1 * torch.randn(2, 2400)
    _, _, same = judged(judges.pair(0), target, target)
    assert float(same) == 0.0
    output = (target + 0.05 * torch.randn(2, 2400)).requires_grad_()
    _, _, apart = judged(judges.pair(0), target, output)
    (gradient,) = torch.autograd.grad(apart, output)
    _, _, nearer = judged(judges.pair(0), target, output - 0.01 * gradient / gradient.norm())
    assert float(nearer) < float(apart)


def test_quiet_sounds_are_brought_up_alike() -> None:
    target = torch.stack((0.01 * torch.ones(100), torch.zeros(100)))
    levels = [
        float(x.abs().max()) for pair in zip(*levelled(target, 0.5 * target), strict=True) for x in pair
    ]
    assert levels == pytest.approx([0.1, 0.05, 0.0, 0.0])
