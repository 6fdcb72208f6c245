"""Chords that change under notes: the layers whose notes were written to others are named, bar by bar."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.cli.main import run
from stemwright.exchange.imports import import_midi
from stemwright.producer.asked import Asked
from stemwright.producer.compose import compose
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.lineage import to_json, with_bars
from stemwright.producer.mix import mix_song
from stemwright.producer.use import use_take
from stemwright.shown.reports import check, describe
from stemwright.store import SongFolder
from support import midi

WISH = Wish(bpm="240", form="verse:4", seed=1, title="A Tune", key="C", chords="C | Am | F | G")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    create(tmp_path / "song", WISH)
    generate(tmp_path / "song")
    return tmp_path / "song"


def outdated(song: Path) -> dict[str, list[str]]:
    return {told["layer"]: told["bars"] for told in describe(song)["stale"] if told["reason"] == "chords"}


def test_other_chords_for_one_layer_are_said_of_the_others(song: Path) -> None:
    made = compose(song, Asked(("harmony",), "2-3", seed=3, chords="Eb | Bb"))
    assert outdated(song) == {"bass": ["2-3"], "lead": ["2-3"]}, "drums have no chords"
    assert {told["layer"]: told["bars"] for told in made["stale"]} == outdated(song)
    assert made["stale"][0]["next"] == f"stemwright compose {song} bass --bars 2-3"
    assert any(
        remark.startswith("bass: its notes were written to other chords") for remark in made["remarks"]
    )
    played = generate(song)
    assert played["layers"]["bass"]["how"] == "kept" and len(played["remarks"]) == 2
    assert [told["layer"] for told in mix_song(song)["stale"]] == ["bass", "lead"]
    compose(song, Asked(("bass",), "2-3", seed=3))
    assert outdated(song) == {"lead": ["2-3"]}
    generate(song, ("lead",), bars="2", seed=4)
    assert outdated(song) == {"lead": ["3-3"]}, "only that bar is new"
    generate(song)
    generate(song, ("lead",), timbre="bright")
    assert outdated(song) == {"lead": ["3-3"]}, "the same notes in another timbre"
    generate(song, ("lead",), seed=5)
    assert outdated(song) == {} and check(song)["ok"]
    use_take(song, "lead", 1)
    assert outdated(song) == {"lead": ["2-3"]}, "an old take plays to the old chords"


def test_the_old_chords_again(song: Path) -> None:
    compose(song, Asked(("harmony",), "2", seed=3, chords="Eb"))
    assert set(outdated(song)) == {"bass", "lead"}
    compose(song, Asked(("harmony",), "2", seed=3, chords="Am"))
    assert outdated(song) == {}


def test_imported_notes_too(song: Path) -> None:
    file = song.parent / "tune.mid"
    file.write_bytes(midi.band(bars=4))
    import_midi(song, file, tracks=("4=lead",))
    compose(song, Asked(("bass", "harmony"), "4", seed=3, chords="Eb"))
    assert outdated(song) == {"lead": ["4-4"]}
    generate(song)
    assert outdated(song) == {"lead": ["4-4"]}, "performed, not written"


def test_runs_that_do_not_tell(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of older versions wrote every bar."""
    other = song.parent / "other"
    create(other, WISH)
    with monkeypatch.context() as patch:
        patch.setattr("stemwright.producer.lineage.to_json", lambda origins: None)
        generate(other)
    assert SongFolder.open(other).runs.read(1)["details"]["lead"]["written"] is None
    compose(other, Asked(("harmony",), "1", seed=3, chords="Eb"))
    assert outdated(other) == {"bass": ["1-1"], "lead": ["1-1"]}


def test_as_typed(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["compose", str(song), "harmony", "--bars", "2", "--chords", "Eb"]) == 0
    line = (
        "lead: its notes were written to other chords than stand there now, bars 2-2; "
        f"next: stemwright compose {song} lead --bars 2-2\n"
    )
    assert line in capsys.readouterr().out
    assert run(["show", str(song)]) == 0
    assert line in capsys.readouterr().out


@given(st.lists(st.integers(1, 4), min_size=1, max_size=30), st.data())
def test_origins_are_told_in_spans(origins: list[int], data: st.DataObject) -> None:
    told = to_json(origins)
    assert [run for first, last, run in told for _ in range(first, last + 1)] == origins
    assert [first for first, _, _ in told] == [1, *(last + 1 for _, last, _ in told[:-1])]
    assert all(a[2] != b[2] for a, b in pairwise(told))
    cut = data.draw(st.integers(0, len(origins)))
    mixed = with_bars(origins, [9] * len(origins), range(cut, len(origins)))
    assert mixed == origins[:cut] + [9] * (len(origins) - cut)
