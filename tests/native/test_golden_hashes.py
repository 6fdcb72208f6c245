"""Golden hashes of logits and tokens: one a kind of cache, whatever computes them, in whatever portions.

Equal on every machine. A change here changes what users' songs become: see docs/engine.md.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from test_engine import FEATURES, FRAMES, ISAS, LOGITS_SHA256, STEPS, TOKENS_SHA256, generate
from test_state import KEEP, TOKENS, make, step

from stemwright.native.engine import Engine, Retention, State

Case = tuple[str, Retention | None]
CASES: dict[str, Case] = {
    "float32": ("float32", None),
    "int8": ("int8", None),
    "float32, kept": ("float32", KEEP),
    "int8, kept": ("int8", KEEP),
}
LOGITS = {
    "float32": LOGITS_SHA256,
    "int8": "227a0c4a68c4e9546aea710e902152adc2a7c9691ae8bb4c0623cdbc94796250",
    "float32, kept": "b07ce88face3cdbdee03edc9846901af11cdbbdb81f816f55d50ea7b9525c95a",
    "int8, kept": "fb4fffd03627bca77010a2ed2361945b084c5661d266eca13b2a0f4eb437c00c",
}
CODES = {
    "float32": TOKENS_SHA256,
    "int8": "eeeab8ea251f50b802fa2bbbcf3d70bb8f9481aa18e2ce91318c5daef89b2313",
    "int8, kept": "c1c438493169ed8ab4176f55d88e0ed82755352fce6fe8c368bcc653c786ff1a",
}


def sha(array: np.ndarray) -> str:
    little = array.astype(array.dtype.newbyteorder("<"))
    return hashlib.sha256(little.tobytes()).hexdigest()


def engine_and_state(case: str, isa: str, threads: int, batch: int) -> tuple[Engine, State]:
    cache, keep = CASES[case]
    engine = make(cache, isa, threads)
    return engine, engine.state(batch, keep)


def in_steps(engine: Engine, state: State) -> np.ndarray:
    made = step(state, 0, STEPS)
    return made if state.batch == 1 else made[-1]


def in_one_call(engine: Engine, state: State) -> np.ndarray:
    return in_chunks(engine, state, STEPS)


def in_chunks(engine: Engine, state: State, size: int = 7) -> np.ndarray:
    parts = []
    for first in range(0, STEPS, size):
        part = slice(first, min(first + size, STEPS))
        codes, rows = (np.repeat(x[None, part], state.batch, 0) for x in (TOKENS, FEATURES))
        made = state.prefill(codes, rows, logits=True)
        assert made is not None
        parts.append(made[-1])
    return np.concatenate(parts)


def from_a_snapshot(engine: Engine, state: State) -> np.ndarray:
    before = step(state, 0, 30)
    read = engine.restore(state.save()).fork([state.batch - 1])
    return np.concatenate([before if state.batch == 1 else before[-1], step(read, 30, STEPS)])


@pytest.mark.parametrize("way", [in_steps, in_one_call, in_chunks, from_a_snapshot])
@pytest.mark.parametrize("batch", [1, 2, 4, 8])
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("case", CASES)
def test_logits(case: str, isa: str, threads: int, batch: int, way) -> None:  # type: ignore[no-untyped-def]
    assert sha(way(*engine_and_state(case, isa, threads, batch))) == LOGITS[case]


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("case", CODES)
def test_tokens(case: str, isa: str, threads: int) -> None:
    cache, keep = CASES[case]
    whole = generate(make(cache, isa, threads), keep=keep)
    assert whole.shape[-1] == FRAMES
    assert sha(whole[0]) == CODES[case]
