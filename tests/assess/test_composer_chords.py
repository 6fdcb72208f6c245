"""Chords beside real ones: who harmonises alike gets the control's figures, who shuffles the floor's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("stemwright.native._engine")

from stemwright.assess.composer.chord_losses import chord_losses
from stemwright.assess.composer.chord_report import assess_chords, chord_tokens, harmonise_all
from stemwright.assess.composer.tables import chord_tables
from stemwright.compose.arranger import decide
from stemwright.errors import UsageError
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.harmony import Chord
from stemwright.song.score import Score
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.composer import Composer
from stemwright.symbolic.events.vocabulary import SIZE, event
from support.composers import Listening, write_composer
from support.reports import row
from support.symbolic import melody, song

KEYS = ("C major", "G major", "F major", "D major")
FORM = "verse1:4 chorus:4 verse2:4"


def cadences(state: GlobalState, seed: int) -> tuple[Chord, ...]:
    """Tonic, then two degrees of the key in the order that the seed says, then tonic; verses alike."""
    rng = np.random.default_rng(seed)
    beats, tonic = state.meter.beats_per_bar, state.key.tonic_pc
    named = {step: Chord(state.key.spell((tonic + step) % 12)) for step in (0, 5, 7)}
    parts = {}
    for name in ("verse", "chorus"):
        parts[name] = [0, *rng.permutation([5, 7]).tolist(), 0]
    steps = [step for name in ("verse", "chorus", "verse") for step in parts[name]]
    return tuple(named[step] for step in steps for _ in range(beats))[: state.total_beats]


def real_songs(count: int, first: int = 0) -> list[SymbolicSong]:
    made = []
    for i in range(first, first + count):
        state = song(key=KEYS[i % 4], form=FORM).state
        lead = melody(range(0, state.total_ticks, 96))
        chords = state.with_(chords=cadences(state, i))
        made.append(SymbolicSong(chords, {"lead": lead}, name=f"s{i}", chords_given=True))
    return made


def alike(state: GlobalState, layers: Sequence[str], seed: int) -> Sequence[Chord | None]:
    assert not state.chords and tuple(layers) == ("lead",)
    return cadences(state, seed % 10**6 + 1000)


def by_rule(state: GlobalState, layers: Sequence[str], seed: int) -> Sequence[Chord | None]:
    return decide(state, seed).chords


def silent(state: GlobalState, layers: Sequence[str], seed: int) -> Sequence[Chord | None]:
    return (None,) * state.total_beats


def sure(own: SymbolicSong) -> np.ndarray:
    """Half a nat for every token."""
    return np.full(len(chord_tokens(own.state)), 0.5)


@pytest.fixture(scope="module")
def report() -> Mapping[str, Any]:
    ways = {"arranger": by_rule, "good": alike, "silent": silent}
    return assess_chords(real_songs(12), real_songs(8, 100), ways, {"sure": sure}, bars=12)


def test_it_is_plain_json_and_the_same_every_time(report: Mapping[str, Any]) -> None:
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    again = assess_chords(real_songs(12), real_songs(8, 100), {"good": alike}, {}, bars=12)
    assert again["figures"] == [r for r in report["figures"] if r["what"] not in ("arranger", "silent")]
    counts = (report[key] for key in ("songs", "given", "bars", "whole_songs", "training_songs"))
    assert tuple(counts) == (12, 12, 144, 12, 8)


def test_one_who_harmonises_alike_is_as_near_as_real_songs(report: Mapping[str, Any]) -> None:
    real, good, floor = (
        row(report, "histograms", what=what, sets="halves")["mean"] for what in ("real", "good", "shuffled")
    )
    assert good < real + 0.1 and floor > real + 0.1
    whole = {what: row(report, "histograms", what=what, sets="whole") for what in ("good", "arranger")}
    assert whole["good"]["root"] == 0.0 and whole["good"]["mean"] < whole["arranger"]["mean"]
    assert not [r for r in report["histograms"] if r["what"] == "real" and r["sets"] == "whole"]
    assert row(report, "histograms", what="silent", sets="whole")["root"] is None


def test_figures(report: Mapping[str, Any]) -> None:
    good, silence = (row(report, "figures", what=what) for what in ("good", "silent"))
    assert good["in_key"] == good["tonic"] == good["repeated"] == 1.0 and good["richer"] == 0.0
    assert row(report, "figures", what="real") | {"what": "good"} == good | {
        key: row(report, "figures", what="real")[key] for key in ("unlike", "changes")
    }
    assert silence["no_chord"] == 1.0 and silence["in_key"] is None
    assert row(report, "figures", what="shuffled")["repeated"] < 0.7


def test_where_a_song_ends_is_only_told_by_whole_ones() -> None:
    made = assess_chords(real_songs(4), (), {}, {}, bars=6)
    assert made["whole_songs"] == 0 and made["bars"] == 24
    assert all(r["tonic"] is None for r in made["figures"])


def test_losses_stand_beside_n_grams_of_given_chords(report: Mapping[str, Any]) -> None:
    losses = {r["what"]: r for r in report["losses"]}
    assert list(losses) == ["sure", "trigram", "6-gram"] and losses["sure"]["loss"] == 0.5
    assert len({r["tokens"] for r in report["losses"]}) == 1
    assert losses["sure"]["under"] == pytest.approx(1 - 0.5 / losses["trigram"]["loss"], abs=1e-3)
    found = [replace(own, chords_given=False) for own in real_songs(8, 100)]
    made = assess_chords(real_songs(4), found, {}, {"sure": sure}, bars=12)
    assert made["training_songs"] == 0 and [r["what"] for r in made["losses"]] == ["sure"]
    assert made["losses"][0]["under"] is None


def test_tables_and_nothing_to_measure(report: Mapping[str, Any]) -> None:
    tables = chord_tables(report)
    assert all(len(line) == len(t.head) for t in tables for line in t.rows) and len(tables) == 4
    empty = assess_chords((), (), {"arranger": by_rule}, {"sure": sure}, bars=4)
    assert empty["songs"] == 0 and not any(t.rows for t in chord_tables(empty))


def test_bad_input() -> None:
    with pytest.raises(UsageError, match="chords"):
        assess_chords([song(lead=Score())], (), {}, {}, bars=4)
    with pytest.raises(UsageError, match="bars 0"):
        assess_chords(real_songs(1), (), {}, {}, bars=0)
    with pytest.raises(UsageError, match="seed"):
        assess_chords(real_songs(1), (), {}, {}, bars=4, seed=-1)


def test_every_song_has_a_seed_of_its_own() -> None:
    seeds: list[int] = []

    def noting(state: GlobalState, layers: Sequence[str], seed: int) -> Sequence[Chord | None]:
        seeds.append(seed)
        return silent(state, layers, seed)

    harmonise_all(real_songs(3), noting, "x", 0)
    assert len(set(seeds)) == 3


def test_chord_tokens_are_bars_with_their_ends() -> None:
    own = song(chords="C G/B N.C.", form="verse:3").state
    kinds = [event(token).kind for token in chord_tokens(own)]
    assert kinds == [
        "position", "root", "quality", "end",
        "position", "root", "quality", "over", "end",
        "position", "no_chord", "end",
    ]  # fmt: skip


class Certain(Listening):
    """An engine that knows what comes next in all that it is told, but not what comes after it."""

    def prefill(self, tokens: np.ndarray, features: np.ndarray, *, logits: bool = False) -> np.ndarray | None:
        super().prefill(tokens, features)
        if not logits:
            return None
        said = np.zeros((1, tokens.shape[1], 1, SIZE), np.float32)
        np.put_along_axis(said, np.roll(tokens, -1, axis=1)[..., None].astype(np.int64), 50.0, axis=-1)
        return said


@pytest.mark.parametrize("scores", [True, False])
def test_losses_are_of_the_chords_tokens_and_of_nothing_else(tmp_path, monkeypatch, scores: bool) -> None:
    monkeypatch.setattr("stemwright.symbolic.composer.views.MOST_BARS", 4)
    (own,) = real_songs(1)
    own = own if scores else replace(own, scores={})
    engine = Certain()
    losses = chord_losses(Composer(write_composer(tmp_path), engine), own)  # type: ignore[arg-type]
    assert len(losses) == len(chord_tokens(own.state))
    heard = [[token for token, _ in run] for run in engine.runs]
    assert len(heard) > 1 and len(heard[0]) < len(heard[-1])  # some bars each, with those before
    assert all(event(run[-1]).kind != "end" for run in heard)  # the last token is asked for, not told
    assert (losses > 1).sum() == (0 if scores else len(heard))  # alone, that token is of the chords


def test_losses_of_random_weights_are_about_those_of_no_knowledge(tmp_path) -> None:
    (own,) = real_songs(1)
    composer = Composer.load(write_composer(tmp_path))
    losses = chord_losses(composer, own)
    assert np.all(np.isfinite(losses)) and abs(losses.mean() - np.log(SIZE)) < 3
    assert np.array_equal(losses, chord_losses(composer, own))
