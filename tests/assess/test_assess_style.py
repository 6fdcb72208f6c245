"""Rules of styles: who plays by them meets them, who shuffles does not, and misses are told by bar."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.assess.style.measuring import judged_bars, measures, misses
from stemwright.assess.style.report import assess_style
from stemwright.assess.style.rules import RULES, Rule, rules_of
from stemwright.assess.style.songs import phrased, real_by_style, writers
from stemwright.assess.style.states import state_of
from stemwright.assess.style.tables import style_tables
from stemwright.compose.styles import NAMES
from stemwright.errors import UsageError
from stemwright.evaluation.symbolic.song import SymbolicSong
from support.symbolic import kit, line, melody, score, song

BEAT = {"kick": "X.......X.......", "snare": "....X.......X...", "closed_hat": "x.x.x.x.x.x.x.x."}


def rock(bars: int = 8, *, without: Sequence[int] = ()) -> SymbolicSong:
    """Two sections of a plain beat, the first with a fill, and a bass on its kicks; in some bars no snare."""
    half = bars // 2
    text = {
        piece: "".join(
            "." * 16 if piece == "snare" and bar in without else pattern for bar in range(bars - 1)
        )
        for piece, pattern in BEAT.items()
    }
    toms = "." * 16 * (half - 1) + "........x.x.x.x."
    crash = "x" + "." * (16 * half - 1) + "x"
    drums = kit(**text, high_tom=toms, crash=crash)
    bass = line("x.......x......." * (bars - 1) + "x", [36] * (2 * bars - 1), 150)
    made = song(form=f"verse:{half} chorus:{half}", chords="C " * bars, style="rock", drums=drums, bass=bass)
    return replace(made, name=f"without {without}")


def by_measure(report: dict[str, Any], measure: str, rows: str = "rules") -> dict[str, Any]:
    return next(row for row in report[rows] if row["measure"] == measure)


def test_a_plain_beat_meets_its_rules() -> None:
    report = assess_style({"songs": {"rock": [rock(), rock()]}})
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    for measure, value in [
        ("drums.backbeat", 1.0),
        ("drums.kick_on_one", 1.0),
        ("bass.on_kick", pytest.approx(14 / 15, abs=1e-3)),
        ("bass.root_on_one", 1.0),
        ("fills.fill_before", 1.0),
        ("fills.crash_at_beginnings", 1.0),
        ("endings.ends", 1.0),
    ]:
        row = by_measure(report, measure)
        assert row["songs"] == value and row["met"]["songs"], measure
    assert by_measure(report, "drums.backbeat")["shuffled"] < 0.5
    assert by_measure(report, "melody.range")["songs"] is None
    assert by_measure(report, "melody.range")["met"]["songs"] is None


def test_what_is_missed_is_told_by_song_and_bar() -> None:
    report = assess_style({"songs": {"rock": [rock(), rock(without=(1, 4, 5))]}})
    missed = by_measure(report, "drums.backbeat", "missed")
    assert missed["value"] == 0.75 and missed["miss"] == pytest.approx(0.15)
    assert missed["examples"] == [{"song": "without (1, 4, 5)", "value": 0.5, "bars": [2, 5, 6]}]
    assert [row["miss"] for row in report["missed"]] == sorted(
        (row["miss"] for row in report["missed"]), reverse=True
    )
    text = "\n".join(" ".join(row) for made in style_tables(report) for row in made.rows)
    assert "without (1, 4, 5): 0.50, bars 2 5 6" in text


def test_columns_beside_real_music() -> None:
    real = real_by_style([rock(), replace(rock(), state=rock().state.with_(style="game"))])
    assert set(real) == {"rock", ""}
    report = assess_style({"one": {"rock": [rock()]}, "two": {"rock": [rock(without=range(8))]}}, real)
    row = by_measure(report, "drums.backbeat")
    assert [row[what] for what in ("one", "two", "real", "any real")] == [1.0, 0.0, 1.0, 1.0]
    assert row["met"]["one"] and not row["met"]["two"]
    assert report["songs"] == {"one": {"rock": 1}, "two": {"rock": 1}}
    assert report["real"] == {"rock": 1, "none": 1}
    assert by_measure(report, "returns.velocity")["real"] is None  # printed: nobody played its loudness
    assert by_measure(report, "returns.velocity")["one"] is not None


def test_faults_are_listed() -> None:
    have = song(form="verse:2", style="rock", drums=kit(kick="x" * 32), bass=melody([0, 384], [90, 36]))
    report = assess_style({"songs": {"rock": [have]}})
    found = {(row["fault"], row["layer"]): row["bars"] for row in report["faults"]}
    assert found[("machine gun", "drums")] == [1, 2] and found[("out of range", "bass")] == [1]
    assert by_measure(report, "faults.faults")["songs"] == len(report["faults"])


def test_bars_that_are_judged() -> None:
    state = song(form="intro:2 verse:3 chorus:1 outro:2").state
    assert judged_bars(state).tolist() == [False, False, True, True, False, True, False, False]


def test_layers_that_are_not_there_are_not_measured() -> None:
    drums = measures(song(form="verse:2", drums=kit(kick="x")))
    assert "drums.backbeat" in drums and drums["clave.tumbao"] is None
    assert not any(key.startswith(("bass", "melody", "comping")) for key in drums)
    assert not any(key.startswith("drums") for key in measures(song(form="verse:2", lead=melody([0]))))
    assert "drums.backbeat" not in measures(song(meter="7/8", form="verse:2", drums=kit(kick="x")))
    assert misses(song(form="verse:2", lead=melody([0])), "drums.backbeat") == []
    assert misses(rock(), "melody.range") == []


def test_drums_alone_have_phrases() -> None:
    have = phrased(song(form="groove:19", drums=kit(kick="x")))
    assert [section.bars for section in have.state.sections] == [8, 8, 3]
    found = real_by_style([song(form="groove:16", style="funk groove1", drums=kit(kick="x"))])
    assert [len(own.state.sections) for own in found["funk"]] == [2]


def test_every_rule_names_a_measure_that_the_arranger_has() -> None:
    known: set[str] = set()
    for style in ("jazz", "blues", "bossa"):
        for own in writers("arranger", style, 2)["arranger"][style]:
            known |= set(measures(own))
    assert {rule.measure for rule in RULES} <= known
    assert all((rule.least is None) <= (rule.most is not None) for rule in RULES)
    assert all(rules_of(style) for style in NAMES)


def test_goals() -> None:
    least, both, most = Rule("a", "", 0.9), Rule("a", "", 1.0, 4.0), Rule("a", "", most=19.0)
    assert [rule.goal for rule in (least, both, most)] == [">= 0.9", "1 to 4", "<= 19"]
    assert least.met(0.9) and not least.met(0.89) and least.met(None) is None
    assert both.met(1.0) and both.met(4.0) and not both.met(4.1) and not both.met(0.5)
    assert most.met(19.0) and not most.met(20.0)
    assert least.miss(0.4) == pytest.approx(0.5) and most.miss(38.0) == 1.0 and both.miss(2.0) == 0.0
    assert Rule("a", "", 0.9, but=("jazz",)).holds_for("pop")
    assert not Rule("a", "", 0.9, but=("jazz",)).holds_for("jazz")


def test_songs_that_are_written() -> None:
    sets = writers("arranger", "pop, Hip-Hop", 2, seed=5)
    assert list(sets["arranger"]) == ["pop", "hiphop"]
    first, second = sets["arranger"]["pop"]
    assert (first.name, second.name) == ("pop, seed 5", "pop, seed 6")
    assert first.state.with_(chords=(), rhythm=None) == state_of("pop", 5)
    assert first.state.chords and set(first.scores) == {"drums", "bass", "harmony", "lead"}
    assert writers("arranger", "pop", 1, seed=5)["arranger"]["pop"][0].scores == first.scores


@pytest.mark.parametrize("style", NAMES)
def test_states(style: str) -> None:
    for seed in range(20):
        state = state_of(style, seed)
        names = [section.name for section in state.sections]
        assert {"verse", "chorus"} <= set(names) and state.style == style and 16 <= state.bars <= 40
        assert all(section.bars == 12 for section in state.sections if style == "blues" and section.bars > 4)


def test_refusals() -> None:
    with pytest.raises(UsageError, match="writer 'nobody'"):
        writers("nobody", "pop", 1)
    with pytest.raises(UsageError, match=r"style: 'regae'.*'reggae'"):
        writers("arranger", "pop,regae", 1)
    with pytest.raises(UsageError, match="empty name"):
        writers("arranger", "pop,", 1)
    with pytest.raises(UsageError, match="seed"):
        writers("arranger", "pop", 1, seed=-1)


NOTE = st.tuples(st.integers(0, 1200), st.integers(1, 500), st.integers(0, 127), st.integers(1, 127))
UNBOUNDED = ("range", "phrase", "largest", "onsets", "voices", "spread", "velocity", "density", "register",
             "layers", "faults", "longest_rest", "crashes", "breaths")  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(["4/4", "3/4", "6/8", "12/8", "7/8", "5/4", "1/4"]),
    st.sampled_from(["verse:1", "verse:4", "a:2 b:2 a:2", "intro:1 verse:2 chorus:1", "verse:12"]),
    st.sampled_from(["", "C", "Am7"]),
    st.dictionaries(
        st.sampled_from(["drums", "bass", "harmony", "lead", "lead-2"]), st.lists(NOTE, max_size=12)
    ),
)
def test_any_notes_can_be_measured(
    meter: str, form: str, chord: str, layers: dict[str, list[tuple[int, int, int, int]]]
) -> None:
    bare = song(meter=meter, form=form)
    have = song(
        chords=f"{chord} " * bare.state.bars,
        meter=meter,
        form=form,
        style="rock",
        **{name: score(*rows) for name, rows in layers.items()},
    )
    for key, value in measures(have).items():
        assert value is None or np.isfinite(value), key
        if value is not None and not key.split(".")[1].startswith(UNBOUNDED) and "alike" not in key:
            assert 0.0 <= value <= 1.0 + 1e-9, key
        assert all(1 <= bar <= have.state.bars for bar in misses(have, key)), key
