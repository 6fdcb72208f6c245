"""A layer made block by block: the blocks' sizes change no code."""

import made_up
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.native.engine import Engine, Sampling

CONFIG = made_up.CONFIG
BOOKS = CONFIG["codebooks"]
STEPS = 60
FEATURES = made_up.features(CONFIG, STEPS)
BASE = FEATURES * (np.arange(CONFIG["features"]) % 2).astype(np.float32)
ENGINE = Engine(CONFIG, made_up.tensors(CONFIG))
PLAIN, GUIDED = Sampling(1.0, 40, 0.95), Sampling(1.0, 40, 0.95, 2.5, 2)


def whole(sampling: Sampling, frames: int) -> np.ndarray:
    """What `generate` makes of a longer layer's first frames."""
    asked = {"seed": 11, "layer_id": 3, "takes": (2,), "sampling": sampling, "base": BASE}
    return ENGINE.generate(FEATURES, STEPS - BOOKS + 1, stop=frames, **asked)[0]  # type: ignore[arg-type]


@given(sizes=st.lists(st.integers(0, 19), min_size=1, max_size=8), sampling=st.sampled_from([PLAIN, GUIDED]))
def test_blocks_joined_are_the_whole(sizes: list[int], sampling: Sampling) -> None:
    """Also with a window of 21 positions, which most of these leave behind."""
    endless, made, at = ENGINE.endless(seed=11, layer_id=3, take=2, sampling=sampling), [], 0
    for size in sizes:
        stop = min(at + size, STEPS - BOOKS)
        base = BASE[at:stop] if sampling is GUIDED else None
        made.append(endless.advance(FEATURES[at:stop], base))
        at = stop
        assert endless.steps == at and endless.frames == sum(part.shape[1] for part in made)
    joined = np.concatenate(made, axis=1)
    assert joined.dtype == np.uint16 and joined.shape == (BOOKS, max(0, at - BOOKS + 1))
    assert np.array_equal(joined, whole(sampling, joined.shape[1]))


def test_bad_requests() -> None:
    with pytest.raises(UsageError, match="seed"):
        ENGINE.endless(seed=-1, layer_id=0)
    endless = ENGINE.endless(seed=1, layer_id=0, sampling=GUIDED)
    with pytest.raises(UsageError, match="guidance"):
        endless.advance(FEATURES[:2])
    for wrong in (FEATURES[:2, 1:], FEATURES[:2].astype(np.float64), FEATURES[:2] * np.float32(np.nan)):
        with pytest.raises(UsageError, match="features"):
            endless.advance(wrong, BASE[:2])
    with pytest.raises(UsageError, match="features"):
        endless.advance(FEATURES[:2], BASE[:3])
    assert endless.steps == 0
