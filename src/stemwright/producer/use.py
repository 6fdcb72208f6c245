"""`use`: another take becomes a layer's active one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.producer.clock import Clock
from stemwright.producer.details import UsedTake
from stemwright.producer.players import player_facts
from stemwright.producer.record import Act, commit
from stemwright.producer.workspace import writing


def use_take(path: Path, layer: str, take: int) -> dict[str, Any]:
    """Make `take` the active one. Nothing is deleted; choosing the active one again changes nothing."""
    clock = Clock()
    with writing(path) as folder:
        song = folder.load()
        entry = song.layer(layer)
        have = [found.take for found in entry.takes]
        if take not in have:
            listed = ", ".join(map(str, have)) or "none yet"
            raise UsageError(
                f"layer {layer!r} has no take {take} (there is: {listed}); see: stemwright takes DIR",
                field="take",
            )
        before = entry.take
        number = None
        if take != before:
            song = song.with_layer(layer, entry.with_active(take))
            act = Act("use", [layer], details={layer: UsedTake(take, before)})
            number = commit(folder, song, act, clock)["run"]
        chosen = song.layer(layer).active
    assert chosen is not None
    return {
        "layer": layer,
        "take": take,
        "before": before,
        "timbre": chosen.timbre,
        "run": number,
        "tokens_sha256": chosen.tokens_sha256,
        "audio_sha256": chosen.audio_sha256,
        "player": player_facts(chosen.player),
    }
