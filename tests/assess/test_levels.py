"""A codec at fewer levels: what is left out is not heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx")

from stemwright.assess.codec.levels import at_levels, level_kbit, levels_of
from stemwright.codec.codec import Codec
from stemwright.errors import UsageError
from support.bundles import CODEBOOK_SIZE


@pytest.fixture(scope="module")
def codec(weights: Path) -> Codec:
    return Codec.load(weights / "codec")


@pytest.fixture(scope="module")
def tokens() -> np.ndarray:
    return np.random.default_rng(1).integers(0, CODEBOOK_SIZE, (8, 40)).astype(np.uint16)


@pytest.mark.parametrize("levels", [1, 4, 7])
def test_later_levels_are_not_heard(codec: Codec, tokens: np.ndarray, levels: int) -> None:
    few = at_levels(codec, levels)
    other, audible = tokens.copy(), tokens.copy()
    other[levels:] = (other[levels:] + 1) % CODEBOOK_SIZE
    audible[levels - 1] = (audible[levels - 1] + 1) % CODEBOOK_SIZE
    assert np.array_equal(few.decode(tokens), few.decode(other))
    assert not np.array_equal(few.decode(tokens), few.decode(audible))


def test_levels_add_up(codec: Codec, tokens: np.ndarray) -> None:
    """This codec is a sum of one wave a code: what one level adds is the same whatever is below it."""
    parts = [at_levels(codec, levels).decode(tokens) for levels in range(1, 8)]
    whole = codec.decode(tokens)
    last = whole - parts[-1]
    changed = tokens.copy()
    changed[0] = (changed[0] + 1) % CODEBOOK_SIZE
    assert np.allclose(codec.decode(changed) - at_levels(codec, 7).decode(changed), last, atol=1e-5)
    assert np.abs(last).max() > 0.01


def test_all_levels_are_the_codec_itself(codec: Codec) -> None:
    assert at_levels(codec, 8) is codec


def test_bit_rates(codec: Codec) -> None:
    assert level_kbit(codec) == pytest.approx(75 * 6 / 1000)
    assert levels_of(codec, 1.8) == 4
    for rate in (0.0, 99.0, -1.0):
        with pytest.raises(UsageError, match=r"^kbit "):
            levels_of(codec, rate)


def test_a_real_decoder_has_one_table_a_level(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from support.codecs import write_tiny

    real = Codec(write_tiny(tmp_path / "codec"))
    tokens = np.random.default_rng(2).integers(0, real.codebook_size, (8, 30)).astype(np.uint16)
    few, other = at_levels(real, 2), tokens.copy()
    other[2:] = 0
    assert np.array_equal(few.decode(tokens), few.decode(other))
    assert not np.array_equal(few.decode(tokens), real.decode(tokens))
