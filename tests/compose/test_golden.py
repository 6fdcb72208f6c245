"""Golden scores: a seed means the same notes on every machine and every Python."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.streams import Stream
from stemwright.compose.styles import NAMES
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:4 verse:4 outro:2"
GOLDEN = {
    0: "e6051e43e5b98573baec8ed25796003b14e0f9d6f0bc30539fb3c4119506e556",
    7: "873e7ba63c4371c1bdb6201e71f2beabd77cab5d571d9b0c3b2e379dbc497c76",
}


def digest(seed: int) -> str:
    """One hash over every style's scores, chords and rhythm map."""
    total = hashlib.sha256()
    for index, style in enumerate(NAMES):
        meter = ("4/4", "3/4", "7/8")[index % 3] if seed else "4/4"
        made = arrange(GlobalState.create("97.3", "F# minor", meter, FORM, style), seed=seed)
        assert made.state.rhythm is not None
        words = [str(chord) for chord in made.state.chords] + [
            str(made.state.rhythm.swing),
            *made.state.rhythm.bars,
        ]
        total.update(" ".join(words).encode())
        for layer, score in made.scores.items():
            total.update(f"{layer} {score.sha256}".encode())
    return total.hexdigest()


@pytest.mark.parametrize("seed", GOLDEN)
def test_golden(seed: int) -> None:
    assert digest(seed) == GOLDEN[seed]


def test_stream_words() -> None:
    stream = Stream(7, "lead", "verse")
    assert [stream.word() for _ in range(3)] == [3788646443, 3530778619, 3876315217]


def test_hash_randomisation_changes_nothing() -> None:
    code = "from test_golden import digest; print(digest(7))"
    path = os.pathsep.join([os.path.dirname(__file__), *filter(None, sys.path)])
    env = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": path}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, check=True)
    assert done.stdout.strip() == GOLDEN[7]
