"""What training takes of memory: new tensors stay as they come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("torch")

import torch
from blocks_to_train import flow_step, performer_step

from stemwright.training.fit.torch_settings import settle


@pytest.fixture
def settled() -> Iterator[None]:
    """Torch as a training has it, and afterwards as it was."""
    before = torch.are_deterministic_algorithms_enabled()
    warned = torch.is_deterministic_algorithms_warn_only_enabled()
    filled, threads = torch.utils.deterministic.fill_uninitialized_memory, torch.get_num_threads()
    settle(1)
    yield
    torch.use_deterministic_algorithms(before, warn_only=warned)
    torch.utils.deterministic.fill_uninitialized_memory = filled
    torch.set_num_threads(threads)


@pytest.mark.parametrize("step", [flow_step, performer_step])
def test_nothing_reads_what_it_has_not_written(settled: None, step: object) -> None:
    """With new tensors full of NaN the weights are the same, bit by bit: so they may stay as they come."""
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.utils.deterministic.fill_uninitialized_memory
    plain = step(steps=2)  # type: ignore[operator]
    torch.utils.deterministic.fill_uninitialized_memory = True
    filled = step(steps=2)  # type: ignore[operator]
    for name, value in plain.model.state_dict().items():
        assert torch.isfinite(value).all() and torch.equal(value, filled.model.state_dict()[name]), name
