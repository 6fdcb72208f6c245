"""Requests to the composer that contradict themselves: refused, in words that say which two things do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from stemwright.errors import UsageError, argument
from stemwright.song.layers import is_drums

if TYPE_CHECKING:
    from stemwright.producer.asked import Asked
    from stemwright.symbolic.composer.limits import Limits


def require_clear(asked: Asked, limits: Mapping[str, Limits]) -> None:
    """UsageError where wishes and limits of the layers to be written cannot both be met."""
    _require_pitched(asked, limits)
    for name in ("swing", "syncopation"):
        if asked.keep_rhythm and name in asked.attributes:
            raise UsageError(
                f"{argument(name)} and {argument('keep_rhythm')}: "
                "the rhythm that is kept says where notes begin; drop one"
            )
    for layer, limit in limits.items():
        if not is_drums(layer):
            _require_met(asked, layer, limit)


def _require_pitched(asked: Asked, limits: Mapping[str, Limits]) -> None:
    """Drums alone have no pitches to keep to; beside other layers they are left as they are."""
    if not all(is_drums(layer) for layer in limits):
        return
    given = {
        "range": asked.low is not None,
        "in_key": asked.in_key,
        "chord_tones": asked.on_chord,
        "voices": asked.voices is not None,
        "register": "register" in asked.attributes,
        "length": "length" in asked.attributes,
    }
    wrong = next((name for name, is_given in given.items() if is_given), None)
    if wrong:
        raise UsageError(
            f"{argument(wrong)}: drums have neither pitches nor lengths; leave it out or name other layers"
        )


def _require_met(asked: Asked, layer: str, limit: Limits) -> None:
    register, voices = asked.attributes.get("register"), asked.attributes.get("polyphony")
    if register is not None and not limit.low <= register <= limit.high:
        raise UsageError(
            f"layer {layer!r}: {argument('register')} {register:g} lies outside the range "
            f"{limit.low}-{limit.high}; "
            "change one, or name only layers that it suits"
        )
    if voices is not None and limit.polyphony is not None and voices > limit.polyphony:
        raise UsageError(
            f"layer {layer!r}: {argument('polyphony')} {voices:g}, "
            f"but at most {limit.polyphony} sound at once; "
            f"give more {argument('voices')}, or name only layers that it suits"
        )
