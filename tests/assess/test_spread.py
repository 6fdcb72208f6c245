"""Distances of sets: fair beside halves of the reference, whatever the number of clips."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.assess.performer.spread import distances


def clips(seed: int, count: int, shift: float = 0.0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [shift + rng.standard_normal((3, 10)) for _ in range(count)]


def test_the_same_kind_is_as_far_as_halves_and_another_is_farther() -> None:
    songs = [f"song {i // 2}" for i in range(24)]
    found = distances(clips(0, 24), {"same": clips(1, 24), "other": clips(2, 24, 3.0)}, songs)
    assert found is not None and found["songs"] == 12 and found["vectors"] == 72
    rows = {row["what"]: row for row in found["rows"]}
    assert rows["halves"]["fad_ratio"] == 1
    assert 0.7 < rows["same"]["fad_ratio"] < 1.5 and abs(rows["same"]["kad"]) < 3
    assert rows["other"]["fad_ratio"] > 5 and rows["other"]["kad"] > 20


def test_the_reference_itself_is_its_halves() -> None:
    reference = clips(0, 12)
    found = distances(reference, {"itself": reference}, [str(i) for i in range(12)])
    assert found is not None
    halves, itself = found["rows"]
    assert itself["fad_whole"] == pytest.approx(0, abs=1e-6) and halves["fad_whole"] is None
    assert {**itself, "what": "halves", "fad_whole": None} == halves


def test_the_seed_decides_how_songs_are_divided() -> None:
    songs = [str(i) for i in range(9)]
    one, two, other = (distances(clips(0, 9), {}, songs, seed) for seed in (4, 4, 5))
    assert one == two != other


@pytest.mark.parametrize("count", [1, 3])
def test_few_songs_have_no_distance(count: int) -> None:
    assert distances(clips(0, 12), {}, [str(i % count) for i in range(12)]) is None


def test_silent_clips_have_no_vectors() -> None:
    silent = [np.zeros((0, 10))] * 8
    assert distances(clips(0, 8), {"silent": silent}, [str(i) for i in range(8)]) is None
