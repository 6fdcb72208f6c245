"""The tensors of a companion's weight file (`symbolic/companion`), from its architecture alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from stemwright.errors import UsageError
from stemwright.models.fields import known_only, wrong_whole
from stemwright.song.drums import DRUM_PIECES

TOKENS = 128 + len(DRUM_PIECES)
"""What a companion plays: the 128 pitches, then the drum pieces."""
PARTS = ("instrument", "pitch", "time", "velocity")
"""The parts of an event, in the order of the architecture's tables."""
MAX_INSTRUMENTS = 16
MAX_PARAMETERS = 20_000_000
"""Beyond, no companion answers in time."""

_WHOLE = {
    "version": (1, 1),
    "hidden": (8, 2048),
    "embed": (4, 1024),
    "mix": (4, 1024),
    "time_components": (1, 64),
    "time_features": (1, 256),
    "velocity_components": (1, 32),
    "velocity_features": (1, 64),
}  # field: (lowest, highest)
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")


def validate_companion(config: Mapping[str, Any], where: str = "manifest.json") -> None:
    """Check a companion's architecture; raises UsageError naming the first bad field."""
    known_only(config, (*_WHOLE, "instruments"), where)
    wrong = wrong_whole(config, _WHOLE)
    if wrong is not None:
        raise UsageError(f"{where}: field 'architecture.{wrong[0]}' {wrong[1]}")
    names = config.get("instruments")
    if not isinstance(names, list) or not 1 <= len(names) <= MAX_INSTRUMENTS:
        raise UsageError(f"{where}: field 'architecture.instruments' must list 1 to {MAX_INSTRUMENTS} names")
    if not all(isinstance(name, str) and _NAME.fullmatch(name) for name in names) or len(set(names)) != len(
        names
    ):
        raise UsageError(
            f"{where}: field 'architecture.instruments' must hold different names of a-z, 0-9, _ and -"
        )
    if parameters(config) > MAX_PARAMETERS:
        raise UsageError(f"{where}: field 'architecture' asks for more than {MAX_PARAMETERS} weights")


def companion_tensors(config: Mapping[str, Any]) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Name -> (safetensors dtype, shape) of every tensor of a companion."""
    return {name: ("F16", shape) for name, shape in companion_shapes(config).items()}


def companion_shapes(config: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor: tables of what goes in and of what is known, the GRU, four heads."""
    hidden, embed, mix = config["hidden"], config["embed"], config["mix"]
    instruments = len(config["instruments"])
    shapes: dict[str, tuple[int, ...]] = {
        "gru.weight_ih": (3 * hidden, embed),
        "gru.weight_hh": (3 * hidden, hidden),
        "gru.bias_ih": (3 * hidden,),
        "gru.bias_hh": (3 * hidden,),
        "context.weight": (mix, hidden),
        "context.bias": (mix,),
        "held": (instruments * 128, mix),
    }
    for table, width in (("input", embed), ("known", mix)):
        shapes[f"{table}.instrument"] = (instruments + 1, width)
        shapes[f"{table}.pitch"] = (TOKENS + 1, width)
        shapes[f"{table}.time"] = (config["time_features"], width)
        shapes[f"{table}.velocity"] = (config["velocity_features"], width)
    for part, outputs in head_sizes(config).items():
        shapes[f"heads.{part}.inner.weight"] = (mix, mix)
        shapes[f"heads.{part}.inner.bias"] = (mix,)
        shapes[f"heads.{part}.outer.weight"] = (outputs, mix)
        shapes[f"heads.{part}.outer.bias"] = (outputs,)
    return shapes


def head_sizes(config: Mapping[str, Any]) -> dict[str, int]:
    """Part -> numbers that its head gives: logits, or weight, place and width of each component (velocity:
    before them the logit of a note's end)."""
    sizes = (
        len(config["instruments"]),
        TOKENS,
        3 * int(config["time_components"]),
        1 + 3 * int(config["velocity_components"]),
    )
    return dict(zip(PARTS, sizes, strict=True))


def parameters(config: Mapping[str, Any]) -> int:
    """Number of weights."""
    return sum(math.prod(shape) for shape in companion_shapes(config).values())
