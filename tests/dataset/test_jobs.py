"""What is planned, which songs a job hears, and how they are cut."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.corpus.song import CorpusSong
from stemwright.dataset import jobs, written
from stemwright.dataset.jobs import Job, job_songs, kept_share, plan_jobs, windows
from stemwright.dataset.mixture import KINDS, MIXTURE, Heard, heard, shares
from stemwright.dataset.shards import SPLITS
from stemwright.errors import UsageError
from stemwright.song.harmony import Chord
from stemwright.song.layers import LAYERS
from stemwright.song.score import Note, Score
from support import midi as m
from support import printed as p

SPLITS_OF_SONGS = ("train", "valid")
ALL: Heard = {(kind, split): frozenset(LAYERS) for kind in KINDS for split in SPLITS_OF_SONGS}


@pytest.mark.parametrize("hours", [0.1, 1.0, 7.5, 30.0])
@pytest.mark.parametrize("gone", [(), ("own",), ("gmd", "bands", "sheets", "lieder")])
def test_the_plan_holds_what_was_asked_for(hours: float, gone: tuple[str, ...]) -> None:
    there = {(kind, split): frozenset() if kind in gone else ALL[kind, split] for kind, split in ALL}
    planned = plan_jobs(hours, there)
    for layer in MIXTURE:
        minutes = {
            split: sum(dict(j.minutes).get(layer, 0.0) for j in planned if j.split == split)
            for split in SPLITS
        }
        assert minutes["train"] + minutes["valid"] == pytest.approx(hours * 60)
        assert minutes["valid"] == pytest.approx(hours * 60 * jobs.VALID_SHARE)
        assert minutes["unseen"] == pytest.approx(minutes["valid"])
    places = [(j.split, j.number, layer) for j in planned for layer, _ in j.minutes]
    assert len(places) == len(set(places)) and not {j.kind for j in planned} & set(gone)


def test_shares_are_spread_over_what_is_there() -> None:
    usual = {key: layers for key, layers in ALL.items() if key[0] != "own"} | {
        ("own", split): frozenset() for split in SPLITS_OF_SONGS
    }
    assert shares(MIXTURE, usual, "train")["drums"] == pytest.approx(
        {"arranger": 0.26, "gmd": 0.56, "bands": 0.06, "etudes": 0.06, "sheets": 0.06}
    )
    mixture = {"lead": {"arranger": 0.3, "etudes": 0.1, "own": 0.4, "lieder": 0.2}}
    there = usual | {("own", "train"): frozenset({"lead"}), ("lieder", "train"): frozenset({"bass"})}
    assert shares(mixture, there, "train")["lead"] == pytest.approx(
        {"arranger": 0.375, "etudes": 0.125, "own": 0.5}
    )
    assert set(shares(mixture, there, "valid")["lead"]) == {"arranger", "etudes", "lieder"}
    with pytest.raises(UsageError, match="no music for bass among own"):
        shares({"bass": {"own": 1.0}}, there, "train")


def tune(bars: int = 8) -> list[str]:
    """A lead sheet over C."""
    notes = [p.note(f"{letter}5", 2) for letter in "CEGE"]
    head = p.attributes()
    return [p.bar(head if i == 0 else "", p.symbol("C", "major"), *notes, number=i + 1) for i in range(bars)]


def test_sources_are_heard_by_their_layers(tmp_path: Path) -> None:
    none, said = heard(tmp_path / "nothing", MIXTURE)
    assert said == []
    assert {kind for (kind, _), layers in none.items() if layers} == {"arranger", "etudes"}
    p.save(tmp_path / "openewld" / "Somebody" / "S" / "S.mxl", tune())
    p.save(tmp_path / "openewld" / "Fats_Waller" / "S" / "S.mxl", tune(3))  # too short
    for i in range(3):
        (tmp_path / f"{i}.mid").write_bytes(m.file(m.chunk(m.notes([40, 43] * 32))))
    (tmp_path / "broken.mid").write_bytes(b"nothing")
    found, said = heard(tmp_path, MIXTURE)
    assert any(line.startswith("broken.mid: ") for line in said)
    assert found["sheets", "train"] == set(LAYERS) and not found["sheets", "valid"]
    assert found["own", "train"] == {"bass"}
    assert not found["bands", "train"] and found["etudes", "valid"] == set(LAYERS)
    # Whatever is held out of so few, the hours are full.
    assert {job.kind for job in plan_jobs(1.0, found) if job.split == "train"} == {
        "arranger", "etudes", "sheets", "own"
    }  # fmt: skip


def test_a_job_hears_the_songs_of_its_split_moved(tmp_path: Path) -> None:
    p.save(tmp_path / "openewld" / "Somebody" / "S" / "S.mxl", tune())
    p.save(tmp_path / "openewld" / "Fats_Waller" / "S" / "T.mxl", tune())
    (tmp_path / "openewld" / "Somebody" / "S" / "broken.mxl").write_bytes(b"PK")
    job = Job("sheets", "unseen", 7000, (("bass", 1.0),))
    songs = [song for song, _ in zip(job_songs(job, Random(1), tmp_path, 3), range(20), strict=False)]
    assert {song.name for song in songs} == {"T"} and all(set(s.scores) == set(LAYERS) for s in songs)
    assert len({song.state.key for song in songs}) > 4 and len({song.state.bpm for song in songs}) > 10
    again = job_songs(job, Random(1), tmp_path, 3)
    assert [next(again) for _ in songs] == songs
    train = Job("sheets", "train", 7001, (("bass", 1.0),))
    assert next(job_songs(train, Random(1), tmp_path, 3)).name == "S"


def test_every_job_begins_elsewhere_in_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{i}.mid" for i in range(41)]
    for name in names:
        (tmp_path / name).write_bytes(b"")
    asked: list[str] = []
    monkeypatch.setattr(jobs, "usable", lambda file: asked.append(file.name) or iter(()))
    monkeypatch.setattr(jobs, "_ROUNDS", 1)
    first: list[str] = []
    rounds: list[list[str]] = []
    for number in range(8):
        asked.clear()
        assert list(job_songs(Job("own", "train", number, (("lead", 8.0),)), Random(1), tmp_path, 3)) == []
        rounds.append(sorted(asked))
        first += asked[:5]
    assert all(row == rounds[0] for row in rounds) and len(rounds[0]) == len(set(rounds[0])) > 30
    assert len(set(first)) == min(40, len(rounds[0]))


@given(st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_windows_are_short_songs_of_their_own(seed: int) -> None:
    rng = Random(seed)
    made = written.etudes(rng)
    song: CorpusSong = replace(made, state=made.state.with_(chords=(Chord("C"),) * made.state.total_beats))
    seen, at = 0, 0
    for window in windows(song, rng):
        assert window.name == f"{song.name}@{at}" and window.source == "etudes" and window.state.bars >= 1
        assert len(window.state.chords) == window.state.total_beats
        assert float(window.state.timebase.bar_seconds) * window.state.bars <= 45
        seen += sum(len(s.notes) for s in window.scores.values())
        assert all(n.end <= window.state.total_ticks for s in window.scores.values() for n in s.notes)
        at += window.state.bars
    per_bar = song.state.meter.ticks_per_bar
    assert seen == sum(len(s.slice(0, at * per_bar).notes) for s in song.scores.values())


def test_silence_is_rarely_kept() -> None:
    assert kept_share(Score(()), 384) == jobs.EMPTY_KEPT
    assert kept_share(Score.from_notes([Note(0, 24, 60, 90)]), 3840) == jobs.SPARSE_KEPT
    assert kept_share(Score.from_notes([Note(0, 384, 60, 90)]), 384) == 1.0


def test_what_is_sparse_on_purpose_is_kept() -> None:
    window = replace(written.etudes(Random(1)), scores={"drums": Score(()), "lead": Score(())})
    kept = [jobs._play("drums", window, True, Random(i)) is not None for i in range(200)]
    passed = [jobs._play("lead", window, False, Random(i)) is not None for i in range(200)]
    assert all(kept) and 0 < sum(passed) < 30
    assert KINDS["etudes"].sparse == {"drums"} and not KINDS["arranger"].sparse
