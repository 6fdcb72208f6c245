"""The tone codec's loss: what it hears where notes begin."""

from __future__ import annotations

import pytest
import torch

from stemwright.training.tone.losses import ToneLoss

SIZES = (512, 1024)


def attack(output: object, target: object, at: int) -> float:
    strokes = torch.zeros(1, 24_000)
    strokes[0, at] = 1.0
    _, terms = ToneLoss()(output, target, ["drums"], SIZES, strokes)
    return float(terms["attack"])


def test_a_lost_attack_is_heard_where_the_note_begins_alone() -> None:
    generator = torch.Generator().manual_seed(0)
    held = 0.01 * torch.randn(1, 1, 24_000, generator=generator)
    target = held.clone()
    target[..., 9_600:10_080] += 0.3 * torch.randn(1, 1, 480, generator=generator)
    assert attack(target, target, 9_600) == pytest.approx(0.0, abs=1e-6)
    lost = attack(held, target, 9_600)
    assert lost > 1.0
    assert attack(held, target, 19_200) == pytest.approx(0.0, abs=1e-6)
    softer = attack(held + 0.5 * (target - held), target, 9_600)
    assert 0.2 < softer < 0.8 * lost
    _, terms = ToneLoss()(held, target, ["drums"], (4096, 8192), torch.zeros(1, 24_000))
    assert float(terms["attack"]) == 0.0


def test_a_stroke_that_is_half_as_loud_is_a_log_of_two_away() -> None:
    generator = torch.Generator().manual_seed(1)
    target = 0.1 * torch.randn(1, 1, 24_000, generator=generator)
    output = target.clone()
    output[..., 9_600:14_400] *= 0.5
    strokes = torch.zeros(1, 24_000)
    strokes[0, [9_600, 20_000]] = 1.0  # the second one is cut by the end
    _, terms = ToneLoss()(output, target, ["lead"], SIZES, strokes)
    assert float(terms["stroke"]) == pytest.approx(0.693, abs=0.01)
    assert float(ToneLoss()(target, target, ["lead"], SIZES, strokes)[1]["stroke"]) == 0.0
    assert float(ToneLoss()(output, target, ["lead"], SIZES, 0 * strokes)[1]["stroke"]) == 0.0
