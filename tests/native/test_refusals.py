"""What the engine refuses: one line that names the field and the way out, never a crash or a wrong number."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import made_up
import numpy as np
import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.native import options
from stemwright.native.engine import Engine, Retention, Sampling, State
from support.runner import environment

CONFIG = made_up.CONFIG
BOOKS, SIZE, WINDOW = CONFIG["codebooks"], CONFIG["codebook_size"], CONFIG["window"]
TENSORS = made_up.tensors(CONFIG)
STEPS = 12
FRAMES = STEPS - BOOKS + 1
FEATURES = made_up.features(CONFIG, STEPS)
CODES = np.zeros((1, STEPS, BOOKS), dtype=np.int32)
HUGE = 10**400
NOT_FINITE = [float("nan"), float("inf"), -float("inf")]
ENGINE = Engine(CONFIG, TENSORS, threads=1)
LACKING = next(isa for isa in options.ISAS if isa not in options.available_isas())


def spoiled(array: np.ndarray, value: float) -> np.ndarray:
    """The array with one value, its last, replaced."""
    copy = array.copy()
    copy.reshape(-1)[-1] = value
    return copy


def engine(**change: Any) -> Engine:
    return Engine({**CONFIG, **change.pop("config", {})}, {**TENSORS, **change.pop("tensors", {})}, **change)


def generate(**change: Any) -> np.ndarray:
    wish = {"features": FEATURES, "frames": FRAMES, "seed": 1, "layer_id": 1, **change}
    return ENGINE.generate(**wish)


def sampled(**change: Any) -> np.ndarray:
    return generate(base=FEATURES, sampling=Sampling(**change))


def step(codes: Any = CODES[:, 0], features: Any = FEATURES[:1]) -> np.ndarray:
    return ENGINE.state().step(codes, features)


def prefill(codes: Any = CODES, features: Any = FEATURES[None]) -> object:
    return ENGINE.state().prefill(codes, features)


def foreign_state() -> State:
    """A state of as many codebooks, features and codes, but of other weights."""
    return engine(tensors={"norm.weight": TENSORS["norm.weight"] * 2}).state()


Refused = tuple[str, Callable[[], object]]

ENGINES: list[Refused] = [
    ("isa: 'sse9'", lambda: engine(isa="sse9")),
    (f"isa: this machine has no {LACKING}", lambda: engine(isa=LACKING)),
    ("isa", lambda: engine(isa="")),
    ("isa", lambda: engine(isa="AVX2\n" * 100)),
    *[("threads", lambda n=n: engine(threads=n)) for n in (0, -1, 65, 10_000, HUGE, 1.5, True, "2")],
    *[(f"config: {name}", lambda name=name, x=x: engine(config={name: x}))
      for name in (*CONFIG, "kv_cache") if name != "lookahead"
      for x in (-1, HUGE, None, "x", [], float("nan"))],
    *[(name, lambda name=name, x=x: engine(tensors={name: spoiled(TENSORS[name], x)}))
      for name in ("embed.0.scale", "cond.weight", "cond.bias", "blocks.2.norm1.weight", "norm.weight",
                   "blocks.0.down.scale", "heads.3.scale")
      for x in NOT_FINITE],
    ("embed.1.weight", lambda: engine(tensors={"embed.1.weight": TENSORS["embed.1.weight"][:-1]})),
    ("embed.1.weight", lambda: engine(tensors={"embed.1.weight": TENSORS["embed.1.weight"].view(np.uint8)})),
    ("embed.1.weight", lambda: engine(tensors={"embed.1.weight": "weights"})),
    ("cond.bias", lambda: engine(tensors={"cond.bias": TENSORS["cond.bias"].astype(">f4")})),
]  # fmt: skip

REQUESTS: list[Refused] = [
    *[("temperature", lambda x=x: sampled(temperature=x)) for x in (*NOT_FINITE, -1, HUGE, "1", None, True)],
    *[("guided_codebooks", lambda x=x: sampled(guided_codebooks=x)) for x in (0, -1, 1.5, HUGE, "1", None)],
    *[("guidance", lambda x=x: sampled(guidance=x)) for x in (*NOT_FINITE, -1, 101, HUGE, "1", None)],
    *[("top_k", lambda x=x: sampled(top_k=x)) for x in (0, -1, 65536, HUGE, 1.0, float("nan"), None)],
    *[("top_p", lambda x=x: sampled(top_p=x)) for x in (*NOT_FINITE, 0, -0.1, 1.1, 1e-300, HUGE, None)],
    *[("features", lambda x=x: generate(features=spoiled(FEATURES, x))) for x in NOT_FINITE],
    *[("features", lambda x=x: generate(base=spoiled(FEATURES, x), sampling=Sampling(guidance=2.0)))
      for x in NOT_FINITE],
    *[("features", lambda x=x: generate(features=x))
      for x in (None, [], [[1.0], [1.0, 2.0]], FEATURES[:-1], FEATURES.T, FEATURES > 0)],
    *[("frames", lambda x=x: generate(frames=x)) for x in (0, -1, 2**20, HUGE, 1.5, None, True)],
    *[("stop", lambda x=x: generate(stop=x)) for x in (-1, FRAMES + 1, HUGE, 1.5, "3")],
    *[("seed", lambda x=x: generate(seed=x)) for x in (-1, 2**64, HUGE, 1.0, None)],
    *[("layer_id", lambda x=x: generate(layer_id=x)) for x in (-1, 2**32, HUGE, 1.0, "drums")],
    *[("takes", lambda x=x: generate(takes=x)) for x in ((), (-1,), (2**32,), range(65), ("1",), (HUGE,))],
    *[("prefix", lambda x=x: generate(prefix=x))
      for x in (np.zeros((BOOKS, FRAMES + 1), int), np.full((BOOKS, 2), SIZE), np.full((BOOKS, 2), -1),
                np.zeros((BOOKS, 2)), np.zeros(3, int), "prefix", [])],
    ("state", lambda: generate(state=foreign_state())),
    ("state", lambda: generate(state=ENGINE.state(2))),
    ("state", lambda: generate(state="state")),
    ("prefix", lambda: ENGINE.context(FEATURES, [0])),
    ("base", lambda: ENGINE.context(FEATURES, np.zeros((BOOKS, 1), int), base=FEATURES[:-1])),
]  # fmt: skip

STATES: list[Refused] = [
    *[("batch", lambda x=x: ENGINE.state(x)) for x in (0, -1, 65, 10_000, HUGE, 1.5, None, True)],
    *[("features", lambda x=x: step(features=spoiled(FEATURES[:1], x))) for x in NOT_FINITE],
    *[("features", lambda x=x: prefill(features=spoiled(FEATURES, x)[None])) for x in NOT_FINITE],
    *[("tokens", lambda x=x: step(np.full((1, BOOKS), x))) for x in (-1, SIZE + 1, 2**40, 0.5)],
    *[("tokens", lambda x=x: step(x))
      for x in (None, [], [[1], [1, 2]], CODES[0, 0], CODES, "tokens", np.zeros((2, BOOKS), int))],
    *[("tokens", lambda x=x: prefill(x)) for x in (None, [], CODES[0], np.full_like(CODES, SIZE + 1))],
    *[("position", lambda x=x: ENGINE.state().truncate(x)) for x in (-1, 1, HUGE, 0.0, None)],
    *[("rows", lambda x=x: ENGINE.state().fork(x))
      for x in ([], [1], [-1], [0] * 65, [HUGE], [0.0], ["0"])],
    *[("retention", lambda x=x: ENGINE.state(keep=Retention(*x)))
      for x in ((0, ()), (WINDOW + 1, ()), (HUGE, ()), (5, ((3, 3),)), (5, ((4, 6), (5, 9))),
                (5, ((0, HUGE),)), (5, ((0, 1),) * 70_000))],
    *[("saved state", lambda x=x: ENGINE.restore(x)) for x in (b"", b"x" * 100, ENGINE.state().save()[:-1])],
    ("other weights", lambda: ENGINE.restore(foreign_state().save())),
]  # fmt: skip


@pytest.mark.parametrize("match, call", [*ENGINES, *REQUESTS, *STATES])
def test_is_refused_in_one_line(match: str, call: Callable[[], object]) -> None:
    with pytest.raises(UsageError, match=match) as caught:
        call()
    line = str(caught.value)
    assert line.isprintable() and len(line) < 300


@pytest.mark.parametrize("value", [0.0, 1e-45, 3e38, -3e38])
@pytest.mark.parametrize("cache", ["float32", "int8"])
def test_weights_that_overflow_are_noticed(value: float, cache: str) -> None:
    """Finite weights whose products are not: the first code that cannot be chosen stops everything."""
    tensors = {
        name: np.full_like(array, value) if "norm" in name or name.endswith(".scale") else array
        for name, array in TENSORS.items()
    }
    broken = Engine({**CONFIG, "kv_cache": cache}, tensors, threads=2)
    if abs(value) < 1:
        assert broken.generate(FEATURES, FRAMES, seed=1, layer_id=1).shape == (1, BOOKS, FRAMES)
        return
    with pytest.raises(StemwrightError, match="not finite"):
        broken.generate(FEATURES, FRAMES, seed=1, layer_id=1)


def test_the_last_position_is_an_end_and_no_crash() -> None:
    small = {
        **CONFIG,
        "d_model": 16,
        "layers": 1,
        "heads": 1,
        "kv_heads": 1,
        "head_dim": 16,
        "ffn": 16,
        "window": 1,
    }
    small |= {"codebooks": 1, "codebook_size": 2, "features": 1}
    tiny = Engine(small, made_up.tensors(small), threads=1)
    state, steps = tiny.state(), 2**18
    codes, rows = np.zeros((1, steps, 1), dtype=np.int32), np.zeros((1, steps, 1), dtype=np.float32)
    for _ in range(4):
        state.prefill(codes, rows)
    assert state.position == 2**20
    for count in (1, steps):
        with pytest.raises(UsageError, match="1048576"):
            state.prefill(codes[:, :count], rows[:, :count])
    with pytest.raises(UsageError, match="1048576"):
        state.fork().step(codes[:, 0], rows[:, 0])
    again = tiny.restore(state.save())
    with pytest.raises(UsageError, match="1048576"):
        again.step(codes[:, 0], rows[:, 0])
    again.truncate(again.position)
    assert again.position == 2**20


def test_two_threads_at_one_state() -> None:
    """Every call either does its step or says that the state is in use; none is lost or done twice."""
    shared = Engine(CONFIG, TENSORS, threads=2).state(4)
    codes, rows = np.repeat(CODES[:, :3], 4, 0), np.repeat(FEATURES[None, :3], 4, 0)
    done, refused, others = [0, 0], [0, 0], []

    end = time.monotonic() + 30

    def work(me: int) -> None:
        while done[me] < 40 or (not sum(refused) and time.monotonic() < end):  # until they have met
            try:
                shared.prefill(codes, rows, logits=True)
                done[me] += 1
            except StemwrightError as error:
                refused[me] += 1
                if "another thread" not in str(error):
                    others.append(error)
            except BaseException as error:
                others.append(error)
                return

    threads = [threading.Thread(target=work, args=(me,)) for me in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not others
    assert min(done) >= 40 and shared.position == 3 * sum(done) and sum(refused) > 0


STARVED = """
import contextlib, resource
import made_up, numpy as np
from stemwright.errors import StemwrightError
from stemwright.native.engine import Engine

@contextlib.contextmanager
def room(size):
    "Only `size` bytes more of address space."
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + size, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, limits)

def refused(call, kind):
    try:
        call()
    except kind as error:
        return str(error)
    raise AssertionError("there was enough")
"""

THREADS = (
    STARVED
    + """
config = made_up.CONFIG
tensors, rows = made_up.tensors(config), made_up.features(config, 33)
few, many = (Engine(config, tensors, threads=n) for n in (1, 64))
wish = dict(features=rows, frames=30, seed=1, layer_id=1)
wanted, state, codes = few.generate(**wish), many.state(), np.zeros((1, config["codebooks"]), int)
with room(40 << 20):
    for call in (lambda: state.step(codes, rows[:1]), lambda: many.generate(**wish)):
        line = refused(call, StemwrightError)
        assert "no 64 threads" in line and "use fewer" in line, line
assert state.position == 0
assert (state.step(codes, rows[:1]) == few.state().step(codes, rows[:1])).all()
assert (many.generate(**wish) == wanted).all()
"""
)

MEMORY = (
    STARVED
    + """
config = {**made_up.CONFIG, "d_model": 16, "layers": 1, "ffn": 65536}
engine = Engine(config, made_up.tensors(config), threads=1)
codes = np.zeros((64, config["codebooks"]), int)
rows = np.repeat(made_up.features(config, 1), 64, 0)
state = engine.state(64)
for size in (4, 12, 20):  # of the 36 that the buffers take
    with room(size << 20):
        refused(lambda: state.step(codes, rows), MemoryError)
        refused(lambda: state.step(codes, rows), MemoryError)
assert state.position == 0
assert (state.step(codes, rows) == engine.state().step(codes[:1], rows[:1])).all()
"""
)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
@pytest.mark.parametrize("script", [THREADS, MEMORY], ids=["threads", "memory"])
def test_a_machine_that_gives_no_more(script: str) -> None:
    """What was asked for is refused, and goes as ever once there is room again."""
    command = [sys.executable, "-c", script]
    # Large blocks come from the system, not from what the allocator has kept of earlier ones.
    where = {"env": environment(MALLOC_MMAP_THRESHOLD_="65536"), "cwd": Path(__file__).parent}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **where)
    assert done.returncode == 0, done.stderr
