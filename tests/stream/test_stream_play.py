"""From a prompt to a file, end to end."""

import io
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import numpy as np
import pytest
import soundfile
from quick_pieces import QUICK

from stemwright.errors import UsageError
from stemwright.producer.wish import Wish
from stemwright.stream.play import play

WISH = Wish(prompt="funk with slap bass", **QUICK)  # type: ignore[arg-type]


def test_a_file_of_a_length_twice_and_in_other_blocks(tmp_path: Path) -> None:
    """2.5 s reach over a border of phrases."""
    told: list[str] = []
    paths = [tmp_path / f"{number}.wav" for number in range(3)]
    made = [
        play(WISH, out=str(path), seconds=2.5, sizes=sizes, tell=told.append)
        for path, sizes in zip(paths, [(9, 18, 36), (9, 18, 36), (24,)], strict=True)
    ]
    assert len({facts["tokens_sha256"] for facts in made}) == 1
    assert paths[0].read_bytes() == paths[1].read_bytes()
    sounds = [soundfile.read(path)[0] for path in paths]
    assert all(sound.shape == (120_000, 2) for sound in sounds)
    assert np.abs(sounds[0] - sounds[2]).max() < 2e-3
    assert np.abs(sounds[0][-1]).max() < 1e-3 and np.abs(sounds[0]).max() > 0.1
    facts = made[0]
    assert facts["seconds"] == 2.5 and not facts["stopped"] and facts["phrases"] >= 2
    assert facts["file"] == str(paths[0]) and facts["first_sound_seconds"] > 0
    assert "funk, 240 bpm" in told[0] and "seed 5" in told[0]


def test_ctrl_c_ends_it_and_what_was_played_is_there(tmp_path: Path) -> None:
    heard: list[int] = []

    class Opened:
        def play(self, block: np.ndarray) -> None:
            heard.append(len(block))
            if len(heard) == 3:
                raise KeyboardInterrupt

    @contextmanager
    def opened(rate: int) -> Iterator[Opened]:
        yield Opened()

    facts = play(WISH, open_device=opened)
    assert facts["stopped"] and facts["file"] is None
    assert facts["seconds"] == sum(heard[:2]) / 48_000


def test_a_prompt_typed_meanwhile_is_played(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"techno, no drums\n120 bpm 90 bpm\n")
    os.close(writing)
    told: list[str] = []
    with FileIO(reading, "rb") as lines:
        play(WISH, out="-", pipe=io.BytesIO(), seconds=1.5, prompts=lines, tell=told.append)
    assert told[0].startswith("funk") and any(line.startswith("techno") for line in told)
    assert any(line.startswith("prompt not taken") and "contradict" in line for line in told)


@pytest.mark.parametrize("seconds", [0, -1, 0.01, math.inf, math.nan, 1e9])
def test_lengths_that_no_stream_has(seconds: float, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="seconds"):
        play(WISH, out=str(tmp_path / "a.wav"), seconds=seconds)
    assert not list(tmp_path.iterdir())


def test_a_wrong_prompt_leaves_a_file_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"mine")
    with pytest.raises(UsageError, match="prompt"):
        play(Wish(prompt=""), out=str(path), seconds=1)
    assert path.read_bytes() == b"mine"
