"""The figures of a layer: what they are called, and when one is worse than the control's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stemwright.assess.means import Figures, mean
from stemwright.assess.tables import number

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Figure:
    """`sign`: 1 where higher is better, -1 where lower is, 0 where neither; `margin`: by how much it may be
    worse than the control's before it counts. `bad`: what is said where it does.
    """

    key: str
    title: str
    form: str = "{:.2f}"
    sign: int = 0
    margin: float = 0.0
    bad: str = ""

    def text(self, side: Row) -> str:
        """The figure of a stem or a control, "" where it does not apply."""
        value = side.get(self.key)
        return "" if value is None else number(value, self.form)

    def worse(self, row: Row) -> float | None:
        """By how much a row's stem is worse than its control; None where that is not known."""
        ours, control = row["song"].get(self.key), (row["control"] or {}).get(self.key)
        if not self.sign or ours is None or control is None:
            return None
        return self.sign * float(control - ours)

    def is_worse(self, row: Row) -> bool:
        """Whether it is worse by more than the margin."""
        found = self.worse(row)
        return found is not None and found > self.margin

    def cell(self, row: Row) -> str:
        """The stem's figure, bold where it is worse, and the control's in brackets."""
        text, control = self.text(row["song"]), self.text(row["control"] or {})
        if text and self.is_worse(row):
            text = f"**{text}**"
        return f"{text or '-'} ({control})" if control else text


FIGURES = (
    Figure("note_f", "note F", sign=1, margin=0.05, bad="Written notes that a judge does not hear"),
    Figure("f1", "onset F1", sign=1, margin=0.05, bad="Drum hits missed, or added"),
    Figure("pitch_right", "pitch right", sign=1, margin=0.05, bad="Wrong pitches"),
    Figure("jitter_cents", "jitter, cents", "{:.1f}", -1, 3.0, "Held notes whose pitch wavers"),
    Figure("flutter_db", "flutter, dB", sign=-1, margin=0.3, bad="Held notes that flutter"),
    Figure("roughness_db", "roughness, dB", "{:.1f}", -1, 1.0, "Rough held notes"),
    Figure("partials_db", "partials over rest, dB", "{:.1f}", 1, 3.0, "Haze between the partials"),
    Figure("attack_db", "attack, dB", "{:.1f}", 1, 3.0, "Soft attacks"),
    Figure("velocity", "velocity", sign=1, margin=0.1, bad="Loud and soft notes that are too much alike"),
    Figure("comb_db", "comb, dB", "{:.1f}", -1, 1.0, "Lines at the frame rate"),
    Figure("rolloff_hz", "roll-off, Hz", "{:.0f}"),
    Figure("side_db", "side over middle, dB", "{:.1f}", 1, 3.0, "Less width than the instruments have"),
)
MIX = (
    Figure("loudness_lufs", "LUFS", "{:.1f}"),
    Figure("true_peak_dbtp", "true peak, dBTP", "{:.1f}"),
    Figure("side_over_middle_db", "side over middle, dB", "{:.1f}", 1, 3.0),
    Figure("notch_db", "notch, dB", "{:.1f}", -1, 3.0),
    Figure("comb_db", "comb, dB", "{:.1f}", -1, 1.0),
    Figure("rolloff_hz", "roll-off, Hz", "{:.0f}"),
)


def means(rows: Sequence[Row]) -> dict[str, Any]:
    """One row of several: the means of their sides."""
    return {"song": side_mean(rows, "song"), "control": side_mean(rows, "control") or None}


def side_mean(rows: Sequence[Row], side: str) -> Figures:
    """The means of one side's numbers over the rows that have it."""
    return mean(
        [
            {k: v for k, v in row[side].items() if v is None or isinstance(v, int | float)}
            for row in rows
            if row.get(side)
        ]
    )


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; columns in which no row says anything are left out."""
    used = [i for i in range(len(head)) if any(row[i] for row in rows)]
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line[i] for i in used) + " |" for line in lines)
