"""The engine against the float64 reference, its golden hashes, and what must not change a bit."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import made_up
import numpy as np
import pytest
import reference

from stemwright.errors import StemwrightError, UsageError
from stemwright.native import options
from stemwright.native.engine import Cancelled, Engine, Sampling

# Of the made-up performer. Equal on every instruction set and machine: a change here changes all songs.
LOGITS_SHA256 = "21e2bf1188cd606eff5d50945c4c81b99d69c5f3b3be9fd9ecb9312064d9766a"
TOKENS_SHA256 = "1316bd5a4beaa1de762fff88789262809d5f3cb778b7c16ce6b9eebfd9bc2076"

CONFIG = made_up.CONFIG
STEPS = 64
FRAMES = STEPS - CONFIG["codebooks"] + 1
TENSORS = made_up.tensors(CONFIG)
FEATURES = made_up.features(CONFIG, STEPS)
ISAS = options.available_isas()


def make(isa: str | None = None, threads: int = 1) -> Engine:
    return Engine(CONFIG, TENSORS, isa=isa, threads=threads)


def tokens(rows: int = STEPS) -> np.ndarray:
    """Codes [rows, codebooks], "empty" among them."""
    k = CONFIG["codebooks"]
    return (made_up.words("tokens", rows * k) % np.uint64(101)).astype(np.int32).reshape(rows, k)


def run(engine: Engine) -> np.ndarray:
    """Logits [STEPS, codebooks, codebook_size] of the made-up codes."""
    state = engine.state()
    return np.stack([state.step(t[None], f[None])[0] for t, f in zip(tokens(), FEATURES, strict=True)])


def generate(engine: Engine, **options: Any) -> np.ndarray:
    return engine.generate(FEATURES, FRAMES, **{"seed": 2**63 + 5, "layer_id": 9, **options})


def sha(array: np.ndarray) -> str:
    return hashlib.sha256(array.tobytes()).hexdigest()


def test_logits_are_those_of_the_reference_past_the_window() -> None:
    assert CONFIG["window"] * 2 < STEPS
    wanted = reference.logits(CONFIG, TENSORS, tokens(), FEATURES)
    np.testing.assert_allclose(run(make()), wanted, atol=2e-4, rtol=0)


def test_the_window_is_what_a_step_sees() -> None:
    wide = reference.logits({**CONFIG, "window": STEPS}, TENSORS, tokens(), FEATURES)
    assert np.abs(run(make())[-1] - wide[-1]).max() > 1e-2


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", ISAS)
def test_golden_hashes(isa: str, threads: int) -> None:
    engine = make(isa, threads)
    assert sha(run(engine).astype("<f4")) == LOGITS_SHA256
    assert sha(generate(engine)[0].astype("<u2")) == TOKENS_SHA256


@pytest.mark.parametrize("isa", ISAS)
@pytest.mark.parametrize("batch", [1, 2, 4, 5, 8])
def test_a_row_of_a_batch_is_a_batch_of_one(isa: str, batch: int) -> None:
    together, alone = make(isa).state(batch), [make(isa).state() for _ in range(batch)]
    codes = tokens(30 * batch).reshape(30, batch, -1)
    rows = made_up.features(CONFIG, 30 * batch).reshape(30, batch, -1)
    for t, f in zip(codes, rows, strict=True):
        apart = [s.step(t[i : i + 1], f[i : i + 1])[0] for i, s in enumerate(alone)]
        assert together.step(t, f).tobytes() == np.stack(apart).tobytes()
    assert together.position == 30


@pytest.mark.parametrize("takes", [(1,), (3, 1), (4, 3, 2, 1)])
def test_takes_made_together_are_those_made_alone(takes: tuple[int, ...]) -> None:
    engine = make()
    together = generate(engine, takes=takes)
    for row, take in zip(together, takes, strict=True):
        assert np.array_equal(row, generate(engine, takes=(take,))[0])


def test_each_of_seed_layer_and_take_matters() -> None:
    engine = make()
    made = [
        generate(engine),
        generate(engine, seed=6),
        generate(engine, layer_id=10),
        generate(engine, takes=(2,)),
    ]
    assert len({sha(m) for m in made}) == 4


def test_stop_gives_the_beginning_of_the_whole() -> None:
    engine = make()
    whole = generate(engine)
    for stop in (0, 1, 5, FRAMES):
        part = generate(engine, stop=stop)
        assert part.shape == (1, CONFIG["codebooks"], stop)
        assert np.array_equal(part, whole[..., :stop])


def test_going_on_from_a_prefix_gives_the_undisturbed_layer() -> None:
    engine = make()
    whole = generate(engine)
    for frames in (1, 7, 40, FRAMES):
        assert np.array_equal(generate(engine, prefix=whole[0, :, :frames]), whole)


def test_a_foreign_prefix_is_kept_and_heard() -> None:
    engine = make()
    prefix = np.full((CONFIG["codebooks"], 10), 7, dtype=np.uint16)
    made = generate(engine, prefix=prefix)
    assert np.array_equal(made[0, :, :10], prefix)
    assert not np.array_equal(made[0, :, 10:], generate(engine)[0, :, 10:])


def test_generation_is_steps_and_greedy_choice() -> None:
    """The delay pattern written out with `State.step`, against the engine's own loop at temperature 0."""
    engine, k_count, empty = make(), CONFIG["codebooks"], CONFIG["codebook_size"]
    codes = np.zeros((k_count, FRAMES), dtype=np.uint16)
    state = engine.state()
    for s in range(STEPS):
        row = [codes[k, s - 1 - k] if 0 <= s - 1 - k < FRAMES else empty for k in range(k_count)]
        logits = state.step(np.array([row], dtype=np.int32), FEATURES[s : s + 1])[0]
        for k in range(k_count):
            if 0 <= s - k < FRAMES:
                codes[k, s - k] = logits[k].argmax()
    assert np.array_equal(generate(engine, sampling=Sampling(0.0))[0], codes)
    assert np.array_equal(generate(engine, sampling=Sampling(1.0, 1))[0], codes)


def test_progress_counts_frames() -> None:
    seen: list[int] = []
    generate(make(), progress=seen.append)
    assert seen == list(range(1, FRAMES + 1))


def test_progress_cancels() -> None:
    engine = make(threads=2)
    with pytest.raises(Cancelled):
        generate(engine, progress=lambda done: done < 32)

    def interrupt(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(engine, progress=interrupt)
    assert sha(generate(engine)[0].astype("<u2")) == TOKENS_SHA256


def test_one_engine_serves_two_threads() -> None:
    engine, made = make(threads=2), []
    threads = [threading.Thread(target=lambda: made.append(sha(generate(engine)))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [TOKENS_SHA256] * 2


def test_features_that_overflow_are_reported() -> None:
    tensors = {**TENSORS, "norm.weight": np.full(CONFIG["d_model"], 1e38, dtype=np.float32)}
    with pytest.raises(StemwrightError, match="not finite"):
        Engine(CONFIG, tensors).generate(FEATURES, FRAMES, seed=1, layer_id=1)


@pytest.mark.parametrize("head_dim, heads, kv_heads, window", [(16, 3, 3, 1), (48, 5, 1, 16), (64, 8, 2, 33)])
def test_other_shapes(head_dim: int, heads: int, kv_heads: int, window: int) -> None:
    shape = {"head_dim": head_dim, "heads": heads, "kv_heads": kv_heads, "window": window, "d_model": 80}
    config = {**CONFIG, **shape}
    tensors = made_up.tensors(config)
    wanted = reference.logits(config, tensors, tokens(), FEATURES)
    made = []
    for isa in ISAS:
        state = Engine(config, tensors, isa=isa, threads=2).state()
        made.append(
            np.stack([state.step(t[None], f[None])[0] for t, f in zip(tokens(), FEATURES, strict=True)])
        )
        np.testing.assert_allclose(made[-1], wanted, atol=2e-4, rtol=0)
    assert len({sha(m) for m in made}) == 1


def test_bad_requests() -> None:
    engine = make()
    bad: list[tuple[str, dict[str, Any]]] = [
        ("seed", {"seed": -1}),
        ("seed", {"seed": 2**64}),
        ("layer_id", {"layer_id": 2**32}),
        ("takes", {"takes": ()}),
        ("takes", {"takes": (-1,)}),
        ("stop", {"stop": FRAMES + 1}),
        ("prefix", {"prefix": np.full((CONFIG["codebooks"], 3), 100, dtype=np.uint16)}),
        ("prefix", {"prefix": np.zeros((2, 3), dtype=np.uint16)}),
        ("prefix", {"prefix": np.zeros((CONFIG["codebooks"], FRAMES + 1), dtype=np.uint16)}),
    ]
    for field, request in bad:
        with pytest.raises(UsageError, match=field):
            generate(engine, **request)
    for features, frames in (
        (FEATURES[:-1], FRAMES),
        (FEATURES.astype(float), FRAMES),
        (FEATURES * np.nan, FRAMES),
    ):
        with pytest.raises(UsageError, match="features"):
            engine.generate(features, frames, seed=1, layer_id=1)
    with pytest.raises(UsageError, match="frames"):
        engine.generate(FEATURES, 0, seed=1, layer_id=1)
    with pytest.raises(UsageError, match="batch"):
        engine.state(0)
    for codes in (
        np.full((1, CONFIG["codebooks"]), 101),
        np.full((1, CONFIG["codebooks"]), -1),
        np.zeros((1, 3), int),
    ):
        with pytest.raises(UsageError, match="tokens"):
            engine.state().step(codes, FEATURES[:1])


@pytest.mark.parametrize("field, value", [("temperature", float("nan")), ("temperature", -1.0), ("top_k", 0),
                                          ("top_k", 1.5), ("top_p", 0.0), ("top_p", 1.01)])  # fmt: skip
def test_bad_sampling(field: str, value: Any) -> None:
    with pytest.raises(UsageError, match=field):
        Sampling(**{field: value})
