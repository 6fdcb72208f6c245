"""The report of styles as tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stemwright.assess.means import mean
from stemwright.assess.style.charts import HELD
from stemwright.assess.style.judges import MOST_ACCURACY
from stemwright.assess.style.report import ANY_REAL, FLOOR, REAL
from stemwright.assess.style.rules import RULES
from stemwright.assess.tables import Column, Report, Table, table
from stemwright.evaluation.symbolic import forms, progressions

MISSES = 40
"""Rules that are missed, worst first, that are printed."""
FAULTS = 40


def style_tables(report: Report) -> list[Table]:
    """Rules with their goals, over styles and in each; judges; what is missed with bars; faults."""
    names = list(report["songs"])
    tables = [
        _over_styles(report["rules"], names),
        _rules(report, names),
        _styles(report["styles"], names),
        _told(report["told"]),
        _chords(report["charts"].get("chords", [])),
        _forms(report["charts"].get("forms", [])),
        _missed(report["missed"]),
        _faults(report["faults"]),
    ]
    return [made for made in tables if made.rows]


def _over_styles(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    """A row a rule, where there are several styles: means over its styles, and where it is missed."""
    what = (*names, REAL, ANY_REAL, FLOOR)
    of_rule: dict[tuple[str, str], list[Mapping[str, Any]]] = {(rule.says, rule.goal): [] for rule in RULES}
    for row in rows:
        of_rule[row["rule"], row["goal"]].append(row)
    shown = [
        {
            "rule": rule,
            "goal": goal,
            "styles": len(own),
            **mean([{name: row.get(name) for name in what} for row in own]),
            **{f"{name} misses": _missing(own, name) for name in names},
        }
        for (rule, goal), own in of_rule.items()
        if own and len({row["style"] for row in rows}) > 1
    ]
    columns = [
        Column("rule", "rule", "{}"),
        Column("goal", "goal", "{}"),
        Column("styles", "styles", "{}"),
        *(Column(name, name) for name in what),
        *(Column(f"{name} misses", f"{name} misses it in", "{}") for name in names),
    ]
    return table("rules, means over the styles that they hold for", columns, shown)


def _missing(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    """ "jazz 0.45, pop 0.48": the styles in which a rule is missed."""
    return ", ".join(f"{row['style']} {row[name]:.2f}" for row in rows if row["met"].get(name) is False)


def _rules(report: Report, names: Sequence[str]) -> Table:
    rows = [
        {**row, "missed": ", ".join(name for name in names if row["met"].get(name) is False)}
        for row in report["rules"]
    ]
    columns = [
        Column("style", "style", "{}"),
        Column("rule", "rule", "{}"),
        Column("goal", "goal", "{}"),
        *(Column(name, name) for name in (*names, REAL, ANY_REAL, FLOOR)),
        Column("missed", "missed by", "{}"),
    ]
    count = ", ".join(f"{name} {sum(own.values())}" for name, own in report["songs"].items())
    kept = [_kept(report["rules"], name) for name in names]
    notes = [
        "real: songs of the style in the sources; any real: of all styles; shuffled: the floor",
        *(f"{name}: {met} of {asked} rules met" for name, (met, asked) in zip(names, kept, strict=True)),
    ]
    return table(f"rules of styles, means over songs ({count})", columns, rows, notes)


def _kept(rows: Sequence[Mapping[str, Any]], name: str) -> tuple[int, int]:
    found = [row["met"][name] for row in rows if row["met"].get(name) is not None]
    return sum(found), len(found)


def _styles(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Table:
    columns = [
        Column("style", "style", "{}"),
        Column("real songs", "real songs", "{}"),
        *(Column(name, name, "{:.0%}") for name in (REAL, *names)),
        *(Column(f"{name} for", f"{name}, mostly taken for", "{}") for name in names),
    ]
    shown = [*rows, {"style": "mean", **mean([{n: row[n] for n in (REAL, *names)} for row in rows])}]
    title = "a judge who learned real grooves by style: drums it takes for their style"
    note = "real: grooves of drummers that it has not heard"
    return table(title, columns, shown if rows else [], [note])


def _told(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = [{**row, "more": "; ".join(row["more"]), "less": "; ".join(row["less"])} for row in rows]
    columns = [
        Column("layer", "layer", "{}"),
        Column("what", "by", "{}"),
        Column("real songs", "real songs", "{}"),
        Column("made songs", "made songs", "{}"),
        Column("accuracy", "told apart", "{:.0%}"),
        Column("more", "made ones have more of", "{}"),
        Column("less", "and less of", "{}"),
    ]
    title = f"real or made? Share that a judge tells (goal: at most {MOST_ACCURACY:.0%})"
    return table(title, columns, shown, ["no styles are known of real bass and harmony: game music"])


def _chords(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = [
        Column("style", "style", "{}"),
        Column("what", "chords of", "{}"),
        Column("songs", "songs", "{}"),
        *(Column(name, name, "{:.3f}") for name in progressions.NAMES),
        Column("in_key", "in key"),
        Column("changes", "changes a bar"),
        Column("repeated", "of returns kept"),
        Column("tonic", "end on the tonic"),
    ]
    note = "root to rate: distances to held-out charts of real songs; half: of one half of these to the other"
    return table("chords beside charts of real songs", columns, rows, [note])


def _forms(rows: Sequence[Mapping[str, Any]]) -> Table:
    columns = [
        Column("style", "style", "{}"),
        Column("what", "forms of", "{}"),
        Column("songs", "songs", "{}"),
        *(Column(f"{name} distance", f"{name}, distance", "{:.3f}") for name in forms.NAMES),
        Column("sections", "sections", "{:.1f}"),
        Column("bars", "bars of one", "{:.1f}"),
        Column("returning", "bars that return"),
        Column("chorus", "of choruses"),
        Column("home", "close on I"),
        Column("half", "on V"),
        Column("tonic", "end on I"),
    ]
    note = f"distances are to the charts held out; those of {HELD}: of one half to the other"
    return table("forms beside charts of real songs", columns, rows, [note])


def _missed(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = [{**row, "where": "; ".join(map(_example, row["examples"]))} for row in rows[:MISSES]]
    columns = [
        Column("style", "style", "{}"),
        Column("what", "by", "{}"),
        Column("rule", "rule", "{}"),
        Column("goal", "goal", "{}"),
        Column("value", "is"),
        Column("where", "for example", "{}"),
    ]
    return table("missed, the worst first", columns, shown, _not_shown(len(rows) - len(shown)))


def _not_shown(rows: int) -> list[str]:
    return [f"and {rows} more, which the JSON has"] if rows else []


def _example(example: Mapping[str, Any]) -> str:
    """ "pop, seed 3: .20, bars 4 8"."""
    bars = " ".join(map(str, example["bars"]))
    return f"{example['song']}: {example['value']:.2f}" + (f", bars {bars}" if bars else "")


def _faults(rows: Sequence[Mapping[str, Any]]) -> Table:
    shown = [{**row, "where": " ".join(map(str, row["bars"]))} for row in rows[:FAULTS]]
    columns = [
        Column("what", "by", "{}"),
        Column("song", "song", "{}"),
        Column("fault", "fault", "{}"),
        Column("layer", "layer", "{}"),
        Column("where", "bars", "{}"),
    ]
    return table("faults", columns, shown, _not_shown(len(rows) - len(shown)))
