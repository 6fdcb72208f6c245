"""What `show`, `verify` and `takes` tell: plain values in the stable form that scripts rely on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.producer.layer import settings
from stemwright.producer.players import player_facts
from stemwright.producer.standing import UNMADE, report, sounding
from stemwright.producer.workspace import reading
from stemwright.song.document import LayerEntry
from stemwright.song.progression import progression_text
from stemwright.song.state import GlobalState
from stemwright.song.timebase import FRAME_RATE

CHART_BARS = 8
"""Bars that a line of a chart has at most."""


def describe(path: Path) -> dict[str, Any]:
    """`show`: the global state, the active take of every layer, and what is not yet as it should be."""
    folder = reading(path)
    song = folder.load()
    state = song.state
    stale = [found for found in sounding(folder, song)[1] if found.reason != UNMADE]
    frames = state.timebase.frames(state.bars)
    return {
        "title": song.title,
        "prompt": song.prompt or None,
        "seed": song.seed,
        "bpm": state.to_json()["bpm"],
        "meter": str(state.meter),
        **state.changes_json(),
        "key": str(state.key),
        "style": state.style,
        "sections": [{"name": section.name, "bars": section.bars} for section in state.sections],
        "chords": progression_text(state) or None,
        "chart": chart(state),
        "bars": state.bars,
        "frames": frames,
        "seconds": frames / FRAME_RATE,
        "layers": {name: _layer(name, entry) for name, entry in song.layers.items()},
        **report(path, stale),
    }


def chart(state: GlobalState) -> list[dict[str, Any]]:
    """The chords in lines of at most `CHART_BARS` bars, which begin anew with each section; [] while they are
    not decided. `bar`: the line's first, from 1; `chords`: as `--chords` reads them.
    """
    lines: list[dict[str, Any]] = []
    first = 0
    for section in state.sections if state.chords else ():
        end = first + section.bars
        for bar in range(first, end, CHART_BARS):
            text = progression_text(state, range(bar, min(bar + CHART_BARS, end)))
            lines.append({"section": section.name, "bar": bar + 1, "chords": text})
        first = end
    return lines


def check(path: Path) -> dict[str, Any]:
    """`verify`: whether every file of the song is what it was when it was written."""
    from stemwright.store.verify import verify

    report = verify(reading(path))
    return {
        "ok": report.ok,
        "objects": report.objects,
        "problems": list(report.problems),
        "notes": list(report.notes),
    }


def list_takes(path: Path, layer: str | None = None) -> dict[str, Any]:
    """`takes`: all takes by layer. UsageError for a layer that the song has not."""
    song = reading(path).load()
    names = [layer] if layer is not None else list(song.layers)
    return {"layers": {name: _takes(song.layer(name)) for name in names}}


def _layer(name: str, entry: LayerEntry) -> dict[str, Any]:
    take = entry.active
    return {
        "timbre": entry.timbre,
        "take": entry.take,
        "takes": len(entry.takes),
        "seed": take.seed if take else None,
        "tokens_sha256": take.tokens_sha256 if take else None,
        "audio_sha256": take.audio_sha256 if take else None,
        "player": player_facts(take.player if take else None),
        "score_sha256": take.score_sha256 if take else entry.score_sha256,
        "frames": take.frames if take else None,
        **settings(name, entry),
    }


def _takes(entry: LayerEntry) -> list[dict[str, Any]]:
    return [
        {
            "take": take.take,
            "active": take.take == entry.take,
            "seed": take.seed,
            "timbre": take.timbre,
            "run": take.run,
            "tokens_sha256": take.tokens_sha256,
            "audio_sha256": take.audio_sha256,
            "player": player_facts(take.player),
            "score_sha256": take.score_sha256,
            "bundle_sha256": take.bundle_sha256,
            "frames": take.frames,
        }
        for take in entry.takes
    ]
