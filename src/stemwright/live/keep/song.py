"""`live keep`: the song that a session was. All of it is done by commands of the command line, each in a
process of its own, on a copy of the session's copy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError, UsageError, argument
from stemwright.live.keep.buses import Bus, buses_of
from stemwright.live.keep.form import Kept, kept, pieces
from stemwright.live.keep.reading import MadeStem, Session, read_session
from stemwright.live.session.opening import COPY
from stemwright.live.worker.worker import call, last_run
from stemwright.song.document import Song, loads
from stemwright.song.state import GlobalState

SILENT = "-60"
"""The gain in dB of bars in which a layer was not heard."""
Watch = Callable[[int, int], None]


@dataclass(slots=True)
class Result:
    """What came of it. Bars are counted from 1. `other`: layer -> bars in which it played something else;
    `recorded`: layer -> the file that it is; `made`: stems made in the set, and the bars in which each
    was heard; `marked`: bars."""

    song: Path
    form: str
    bars: int
    silent: dict[str, list[str]] = field(default_factory=dict)
    other: dict[str, list[str]] = field(default_factory=dict)
    recorded: dict[str, str] = field(default_factory=dict)
    made: list[tuple[MadeStem, list[str]]] = field(default_factory=list)
    marked: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def keep(session: Path, out: Path, watch: Watch = lambda done, of: None) -> Result:
    """Make the song `out`, a folder that is not there. UsageError for what is no session, or nothing to keep;
    where a command refuses, nothing is left of the song."""
    if out.exists():
        raise UsageError(f"{out}: is there already; give a new folder with {argument('out')}")
    found = read_session(session)
    place = session / COPY
    part = out.with_name(f"{out.name}.part")
    if part.exists():
        raise UsageError(f"{part}: is left over of another try; delete it")
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        call(["copy", str(place), str(part)])
        result = _Making(found, part, watch).make()
        os.rename(part, out)
    except OSError as error:
        raise StemwrightError(f"{out}: cannot be written ({error.strerror})") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    result.song = out
    return result


class _Making:
    def __init__(self, session: Session, place: Path, watch: Watch) -> None:
        self._session, self._place, self._watch = session, place, watch
        self._done, self._all = 0, 1

    def make(self) -> Result:
        """The song as it was played; recordings, levels."""
        session = self._session
        if last_run(call(["log", str(self._place)])) != session.run:
            self._do("restore", str(session.run))
        song = self._song()
        buses = buses_of(session, set(song.layers))
        spans = [range(bus.start, bus.start + bus.frames) for bus in buses]
        made = frozenset(stem.clip for stem in session.made)
        played = kept(session.bars, session.end, spans, made)
        if not played.bars:
            raise UsageError(f"{session.folder}: nothing was heard of the song, and nothing was recorded")
        self._check(song.state, played)
        self._all = 4 * len(played.bars) // 8 + len(buses) + len(session.columns)
        form = self._arrange(song.state, played.sources)
        result = Result(self._place, form, len(played.bars))
        result.made = [(stem, [_text(bars) for bars in played.of(stem.clip)]) for stem in session.made]
        recorded = self._record(buses, played, song.state, result)
        self._levels(played, recorded, result)
        result.marked = [_around(played, _stretches(played), sample) for sample in session.marked]
        return result

    def _do(self, command: str, *words: str) -> dict[str, Any]:
        told = call([*command.split(), str(self._place), *words])
        self._done += 1
        self._watch(self._done, max(self._all, self._done))
        return told

    def _song(self) -> Song:
        path = self._place / "song.json"
        return loads(path.read_bytes(), str(path))

    def _check(self, state: GlobalState, played: Kept) -> None:
        if any(source >= state.bars for source in played.sources):
            raise UsageError(f"{self._session.folder}: its log is of another song than its copy")

    def _arrange(self, state: GlobalState, sources: Sequence[int]) -> str:
        """The song's bars in the order in which they were played; the form."""
        if list(sources) == list(range(state.bars)):
            return state.form
        begins = [0, *accumulate(section.bars for section in state.sections)]
        end, form = state.bars, ""
        for piece in pieces(sources, begins):
            bars = f"{piece.start + 1}-{piece.stop}"
            self._do("bars repeat", bars, "--times", str(piece.times))
            if piece.stop != end:
                copies = f"{piece.stop + 1}-{piece.stop + piece.bars}"
                self._do("bars move", copies, str(end + piece.bars + 1))
            end += piece.bars
        form = str(self._do("bars delete", f"1-{state.bars}")["form"])
        return form

    def _record(
        self, buses: Sequence[Bus], played: Kept, state: GlobalState, result: Result
    ) -> dict[str, list[tuple[str, range]]]:
        """Each bus as a layer; layer -> those that are recordings of it, and the bars that these hold."""
        found: dict[str, list[tuple[str, range]]] = {}
        for bus in buses:
            bars = bus.lie(played, state, self._session.rate, result.remarks)
            if bars is None:
                continue
            with bus.padded(played, self._session.rate) as (file, skipped):
                at = str(1 + (played.at(bus.start) or 0))
                begin = ["--audio", str(file), "--at", at, "--from", f"{skipped:.9f}"]
                self._do("layer add", bus.layer, *begin)
            result.recorded[bus.layer] = str(bus.file)
            if bus.column:
                found.setdefault(bus.column, []).append((bus.layer, bars))
        return found

    def _levels(self, played: Kept, recorded: dict[str, list[tuple[str, range]]], result: Result) -> None:
        """Layers are silent where they were not heard; where they played something else, the recording is
        heard in their place, and nowhere else."""
        for column, layer in enumerate(self._session.columns):
            silent, other = played.silent(column), played.other(column)
            result.silent |= {layer: [_text(bars) for bars in silent]} if silent else {}
            result.other |= {layer: [_text(bars) for bars in other]} if other else {}
            quiet = [*silent]
            for name, bars in recorded.get(layer, ()):
                taken = [both for each in other if (both := _both(each, bars))]
                if not taken:
                    self._do("layer mute", name)
                quiet += taken
                for gap in _gaps(taken, len(played.bars)) if taken else ():
                    self._gain(name, gap)
            for each in quiet:
                self._gain(layer, each)

    def _gain(self, layer: str, bars: range) -> None:
        self._do("layer gain", layer, "--bars", _text(bars), "--", SILENT)


def _stretches(played: Kept) -> list[range]:
    """The bars (from 0) that follow each other in the song, as they lie in what was played."""
    found: list[range] = []
    for place, source in enumerate(played.sources):
        if found and source == played.sources[place - 1] + 1:
            found[-1] = range(found[-1].start, place + 1)
        else:
            found.append(range(place, place + 1))
    return found


def _around(played: Kept, found: Sequence[range], sample: int) -> str:
    """What had been heard of its stretch when something was marked."""
    bar = played.at(sample) or 0
    start = next(each.start for each in found if bar in each)
    return _text(range(start, bar + 1))


def _both(first: range, second: range) -> range:
    return range(max(first.start, second.start), min(first.stop, second.stop))


def _gaps(taken: Sequence[range], bars: int) -> list[range]:
    """What lies between."""
    edges = [0, *(edge for each in taken for edge in (each.start, each.stop)), bars]
    return [range(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if a < b]


def _text(bars: range) -> str:
    return f"{bars.start + 1}-{bars.stop}" if len(bars) > 1 else str(bars.start + 1)
