"""Where weights come from: the licences and sources of training data, for the manifests of bundles."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

Names = tuple[str, ...]


def origin(data: Path, layers: Iterable[str] | None = None) -> tuple[Names, Names]:
    """(licences, sources) of the scores and sounds of some layers (None: all), from `DATA/manifest.json`.

    Both empty where there is no manifest.
    """
    path = data / "manifest.json"
    if not path.is_file():
        return (), ()
    record = json.loads(path.read_text(encoding="utf-8"))
    wanted = tuple(record["layers"]) if layers is None else tuple(layers)
    used = {kind for layer in wanted for kind in record["layers"][layer]["train"]["sources"]}
    scores = [record["sources"][kind] for kind in sorted(used)]
    sounds = sorted({sound["source"] for sound in record["sounds"] if sound["layer"] in wanted})
    sources = [f"{score['what']} ({score['licence']}), {score['credit']}" for score in scores]
    licences = {score["licence"] for score in scores} | {licence_of(sound) for sound in sounds}
    return tuple(sorted(licences)), tuple(sources + sounds)


def licence_of(sound: str) -> str:
    """What stands in the brackets of "FreePats (CC0)"."""
    return sound.rpartition("(")[2].rstrip(")")
