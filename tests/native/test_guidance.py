"""Guidance: two streams in one batch, their logits mixed inside the engine."""

import hashlib

import made_up
import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.native import options
from stemwright.native.engine import Engine, Sampling

CONFIG = made_up.CONFIG
BOOKS, SIZE = CONFIG["codebooks"], CONFIG["codebook_size"]
STEPS = 40
FRAMES = STEPS - BOOKS + 1
TENSORS = made_up.tensors(CONFIG)
FEATURES = made_up.features(CONFIG, STEPS)
BASE = FEATURES * (np.arange(CONFIG["features"]) % 2).astype(np.float32)
GUIDED = Sampling(1.0, 40, 0.95, 2.5)
TOKENS_SHA256 = "34c8c5c86ad483d768008556a3802cc35aac9b04ddcb656748879080ccd089e0"


def generate(engine: Engine, **request: object) -> np.ndarray:
    wish = {"seed": 11, "layer_id": 3, "sampling": GUIDED, "base": BASE, **request}
    return engine.generate(FEATURES, FRAMES, **wish)  # type: ignore[arg-type]


def make(isa: str | None = None, threads: int = 1) -> Engine:
    return Engine(CONFIG, TENSORS, isa=isa, threads=threads)


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", options.available_isas())
def test_golden_hash(isa: str, threads: int) -> None:
    codes = generate(make(isa, threads))[0].astype("<u2")
    assert hashlib.sha256(codes.tobytes()).hexdigest() == TOKENS_SHA256


def test_takes_made_together_are_those_made_alone() -> None:
    engine = make()
    together = generate(engine, takes=(3, 1, 2))
    for row, take in zip(together, (3, 1, 2), strict=True):
        assert np.array_equal(row, generate(engine, takes=(take,))[0])


def test_guidance_of_one_or_towards_itself_is_none() -> None:
    engine = make()
    plain = generate(engine, sampling=Sampling(1.0, 40, 0.95))
    assert np.array_equal(generate(engine, base=FEATURES), plain)
    assert not np.array_equal(generate(engine), plain)


@pytest.mark.parametrize("guided", [1, 2, BOOKS, 65535])
def test_logits_are_mixed_as_written(guided: int) -> None:
    """The loop written out with `State.step` on both streams, at temperature 0."""
    codes = np.zeros((BOOKS, FRAMES), dtype=np.uint16)
    state = make().state(2)
    for s in range(STEPS):
        row = [codes[k, s - 1 - k] if 0 <= s - 1 - k < FRAMES else SIZE for k in range(BOOKS)]
        both = state.step(np.array([row, row], dtype=np.int32), np.stack([FEATURES[s], BASE[s]]))
        mixed = both[1] + np.float32(2.5) * (both[0] - both[1])
        for k in range(BOOKS):
            if 0 <= s - k < FRAMES:
                codes[k, s - k] = (mixed if k < guided else both[0])[k].argmax()
    assert np.array_equal(generate(make(), sampling=Sampling(0.0, 64, 1.0, 2.5, guided))[0], codes)


def test_bad_requests() -> None:
    with pytest.raises(UsageError, match="guidance"):
        Sampling(guidance=float("nan"))
    with pytest.raises(UsageError, match="guidance"):
        generate(make(), base=None)
    with pytest.raises(UsageError, match="takes"):
        generate(make(), takes=tuple(range(40)))
    with pytest.raises(UsageError, match="features"):
        generate(make(), base=BASE[:-1])
