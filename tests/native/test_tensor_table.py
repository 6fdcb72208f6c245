"""The table of sizes and tensors in `models.architecture` and the engine's C++ part say the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import made_up
import numpy as np
import pytest

from stemwright.models.architecture import REAL, STEP, STEPPED, WHOLE, performer_tensors, wrong_size
from stemwright.native import _engine
from stemwright.native.engine import Engine

SMALLEST: dict[str, Any] = {
    **{name: low for name, (low, _) in WHOLE.items()}, "rope_base": 10000.0, "norm_eps": 1e-5,
    "kv_cache": "float32",
}  # fmt: skip


class Asked(Mapping[str, np.ndarray]):
    """Tensors that remember which of them were asked for, and how often."""

    def __init__(self, tensors: Mapping[str, np.ndarray]) -> None:
        self.tensors, self.names = tensors, list[str]()

    def __getitem__(self, name: str) -> np.ndarray:
        self.names.append(name)
        return self.tensors[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tensors)

    def __len__(self) -> int:
        return len(self.tensors)


class Reached(Exception):
    """The engine found the sizes good, and asked for the first tensor."""


def taken(config: Mapping[str, Any]) -> bool:
    """Whether the C++ part, which no check in Python stands before here, takes these sizes."""

    def fetch(name: str) -> np.ndarray:
        raise Reached

    try:
        _engine.Model(dict(config), fetch, "generic", 1)
    except Reached:
        return True
    except ValueError as error:
        assert str(error).startswith("config: ")
        return False
    raise AssertionError("a model was made of nothing")


def test_the_engine_reads_each_tensor_of_the_table_once() -> None:
    asked = Asked(made_up.tensors(made_up.CONFIG))
    Engine(made_up.CONFIG, asked)
    assert sorted(asked.names) == sorted(performer_tensors(made_up.CONFIG))


EDGES = [
    *[(name, low + by) for name, (low, _) in WHOLE.items() for by in (-1, 0, 1, STEP)],
    *[(name, high + by) for name, (_, high) in WHOLE.items() for by in (-STEP, -1, 0, 1, STEP)],
    *[(name, edge * by) for name, edges in REAL.items() for edge in edges for by in (0.5, 1.0, 2.0)],
    *[(name, value) for name in REAL for value in (float("nan"), float("inf"), -1.0, 0.0)],
]


@pytest.mark.parametrize("name, value", [edge for edge in EDGES if edge[0] != "lookahead"])
def test_bounds_are_the_same(name: str, value: float) -> None:
    config = {**SMALLEST, name: value}
    assert taken(config) == (wrong_size(config) is None)


@pytest.mark.parametrize("name", [name for name in WHOLE if name != "lookahead"])
def test_both_ends_are_within(name: str) -> None:
    for value in WHOLE[name]:
        good = {**SMALLEST, name: value, **({"heads": value} if name == "kv_heads" else {})}
        assert wrong_size(good) is None and taken(good)
        assert name not in STEPPED or value % STEP == 0


@pytest.mark.parametrize("heads, kv_heads", [(6, 4), (6, 3), (6, 6), (3, 6), (128, 64)])
def test_heads_that_share_keys(heads: int, kv_heads: int) -> None:
    config = {**SMALLEST, "heads": heads, "kv_heads": kv_heads}
    assert taken(config) == (wrong_size(config) is None) == (heads % kv_heads == 0)
