"""What is not one step: takes, whole layers side by side, prefill, grouped queries, a busy neighbour."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from stemwright.bench import material
from stemwright.bench.cases import CACHES, Effort, Shape, rtf
from stemwright.bench.contest import Row, start
from stemwright.bench.entrants import ENGINE, ENTRANTS
from stemwright.bench.process import Process
from stemwright.bench.sizes import multiply_adds
from stemwright.native.engine import Engine, Sampling, State
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import FRAME_RATE
from stemwright.work.threads import side_by_side

CACHE = CACHES[0]
STEPS = 24
FRAMES = 2 * FRAME_RATE
"""Of each layer where several are made at once."""
WORKERS = 2
THREADS_TURN = 0.4
"""Seconds: long enough for the engine to notice whether a core is busy."""


def takes(shape: Shape, folder: Path, effort: Effort) -> Row:
    """Four takes of a layer from one prefix, whose cache they share, against one."""
    engine = _engine(shape, folder, window=2 * CACHE)
    begun = _filled(engine, CACHE)
    runs = {rows: partial(lambda rows: _decode(engine, begun.fork([0] * rows)), rows) for rows in (1, 4)}
    taken = _interleaved(runs, effort)
    ratio = _paired(taken, 4, 1)
    details = {"one_ms": median(taken[1]), "four_ms": median(taken[4])}
    title = "four takes from one prefix, in time of one take"
    return _row("takes", shape.preset, title, ratio, "x", 1, details)


def prefill(shape: Shape, folder: Path, effort: Effort) -> Row:
    """Steps a second of a prefix of the cache's length against those of decoding in the middle of it."""
    engine = _engine(shape, folder, window=CACHE)
    half = _filled(engine, CACHE // 2)
    tokens, features = material.inputs(engine.config, 1, CACHE)

    def fill() -> float:
        state = engine.state()
        begun = time.perf_counter()
        state.prefill(tokens, features)
        return (time.perf_counter() - begun) * 1e3 / CACHE

    taken = _interleaved({"prefill": fill, "decode": lambda: _decode(engine, half.fork())}, effort)
    each = median(taken["prefill"])
    work = multiply_adds({**engine.config, "window": CACHE // 2}, 1)
    c = engine.config
    work -= c["codebooks"] * c["codebook_size"] * c["d_model"]  # nobody wants a prefix's logits
    details = {
        "prefill_ms": each,
        "decode_ms": median(taken["decode"]),
        "prefill_rtf": rtf(each),
        "multiply_adds_g": work / each / 1e6,
    }
    ratio = _paired(taken, "decode", "prefill")
    title = f"prefill of {CACHE} steps, in rates of decoding"
    return _row("prefill", shape.preset, title, ratio, "x", 1, details)


def grouped_queries(shape: Shape, folder: Path, effort: Effort) -> Row:
    """One key-value head per head against heads that share them, with the longest cache."""
    window = CACHES[-1]
    own = Shape(shape.preset, shape.layers, {**shape.config, "kv_heads": shape.config["heads"]})
    material.write(folder / "own", own.architecture(window))
    runs = {}
    for name, which, where in (("shared", shape, folder), ("own", own, folder / "own")):
        engine = _engine(which, where, window=window)
        runs[name] = partial(_decode, engine, _filled(engine, window))
    taken = _interleaved(runs, effort)
    details = {
        "shared_ms": median(taken["shared"]),
        "own_ms": median(taken["own"]),
        "kv_heads": shape.config["kv_heads"],
        "heads": shape.config["heads"],
        "cache": window,
    }
    ratio = _paired(taken, "own", "shared")
    title = "one KV head per head, in time of grouped queries"
    return _row("gqa", shape.preset, title, ratio, "x", 1, details)


def layers(preset: str, shapes: Mapping[str, Shape], folders: Mapping[str, Path], effort: Effort) -> Row:
    """All layers of a song on two cores, as the producer schedules them: two workers take the layers in their
    order, and each engine may use both cores. From full caches on, with sampling; until the last is done."""
    engines = {name: _engine(shapes[name], folders[name], CACHE, WORKERS) for name in LAYERS}
    begun = {name: _prefixed(engine) for name, engine in engines.items()}
    alone: dict[str, list[float]] = {name: [] for name in LAYERS}

    def make(name: str) -> None:
        start = time.perf_counter()
        _continue(engines[name], *begun[name])
        alone[name].append(time.perf_counter() - start)

    def together() -> float:
        start = time.perf_counter()
        side_by_side(LAYERS, lambda name, _: make(name), "layer", WORKERS)
        return time.perf_counter() - start

    together()
    for times in alone.values():
        times.clear()
    taken = [together() for _ in range(effort.rounds)]
    seconds = FRAMES / FRAME_RATE
    details = {f"{name}_rtf": median(times) / seconds for name, times in alone.items()}
    value = median(taken) / seconds
    title = f"all four {preset} layers of a song on two cores"
    return _row("layers", preset, title, value, "RTF", WORKERS, details)


def two_threads(shape: Shape, folder: Path, effort: Effort) -> Row:
    """One thread against two, with the machine to itself."""
    taken = _one_and_two_threads(folder, effort, [])
    details = {"one_ms": median(taken[1]), "two_ms": median(taken[2])}
    return _row("threads", shape.preset, "one thread, in time of two", _paired(taken, 1, 2), "x", 2, details)


def neighbour(shape: Shape, folder: Path, effort: Effort) -> Row:
    """Two threads beside a program that keeps a core busy, against one thread beside it."""
    taken = _one_and_two_threads(folder, effort, [("the busy neighbour", "stemwright.bench.neighbour")])
    details = {"one_ms": median(taken[1]), "two_ms": median(taken[2])}
    title = "two threads beside a busy program, in time of one thread beside it"
    return _row("neighbour", shape.preset, title, _paired(taken, 2, 1), "x", 2, details)


def _one_and_two_threads(
    folder: Path, effort: Effort, others: Sequence[tuple[str, str]]
) -> dict[int, list[float]]:
    """Means of a step's milliseconds by number of threads, while other programs (name, module) run."""
    entrant = next(entrant for entrant in ENTRANTS if entrant.name == ENGINE)
    with ExitStack() as stack:
        ways = {threads: stack.enter_context(start(entrant, folder)) for threads in (1, 2)}
        for threads, process in ways.items():
            process.ask("open", variant=0, batch=1, threads=threads, cache=CACHE, most=CACHE)
            process.ask("fill")
        for name, module in others:
            stack.enter_context(Process(name, module))

        def turn(process: Process) -> float:
            return float(process.ask("turn", seconds=THREADS_TURN)["mean_ms"])

        return _interleaved({threads: partial(turn, process) for threads, process in ways.items()}, effort)


def _row(
    name: str, preset: str, title: str, value: float, unit: str, threads: int, details: Mapping[str, Any]
) -> Row:
    made = {"kind": "special", "name": name, "preset": preset, "title": title, "value": value, "unit": unit}
    return {**made, "threads": threads, "cache": CACHE, "details": dict(details)}


def _engine(shape: Shape, folder: Path, window: int, threads: int = 1) -> Engine:
    _, tensors = material.read(folder)
    return Engine(shape.architecture(window, "int8"), tensors, threads=threads)


def _filled(engine: Engine, position: int) -> State:
    """A state of one row after so many steps."""
    state = engine.state()
    state.prefill(*material.inputs(engine.config, 1, position))
    return state


def _decode(engine: Engine, state: State) -> float:
    """The median of a step's milliseconds; the first two are not counted."""
    tokens, features = material.inputs(engine.config, state.batch, STEPS)
    taken = []
    for i in range(STEPS):
        begun = time.perf_counter()
        state.step(tokens[:, i], features[:, i])
        taken.append(time.perf_counter() - begun)
    return median(taken[2:]) * 1e3


def _prefixed(engine: Engine) -> tuple[np.ndarray, np.ndarray, State]:
    """Features of a layer, the codes of its beginning, and the state after them."""
    tokens, features = material.inputs(engine.config, 1, CACHE + FRAMES + engine.config["codebooks"] - 1)
    codes = np.ascontiguousarray(tokens[0, :CACHE].T, dtype=np.uint16)
    return features[0], codes, engine.context(features[0], codes)


def _continue(engine: Engine, features: np.ndarray, codes: np.ndarray, state: State) -> None:
    engine.generate(
        features, CACHE + FRAMES, seed=1, layer_id=1, sampling=Sampling(), prefix=codes, state=state
    )


def _interleaved(runs: Mapping[Any, Callable[[], float]], effort: Effort) -> dict[Any, list[float]]:
    """What each run gives, in turn, round by round; a first round is not counted."""
    taken: dict[Any, list[float]] = {name: [] for name in runs}
    for turn in range(-1, effort.rounds):
        for name, run in runs.items():
            value = run()
            if turn >= 0:
                taken[name].append(value)
    return taken


def _paired(taken: Mapping[Any, Sequence[float]], over: Any, under: Any) -> float:
    """The median over the rounds of one's time over the other's."""
    return median(_ratios(taken[over], taken[under]))


def _ratios(over: Iterable[float], under: Iterable[float]) -> list[float]:
    return [a / b for a, b in zip(over, under, strict=True)]
