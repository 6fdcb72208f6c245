"""What words can move: one table, which companions, the stream and the graph read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from stemwright.errors import UsageError, shown


@dataclass(frozen=True, slots=True)
class VibeParameter:
    """`default`: where it rests; `step`: what "more" of it moves it by; `more`, `less`: words for its
    moves.
    """

    name: str
    low: float
    high: float
    default: float
    step: float
    more: str
    less: str
    text: str

    def clipped(self, value: float) -> float:
        """The nearest value that it may have."""
        return min(max(value, self.low), self.high)


_ALL = (
    VibeParameter("density", 0.0, 1.0, 0.5, 0.2, "busier", "sparser", "how many notes are played"),
    VibeParameter("tension", 0.0, 1.0, 0.5, 0.2, "tenser", "calmer", "how far harmony strays"),
    VibeParameter("brightness", 0.0, 1.0, 0.5, 0.2, "brighter", "darker", "filters and registers"),
    VibeParameter("energy", 0.0, 1.0, 0.5, 0.2, "more driving", "softer", "how hard it is played"),
    VibeParameter("swing", 0.5, 0.75, 0.5, 0.08, "more swing", "straighter", "where off-beats fall"),
    VibeParameter("syncopation", 0.0, 1.0, 0.5, 0.2, "more syncopated", "plainer", "accents off the beat"),
    VibeParameter("length", 0.0, 1.0, 0.5, 0.2, "longer notes", "shorter notes", "how long notes are held"),
    VibeParameter("register", -12.0, 12.0, 0.0, 4.0, "higher", "lower", "semitones up or down"),
    VibeParameter("variety", 0.0, 1.0, 0.5, 0.2, "wilder", "steadier", "how much it surprises"),
    VibeParameter("level", -24.0, 6.0, 0.0, 3.0, "louder", "quieter", "dB of all that is not played by hand"),
    VibeParameter("tempo", -20.0, 20.0, 0.0, 4.0, "faster", "slower", "percent of the song's tempo"),
)
PARAMETERS: Mapping[str, VibeParameter] = {each.name: each for each in _ALL}


def parameter(name: object) -> VibeParameter:
    """The parameter of a name. UsageError where there is none."""
    found = PARAMETERS.get(name) if isinstance(name, str) else None
    if found is None:
        raise UsageError(f"parameter: {shown(name)} is not known; there are {', '.join(PARAMETERS)}")
    return found


def defaults() -> dict[str, float]:
    """Where everything rests."""
    return {each.name: each.default for each in _ALL}
