"""What a performer sees of a set at a moment."""

from __future__ import annotations

import numpy as np

from stemwright.live.launch.quantise import boundary
from stemwright.live.launch.slots import SlotState
from stemwright.live.session.live_set import LiveSet
from stemwright.live.shown_state import ShownColumn, ShownSlot, ShownState

_SILENCE = float("-inf")


def shown(live: LiveSet, surfaces: tuple[str, ...] = (), load: float = 0.0) -> ShownState:
    """The state at ``live.now``. Meters are those since the call before."""
    now, transport = live.now, live.transport
    position, playing = transport.position(now), transport.playing(now)
    bar = transport.grid.bar(position)
    meters = live.desk.graph.meters()
    main = meters[live.desk.taps["main"]]
    until = boundary(transport.grid, live.launcher.quantum, position) - position if playing else None
    return ShownState(
        sample=now,
        rate=live.rate,
        is_playing=playing,
        is_recording=live.recording.on,
        bpm=transport.tempo.bpm(now),
        meter=(bar.meter.n, bar.meter.d),
        quarters=position,
        bar=bar.number,
        beat=int((position - bar.start) * bar.meter.d / 4),
        section=bar.section,
        quantise=str(live.launcher.quantum),
        until_boundary=until,
        columns=tuple(_column(live, column, meters) for column in range(len(live.opened.columns))),
        scenes=_scenes(live),
        main_peak=(_decibels(main[0]["peak"]), _decibels(main[1]["peak"])),
        load=load,
        surfaces=surfaces,
        messages=tuple(live.messages),
    )


def _scenes(live: LiveSet) -> tuple[str, ...]:
    """Rows that are shown: the song's sections, and the stream's where it plays."""
    names = [scene.name for scene in live.opened.scenes]
    stream = live.stems.stream
    return (*names, *(f"stream {1 + row - stream.rows.start}" for row in stream.rows if stream.on))


def _column(live: LiveSet, column: int, meters: np.ndarray) -> ShownColumn:
    fader, channel = live.faders.faders[column], live.desk.columns[column]
    views = [live.launcher.view(column, row, live.now) for row in range(len(_scenes(live)))]
    slots = tuple(ShownSlot(view.state, view.name, view.played, view.detail) for view in views)
    playing = next(
        (row for row, view in enumerate(views) if view.state in (SlotState.PLAYING, SlotState.STOPPING)), None
    )
    levels = meters[channel.tap]
    return ShownColumn(
        live.opened.columns[column],
        slots,
        fader.level,
        _decibels(levels["peak"].max()),
        _decibels(levels["rms"].max()),
        fader.muted,
        fader.soloed,
        playing,
    )


def _decibels(level: float) -> float:
    return 20 * float(np.log10(level)) if level > 0 else _SILENCE
