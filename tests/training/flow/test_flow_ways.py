"""What the network is shown and asked for: blocks that see no future, leaps that are two shorter ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor

from stemwright.flow.space import LatentSpace
from stemwright.training.flow.config import flow_config
from stemwright.training.flow.crops import FlowBatch
from stemwright.training.flow.model import Conditions
from stemwright.training.flow.trainer import LEAPS, FlowRecipe, FlowTrainer
from stemwright.training.flow.ways import Ways, block_sight, ways

CONFIG = replace(flow_config("tiny", 2), features=4)
ROWS, STEPS = 3, 24
CPU = torch.device("cpu")


def batch() -> FlowBatch:
    draw = np.random.default_rng(2)
    counted = np.ones((ROWS, STEPS), np.bool_)
    counted[1, 20:] = False
    known = np.zeros_like(counted)
    known[0, :7] = True
    return FlowBatch(
        draw.standard_normal((ROWS, STEPS, CONFIG.step)).astype("f4"),
        draw.random((ROWS, STEPS, 3 * CONFIG.features)).astype("f4"),
        np.array([0, 1, 3]),
        draw.random((ROWS, CONFIG.style)).astype("f4"),
        known,
        counted,
    )


def drawn(block: int, rough: float = 0.1) -> Ways:
    return ways(batch(), rough, block, CPU, torch.Generator().manual_seed(4))


def test_blocks_see_themselves_and_what_is_finished_before_them() -> None:
    sight = block_sight(6, 2, CPU)
    finished, on_its_way = sight[:6], sight[6:]
    assert not finished[:, 6:].any()
    assert finished[:, :6].int().tolist() == [
        [int(other // 2 <= one // 2) for other in range(6)] for one in range(6)
    ]
    assert on_its_way[:, :6].int().tolist() == [
        [int(other // 2 < one // 2) for other in range(6)] for one in range(6)
    ]
    assert on_its_way[:, 6:].int().tolist() == [
        [int(other // 2 == one // 2) for other in range(6)] for one in range(6)
    ]


def test_what_is_known_stands_at_the_end_and_does_not_count() -> None:
    found, seen = drawn(0), []

    def network(
        x: Tensor, time: Tensor, span: Tensor, given: Conditions, places: Tensor, sight: None
    ) -> Tensor:
        seen.append((x, time))
        return torch.zeros_like(x)

    time = torch.full((ROWS, STEPS), 0.25)
    found.velocities(network, found.at(time), time, torch.zeros_like(time))  # type: ignore[arg-type]
    (x, times), known = seen[0], torch.from_numpy(batch().known)
    assert (times[known] == 1).all() and (times[~known] == 0.25).all()
    assert 0.05 < float((x - found.sound)[known].std()) < 0.15
    torch.testing.assert_close(x[~known], (0.75 * found.noise + 0.25 * found.sound)[~known])
    assert not (found.counted & known).any() and found.counted.sum() == ROWS * STEPS - 4 - 7


def test_blocks_stand_twice_and_nothing_of_them_is_known() -> None:
    found, seen = drawn(4), []

    def network(
        x: Tensor, time: Tensor, span: Tensor, given: Conditions, places: Tensor, sight: Tensor
    ) -> Tensor:
        seen.append((x, time, places, given.told))
        return x

    half = STEPS // 2
    time = torch.full((ROWS, half), 0.5)
    made = found.velocities(network, found.at(time), time, torch.zeros_like(time))
    x, times, places, told = seen[0]
    assert made.shape == found.sound.shape == (ROWS, half, CONFIG.step)
    assert (times[:, :half] == 1).all() and (times[:, half:] == 0.5).all()
    assert places.tolist() == [*range(half), *range(half)]
    torch.testing.assert_close(told[:, :half], told[:, half:])
    torch.testing.assert_close(x[:, :half], found.finished)
    torch.testing.assert_close(made, found.at(time))
    assert not found.known.any()


class Recording:
    """A network whose velocity is its span, or -1 for that of the moment, and -3 where there is no score."""

    def __init__(self) -> None:
        self.spans: list[float] = []

    def __call__(self, x: Tensor, time: Tensor, span: Tensor, given: Conditions, *rest: object) -> Tensor:
        assert (span == span[0, 0]).all()
        self.spans.append(float(span[0, 0]))
        moment = -3.0 if not given.told[0].any() else -1.0
        return torch.full_like(x, float(span[0, 0]) or moment)


@pytest.mark.parametrize("seed", range(12))
def test_a_leap_is_two_shorter_ones_and_the_shortest_are_guided(seed: int) -> None:
    space = LatentSpace(np.zeros(2, "f4"), np.ones(2, "f4"), np.zeros((1, 4, 2), "f4"))
    trainer = FlowTrainer(CONFIG, space, FlowRecipe(guidance=1.5, compile=False), CPU, 0, {})
    trainer.scoreless = torch.zeros_like(trainer.scoreless)
    asked, averaged = Recording(), Recording()
    trainer.network, trainer.averages = asked, averaged  # type: ignore[assignment]
    error = trainer._leap(drawn(0), torch.Generator().manual_seed(seed))
    (span,) = asked.spans
    assert span in [2.0**-n for n in range(LEAPS)]
    if span / 2 > 2.0**-LEAPS:
        assert averaged.spans == [span / 2] * 2
        target = span / 2
    else:
        assert averaged.spans == [0.0] * 4
        target = -3 + 1.5 * (-1 + 3)
    torch.testing.assert_close(error, torch.full_like(error, (span - target) ** 2))


def test_all_ways_of_training_move_the_weights() -> None:
    space = LatentSpace(np.zeros(2, "f4"), np.ones(2, "f4"), np.zeros((1, 4, 2), "f4"))
    trainer = FlowTrainer(
        CONFIG, space, FlowRecipe(blocks=0.5, leaps=0.4, warmup_steps=1, compile=False), CPU, 0, {}
    )
    names = set()
    for trainer.draw in range(12):
        (name,) = trainer.step(batch(), 1e-3, 0.0)
        names.add(name)
    assert names == {"velocity", "blocks", "leap"}
    weights = trainer.model.state_dict()
    assert all(weights[name].any() for name in ("far.weight", "style.weight", "colour"))


def test_held_out_times_weigh_as_they_are_drawn() -> None:
    even = FlowRecipe(lean=0.0).weights()
    assert (
        sum(even) == pytest.approx(1)
        and even[2] == pytest.approx(even[3])
        and even[0] == pytest.approx(even[5])
    )
    early = FlowRecipe().weights()
    assert early[1] > early[2] > early[3] > early[4] > early[5]
    assert FlowRecipe(blocks=0.3).total([1.0] * 6 + [2.0]) == pytest.approx(1.3)


def test_the_averages_move_with_training() -> None:
    space = LatentSpace(np.zeros(2, "f4"), np.ones(2, "f4"), np.zeros((1, 4, 2), "f4"))
    trainer = FlowTrainer(CONFIG, space, FlowRecipe(warmup_steps=1, compile=False), CPU, 0, {})
    for trainer.draw in range(3):
        trainer.step(batch(), 1e-3, 0.0)
    network = trainer.averages
    assert isinstance(network, torch.nn.Module)
    for name, parameter in network.named_parameters():
        assert torch.equal(parameter, trainer.average[name]) and not parameter.requires_grad
    assert any(not torch.equal(trainer.average[name], p) for name, p in trainer.model.named_parameters())
