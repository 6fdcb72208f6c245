"""The C++ part; `engine` is its face."""

from collections.abc import Callable
from typing import Any

import numpy as np

max_position: int

class NotFinite(ArithmeticError): ...
class NoThreads(RuntimeError): ...

def available_isas() -> list[str]: ...

class Model:
    def __init__(
        self, config: dict[str, Any], fetch: Callable[[str], np.ndarray], isa: str, threads: int
    ) -> None: ...
    def adapted(self, rank: int, strength: float, fetch: Callable[[str], np.ndarray]) -> Model: ...

class State:
    def __init__(self, model: Model, batch: int, recent: int, spans: list[tuple[int, int]]) -> None: ...
    @property
    def position(self) -> int: ...
    @property
    def batch(self) -> int: ...
    @property
    def cache_bytes(self) -> int: ...
    def prefill(self, tokens: np.ndarray, features: np.ndarray, logits: bool) -> np.ndarray | None: ...
    def fork(self, rows: list[int]) -> State: ...
    def truncate(self, position: int) -> None: ...
    def save(self) -> bytes: ...
    @staticmethod
    def restore(model: Model, data: bytes) -> State: ...

def generate(
    context: State,
    features: np.ndarray,
    frames: int,
    stop: int,
    prefix: np.ndarray,
    seed: int,
    layer_id: int,
    takes: list[int],
    temperature: float,
    top_k: int,
    top_p: float,
    base: np.ndarray | None,
    guidance: float,
    guided_codebooks: int,
    progress: Callable[[int], object] | None,
) -> np.ndarray | None: ...

class Endless:
    def __init__(
        self,
        context: State,
        seed: int,
        layer_id: int,
        take: int,
        temperature: float,
        top_k: int,
        top_p: float,
        guided: bool,
        guidance: float,
        guided_codebooks: int,
    ) -> None: ...
    @property
    def steps(self) -> int: ...
    def advance(self, features: np.ndarray, base: np.ndarray | None) -> np.ndarray: ...

def oscillators(
    onsets: np.ndarray,
    firsts: np.ndarray,
    partials: np.ndarray,
    frames: np.ndarray,
    frequencies: np.ndarray,
    amplitudes: np.ndarray,
    bends: np.ndarray,
    channels: int,
    samples: int,
    start: int,
    hop: int,
    gate: float,
    isa: str,
) -> np.ndarray: ...
def biquads(sections: np.ndarray, signal: np.ndarray, state: np.ndarray) -> tuple[np.ndarray, np.ndarray]: ...
def governor(trial: int, all: list[float], alone: list[float]) -> list[bool]: ...
def philox4x32(counter: list[int], key: list[int]) -> list[int]: ...
def exp(values: np.ndarray, isa: str) -> np.ndarray: ...
def fused(a: np.ndarray, b: np.ndarray, c: np.ndarray, isa: str) -> np.ndarray: ...
def rotary(position: int, head_dim: int, base: float) -> np.ndarray: ...
def pick(
    logits: np.ndarray, temperature: float, top_k: int, top_p: float, uniforms: np.ndarray, isa: str
) -> list[int]: ...
def matmul_int8(
    weights: np.ndarray, scales: np.ndarray, rows: np.ndarray, onto: np.ndarray | None, isa: str
) -> np.ndarray: ...
def quantise(values: np.ndarray, isa: str) -> tuple[np.ndarray, float]: ...
def attend_float(query: np.ndarray, keys: np.ndarray, values: np.ndarray, isa: str) -> np.ndarray: ...
def attend_int8(
    query: np.ndarray,
    keys: np.ndarray,
    key_scales: np.ndarray,
    values: np.ndarray,
    value_scales: np.ndarray,
    isa: str,
) -> np.ndarray: ...

class Reader:
    def __init__(self, bytes: int, threads: int) -> None: ...
    def rate(self, passes: int, four: bool) -> float: ...

def fma_rate(isa: str) -> float: ...
def kernel_rate(isa: str, rows: int) -> float: ...
