"""Counts of symbols by context, from the particular to the general, and drawing from them exactly.

A context that was seen seldom says little, so each is mixed with the next, more general one: with n symbols
counted in a context and d different ones among them, the general one weighs d of n + d (interpolation after
Witten and Bell, 1991). All is integer arithmetic: the same draws and the same costs on every machine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from stemwright.compose.streams import Stream
from stemwright.errors import UsageError, shown

Row = Mapping[str, int]

BIT = 256
"""Parts of a bit in which costs are counted."""
MAX_CONTEXTS = 200_000
MAX_SYMBOLS = 4096
MAX_COUNT = 1 << 30


class Counts:
    """How often each symbol came in each context. `rows`: context -> symbol -> count, all above 0."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self._rows = {context: dict(sorted(row.items())) for context, row in rows.items()}

    def to_json(self) -> dict[str, Any]:
        """The rows, to be written as JSON."""
        return {context: self._rows[context] for context in sorted(self._rows)}

    @staticmethod
    def from_json(record: Any, where: str) -> Counts:
        """The counts of a JSON value. UsageError, beginning with `where`, for anything that is none."""
        if not isinstance(record, Mapping) or len(record) > MAX_CONTEXTS:
            raise UsageError(f"{where}: should be an object of at most {MAX_CONTEXTS} contexts")
        for context, row in record.items():
            if not isinstance(row, Mapping) or not 0 < len(row) <= MAX_SYMBOLS:
                raise UsageError(f"{where}: context {shown(context)} should have 1 to {MAX_SYMBOLS} symbols")
            for symbol, count in row.items():
                if type(count) is not int or not 0 < count <= MAX_COUNT:
                    raise UsageError(
                        f"{where}: context {shown(context)}, symbol {shown(symbol)}: "
                        f"should be counted by a whole number of 1 to {MAX_COUNT}"
                    )
        return Counts(record)

    def __contains__(self, context: str) -> bool:
        return context in self._rows

    def row(self, context: str) -> Row:
        """The symbols of a context and their counts, in the order of their names; empty where it is new."""
        return self._rows.get(context, {})

    def draw(
        self, stream: Stream, contexts: Sequence[str], allowed: Collection[str] | None = None
    ) -> str | None:
        """A symbol as likely as the mixture of `contexts` (the particular first) makes it, of the allowed
        ones; None where no context has any.
        """
        rows = [row for row in (self._allowed(context, allowed) for context in contexts) if row]
        for place, row in enumerate(rows):
            total = sum(row.values())
            least = place + 1 == len(rows)
            drawn = stream.below(total if least else total + len(row))
            for symbol, count in row.items():
                if drawn < count:
                    return symbol
                drawn -= count
        return None

    def cost(self, contexts: Sequence[str], symbol: str) -> int:
        """What a symbol costs in the mixture of `contexts`, in 1/256 bits; the dearest ones are those that no
        context has: one more than if the most general one had it once.
        """
        share = Fraction(0)
        for context in reversed(contexts):
            row = self._rows.get(context)
            if row:
                total, kinds = sum(row.values()), len(row)
                if not share:  # room for what was never seen
                    share = Fraction(1, 2 * (total + kinds))
                share = (row.get(symbol, 0) + kinds * share) / (total + kinds)
        return bits(share.denominator) - bits(share.numerator) if share else 16 * BIT

    def _allowed(self, context: str, allowed: Collection[str] | None) -> Row:
        row = self._rows.get(context, {})
        if allowed is None:
            return row
        return {symbol: count for symbol, count in row.items() if symbol in allowed}


class Counting:
    """Counts as they grow. `add` counts a symbol in every context it is given."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[str, int]] = {}

    def add(self, contexts: Sequence[str], symbol: str, times: int = 1) -> None:
        """Count a symbol `times` in each of some contexts."""
        for context in contexts:
            row = self._rows.setdefault(context, {})
            row[symbol] = row.get(symbol, 0) + times

    def done(self, least: int = 1, keep: Callable[[str], bool] | None = None) -> Counts:
        """The counts of contexts that were seen at least `least` times, and of those that `keep` keeps."""
        return Counts(
            {
                context: row
                for context, row in self._rows.items()
                if sum(row.values()) >= least or (keep is not None and keep(context))
            }
        )


@lru_cache(maxsize=65536)
def bits(value: int) -> int:
    """The binary logarithm of a whole number above 0, in 1/256, rounded down: by repeated squaring, without
    floating point.
    """
    whole = value.bit_length() - 1
    # 40 bits of the mantissa are enough: an error grows by a bit with each of eight squarings
    mantissa = value << (40 - whole) if whole <= 40 else value >> (whole - 40)
    out = whole
    for _ in range(8):
        mantissa = (mantissa * mantissa) >> 40
        out *= 2
        if mantissa >> 41:
            mantissa >>= 1
            out += 1
    return out
