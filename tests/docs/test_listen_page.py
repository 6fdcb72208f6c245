"""docs/listen.md as it is, and what benchmarks/listen.py makes it with."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from listening import excerpts, page, picture
from listening.excerpts import Bars
from listening.songs import EXAMPLES, first_of

from stemwright.compose.styles import NAMES
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import SAMPLE_RATE
from support.bundles import write_all

DOCS = Path(__file__).parents[2] / "docs"
LINK = re.compile(r"\]\(([^)#:]+)\)")
FOLDER_BYTES = 3_200_000
PICTURE_BYTES = 90_000
TIMEBASE = GlobalState.create(bpm="120", form="verse:8").timebase
"""A bar of two seconds."""


def broken(text: Path) -> list[str]:
    """Links of a page to files that are not there."""
    links = LINK.findall(text.read_text(encoding="utf-8"))
    return [link for link in links if not (text.parent / link).is_file()]


def test_the_page_has_what_it_links_to_and_is_small() -> None:
    text = DOCS / "listen.md"
    if not text.exists():
        pytest.skip("not made yet: python benchmarks/listen.py")
    assert broken(text) == []
    files = list((DOCS / "listen").iterdir())
    linked = {Path(link).name for link in LINK.findall(text.read_text(encoding="utf-8"))}
    assert {file.name for file in files} <= linked
    assert sum(file.stat().st_size for file in files) <= FOLDER_BYTES
    assert all(file.stat().st_size <= PICTURE_BYTES for file in files if file.suffix == ".png")


def test_every_style_has_an_example() -> None:
    assert tuple(EXAMPLES) == NAMES
    assert all(len(example.timbres) == 4 for example in EXAMPLES.values())


@pytest.mark.parametrize(
    ("wanted", "have", "found"),
    [(("sax", "flute"), ("flute", "sax"), "sax"), (("sax",), ("flute",), "flute"), (("sax",), (), "")],
)
def test_timbres_are_what_the_bundle_has(wanted: tuple[str, ...], have: tuple[str, ...], found: str) -> None:
    assert first_of(wanted, have) == found


@pytest.mark.parametrize(("seconds", "bars", "found"), [(8.0, 8, 4), (5.1, 8, 3), (0.5, 8, 1), (60.0, 8, 8)])
def test_excerpts_are_whole_bars(seconds: float, bars: int, found: int) -> None:
    assert excerpts.bars_of(seconds, TIMEBASE, bars) == found


def test_notes_are_counted_in_their_bars() -> None:
    bar = TIMEBASE.meter.ticks_per_bar
    notes = [Note(tick, 10, 60, 90) for tick in (0, 5, bar - 1, bar, 3 * bar)]
    assert excerpts.notes_by_bar(Score.from_notes(notes), TIMEBASE, 3) == [3, 1, 1]


def test_excerpts_lie_where_the_quietest_layer_plays() -> None:
    counts = {"drums": [9] * 8, "lead": [0, 0, 4, 4, 4, 4, 0, 0]}
    assert excerpts.around(4, 4, counts) == Bars(2, 6)
    counts["lead"] = [4, 4, 4, 4, 0, 0, 0, 0]
    assert excerpts.around(4, 3, counts) == Bars(2, 5)
    assert excerpts.busiest(Bars(2, 6), 2, counts["lead"]) == Bars(2, 4)
    assert [str(Bars(2, 6)), str(Bars(2, 3))] == ["3-6", "3"]


@given(
    counts=st.lists(st.lists(st.integers(0, 20), min_size=8, max_size=8), min_size=1, max_size=4),
    join=st.integers(0, 8),
    length=st.integers(1, 8),
    inner=st.integers(1, 8),
)
def test_excerpts_lie_inside_the_song(counts: list[list[int]], join: int, length: int, inner: int) -> None:
    shown = excerpts.around(join, length, {str(i): count for i, count in enumerate(counts)})
    assert shown.first >= 0 and shown.end == shown.first + length <= 8
    assert length < 2 or not 0 < join < 8 or shown.first < join < shown.end
    heard = excerpts.busiest(shown, inner, counts[0])
    assert shown.first <= heard.first < heard.end <= shown.end
    assert heard.end - heard.first == min(inner, length)


@pytest.mark.parametrize("channels", [1, 2])
def test_a_cut_is_faded_and_its_mp3_plays_and_is_the_same_each_time(channels: int) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(5 * SAMPLE_RATE) / SAMPLE_RATE)
    audio = np.repeat(tone[:, None], channels, axis=1).astype(np.float32)
    piece = excerpts.cut(audio if channels == 2 else audio[:, 0], Bars(1, 2), TIMEBASE)
    assert len(piece) == 2 * SAMPLE_RATE
    assert np.abs(piece[0]).max() == 0 and np.abs(piece[-1]).max() == 0
    assert np.array_equal(
        piece[1000:40000], (audio if channels == 2 else tone.astype(np.float32))[49000:88000]
    )
    data = excerpts.mp3(piece)
    assert data == excerpts.mp3(piece) and len(data) < 2 * 10_000
    back, rate = soundfile.read(io.BytesIO(data), always_2d=True)
    assert rate == SAMPLE_RATE and back.shape[1] == channels and abs(len(back) - len(piece)) < 3000
    assert 0.3 < np.abs(back).max() < 0.7


@pytest.mark.parametrize("hertz", [110.0, 440.0, 3520.0])
def test_a_tone_stands_in_its_row(hertz: float) -> None:
    tone = np.sin(2 * np.pi * hertz * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    found = picture.levels(tone, 2048)
    assert found.shape == (picture.ROWS, SAMPLE_RATE // picture.STEP + 1)
    middle = found[:, found.shape[1] // 2]
    assert abs(middle.argmax() + 0.5 - picture.row([hertz])[0]) <= 1.5
    assert -0.5 < middle.max() < 0.1


def layer(name: str, f1: float, **more: Any) -> dict[str, Any]:
    """A layer's row of a report."""
    faults: list[str] = []
    return {
        "layer": name, "timbre": "plain", "f1": f1, "floor_f1": 0.1, "loudness_lufs": -20.0,
        "quiet_db": None, "faults": {"faults": faults}, "control": None,
    } | more  # fmt: skip


def entry(style: str, *layers: dict[str, Any], lufs: float = -14.0) -> page.Entry:
    """A song of the page."""
    report = {
        "bpm": 120.0, "key": "C major", "bars": 8, "layers": list(layers),
        "mixes": [{"of": "song", "loudness_lufs": lufs, "true_peak_dbtp": -1.0}],
        "rhythm": [{"of": "song", "beats": "grid", "cbs": 0.9, "irs": 0.01, "cbd_ms": 8.0}],
    }  # fmt: skip
    heard = {row["layer"]: Bars(3, 5) for row in layers}
    return page.Entry(style, "4/4", report, Bars(2, 6), heard, f"stemwright new {style}")


def test_figures_below_their_goal_are_bold_and_the_control_stands_beside() -> None:
    assert page.figure(layer("drums", 0.96), "f1") == "0.96"
    assert page.figure(layer("drums", 0.94), "f1") == "**0.94**"
    assert page.figure(layer("bass", 0.9, pitch=0.97, control={"f1": 1.0, "pitch": 0.99}), "pitch") == (
        "0.97 (0.99)"
    )
    assert page.figure(layer("harmony", 0.9, chroma=0.7, control={"f1": 1.0, "chroma": 0.8}), "chroma") == (
        "**0.70** (0.80)"
    )
    assert page.figure(layer("drums", 0.9), "pitch") == "-"


def test_what_is_bad_is_counted() -> None:
    hums = {"faults": ["hums"]}
    songs = [
        entry("pop", layer("bass", 0.5, pitch=0.9), layer("harmony", 0.9, chroma=0.6)),
        entry(
            "funk", layer("bass", 0.95, pitch=1.0), layer("harmony", 0.7, chroma=0.8, faults=hums), lufs=-18.0
        ),
    ]
    found = page.bad(songs)
    assert found["f1_means"] == "bass 0.72 (goal 0.92), harmony 0.80 (goal 0.85)"
    assert (found["stems"], found["f1_below"]) == ("4", "2")
    assert found["f1_lowest"] == "the bass (plain) in pop, 0.50"
    assert (found["pitched"], found["pitch_below"], found["pitch_means"]) == ("2", "1", "bass 0.95")
    assert found["chroma_mean"] == "0.70"
    assert found["faults"] == "1 of the 4 stems: harmony hums (funk)"
    assert found["levels"] == "1 of 2 mixes are not at -14 LUFS: funk (-18.0)"
    clean = page.bad([songs[0]])
    assert clean["faults"].startswith("none of the 2 stems") and clean["levels"].startswith("all 1 mixes")


def test_one_style_is_made_measured_and_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("stemwright.native._engine")
    import listen

    write_all(tmp_path / "weights")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr("listening.songs.FORM", "verse:1 chorus:1")
    (tmp_path / "listen").mkdir()
    (tmp_path / "listen" / "old.mp3").write_bytes(b"")
    listen.make(["metal"], tmp_path / "listen", None)
    text = tmp_path / "listen.md"
    assert broken_in(tmp_path, text) == []
    names = {path.name for path in (tmp_path / "listen").iterdir()}
    assert names == {f"metal-{part}.mp3" for part in ("mix", *EXAMPLES["metal"].timbres)} | {"metal.png"}
    assert "$" not in text.read_text(encoding="utf-8")
    assert "6 files" in capsys.readouterr().out


def broken_in(folder: Path, text: Path) -> list[str]:
    """Broken links of a page outside docs/, those to other pages left out."""
    assert text.parent == folder
    return [link for link in broken(text) if not link.endswith(".md")]
