"""A composer beside real music: who writes like it gets the control's figures, who shuffles the floor's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from stemwright.assess.composer.measuring import Indices, assess_composer, compose_all, first_bars
from stemwright.assess.composer.sets import divisions
from stemwright.assess.composer.tables import composer_tables
from stemwright.compose.arranger import arrange
from stemwright.errors import UsageError
from stemwright.evaluation.symbolic.originality import steps_of
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from support.reports import row
from support.symbolic import song

CHORDS = ("C Am F G", "Dm G C C", "Em Am D G", "F G Em Am")
KEYS = ("C major", "C major", "G major", "F major")


def written(state: GlobalState, seed: int) -> dict[str, Score]:
    """A tune on chord tones in dotted rhythm, a bass, drums with a shuffle: one way of playing."""
    rng = np.random.default_rng(seed)
    bar = state.meter.ticks_per_bar
    lead, bass, drums = [], [], []
    for number in range(state.bars):
        chord = state.chords[number * state.meter.beats_per_bar]
        assert chord is not None
        for inside in (0, 96, 160, 192, 336):
            pitch = 60 + chord.pitch_classes[int(rng.integers(0, 3))]
            lead.append(Note(number * bar + inside, 48, pitch, 80 + int(rng.integers(0, 8))))
        bass += [Note(number * bar + beat, 90, 36 + chord.root_pc, 90) for beat in (0, 192)]
        drums += [Note(number * bar + b + t, 10, 42, 70) for b in range(0, 384, 96) for t in (0, 64)]
        drums.append(Note(number * bar + int(rng.choice([0, 96, 192])), 10, 36, 100))
    return {"lead": Score.from_notes(lead), "bass": Score.from_notes(bass), "drums": Score.from_notes(drums)}


def real_songs(count: int, first: int = 0, composer: str = "") -> list[SymbolicSong]:
    songs = []
    for i in range(first, first + count):
        own = song(chords=CHORDS[i % 4], key=KEYS[i % 4], form="a:2 b:1 a:1", style="rock").state
        songs.append(
            SymbolicSong(own, written(own, i), name=f"s{i}", composers=(composer or f"c{i}",), human=True)
        )
    return songs


def by_rule(state: GlobalState, layers: Sequence[str], seed: int) -> dict[str, Score]:
    """The arranger; it writes more than is wanted."""
    return arrange(state, seed=seed).scores


def other(state: GlobalState, layers: Sequence[str], seed: int) -> dict[str, Score]:
    """The same way of playing, other notes."""
    return written(state, seed % 10**6 + 1000)


def silent(state: GlobalState, layers: Sequence[str], seed: int) -> dict[str, Score]:
    return {}


@pytest.fixture(scope="module")
def report() -> Mapping[str, Any]:
    composers = {"arranger": by_rule, "good": other, "silent": silent}
    return assess_composer(real_songs(16), real_songs(8, 100), composers)


def test_it_is_plain_json_and_the_same_every_time(report: Mapping[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    again = assess_composer(real_songs(16), real_songs(8, 100), {"good": other})
    for measure in ("histograms", "groove", "similarity", "adherence", "originality", "attributes"):
        kept = [r for r in report[measure] if r["what"] not in ("arranger", "silent")]
        assert again[measure] == kept, measure


@pytest.mark.parametrize("layer", ["lead", "bass", "drums"])
def test_one_who_writes_alike_is_as_near_as_real_music(report: Mapping[str, Any], layer: str) -> None:
    real, good, floor = (
        row(report, "histograms", layer=layer, what=what, sets="halves")
        for what in ("real", "good", "shuffled")
    )
    assert good["mean"] < real["mean"] + 0.05 and floor["mean"] > real["mean"] + 0.2
    whole = [
        row(report, "histograms", layer=layer, what=w, sets="whole")["mean"] for w in ("good", "arranger")
    ]
    assert whole[0] < 0.1 < whole[1]


def test_groove_beside_the_real_range(report: Mapping[str, Any]) -> None:
    real, good = (row(report, "groove", style="rock", what=what) for what in ("real", "good"))
    assert real["swing"] == good["swing"] == pytest.approx(2 / 3, abs=1e-4)
    assert real["swing_low"] == real["swing_high"] and real["swing_in"] == good["swing_in"] == 1.0
    assert row(report, "groove", style="all", what="shuffled")["swing_in"] in (0.0, None)
    assert row(report, "groove", style="rock", what="silent")["swing"] is None


def test_similarity_adherence_and_originality(report: Mapping[str, Any]) -> None:
    real, good, floor = (row(report, "similarity", layer="all", what=w) for w in ("real", "good", "shuffled"))
    assert good["whole"] < 0.1 < floor["whole"] and real["whole"] is None
    assert real["repeated"] > floor["repeated"] and good["exact"] is not None
    assert row(report, "adherence", layer="lead", what="good")["strong"] == 1.0
    assert row(report, "adherence", layer="lead", what="shuffled")["strong"] < 0.7
    assert row(report, "adherence", layer="lead", what="silent")["key"] is None
    assert {(r["layer"], r["of"]) for r in report["originality"]} >= {("lead", "notes"), ("drums", "beats")}


def test_goals(report: Mapping[str, Any]) -> None:
    goals = {r["goal"]: r for r in report["goals"] if r["what"] == "good"}
    lead = goals["lead: position, distance"]
    base = row(report, "histograms", layer="lead", what="arranger", sets="whole")["position"]
    assert lead["bar"] == pytest.approx(base / 2, abs=1e-4) and lead["met"] is True
    assert goals["lead: notes in key"]["bar"] == 0.95 and goals["lead: notes in key"]["met"] is True
    returned = goals["sections that return, how far from real ones' similarity"]
    real, base = (row(report, "similarity", layer="all", what=w)["repeated"] for w in ("real", "arranger"))
    assert returned["bar"] == pytest.approx(abs(base - real), abs=2e-4)
    assert not any(r["what"] == "arranger" for r in report["goals"])
    unknown = [r for r in report["goals"] if r["what"] == "silent" and r["value"] is None]
    assert unknown and all(r["met"] is None for r in unknown)


def test_tables(report: Mapping[str, Any]) -> None:
    tables = composer_tables(report)
    assert all(len(line) == len(t.head) for t in tables for line in t.rows)
    assert [t.title.split()[0] for t in tables] == [
        "Jensen-Shannon", "the", "groove", "self-similarity", "key", "originality", "control", "goals"
    ]  # fmt: skip


def test_bars_are_told_where_there_is_only_the_baseline() -> None:
    made = assess_composer(real_songs(4), (), {"arranger": by_rule})
    assert made["originality"] == [] and made["groove"] == []
    assert not {"groove", "originality"} & {t.title.split()[0] for t in composer_tables(made)}
    assert made["goals"] and all(r["value"] is None and r["met"] is None for r in made["goals"])


def test_who_copies_is_found_and_a_composers_own_songs_are_no_control() -> None:
    training = real_songs(8, 100, composer="one")
    copied = {int(have.name[1:]): have.scores for have in training}
    real = real_songs(4, 100, composer="one")
    made = assess_composer(real, training, {"thief": lambda state, layers, seed: copied[100 + seed % 4]})
    notes = {r["what"]: r["copied"] for r in made["originality"] if r["layer"] == "lead"}
    assert notes["thief"] == 1.0 and notes["real"] == 0.0
    index = Indices(training, drums=False)
    steps = steps_of(training[0], "lead")
    assert index.without(()).longest(_steps(steps)) == len(steps)
    assert index.without(("one", "two")).longest(_steps(steps)) == 0


def _steps(values: np.ndarray) -> Any:
    from stemwright.evaluation.symbolic.originality import Steps

    return Steps(values)


def test_only_the_layers_of_the_real_song_are_kept() -> None:
    real = real_songs(2)
    real[0] = SymbolicSong(real[0].state, {"drums": real[0].scores["drums"]}, name="drums alone")
    made = compose_all(real, by_rule, "arranger", 0)
    assert list(made[0].scores) == ["drums"] and set(made[1].scores) == {"lead", "bass", "drums"}
    assert made[0].state == real[0].state


def test_first_bars() -> None:
    (have,) = real_songs(1)
    short = first_bars(have, 3)
    assert short.state.form == "a:2 b:1" and len(short.state.chords) == 12
    assert max(note.end for s in short.scores.values() for note in s.notes) <= short.state.total_ticks
    assert first_bars(have, 4) is have and first_bars(have, 1).state.bars == 1


def test_divisions() -> None:
    halves = list(divisions(range(7), 0))
    assert all(sorted(a + b) == list(range(7)) and not set(a) & set(b) for a, b in halves)
    assert halves == list(divisions(range(7), 0)) != list(divisions(range(7), 1))
    assert list(divisions(range(3), 0)) == []


def test_bad_input() -> None:
    with pytest.raises(UsageError, match="notes"):
        assess_composer([song(lead=Score())], (), {})
    with pytest.raises(UsageError, match="bars 0"):
        first_bars(real_songs(1)[0], 0)
    with pytest.raises(UsageError, match="seed"):
        assess_composer(real_songs(1), (), {}, seed=-1)
