"""What a composer has to reach, read off its report: each goal beside the bar that real music or the baseline
sets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stemwright.assess.composer.sets import ALL, GROOVES, REAL, WHOLE
from stemwright.assess.means import Figures

Row = dict[str, Any]

HALF = 0.5
"""A histogram's distance to real music, over the baseline's."""
KEY = 0.95

_LABELS = ("layer", "what", "songs", "sets", "mean")


def goal_rows(report: Mapping[str, Any], composers: Sequence[str], baseline: str) -> list[Row]:
    """One row a goal and composer: goal, what, value, bar, met. The baseline itself has no goals.

    Where there is no other composer, rows without values tell the bars.
    """
    rivals = [name for name in composers if name != baseline] or [""]
    return [
        {"what": name, **row, "met": _met(row)}
        for name in rivals
        for row in (
            *_histograms(report, name, baseline),
            *_groove(report, name),
            *_similarity(report, name, baseline),
            *_adherence(report, name),
            *_originality(report, name),
        )
    ]


def _met(row: Row) -> bool | None:
    value, bar = row["value"], row["bar"]
    if value is None or bar is None:
        return None
    return bool(value >= bar if row["better"] == "higher" else value <= bar)


def _row(goal: str, value: float | None, bar: float | None, better: str) -> Row:
    return {"goal": goal, "value": value, "bar": bar, "better": better}


def _find(rows: Sequence[Row], **wanted: str) -> Row:
    return next((row for row in rows if all(row[key] == value for key, value in wanted.items())), {})


def _histograms(report: Mapping[str, Any], name: str, baseline: str) -> list[Row]:
    """The distance of every layer and histogram, at most half of the baseline's."""
    rows = [row for row in report["histograms"] if row["sets"] == WHOLE]
    out = []
    for base in (row for row in rows if row["what"] == baseline):
        own = _find(rows, layer=base["layer"], what=name)
        for key in (key for key in base if key not in _LABELS):
            bar = None if base[key] is None else HALF * base[key]
            out.append(_row(f"{base['layer']}: {key}, distance", own.get(key), bar, "lower"))
    return out


def _groove(report: Mapping[str, Any], name: str) -> list[Row]:
    """Styles whose mean swing and micro-timing lie in the real range, of all styles that have one."""
    rows = report["groove"]
    out = []
    for key in GROOVES:
        inside: list[bool] = []
        for real in (row for row in rows if row["what"] == REAL and row["style"] != ALL):
            value = _find(rows, style=real["style"], what=name).get(key)
            if value is not None and real[f"{key}_low"] is not None:
                inside.append(bool(real[f"{key}_low"] <= value <= real[f"{key}_high"]))
        share = sum(inside) / len(inside) if inside else None
        out.append(_row(f"styles with {key} in the real range, share", share, 1.0, "higher"))
    return out


def _similarity(report: Mapping[str, Any], name: str, baseline: str) -> list[Row]:
    """Nearer to real music than the baseline: over all bars, and where sections return."""
    rows = report["similarity"]
    own, base = _find(rows, layer=ALL, what=name), _find(rows, layer=ALL, what=baseline)
    real = _find(rows, layer=ALL, what=REAL).get("repeated")
    away = [
        None if real is None or row.get("repeated") is None else abs(row["repeated"] - real)
        for row in (own, base)
    ]
    return [
        _row("self-similarity error", own.get("whole"), base.get("whole"), "lower"),
        _row("sections that return, how far from real ones' similarity", away[0], away[1], "lower"),
    ]


def _adherence(report: Mapping[str, Any], name: str) -> list[Row]:
    """Every layer in the key, and chord tones on strong beats as often as in real music."""
    out = []
    for real in (row for row in report["adherence"] if row["what"] == REAL):
        own: Figures = _find(report["adherence"], layer=real["layer"], what=name)
        out.append(_row(f"{real['layer']}: notes in key", own.get("key"), KEY, "higher"))
        strong = f"{real['layer']}: chord tones on strong beats"
        out.append(_row(strong, own.get("strong"), real["strong"], "higher"))
    return out


def _originality(report: Mapping[str, Any], name: str) -> list[Row]:
    rows = report["originality"]
    return [
        _row(
            f"{real['layer']}: songs with a run of a training song's",
            _find(rows, layer=real["layer"], what=name).get("copied"),
            real["copied"],
            "lower",
        )
        for real in rows
        if real["what"] == REAL
    ]
