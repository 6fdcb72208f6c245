"""A set as a text: what is done when, to be played on a virtual clock.

# time     action                    times: bars (1, 5.3: beat 3 of bar 5), seconds (2.5s) or samples (@48000)
1          transport.play
1          scene.launch 0
4.4        slot.launch bass 2        columns by name or number, from 0
12.5s      column.lowpass lead 800
13.5s      midi 0 90 3c 64           bytes that come in at a MIDI port, in hexadecimal digits
24         wait                      until all stems that were asked for are made
33         end
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from stemwright.errors import UsageError, shown
from stemwright.live.clock.grid import of_song
from stemwright.live.clock.transport import Transport
from stemwright.live.control.actions import Action, read_line
from stemwright.song.state import GlobalState

MAX_LINES = 100_000
MAX_SECONDS = 6 * 3600
END, WAIT, MIDI = "end", "wait", "midi"
_BAR = re.compile(r"(\d{1,5})(?:\.(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Due:
    """A line of a script. ``bar``, ``beat`` from 0, or ``seconds``, or ``sample``. ``what``: an action,
    `END`, `WAIT`, or bytes that come in at a MIDI port."""

    number: int
    what: Action | str | tuple[int, bytes]
    bar: tuple[int, int] | None = None
    seconds: Fraction | None = None
    sample: int = 0

    def at(self, transport: Transport, state: GlobalState) -> int:
        """Its sample, by the time that holds now; bars are those of the song, played from its beginning."""
        if self.seconds is not None:
            return int(self.seconds * transport.rate + Fraction(1, 2))
        if self.bar is None:
            return self.sample
        bar, beat = self.bar
        bars = of_song(state)
        place = bars.place(bar) + Fraction(4 * beat, bars.meter(bar).d)
        return 0 if place == 0 else transport.tempo.sample(place)


def read_script(text: str, name: str, columns: Sequence[str]) -> list[Due]:
    """The lines of a script in their order. UsageError naming the line that is none."""
    found: list[Due] = []
    for number, line in enumerate(text.splitlines()[: MAX_LINES + 1], 1):
        words = line.split("#", 1)[0].split(None, 1)
        if not words:
            continue
        if number > MAX_LINES:
            raise UsageError(f"{name}: has more than {MAX_LINES} lines")
        try:
            if len(words) < 2:
                raise UsageError(f"{shown(words[0])} needs a time and an action, e.g. 5 scene.launch 1")
            found.append(_due(number, words[0], words[1].strip(), columns))
        except UsageError as error:
            raise UsageError(f"{name}: line {number}: {error.marked}") from None
    if not any(due.what == END for due in found):
        raise UsageError(f"{name}: has no end; write a last line, e.g. 33 end")
    return found


def _due(number: int, time: str, line: str, columns: Sequence[str]) -> Due:
    what = _what(line, columns)
    if time.startswith("@") and time[1:].isdecimal() and len(time) < 15:
        return Due(number, what, sample=int(time[1:]))
    if time.endswith("s"):
        try:
            seconds = Fraction(time[:-1])
        except (ValueError, ZeroDivisionError):
            seconds = Fraction(-1)
        if 0 <= seconds <= MAX_SECONDS:
            return Due(number, what, seconds=seconds)
    bar = _BAR.fullmatch(time)
    if bar is None or int(bar[1]) < 1 or (bar[2] is not None and int(bar[2]) < 1):
        raise UsageError(f"{shown(time)} is no time; write a bar (5 or 5.3), seconds (2.5s) or @SAMPLE")
    return Due(number, what, bar=(int(bar[1]) - 1, int(bar[2] or 1) - 1))


def _what(line: str, columns: Sequence[str]) -> Action | str | tuple[int, bytes]:
    words = line.split()
    if words[0] in (END, WAIT):
        if len(words) > 1:
            raise UsageError(f"{words[0]}: takes nothing more")
        return words[0]
    if words[0] == MIDI:
        try:
            port, data = int(words[1]), bytes.fromhex("".join(words[2:]))
        except (ValueError, IndexError):
            raise UsageError("midi: write a port and bytes, e.g. midi 0 90 3c 64") from None
        if not 0 <= port < 64 or not 1 <= len(data) <= 1024:
            raise UsageError("midi: ports are 0 to 63, bytes 1 to 1024")
        return port, data
    if (
        len(words) > 1
        and words[1] in columns
        and words[0].split(".")[0] in ("slot", "column", "launch", "stream")
    ):
        words[1] = str(columns.index(words[1]))
        line = " ".join([words[0], words[1], *line.split(None, 2)[2:]])
    return read_line(line)
