"""Sessions that become songs: the form as it was played, and where what was recorded lies."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from hypothesis import given
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.desk.setup import Setup
from stemwright.live.keep.form import Kept, Piece, kept, pieces, runs
from stemwright.live.keep.reading import PlayedBar, read_session
from stemwright.live.keep.song import keep
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.offline import render
from stemwright.live.session.opening import open_song
from stemwright.live.session.script import read_script
from stemwright.live.worker.worker import call
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.song.document import loads
from support.weights import _weights, weights

__all__ = ["_weights", "weights"]

BAR = 48_000
SCRIPT = """
1    transport.play
1    scene.launch 0
2.2  record.run on
3    slot.launch bass 1
3.3  session.keep
5    scene.launch 1
5    column.stop lead
6.2  column.mute drums on
7    record.run off
8    end
"""


@given(st.lists(st.integers(0, 11), min_size=1, max_size=40))
def test_pieces_give_the_bars_again(sources: list[int]) -> None:
    begins = [0, 4, 8]
    found = pieces(sources, begins)
    again = [bar for piece in found for _ in range(piece.times) for bar in range(piece.start, piece.stop)]
    assert again == sources
    assert all(not any(piece.start < begin < piece.stop for begin in begins) for piece in found)


def test_rounds_of_a_section_are_one_piece() -> None:
    assert pieces([0, 1, 0, 1, 0, 2, 3], [0, 2]) == [Piece(0, 2, 2), Piece(0, 1), Piece(2, 4)]
    assert runs([True, True, False, True]) == [range(0, 2), range(3, 4)]


def bar(at: int, *heard: tuple[int, int] | None) -> PlayedBar:
    return PlayedBar(at, Fraction(240), tuple(None if each is None else (*each, 0) for each in heard))


def test_the_form_is_what_most_layers_played() -> None:
    played = [
        bar(0, None, None, None),
        bar(BAR, (0, 0), (0, 0), None),
        bar(2 * BAR, (0, 1), (1, 2), (1, 2)),
        bar(3 * BAR, (0, 2), (1, 3), None),
        bar(4 * BAR, None, None, None),
        bar(4 * BAR + 99, (0, 0), (0, 0), (0, 0)),
    ]
    found = kept(played, 5 * BAR, [])
    assert found.sources == (0, 2, 3, 0)
    assert found.silent(2) == [range(0, 1), range(2, 3)] and found.other(0) == [range(1, 3)]
    covered = kept(played[:2], 2 * BAR, [range(-5, 10)])
    assert covered.sources == (0, 0) and covered.silent(0) == [range(0, 1)]


def test_what_a_set_made_counts_as_something_else() -> None:
    played = Kept((bar(0, (0, 0)), bar(BAR, (0, 1))), (0, 1), frozenset({0}))
    assert played.other(0) == [range(0, 2)] == played.of(0)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory, _weights: Path) -> Path:
    """A set of two sections of two bars, played and recorded."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(_weights))
        folder = tmp_path_factory.mktemp("kept")
        create(folder / "song", Wish(bpm="240", form="verse:2 chorus:2", key="D minor", seed=4))
        generate(folder / "song")
        place = folder / "set"
        place.mkdir()
        opened = open_song(folder / "song", place)
        live = LiveSet(opened, place, Setup(48_000, opened.columns), Parts(is_offline=True))
        render(live, read_script(SCRIPT, "s", opened.columns), place / "main.wav", 512, lambda done, of: None)
        live.end()
    return place


@pytest.mark.slow
def test_a_session_becomes_a_song(session: Path, tmp_path: Path, weights: Path) -> None:
    before = (session / "song/song.json").read_bytes()
    made = keep(session, tmp_path / "kept")
    assert made.form == "verse:2 verse:2 chorus:2 chorus:1" and made.bars == 7
    assert made.silent == {"drums": ["7"], "lead": ["5-7"]}
    assert made.other == {"bass": ["3-4"]} and made.marked == ["3"]
    assert set(made.recorded) == {"live-drums", "live-bass", "live-harmony", "live-lead"}
    song = loads((made.song / "song.json").read_bytes(), "song.json")
    assert song.state.form == made.form
    assert song.layers["live-drums"].mute and not song.layers["live-bass"].mute
    assert song.layers["bass"].gains and song.layers["live-bass"].gains
    assert (session / "song/song.json").read_bytes() == before
    assert call(["verify", str(made.song)])["problems"] == []
    assert not (tmp_path / "kept.part").exists()


@pytest.mark.slow
def test_a_recording_lies_where_it_was_heard(session: Path, tmp_path: Path, weights: Path) -> None:
    made = keep(session, tmp_path / "kept")
    call(["layer", "unmute", str(made.song), "live-drums"])
    stem = call(["mix", str(made.song), "--stems"])["stems"]["live-drums"]
    heard, rate = soundfile.read(stem, dtype="float64")
    bus = soundfile.read(session / "buses/1/drums.wav", dtype="float64")[0]
    bus = soxr.resample(bus, 48_000, rate, quality="VHQ")
    start = read_session(session).recordings[session / "buses/1"] * rate // 48_000
    assert rate < start < 2 * rate  # within the second bar, each of a second
    mono, cut = heard.sum(axis=1), bus[: 3 * rate].sum(axis=1)
    alike = [(mono[start + lag : start + lag + 3 * rate] * cut).sum() for lag in range(-50, 51)]
    assert int(np.argmax(alike)) == 50  # not a sample off
    assert np.abs(mono[: start - 100]).max() < 1e-3 * np.abs(mono).max()


def test_what_is_no_session_is_told(session: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give a session's folder"):
        keep(tmp_path, tmp_path / "kept")
    (tmp_path / "there").mkdir()
    with pytest.raises(UsageError, match="is there already"):
        keep(session, tmp_path / "there")
    lines = (session / "session.jsonl").read_text().splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith('{"bar"'))
    broken = tmp_path / "broken"
    broken.mkdir()
    for bad in ('{"bar": 3}', '{"bar": {"at": -1, "bpm": "1", "heard": []}}', '{"stood": "x"}'):
        (broken / "session.jsonl").write_text("\n".join([*lines[:at], bad]) + "\n")
        with pytest.raises(UsageError, match=f"line {at + 1}: is not of a session's log"):
            read_session(broken)
    kept_lines = [line for line in lines if "bar" not in json.loads(line)]
    (broken / "session.jsonl").write_text("\n".join(kept_lines) + "\n")
    with pytest.raises(UsageError, match="never played"):
        read_session(broken)
