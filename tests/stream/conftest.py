"""Short streams: a phrase lasts a second or two."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stemwright.producer.wish import Wish
from stemwright.stream.phrases import Piece

QUICK = {"bpm": "240", "form": "verse:1 chorus:2", "seed": 5}


def piece(prompt: str = "funk with slap bass", **wish: object) -> Piece:
    return Piece(Wish(prompt=prompt, **{**QUICK, **wish}), Path("stream"))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made
