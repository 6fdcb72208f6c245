"""A tiny corpus of the arranger's songs, and one of another source."""

from __future__ import annotations

import json
from pathlib import Path

from stemwright.compose.arranger import arrange
from stemwright.compose.randomstate import random_state
from stemwright.corpus.song import CorpusSong
from stemwright.song.layers import LAYERS


def write_corpus(folder: Path, train: int = 4, valid: int = 4) -> Path:
    """`folder` with train.jsonl, valid.jsonl and manifest.json; half of the songs are of a source "duo"."""
    folder.mkdir(parents=True, exist_ok=True)
    for split, first, count in (("train", 0, train), ("valid", 100, valid)):
        lines = [_song(first + number).line() for number in range(count)]
        (folder / f"{split}.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    licences = {"band": "MIT", "duo": "CC0"}
    sources = {k: {"what": k, "licence": v, "credit": "nobody"} for k, v in licences.items()}
    (folder / "manifest.json").write_text(json.dumps({"version": 1, "sources": sources}), encoding="utf-8")
    return folder


def _song(seed: int) -> CorpusSong:
    layers = LAYERS if seed % 2 else ("bass", "lead")
    made = arrange(random_state(seed), layers, seed)
    source = "band" if seed % 2 else "duo"
    return CorpusSong(made.state, made.scores, source=source, name=f"song {seed}", composers=("someone",))
