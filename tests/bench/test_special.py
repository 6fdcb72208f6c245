"""What is measured beside steps, with a shape that is small enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.bench import special
from stemwright.bench.cases import Effort, Shape
from stemwright.song.layers import LAYERS

BLINK = Effort(rounds=2, turn_seconds=0.002, trial_seconds=0.001)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(special, "CACHE", 100)
    monkeypatch.setattr(special, "CACHES", (100, 160))
    monkeypatch.setattr(special, "FRAMES", 15)
    monkeypatch.setattr(special, "THREADS_TURN", 0.02)


def test_takes(shape: Shape, folder: Path) -> None:
    row = special.takes(shape, folder, BLINK)
    assert row["name"] == "takes" and row["preset"] == "base" and row["kind"] == "special"
    assert row["details"]["one_ms"] > 0 and row["value"] > 0


def test_prefill(shape: Shape, folder: Path) -> None:
    row = special.prefill(shape, folder, BLINK)
    details = row["details"]
    assert details["prefill_rtf"] == pytest.approx(details["prefill_ms"] * 0.075)
    assert row["value"] > 0 and details["decode_ms"] > 0
    assert details["multiply_adds_g"] > 0


def test_grouped_queries(shape: Shape, folder: Path) -> None:
    row = special.grouped_queries(shape, folder, BLINK)
    assert (row["details"]["kv_heads"], row["details"]["heads"]) == (2, 4)
    assert row["details"]["cache"] == 160 and row["value"] > 0


def test_layers_side_by_side(shape: Shape, folder: Path) -> None:
    shapes, folders = dict.fromkeys(LAYERS, shape), dict.fromkeys(LAYERS, folder)
    row = special.layers("small", shapes, folders, BLINK)
    assert row["preset"] == "small" and row["unit"] == "RTF" and row["threads"] == 2
    alone = [row["details"][f"{layer}_rtf"] for layer in LAYERS]
    assert row["value"] > 0 and min(alone) > 0


def test_two_threads(shape: Shape, folder: Path) -> None:
    row = special.two_threads(shape, folder, BLINK)
    assert row["name"] == "threads" and row["value"] > 0 and row["details"]["one_ms"] > 0


def test_a_busy_neighbour(shape: Shape, folder: Path) -> None:
    row = special.neighbour(shape, folder, BLINK)
    assert row["value"] > 0 and row["details"]["two_ms"] > 0
