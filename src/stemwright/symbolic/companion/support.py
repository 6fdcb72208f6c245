"""Which events are possible: a table of instrument, off or on, and token, narrowed by what a query allows.

While the parts are decided one by one, each may only take values for which the table has something left; so
every order ends in an event that keeps all bounds.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError, shown
from stemwright.models.companion_tensors import TOKENS
from stemwright.song.layers import is_drums
from stemwright.symbolic.companion.events import FIRST_PIECE, PIECE_PITCHES
from stemwright.symbolic.companion.query import Query

Mask = npt.NDArray[np.bool_]
OFF, ON = 0, 1


class Support:
    """`table` [instruments, 2, tokens] for the instruments of these names, while `held` notes sound."""

    def __init__(self, names: Sequence[str], held: Collection[int], query: Query) -> None:
        self._names, self._said = names, ["notes that are held"]
        self.table = np.zeros((len(names), 2, TOKENS), bool)
        for i, name in enumerate(names):
            span = slice(FIRST_PIECE, TOKENS) if is_drums(name) else slice(0, FIRST_PIECE)
            self.table[i, ON, span] = True
        for note in held:
            self.table[note // 128, ON, note % 128] = False
            self.table[note // 128, OFF, note % 128] = True
        self._narrow_instruments(query)
        self._narrow_pitches(query)
        self._narrow_velocities(query)

    def instruments(self) -> Mask:
        """Which instruments are still possible."""
        return np.asarray(self.table.any(axis=(1, 2)))

    def tokens(self) -> Mask:
        """Which tokens are still possible."""
        return np.asarray(self.table.any(axis=(0, 1)))

    def off_on(self) -> tuple[bool, bool]:
        """Whether an end and whether a beginning is still possible."""
        return bool(self.table[:, OFF].any()), bool(self.table[:, ON].any())

    def decide(
        self, instrument: int | None = None, token: int | None = None, velocity: int | None = None
    ) -> None:
        """Leave only what has this part; it must be among what is possible."""
        keep = np.zeros_like(self.table)
        at = (
            slice(None) if instrument is None else instrument,
            slice(None) if velocity is None else (ON if velocity else OFF),
            slice(None) if token is None else token,
        )
        keep[at] = True
        self.table &= keep

    def _narrow_instruments(self, query: Query) -> None:
        for field, names in (
            ("instruments", query.instruments),
            ("instrument", None if query.instrument is None else (query.instrument,)),
        ):
            if names is not None:
                wanted = [self._index(name, field) for name in names]
                mask = np.zeros(len(self._names), bool)
                mask[wanted] = True
                self._narrow(mask[:, None, None], f"{field} {', '.join(names) or 'none'}")

    def _narrow_pitches(self, query: Query) -> None:
        pitches = query.pitches
        if isinstance(pitches, Mapping):
            mask = np.ones((len(self._names), TOKENS), bool)
            for name, some in pitches.items():
                mask[self._index(name, "pitches")] = _tokens(some)
            self._narrow(mask[:, None, :], "pitches")
        elif pitches is not None:
            self._narrow(_tokens(pitches)[None, None, :], "pitches")
        if query.pitch is not None:
            self._narrow(_tokens((query.pitch,))[None, None, :], f"pitch {query.pitch}")

    def _narrow_velocities(self, query: Query) -> None:
        low, high = query.velocities
        field = f"velocity {low}" if low == high else f"velocities {low} to {high}"
        self._narrow(np.array([low == 0, high > 0])[None, :, None], field)

    def _narrow(self, mask: Mask, said: str) -> None:
        self.table &= mask
        if not self.table.any():
            raise UsageError(
                f"query: {said} leaves no event beside {', '.join(self._said)}: a held note can only end, "
                "and only a held one can; drums have the pitches of their pieces"
            )
        self._said.append(said)

    def _index(self, name: object, field: str) -> int:
        if name not in self._names:
            raise UsageError(
                f"{field}: {shown(name)} is not known; this companion has {', '.join(self._names)}",
                field=field,
            )
        return self._names.index(str(name))


def _tokens(pitches: Collection[int]) -> Mask:
    """The tokens that have one of these pitches, on drums or elsewhere."""
    wanted = set(pitches)
    return np.array([pitch in wanted for pitch in (*range(FIRST_PIECE), *PIECE_PITCHES)])
