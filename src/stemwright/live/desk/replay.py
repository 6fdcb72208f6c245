"""A set played again from its log, offline: the same buses to the last bit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, shown
from stemwright.live.desk.desk import Desk, Sound
from stemwright.live.desk.journal import FIELDS, FILE, SOUNDS, VERSION, Key, key_of
from stemwright.live.desk.setup import Setup
from stemwright.native.live_commands import COMMAND, NOW, Flag, Op, Records

BLOCK = 4096
MAX_LINE = 16 << 20
MAX_SOUND = 1 << 30
_SOUND = re.compile(rf"{SOUNDS}/[0-9a-f]{{64}}\.npy")
Indices = npt.NDArray[np.intp]


@dataclass
class Played:
    """What a log holds. ``commands``: by the sample at which each held; ``steps``: what was loaded, and
    before which command; ``end``: the first sample that was not played, None where the program was killed;
    ``inputs``: the file of what the inputs hear, None where a device did, which is silent now."""

    setup: Setup
    facts: Mapping[str, Any]
    commands: Records
    steps: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    end: int | None = None
    inputs: object = None


def read_log(folder: Path) -> Played:
    """The log in a session's folder. UsageError naming file and line where it is none; a last line that was
    cut off by a kill is left out."""
    path = folder / FILE
    try:
        lines = list(log_lines(path))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}): give a session's folder") from None
    if not lines or lines[0].get("version") != VERSION:
        raise UsageError(f"{path}: line 1: is no log of version {VERSION}: give a session's folder")
    rows: list[tuple[Any, ...]] = []
    held: dict[Key, int] = {}
    late: set[Key] = set()
    steps: list[tuple[int, Mapping[str, Any]]] = []
    end = inputs = None
    for number, line in enumerate(lines, 1):
        try:
            rows += [tuple(row) for row in line.get("post", ())]
            held |= {_key(row): row[4] for row in line.get("held", ())}
            late |= {_key(row) for row in line.get("late", ())}
            end, inputs = line.get("end", end), line.get("inputs", inputs)
            if "sound" in line or "voices" in line:
                steps.append((len(rows), line))
        except (TypeError, IndexError, AttributeError):
            raise UsageError(f"{path}: line {number}: is not of a session's log") from None
    first = lines[0]
    facts = {name: value for name, value in first.items() if name not in ("setup", "version")}
    commands = _commands(rows, held, late, path)
    return Played(Setup.from_json(first.get("setup")), facts, commands, steps, end, inputs)


def _key(row: Sequence[int]) -> Key:
    return row[0], row[1], row[2], row[3]


def log_lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """The objects of a log's lines, without a last one that was cut off. UsageError naming the line that is
    none, OSError where the file cannot be read."""
    with path.open("rb") as stream:
        number = 0
        while line := stream.readline(MAX_LINE):
            number += 1
            try:
                found = json.loads(line)
            except (ValueError, RecursionError):
                if line.endswith(b"\n"):
                    raise UsageError(f"{path}: line {number}: is not JSON") from None
                return  # the last one, cut off
            if not isinstance(found, dict):
                raise UsageError(f"{path}: line {number}: should be an object")
            yield found


def _commands(rows: list[tuple[Any, ...]], held: Mapping[Key, int], late: set[Key], path: Path) -> Records:
    """The commands that held, at the samples at which they did and in that order."""
    made, asked = np.zeros(len(rows), COMMAND), np.zeros(len(rows), np.int64)
    kept = np.ones(len(rows), bool)
    for index, row in enumerate(rows):
        try:
            for name, value in zip(FIELDS, row, strict=True):
                made[name][index] = value
        except (ValueError, TypeError, OverflowError):
            raise UsageError(f"{path}: {shown(list(row))} is no command") from None
        key = key_of(made[index])
        asked[index] = made["at"][index]
        made["at"][index] = held.get(key, int(asked[index]))
        kept[index] = key not in late and made["at"][index] != NOW
    made["flags"] &= ~np.uint32(Flag.ON_TIME)  # those that are kept were in time
    at_once = (made["op"] != Op.CANCEL) | (asked >= 0)  # what cancels now does so before what is due now
    order = np.lexsort((np.arange(len(rows)), at_once, made["at"]))
    _cancel(made, order, kept)
    return made[order[kept[order]]]


def _cancel(made: Records, order: Indices, kept: npt.NDArray[np.bool_]) -> None:
    """Strike out what was cancelled before it held, and the commands that did so."""
    place = np.argsort(order)
    by_ticket: dict[int, list[int]] = {}
    for index, command in enumerate(made):
        if command["op"] == Op.CANCEL and kept[index]:
            for other in by_ticket.get(int(command["index"]), ()):
                kept[other] &= place[other] < place[index]
            kept[index] = False
        by_ticket.setdefault(int(command["ticket"]), []).append(index)


def replay(
    folder: Path,
    hear: Callable[[Desk, Sound], None],
    *,
    block: int = BLOCK,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Desk:
    """Play a session again. ``hear`` gets the desk and each block of main, float32 [frames, outputs], in
    order. UsageError for a log or sounds that are broken."""
    played = read_log(folder)
    desk = Desk(played.setup, again=True)
    sounds = _Sounds(folder, desk, played)
    heard = None if played.inputs is None else _sound(folder, played.inputs)
    if heard is not None and (heard.dtype != np.float32 or heard.shape[1:] != (played.setup.heard,)):
        raise UsageError(f"{folder / FILE}: what its inputs hear is not of {played.setup.heard} channels")
    end = played.end if played.end is not None else int(played.commands["at"].max(initial=0))
    done = 0
    while desk.graph.sample < end:
        start = desk.graph.sample
        frames = min(block, end - start)
        last = int(np.searchsorted(played.commands["at"], start + frames))
        sounds.ready(last)
        desk.graph.post(played.commands[done:last])
        done = last
        hear(desk, desk.graph.render(frames, block_of(heard, start, frames)))
        desk.graph.reports()
        progress(start + frames, end)
    return desk


def block_of(heard: Sound | None, start: int, frames: int) -> Sound | None:
    """What inputs hear in a block: a stretch of their sound, then silence; None for silence alone."""
    if heard is None:
        return None
    part = heard[start : start + frames]
    return np.pad(part, ((0, frames - len(part)), (0, 0)))


class _Sounds:
    """Sounds are in memory from the first command that launches them to the last one, so that a set may be
    as long as it likes; those of voices from the beginning on."""

    def __init__(self, folder: Path, desk: Desk, played: Played) -> None:
        self._folder, self._desk = folder, desk
        self._steps = [step for _, step in played.steps]
        self._place = {step.get("sound"): place for place, step in enumerate(self._steps)}
        launches = played.commands["op"] == Op.LAUNCH
        self._clips = np.where(launches, played.commands["index"], -1)
        self._last = {int(clip): number for number, clip in enumerate(self._clips) if clip >= 0}
        self._posted = self._loaded = 0
        voices = [place for place, step in enumerate(self._steps) if "voices" in step]
        self._load_to(voices[-1] + 1 if voices else 0)

    def ready(self, posted: int) -> None:
        """Commands before a number are about to be posted."""
        for clip in [clip for clip, last in self._last.items() if last < self._posted]:
            del self._last[clip]
            self._desk.graph.drop_clip(clip)
        wanted = set(map(int, self._clips[self._posted : posted]))
        self._load_to(1 + max((self._place.get(clip, -1) for clip in wanted), default=-1))
        self._posted = posted

    def _load_to(self, place: int) -> None:
        for step in self._steps[self._loaded : place]:
            _load(self._folder, self._desk, step)
        self._loaded = max(self._loaded, place)


def _load(folder: Path, desk: Desk, step: Mapping[str, Any]) -> None:
    """Load again what was loaded then: sounds and voices get the same numbers."""
    if "voices" in step:
        desk.give_voices(step["voices"], step["clips"], step["ratios"], step["release"])
        return
    sound = _sound(folder, step.get("file"))
    if desk.load(sound, str(step.get("source", ""))) != step.get("sound"):
        raise UsageError(f"{folder / FILE}: sound {shown(step.get('sound'))} is out of order")


def _sound(folder: Path, name: object) -> Sound:
    """One of the session's sounds."""
    if not isinstance(name, str) or not _SOUND.fullmatch(name):
        raise UsageError(f"{folder / FILE}: {shown(name)} is no file of a sound")
    path = folder / name
    try:
        if path.stat().st_size > MAX_SOUND:
            raise UsageError(f"{path}: is larger than {MAX_SOUND} bytes")
        found: Sound = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read ({error})") from None
    return found
