"""Reading tokens of a part's bar: what may follow, and what was said.

A `Cursor` is fed a bar's tokens one by one. `kinds` are those that may come next; anything else is refused.
Notes keep the order of tokens: positions never go back, and of notes at one instant pitches never fall.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from stemwright.song.harmony import QUALITIES, Chord, Key
from stemwright.song.score import Note
from stemwright.symbolic.events.vocabulary import (
    DRUM_TICKS,
    FINE,
    LONG,
    PAGE,
    PARTS,
    event,
    home,
)

_QUALITIES = tuple(QUALITIES)
_INSTANT = ("page", "position", "end")


@dataclass(slots=True)
class Cursor:
    """Within one bar of a part: `tick` from the bar's begin, and what the tokens so far have said."""

    part: int
    key: Key
    tick: int = 0
    kinds: tuple[str, ...] = _INSTANT
    notes: list[Note] = field(default_factory=list)  # onsets from the bar's begin
    chords: list[tuple[int, Chord | None]] = field(default_factory=list)  # tick, chord
    done: bool = False
    page: int = 0
    pitch: int | None = None  # of the note that is being told, as it sounds
    velocity: int = 0
    duration: int = 0
    root: int = 0
    placed: bool = False  # whether anything stands at `tick`

    @property
    def _what(self) -> str:
        """The kind that begins what stands at an instant."""
        name = PARTS[self.part]
        return "drum" if name == "drums" else "pitch"

    def feed(self, number: int) -> None:
        """Take the next token. ValueError where it cannot follow."""
        e = event(number)
        if e.kind not in self.kinds:
            raise ValueError(f"{e.kind} {e.value}: may not follow here; {', '.join(self.kinds)} may")
        getattr(self, f"_{e.kind}")(e.value)

    def _close(self) -> None:
        """The note that is being told is complete."""
        if self.pitch is None:
            return
        drums = self._what == "drum"
        duration = self.duration or (DRUM_TICKS if drums else 0)
        self.notes.append(Note(self.tick, duration, self.pitch, self.velocity))
        self.pitch, self.duration = None, 0

    def _page(self, value: int) -> None:
        self._close()
        self.page = value
        self.kinds = ("position",)

    def _position(self, value: int) -> None:
        self._close()
        tick = (self.page * PAGE + value) * FINE
        if self.placed and tick + FINE // 2 <= self.tick:
            raise ValueError(f"position {value}: lies before what was told already")
        self.tick, self.page, self.placed = tick, 0, True
        chords = PARTS[self.part] == "chords"
        self.kinds = ("root", "no_chord") if chords else ("shift", self._what)

    def _shift(self, value: int) -> None:
        self.tick += value
        if value == 0 or self.tick < 0 or (self.notes and self.tick <= self.notes[-1].onset):
            raise ValueError(f"shift {value}: lies before what was told already")
        self.kinds = (self._what,)

    def _pitch(self, value: int) -> None:
        self._begin(value + home(self.key.tonic_pc))

    def _drum(self, value: int) -> None:
        self._begin(value)

    def _begin(self, pitch: int) -> None:
        self._close()
        last = self.notes[-1] if self.notes else None
        if not 0 <= pitch <= 127:
            raise ValueError(f"pitch {pitch}: is outside 0..127")
        if last is not None and (last.onset > self.tick or (last.onset == self.tick and last.pitch > pitch)):
            raise ValueError(f"pitch {pitch}: is lower than one told before it")
        self.pitch = pitch
        self.kinds = ("velocity",)

    def _velocity(self, value: int) -> None:
        self.velocity = value
        times = ("long", "duration")
        self.kinds = (*times, "drum", *_INSTANT) if self._what == "drum" else times

    def _long(self, value: int) -> None:
        self.duration += LONG << value
        self.kinds = ("long", "duration")

    def _duration(self, value: int) -> None:
        self.duration += value * FINE
        after = (self._what, *_INSTANT)
        self.kinds = ("ticks", *after) if self.duration else ("ticks",)

    def _ticks(self, value: int) -> None:
        self.duration += value
        self.kinds = (self._what, *_INSTANT)

    def _root(self, value: int) -> None:
        self.root = (value + self.key.tonic_pc) % 12
        self.kinds = ("quality",)

    def _quality(self, value: int) -> None:
        self.chords.append((self.tick, Chord(self.key.spell(self.root), _QUALITIES[value])))
        self.kinds = ("over", *_INSTANT)

    def _over(self, value: int) -> None:
        tick, chord = self.chords[-1]
        assert chord is not None
        bass = self.key.spell((value + self.key.tonic_pc) % 12)
        self.chords[-1] = tick, Chord(chord.root, chord.quality, bass)
        self.kinds = _INSTANT

    def _no_chord(self, value: int) -> None:
        self.chords.append((self.tick, None))
        self.kinds = _INSTANT

    def _end(self, value: int) -> None:
        self._close()
        self.kinds, self.done = (), True
