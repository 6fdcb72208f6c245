"""Ctrl-C within a step waits for its end, so that what is saved can be gone on from, bit by bit."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("torch")

import torch
from fitted_line import Line, LinePace, train_line

from support.killing import assert_same_bits

STEPS = 12


@pytest.fixture(autouse=True)
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where whoever runs the tests has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def pressing(monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """Ctrl-C in step 5, after one of its batches, before the optimiser's part."""
    moved = Line.moved

    def pressed(self: Line, rate: float) -> torch.Tensor:
        if self.draw == 11:
            for _ in range(times):
                signal.raise_signal(signal.SIGINT)
        return moved(self, rate)

    monkeypatch.setattr(Line, "moved", pressed)


def test_a_step_is_finished_and_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe, said = LinePace(accumulate=2, save_minutes=9.0), list[str]()
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        pressing(patch, 1)
        train_line(tmp_path / "parts", recipe, STEPS, said.append)
    assert said[-2] == "stopping at the end of this step; Ctrl-C again stops at once"
    assert said[-1].startswith("stopped at step 6; ") and said[-1].endswith("goes on from there")
    train_line(tmp_path / "parts", recipe, STEPS, said.append)
    assert "going on from step 6" in said
    train_line(tmp_path / "whole", recipe, STEPS)
    assert_same_bits(tmp_path / "whole", tmp_path / "parts")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_measurement_that_was_broken_off_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it another step's weights might be the best."""

    def stopped(at: int) -> None:
        if at == 6:
            raise KeyboardInterrupt

    recipe = LinePace(save_minutes=9.0)
    with pytest.raises(KeyboardInterrupt):
        train_line(tmp_path / "parts", recipe, STEPS, measuring=stopped)
    train_line(tmp_path / "parts", recipe, STEPS)
    train_line(tmp_path / "whole", recipe, STEPS)
    assert_same_bits(tmp_path / "whole", tmp_path / "parts")


def test_who_does_not_wait_keeps_the_last_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = LinePace(accumulate=2)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        pressing(patch, 2)
        train_line(tmp_path / "parts", recipe, STEPS)
    said: list[str] = []
    train_line(tmp_path / "parts", recipe, STEPS, said.append)
    assert said[0] == "going on from step 5"
    train_line(tmp_path / "whole", recipe, STEPS)
    assert_same_bits(tmp_path / "whole", tmp_path / "parts")


def test_other_handlers_are_left_alone(tmp_path: Path) -> None:
    heard: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: heard.append(number))
    try:
        with pytest.MonkeyPatch.context() as patch:
            pressing(patch, 1)
            train_line(tmp_path, LinePace(), STEPS)
    finally:
        signal.signal(signal.SIGINT, before)
    assert heard == [signal.SIGINT]
