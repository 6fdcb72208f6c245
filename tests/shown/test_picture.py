"""`show --plot`: the files that are written, and what is refused."""

from __future__ import annotations

import builtins
import re
import sys
from pathlib import Path

import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.exchange.imports import import_midi
from stemwright.producer.create import Wish, create
from stemwright.shown import sheet as lay
from stemwright.shown.picture import draw_page, plot_song
from stemwright.song.state import GlobalState
from support import midi

pytest.importorskip("matplotlib")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    file = tmp_path / "tune.mid"
    file.write_bytes(midi.band())
    import_midi(tmp_path / "song", file)
    return tmp_path / "song"


def test_png_and_svg_are_the_same_each_time(song: Path, tmp_path: Path) -> None:
    for name, begin in (("a.png", b"\x89PNG"), ("a.SVG", b"<?xml")):
        first = plot_song(song, tmp_path / name)
        assert first == [tmp_path / name]
        data = first[0].read_bytes()
        assert data.startswith(begin)
        plot_song(song, tmp_path / name)
        assert first[0].read_bytes() == data


def test_the_texts_are_there(song: Path) -> None:
    state = GlobalState.create("97.3", "F# minor", "3/4", "intro:1 verse:2")
    sheet = lay.lay_out(state, {})
    figure = draw_page(sheet, sheet.pages()[0], "My Song")
    texts = [text.get_text() for axes in figure.axes for text in axes.texts]
    assert texts == ["intro", "verse", "1", "2", "3"]
    assert [text.get_text() for text in figure.texts] == ["My Song"]


def test_a_song_without_notes_and_chords(tmp_path: Path) -> None:
    create(tmp_path / "song", Wish(form="verse:2"))
    assert plot_song(tmp_path / "song", tmp_path / "x.png")[0].stat().st_size > 1000


def test_a_long_song_has_pages(tmp_path: Path) -> None:
    create(tmp_path / "song", Wish(form="verse:130", chords="C"))
    files = plot_song(tmp_path / "song", tmp_path / "x.svg")
    assert [file.name for file in files] == ["x.svg", "x-2.svg"] and all(file.is_file() for file in files)


@pytest.mark.parametrize("name", ["x.jpg", "x", "song/x.png", ".png.txt"])
def test_wrong_places(song: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"^plot "):
        plot_song(song, tmp_path / name)
    assert not (tmp_path / name).exists()
    (tmp_path / "folder.png").mkdir()
    with pytest.raises(UsageError, match=r"is a folder"):
        plot_song(song, tmp_path / "folder.png")


def test_without_matplotlib(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *args: object, **options: object) -> object:
        if name == "matplotlib":
            raise ModuleNotFoundError(name)
        return real(name, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(StemwrightError, match=re.escape(f"{sys.executable} -m pip install matplotlib")):
        plot_song(song, tmp_path / "x.png")
