"""The C++ part; `engine` is its face."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

max_position: int

def available_isas() -> list[str]: ...

class Model:
    def __init__(
        self, config: dict[str, Any], tensors: dict[str, np.ndarray], isa: str, threads: int
    ) -> None: ...

class State:
    def __init__(self, model: Model, batch: int) -> None: ...
    @property
    def position(self) -> int: ...
    @property
    def batch(self) -> int: ...
    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray: ...

def generate(
    model: Model,
    features: np.ndarray,
    frames: int,
    stop: int,
    prefix: np.ndarray,
    seed: int,
    layer_id: int,
    takes: Sequence[int],
    temperature: float,
    top_k: int,
    top_p: float,
    base: np.ndarray | None,
    guidance: float,
    progress: Callable[[int], object] | None,
) -> np.ndarray | None: ...
def philox4x32(counter: Sequence[int], key: Sequence[int]) -> list[int]: ...
def exp(values: np.ndarray, isa: str) -> np.ndarray: ...
def fused(a: np.ndarray, b: np.ndarray, c: np.ndarray, isa: str) -> np.ndarray: ...
def rotary(position: int, head_dim: int, base: float) -> np.ndarray: ...
def pick(
    logits: np.ndarray, temperature: float, top_k: int, top_p: float, uniforms: np.ndarray, isa: str
) -> list[int]: ...
