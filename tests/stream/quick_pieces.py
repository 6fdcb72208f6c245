"""Short streams: a phrase lasts a second or two."""

from pathlib import Path

from stemwright.producer.wish import Wish
from stemwright.stream.phrases import Piece

QUICK = {"bpm": "240", "form": "verse:1 chorus:2", "seed": 5}


def piece(prompt: str = "funk with slap bass", **wish: object) -> Piece:
    return Piece(Wish(prompt=prompt, **{**QUICK, **wish}), Path("stream"))  # type: ignore[arg-type]
