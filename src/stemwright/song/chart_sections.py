"""The sections of a chart: where labels stand, and the bars of those that are only named again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from stemwright.errors import UsageError
from stemwright.song.chart_repeats import Bar, Played
from stemwright.song.form import Section, section_name

_COUNT = re.compile(r" *\(?(?:x([0-9]{1,3})|([0-9]{1,3})x)\)?$")


@dataclass(slots=True)
class Labels:
    """The section that is open: `name` (None before the first), its first bar, and how often it is played."""

    name: str | None = None
    begun: int = 0
    times: int = 1
    is_label: bool = False  # whether it has its name from a label
    any: bool = False  # whether there was any label
    remarks: list[str] = field(default_factory=list)

    def begin(self, text: str, played: Played) -> None:
        """A label: "Verse 2", "Chorus x2"."""
        self.close(played)
        count = _COUNT.search(text)
        self.times = int(count[1] or count[2]) if count else 1
        self.name = section_name(text[: count.start()] if count else text)
        self.begun, self.is_label, self.any = len(played.bars), True, True

    def end(self, played: Played) -> None:
        """A section ends, and what follows has no label; among lyrics that is a verse."""
        self.close(played)
        self.name, self.begun, self.is_label = "verse", len(played.bars), False

    def close(self, played: Played) -> None:
        """The open section has all its bars; where it has none, it is the one of that name before."""
        if not self.is_label or self.name is None:
            return
        unit = played.bars[self.begun :]
        if not unit:
            unit = [replace(bar, section=self.name) for bar in _known(self.name, played.bars)]
            if not unit:
                self.remarks.append(f"section {self.name} has no bars and is left out")
            played.add(unit)
        played.add([replace(bar, fresh=False) for bar in unit], self.times - 1)
        self.is_label = False

    def is_fresh(self, played: Played) -> bool:
        """Whether a section begins with the bar that comes."""
        return self.name is not None and self.begun == len(played.bars)


def sections(bars: Sequence[Bar], unnamed: str) -> tuple[Section, ...]:
    """The sections of bars, those without a name called `unnamed`."""
    runs: list[tuple[str, int]] = []
    for bar in bars:
        name = bar.section or unnamed
        if runs and runs[-1][0] == name and not bar.fresh:
            runs[-1] = name, runs[-1][1] + 1
        else:
            runs.append((name, 1))
    try:
        return tuple(Section(name, count) for name, count in runs)
    except UsageError as error:
        raise UsageError(f"chords: {error.marked}", field="chords") from None


def _known(name: str, bars: Sequence[Bar]) -> list[Bar]:
    """The bars of the first section of a name, or of its name without a number."""
    for plain in (str.lower, _without_number):
        out: list[Bar] = []
        for bar in bars:
            same = bar.section is not None and plain(bar.section) == plain(name)
            if out and (bar.fresh or not same):
                break
            if same:
                out.append(bar)
        if out:
            return [replace(out[0], fresh=True), *out[1:]]
    return []


def _without_number(name: str) -> str:
    return name.lower().rstrip("0123456789").rstrip("_-")
