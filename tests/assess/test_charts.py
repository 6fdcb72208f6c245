"""Songs beside charts that were held out, of a folder of tiny charts."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.assess.style.charts import (
    DRAWN,
    FLOOR,
    HALF,
    HELD,
    OTHERS,
    WRITTEN,
    assess_charts,
    state_of_chart,
)
from stemwright.assess.style.report import assess_style
from stemwright.assess.style.songs import writers
from stemwright.assess.style.tables import style_tables
from stemwright.corpus.charted import Charted, Part

CHART = """# title: Song {number}
# artist: The Beatles
# metre: 4/4
# tonic: C

0.0\tA, intro, | C:maj | F:maj |
4.0\tB, verse, | C:maj | A:min | F:maj | G:7 |
12.0\tC, chorus, | F:maj G:maj | C:maj |
16.0\tB, verse, | C:maj | A:min | F:maj | G:7 |
24.0\tend
"""


def folder(path: Path) -> Path:
    charts = path / "symbolic" / "mcgill_billboard"
    charts.mkdir(parents=True)
    for number in range(80):
        (charts / f"{number:04}.txt").write_text(CHART.format(number=number), encoding="utf-8")
    return path


def test_a_chart_as_a_song() -> None:
    parts = (Part("verse", 2, ("1", "4 . 5 5:7")), Part("", 1, ("N",)))
    state = state_of_chart(Charted("billboard", "A", "pop", "major", "4/4", 0, parts))
    assert state.form == "verse:2 section:1"
    assert [str(chord) for chord in state.chords] == [*["C"] * 4, "F", "F", "G", "G7", *["None"] * 4]


def test_rows_of_a_style(tmp_path: Path) -> None:
    found = assess_charts(folder(tmp_path) / "symbolic", ("rock", "blues"), songs=6)
    assert [row["what"] for row in found["chords"]] == [HELD, HALF, OTHERS, DRAWN, WRITTEN, FLOOR]
    rows = {row["what"]: row for row in found["chords"]}
    assert rows[OTHERS]["root"] == 0.0 and rows[HALF]["transition"] == 0.0
    assert 0 < rows[DRAWN]["root"] < rows[FLOOR]["root"]
    assert rows[DRAWN]["tonic"] == 1.0 and rows[HELD]["tonic"] == 0.0
    forms = {row["what"]: row for row in found["forms"]}
    assert forms[HELD]["sections"] == 4 and forms[HELD]["returning"] == pytest.approx(4 / 12)
    assert forms[DRAWN]["tonic"] == 1.0
    assert {row["style"] for row in found["chords"]} == {"rock"}


def test_the_report_has_them_where_there_are_charts(tmp_path: Path) -> None:
    sets = writers("arranger", "rock", 1)
    report = assess_style(sets, sources=folder(tmp_path))
    titles = [table.title for table in style_tables(report)]
    assert "chords beside charts of real songs" in titles and "forms beside charts of real songs" in titles
    (tmp_path / "none").mkdir()
    assert assess_style(sets, sources=tmp_path / "none")["charts"] == {"chords": [], "forms": []}
