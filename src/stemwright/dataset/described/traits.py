"""What may be said of a clip: one value a field, "" where nothing is known. What is measured becomes words by
the thirds of its layer (`thresholds.toml`).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stemwright.dataset.described.measures import measures_of
from stemwright.dataset.shards import Clip, read_shard
from stemwright.dataset.tokenize import shard_lists

STEPS = {
    "brightness": ("dark", "medium", "bright"),
    "loudness": ("soft", "medium", "loud"),
    "decay": ("sustained", "medium", "plucked"),
    "attack": ("hard", "medium", "swelling"),
    "length": ("short", "medium", "long"),
    "density": ("sparse", "medium", "busy"),
    "register": ("low", "medium", "high"),
}
"""What the lowest, middle and highest third of a measure are called."""
FIELDS = ("layer", "timbre", "style", "pace", "mode", *STEPS, "space", "drive")
UNTOLD = {"drums": ("decay", "attack", "length", "register", "mode")}
"""What is not said of a layer: it means little there."""
PACES = (84, 132)
"""Up to here it is slow, from here on fast, BPM."""
ROOM, DRIVE = -21.0, 1.5
"""From here on a room (dB against the dry sound) and saturation (dB) are said; what lies below is
left unsaid, and none at all is dry, or clean.
"""

Traits = tuple[str, ...]
"""A value for each of `FIELDS`."""


@dataclass(frozen=True, slots=True)
class Described:
    """A clip and its traits."""

    clip: Clip
    traits: Traits


@lru_cache(maxsize=1)
def thresholds() -> dict[str, dict[str, list[float]]]:
    """By layer and measure where the middle third begins and ends, in the data that shipped models learnt."""
    return tomllib.loads(Path(__file__).with_name("thresholds.toml").read_text(encoding="utf-8"))


def traits_of(clip: Clip, measures: Mapping[str, float]) -> Traits:
    """Those of a clip of these measures."""
    state = clip.state()
    found = {
        "layer": clip.layer,
        "timbre": clip.timbre,
        "style": (state.style or "").split(" ")[0],
        "pace": _third(float(state.bpm), PACES, ("slow", "medium", "fast")),
        "mode": state.key.mode if state.key.mode in ("major", "minor") else "",
        **_effects(clip),
    }
    for name, steps in STEPS.items():
        if name in measures:
            found[name] = _third(measures[name], thresholds()[clip.layer][name], steps)
    untold = UNTOLD.get(clip.layer, ())
    return tuple("" if name in untold else found.get(name, "") for name in FIELDS)


def described(data: Path, layers: Iterable[str], split: str) -> list[Described]:
    """The clips of a split with their traits, shard after shard, each in its order."""
    out = []
    for lines, layer, its_split in shard_lists(data, layers):
        if its_split == split:
            found = zip(read_shard(lines, layer, split), measures_of(lines, layer, split), strict=True)
            out += [Described(clip, traits_of(clip, measures)) for clip, measures in found]
    return out


def _third(value: float, edges: Iterable[float], names: tuple[str, str, str]) -> str:
    return names[sum(value > edge for edge in edges)]


def _effects(clip: Clip) -> dict[str, str]:
    """Space and drive, where the clip says what was done to it."""
    variety = clip.meta.get("variety")
    effects = variety.get("effects") if isinstance(variety, dict) else None
    if not isinstance(effects, dict):
        return {}
    room, wet, drive = (float(effects.get(name, 0.0)) for name in ("room", "wet", "drive"))
    space = "dry" if room == 0 else "roomy" if wet > ROOM else "medium"
    return {"space": space, "drive": "clean" if drive == 0 else "driven" if drive > DRIVE else "medium"}
