"""Takes that are wanted: which layer's, by whom their notes are written, which bars are new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stemwright.producer.bars import Span
    from stemwright.song.document import Take

GIVEN, ARRANGER, COMPOSER = "given", "arranger", "composer"


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes notes; of the composer also its bundle's SHA-256."""

    name: str
    bundle_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """Some bars of a take, `spans`, upwards, are made again; the rest of its tokens stays."""

    base: Take
    spans: tuple[Span, ...]

    @property
    def bars(self) -> list[int]:
        """The bars, counted from 0."""
        return [bar for span in self.spans for bar in span.bars]

    def __str__(self) -> str:
        return ",".join(map(str, self.spans))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A layer's next take. `role`: what the layer goes by where its name has to say its kind. `writer`: of
    what is new in it. `again`: the take whose notes it plays, if any.
    """

    layer: str
    role: str
    take: int
    seed: int
    writer: Writer
    edit: Edit | None
    again: Take | None
