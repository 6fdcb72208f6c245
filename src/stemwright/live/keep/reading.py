"""What a session's log tells of its music: bars, stems that were made, recordings, what was marked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from stemwright.errors import UsageError
from stemwright.live.desk.journal import FILE
from stemwright.live.desk.replay import log_lines, read_log
from stemwright.native.live_commands import Op

_MOST = 1 << 53


@dataclass(frozen=True, slots=True)
class PlayedBar:
    """A bar that was played: its first sample, its tempo, and what each column had then: (row, bar of the
    song from 0, clip), None for silence."""

    at: int
    bpm: Fraction
    heard: tuple[tuple[int, int, int] | None, ...]


@dataclass(frozen=True, slots=True)
class MadeStem:
    """A stem that was made in the set: by a run of the session's copy, and heard as a clip."""

    layer: str
    row: int
    words: str
    seed: int
    run: int
    clip: int


@dataclass(slots=True)
class Session:
    """A log as it was read. `run`: the copy's last one before the set; `marked`: samples at which something
    was kept; `recordings`: folder of buses -> its first sample; `end`: where the last bar ends."""

    folder: Path
    rate: int
    columns: tuple[str, ...]
    run: int
    bars: list[PlayedBar] = field(default_factory=list)
    made: list[MadeStem] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    recordings: dict[Path, int] = field(default_factory=dict)
    end: int = 0


def read_session(folder: Path) -> Session:
    """UsageError naming file and line where the folder holds no log, or one that says nothing of bars."""
    played = read_log(folder)
    run = played.facts.get("run")
    if not isinstance(run, int):
        raise UsageError(f"{folder / FILE}: line 1: run: is missing; give a set of this version")
    found = Session(folder, played.setup.rate, played.setup.columns, run)
    end: int | None = None
    for number, line in enumerate(log_lines(folder / FILE), 1):
        try:
            end = _take(found, line, end)
        except (TypeError, ValueError, KeyError, ZeroDivisionError, OverflowError):
            raise UsageError(f"{folder / FILE}: line {number}: is not of a session's log") from None
    if not found.bars:
        raise UsageError(f"{folder}: the transport never played, so there is nothing to keep")
    last = int(played.end if played.end is not None else played.commands["at"].max(initial=0))
    found.end = end if end is not None else max(last, found.bars[-1].at)
    starts = Counter(
        int(command["at"])
        for command in played.commands
        if command["op"] == Op.RECORD and command["index"] == 1
    )
    begun = sorted(start for start, buses in starts.items() if buses > 1)  # one alone is a beat tracker's
    folders = (folder / "buses" / str(number) for number in range(1, len(begun) + 1))
    found.recordings = {place: start for place, start in zip(folders, begun, strict=True) if place.is_dir()}
    return found


def _take(found: Session, line: Mapping[str, Any], end: int | None) -> int | None:
    """Take a line's facts; the sample at which the transport stands since the last bar, None: it plays."""
    if "bar" in line:
        bar = line["bar"]
        heard = tuple(None if each is None else _heard(each) for each in bar["heard"])
        at = _whole(bar["at"])
        if len(heard) != len(found.columns) or (found.bars and at < found.bars[-1].at):
            raise ValueError
        found.bars.append(PlayedBar(at, Fraction(bar["bpm"]), heard))
        return None
    if "stood" in line:
        return _whole(line["stood"])
    if "made" in line:
        made = line["made"]
        layer, words = str(made["layer"]), str(made["words"])
        numbers = [_whole(made[name]) for name in ("row", "seed", "run", "clip")]
        found.made.append(MadeStem(layer, numbers[0], words, *numbers[1:]))
    if "action" in line and line["action"]["action"] == "session.keep":
        found.marked.append(_whole(line["action"]["sample"]))
    return end


def _heard(value: Any) -> tuple[int, int, int]:
    row, bar, clip = value
    return _whole(row), _whole(bar), _whole(clip)


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value < _MOST:
        raise ValueError
    return value
