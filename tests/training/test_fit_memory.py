"""What training takes of memory: new tensors stay as they come, blocks may make their inner values again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

pytest.importorskip("torch")

import torch
from blocks_to_train import flow_batch, flow_step, performer_batch, performer_step
from torch import Tensor

from stemwright.training.fit.torch_settings import settle
from stemwright.training.fit.training_state import Fit


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
def test_nothing_reads_what_it_has_not_written(settled: None, step: Callable[..., Fit]) -> None:
    """With new tensors full of NaN the weights are the same, bit by bit: so they may stay as they come."""
    assert torch.are_deterministic_algorithms_enabled()
    assert not torch.utils.deterministic.fill_uninitialized_memory
    plain = step(steps=2)
    torch.utils.deterministic.fill_uninitialized_memory = True
    filled = step(steps=2)
    for name, value in plain.model.state_dict().items():
        assert torch.isfinite(value).all() and torch.equal(value, filled.model.state_dict()[name]), name


def gradients(monkeypatch: pytest.MonkeyPatch, trainer: Fit, batch: object) -> tuple[dict[str, Tensor], int]:
    """The gradients of a batch by name, and how many bytes were kept for the way back."""
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        kept[tensor.data_ptr()] = tensor.nbytes
        return tensor

    monkeypatch.setattr(trainer, "moved", lambda rate: None)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        trainer.step(batch, 1e-3, 0.0)  # type: ignore[attr-defined]
    return {name: weight.grad for name, weight in trainer.model.named_parameters()}, sum(kept.values())


@pytest.mark.parametrize(
    ("step", "batch"), [(flow_step, flow_batch(9, 3, 200)), (performer_step, performer_batch(9, 8, 32))]
)
def test_checkpointed_blocks_give_the_same_gradients(
    settled: None, monkeypatch: pytest.MonkeyPatch, step: Callable[..., Fit], batch: object
) -> None:
    """After some steps, as a new flow's blocks add nothing; and for much less memory."""
    plain, size = gradients(monkeypatch, step(steps=3), batch)
    again, less = gradients(monkeypatch, step(steps=3, gradient_checkpointing=True), batch)
    assert less < 0.5 * size
    for name, gradient in plain.items():
        assert gradient.abs().max() > 0
        torch.testing.assert_close(again[name], gradient, rtol=1e-5, atol=1e-6)


def test_a_checkpointed_performer_learns_the_same(settled: None) -> None:
    """Its weights have the same names, so that a run may go on with it or without it."""
    plain, again = performer_step(steps=2), performer_step(steps=2, gradient_checkpointing=True)
    for name, value in plain.model.state_dict().items():
        torch.testing.assert_close(again.model.state_dict()[name], value, rtol=1e-5, atol=1e-6)
