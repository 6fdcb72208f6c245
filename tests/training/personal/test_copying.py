"""Runs of codes that performances share with what was learnt: found where they are, at their length."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from hypothesis import given
from hypothesis import strategies as st

from stemwright.evaluation.symbolic.originality import Others
from stemwright.training.personal.copying import Codes, frame_steps, line, longest


def drawn(seed: int, frames: int) -> Codes:
    return np.random.default_rng(seed).integers(0, 512, (4, frames)).astype(np.uint16)


def known(*clips: Codes, books: int = 4) -> Others:
    return Others([frame_steps(codes, books) for codes in clips], drums=False)


@given(
    length=st.integers(5, 200), start=st.integers(0, 100), place=st.integers(0, 100), seed=st.integers(0, 99)
)
def test_a_run_that_was_put_there_is_found(length: int, start: int, place: int, seed: int) -> None:
    learnt, made = drawn(seed, 300), drawn(seed + 1000, 300)
    made[:, place : place + length] = learnt[:, start : start + length]
    onsets = [place - 1, place, place + length - 1, place + length] if place else [0, length - 1, length]
    assert longest(made, onsets, known(learnt), 4) == {"frames": length, "notes": 2}


def test_one_codebook_that_differs_ends_a_run_of_all_but_not_of_the_first() -> None:
    learnt = drawn(0, 100)
    made = learnt.copy()
    made[3, 40] += 1
    assert longest(made, [], known(learnt), 4)["frames"] == 59
    assert longest(made, [], known(learnt, books=1), 1)["frames"] == 100


def test_held_sounds_and_seams_between_clips_are_no_runs() -> None:
    held = np.tile(drawn(1, 1), 50)
    assert longest(held, [], known(held), 4) == {"frames": 0, "notes": 0}
    first, second = drawn(2, 30), drawn(3, 30)
    assert longest(np.concatenate([first, second], axis=1), [], known(first, second), 4)["frames"] == 30


def test_only_runs_of_notes_beyond_the_control_are_called_copies() -> None:
    def said(style: int, without: int) -> str:
        row = {"frames": 100, "notes": 0}
        found = {"style": {**row, "notes": style}, "without": {**row, "notes": without}, "own": row}
        return line({"all": found, "first": found})

    assert "by heart" in said(12, 3)
    assert "by heart" not in said(11, 3) and "by heart" not in said(12, 12)
