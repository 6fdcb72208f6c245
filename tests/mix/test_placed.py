"""Stems as they are in the mix: their sum is the mix before its master, sample by sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.mix.files import to_24_bit
from stemwright.mix.mixer import mix, placed
from stemwright.mix.placement import pan_gains, placement
from stemwright.mix.room import PREDELAY
from stemwright.mix.summing import HEADROOM_DB

LAYERS = ("drums", "bass", "harmony", "lead", "kazoo")


def noise(length: int, channels: int, seed: int, level: float = 0.1) -> np.ndarray:
    made = np.random.default_rng(seed).standard_normal((length, channels)).astype(np.float32) * level
    return made[:, 0] if channels == 1 else made


@settings(max_examples=25, deadline=None)
@given(
    rate=st.sampled_from([24_000, 48_000]),
    shapes=st.dictionaries(
        st.sampled_from(LAYERS), st.tuples(st.integers(1, 30_000), st.integers(1, 2)), min_size=1
    ),
)
def test_a_quiet_mix_that_needs_no_limiter_is_the_sum_times_one_gain(
    rate: int, shapes: dict[str, tuple[int, int]]
) -> None:
    stems = {name: noise(*shape, seed=len(name)) for name, shape in shapes.items()}
    parts = dict(placed(stems, rate))
    assert {part.shape for part in parts.values()} == {(max(map(len, stems.values())), 2)}
    summed = sum(part.astype(np.float64) for part in parts.values())
    mixed = mix(stems, rate, target_lufs=-40.0)
    master = np.sum(mixed.audio * summed) / np.sum(summed * summed)
    assert np.abs(mixed.audio - master * summed).max() <= 2**-22
    alone = next(iter(stems))
    (only,) = placed({alone: stems[alone]}, rate)
    length = len(stems[alone])
    np.testing.assert_array_equal(parts[alone][:length], only[1])  # a stem does not know the others


@pytest.mark.parametrize(("rate", "channels"), [(24_000, 1), (48_000, 2)])
def test_files_of_24_bits_add_up_to_the_mix(rate: int, channels: int) -> None:
    stems = {name: noise(rate, channels, seed) for seed, name in enumerate(LAYERS[:4])}
    parts = [part for _, part in placed(stems, rate)]
    files = sum(to_24_bit(part).astype(np.int64) for part in parts) / 2.0**31
    exact = sum(part.astype(np.float64) for part in parts)
    assert np.abs(files - exact).max() <= 2**-22


def test_a_stem_has_its_place_and_its_part_of_the_room() -> None:
    stem = np.zeros(48_000, np.float32)
    stem[:2000] = noise(2000, 1, 0)
    ((_, part),) = placed({"lead": stem}, 48_000)
    dry = slice(round(PREDELAY * 48_000))
    gains = part[dry].T @ stem[dry] / (stem[dry] @ stem[dry])
    assert gains[1] / gains[0] == pytest.approx(np.divide(*pan_gains(placement("lead").pan)[::-1]), rel=1e-4)
    assert np.abs(part[5000:20_000]).max() > 1e-4, "the room goes on"
    assert HEADROOM_DB == 6.0
