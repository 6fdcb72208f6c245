"""Asking for attributes: who gives what is asked for, and who does not listen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from stemwright.assess.composer.control_report import assess_controls
from stemwright.assess.composer.tables import control_tables
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.reports import row
from support.symbolic import song

BAR = 384


def played(bars: int, gap: int, pitch: int, velocity: int) -> Score:
    """A note every `gap` ticks, half as long."""
    return Score.from_notes(Note(t, gap // 2, pitch, velocity) for t in range(0, bars * BAR, gap))


def real_songs(count: int = 6) -> list[SymbolicSong]:
    made = []
    for i in range(count):
        gap = (48, 96, 192)[i % 3]
        layers = {"lead": played(9, gap, 60 + i, 60 + 5 * i), "drums": played(9, gap, 36, 90 - i)}
        made.append(song(name=f"s{i}", form="verse:9", **layers))
    return made


def obeying(
    state: GlobalState, standing: Mapping[str, Score], layer: str, asked: Mapping[str, float], seed: int
) -> Score:
    """A layer of about the density, register and velocity that are asked for."""
    assert layer not in standing and len(asked) <= 1
    gap = round(96 / asked.get("density", 1.0))
    pitch = 36 if layer == "drums" else round(asked.get("register", 60.0))
    return played(state.bars, gap, pitch, round(asked.get("velocity", 80.0)))


def deaf(
    state: GlobalState, standing: Mapping[str, Score], layer: str, asked: Mapping[str, float], seed: int
) -> Score:
    return played(state.bars, 96, 50, 80 + seed % 3)


@pytest.fixture(scope="module")
def report() -> Mapping[str, Any]:
    return assess_controls(real_songs(), {"good": obeying, "deaf": deaf}, songs=4)


def test_it_is_plain_json_and_the_same_every_time(report: Mapping[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert assess_controls(real_songs(), {"good": obeying, "deaf": deaf}, songs=4) == report
    assert (report["songs"], report["bars"], report["percentiles"]) == (4, 8, [10, 50, 90])


def test_what_is_asked_are_percentiles_of_all_real_songs(report: Mapping[str, Any]) -> None:
    asked = row(report, "layers", what="good", layer="lead", attribute="register")
    assert [asked[f"asked_{amount}"] for amount in ("low", "mid", "high")] == [60.5, 62.5, 64.5]
    density = row(report, "layers", what="good", layer="drums", attribute="density")
    assert (density["asked_low"], density["asked_mid"], density["asked_high"]) == (0.5, 1.0, 2.0)
    assert density["songs"] == 4


@pytest.mark.parametrize("attribute", ["density", "velocity"])
def test_who_obeys(report: Mapping[str, Any], attribute: str) -> None:
    good, other = (row(report, "attributes", what=what, attribute=attribute) for what in ("good", "deaf"))
    assert good["correlation"] > 0.95 and good["in_order"] == 1.0 and good["miss"] < 0.3
    assert other["in_order"] == 0.0 and other["miss"] == 1.0 and abs(other["correlation"] or 0.0) < 0.01
    assert good["layers"] == 2 and good["songs"] == 8
    own = row(report, "layers", what="good", layer="lead", attribute=attribute)
    assert own["low"] < own["mid"] < own["high"] and own["unasked"] is not None


def test_what_cannot_be_asked_is_not(report: Mapping[str, Any]) -> None:
    asked = {(r["layer"], r["attribute"]) for r in report["layers"]}
    assert ("drums", "register") not in asked and ("drums", "length") not in asked
    assert not [r for r in report["layers"] if r["attribute"] in ("swing", "polyphony")]
    chords = [
        song(
            form="verse:8",
            **{
                name: Score.from_notes(n for k in range(i) for n in played(8, 96, 60 + 4 * k, 80).notes)
                for name in ("lead", "harmony")
            },
        )
        for i in (1, 2, 3)
    ]
    found = assess_controls(chords, {"deaf": deaf}, songs=1)["layers"]
    assert [r["layer"] for r in found if r["attribute"] == "polyphony"] == ["harmony"]


def test_registers_keep_to_the_layers_range() -> None:
    low = [song(form="verse:8", bass=played(8, 96, pitch, 80)) for pitch in (20, 30, 40)]
    made = assess_controls(low, {"deaf": deaf}, songs=1)
    assert row(made, "layers", layer="bass", attribute="register")["asked_low"] == 28.0


def test_one_who_falls_silent_tells_nothing() -> None:
    made = assess_controls(real_songs(), {"silent": lambda *request: Score()}, songs=2)
    velocity = row(made, "attributes", what="silent", attribute="velocity")
    assert velocity["correlation"] is velocity["in_order"] is velocity["miss"] is None
    assert row(made, "layers", layer="lead", attribute="density")["mid"] == 0.0


def test_tables_and_nothing_to_measure(report: Mapping[str, Any]) -> None:
    tables = control_tables(report)
    assert all(len(line) == len(t.head) for t in tables for line in t.rows)
    assert [len(t.rows) for t in tables] == [len(report["attributes"]), len(report["layers"])]
    empty = assess_controls(real_songs(), {"good": obeying}, songs=0)
    assert empty["layers"] == empty["attributes"] == [] and not any(t.rows for t in control_tables(empty))
    assert assess_controls(real_songs(), {}, songs=4)["layers"] == []
