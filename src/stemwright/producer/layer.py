"""`layer`: how loud and where a layer is in the mix, whether it is heard, of what kind it is, its timbre."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import UsageError, argument, shown
from stemwright.producer import bundles
from stemwright.producer.clock import Clock
from stemwright.producer.details import ChangedLayer
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing
from stemwright.song import gains
from stemwright.song.layers import AUDIO, LAYERS, kind_of, named_kind

if TYPE_CHECKING:
    from stemwright.song.document import LayerEntry

AUTO = "auto"


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be set of a layer; None: as it is. `gain`: dB; `pan`: -1 left .. 1 right, or `AUTO`, where
    its kind stands; `kind`: one of `LAYERS`; `timbre`: of its next take.
    """

    gain: float | None = None
    pan: float | str | None = None
    mute: bool | None = None
    solo: bool | None = None
    kind: str | None = None
    timbre: str | None = None


def set_layer(path: Path, layer: str, change: Change) -> dict[str, Any]:
    """Set what is asked for; returns how the layer is now. What is so already changes nothing. UsageError for
    an unknown layer, a value out of bounds, mute with solo, and a kind that its takes are not played as.
    """
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        before = song.layer(layer)
        after = _changed(before, layer, change)
        number = None
        if after != before:
            act = Act("layer", [layer], details={layer: ChangedLayer(_differences(before, after))})
            number = commit(folder, song.with_layer(layer, after), act, clock)["run"]
    return {
        "layer": layer,
        "run": number,
        "timbre": after.timbre,
        **settings(layer, after),
        "remarks": _remarks(layer, after, change),
    }


def settings(layer: str, entry: LayerEntry) -> dict[str, Any]:
    """A layer's kind and its place in the mix, as reports tell of them. `pan` None: where its kind stands."""
    mix = {name: getattr(entry, name) for name in ("gain_db", "pan", "mute", "solo")}
    return {"kind": kind_of(entry.role(layer)), **mix, "gains": gains.to_json(entry.gains)}


def _changed(entry: LayerEntry, layer: str, change: Change) -> LayerEntry:
    if kind_of(entry.role(layer)) == AUDIO and (change.kind, change.timbre) != (None, None):
        raise UsageError(
            f"layer {layer!r}: holds recordings; it has no other kind, and no timbre", field="layer"
        )
    entry = _with_kind(entry, layer, change.kind)
    if change.timbre is not None:
        bundle = bundles.performer(entry.role(layer))
        entry = replace(entry, timbre=bundles.timbre_of(bundle, change.timbre))
    mute = entry.mute if change.mute is None else bool(change.mute)
    solo = entry.solo if change.solo is None else bool(change.solo)
    if mute and solo:
        raise UsageError(
            f"layer {layer!r}: is either muted or soloed; take back {argument('mute')} or {argument('solo')}"
        )
    gain = entry.gain_db if change.gain is None else change.gain
    pan = entry.pan if change.pan is None else _pan(change.pan)
    try:
        return replace(entry, gain_db=gain, pan=pan, mute=mute, solo=solo)
    except UsageError as error:
        raise UsageError(f"layer {layer!r}: {error.marked}") from None


def _with_kind(entry: LayerEntry, layer: str, kind: str | None) -> LayerEntry:
    if kind is None:
        return entry
    if kind not in LAYERS:
        raise UsageError(f"{argument('kind')} {kind[:40]!r}: is not known; use {', '.join(LAYERS)}")
    made = replace(entry, kind=None if kind == named_kind(layer) else kind)
    was = kind_of(entry.role(layer))
    if was != kind and any(take.player is None for take in entry.takes):
        raise UsageError(
            f"{argument('kind')} {kind}: layer {layer!r} has takes that are played as {was}; import its "
            "notes as another layer, and give that the kind"
        )
    return made


def _pan(given: float | str) -> float | None:
    if given == AUTO:
        return None
    try:
        return float(given)
    except ValueError:
        raise UsageError(
            f"{argument('pan')} {shown(given)}: give -1 (left) to 1 (right), or {AUTO}"
        ) from None


def _differences(before: LayerEntry, after: LayerEntry) -> dict[str, Any]:
    """What became of each field that changed."""
    names = (field.name for field in fields(after))
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}


def _remarks(layer: str, entry: LayerEntry, change: Change) -> list[str]:
    """What to say of a timbre that the active take is not played in."""
    take = entry.active
    if change.timbre is None or take is None or (take.player is None and take.timbre == entry.timbre):
        return []
    return [
        f"{layer}: {entry.timbre} is for its next take; to hear the same notes in it: "
        f"stemwright generate DIR {layer} --timbre {entry.timbre!r}"
    ]
