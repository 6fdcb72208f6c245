"""The meter n/d and its lengths in ticks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stemwright.errors import UsageError
from stemwright.song.bar_map import Changes, parse_map
from stemwright.song.score import PPQ

_METER = re.compile(r"([0-9]{1,4})/([0-9]{1,4})", re.ASCII)


MAX_BEATS = 32


@dataclass(frozen=True, slots=True)
class Meter:
    """`n` beats of a 1/`d` note a bar. n 1..32, d 2, 4, 8 or 16."""

    n: int = 4
    d: int = 4

    def __post_init__(self) -> None:
        if not 1 <= self.n <= MAX_BEATS or self.d not in (2, 4, 8, 16):
            raise _bad_meter(f"{self.n}/{self.d}")

    @classmethod
    def parse(cls, text: str) -> Meter:
        """A meter from "7/8". UsageError otherwise."""
        found = _METER.fullmatch(text.strip())
        if found is None:
            raise _bad_meter(text)
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.n}/{self.d}"

    @property
    def ticks_per_beat(self) -> int:
        """Ticks of a 1/d note: 192, 96, 48 or 24."""
        return 4 * PPQ // self.d

    @property
    def ticks_per_bar(self) -> int:
        """Ticks of a bar."""
        return self.n * self.ticks_per_beat

    @property
    def beats_per_bar(self) -> int:
        """n."""
        return self.n

    @property
    def steps_per_bar(self) -> int:
        """16th-note steps (24 ticks) of a bar."""
        return self.ticks_per_bar // 24


def parse_meters(text: str) -> tuple[Meter, Changes[Meter]]:
    """A meter and its changes from "4/4" or "4/4, 9: 3/4". UsageError otherwise."""
    return parse_map(text, "meter", Meter.parse)


def _bad_meter(text: str) -> UsageError:
    return UsageError(
        f'meter: {text[:40]!r} is not a meter; write n/d with n 1..32 and d 2, 4, 8 or 16, e.g. "7/8"',
        field="meter",
    )
