"""A layer that was played in a personal style goes on in it, whatever makes bars of it anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from stemwright.editing.bars import delete_bars, extend, insert_bars, repeat_bars
from stemwright.editing.remixing import remix
from stemwright.editing.states import Edits, edit
from stemwright.editing.varying import vary
from stemwright.errors import UsageError
from stemwright.models.personal import folder_of, remove_style
from stemwright.producer import bundles
from stemwright.producer.create import Wish, create
from stemwright.producer.details import ByPerformer, of_take
from stemwright.producer.generate import generate
from stemwright.shown.reports import check
from stemwright.store import SongFolder

pytest.importorskip("stemwright.native._engine")

from support.bundles import write_all
from support.personal import write_style
from support.songs import token_shas


@pytest.fixture
def song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A song of two layers, whose bass is played in a style, with strength .5."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    write_all(tmp_path / "weights")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    write_style("mine", bundles.performer("bass"))
    path = tmp_path / "song"
    create(path, Wish(bpm="240", form="verse:3", seed=1, title="A Tune"))
    generate(path, ("bass", "lead"), seed=3)
    generate(path, style_of="mine", strength=0.5)
    return path


def played(path: Path, layer: str = "bass") -> tuple[int, str, tuple[str, float] | None]:
    """Take, timbre and style of a layer."""
    folder = SongFolder.open(path)
    take = folder.load().layers[layer].active
    assert take is not None
    made = of_take(folder, layer, take)
    assert made is not None and isinstance(made.by, ByPerformer)
    style = made.by.style
    return take.take, take.timbre, None if style is None else (style["name"], style["strength"])


CHANGES: dict[str, Callable[[Path], Any]] = {
    "generate --bars": lambda path: generate(path, ("bass",), bars="2-2"),
    "generate --seed": lambda path: generate(path, ("bass",), seed=9),
    "generate --timbre": lambda path: generate(path, ("bass",), timbre="plain"),
    "edit chords": lambda path: edit(path, Edits(chords="2: Dm")),
    "edit tempo": lambda path: edit(path, Edits(bpm="120")),
    "edit key": lambda path: edit(path, Edits(key="D")),
    "edit meter": lambda path: edit(path, Edits(meter="3/4")),
    "bars insert": lambda path: insert_bars(path, 2, 1),
    "bars repeat": lambda path: repeat_bars(path, "1-1"),
    "bars delete": lambda path: delete_bars(path, "2-2"),
    "extend": lambda path: extend(path, 1),
    "remix": lambda path: remix(path, "jazz"),
    "vary": lambda path: vary(path, "bass", "2-2", amount=1.0),
}


@pytest.mark.parametrize("name", CHANGES)
def test_bars_are_played_in_the_style_of_the_take(song: Path, name: str) -> None:
    before = played(song)
    CHANGES[name](song)
    take, timbre, style = played(song)
    assert take > before[0] and style == ("mine", 0.5)
    assert timbre == ("plain" if name == "generate --timbre" else before[1])
    assert played(song, "lead")[2] is None
    assert not check(song)["problems"]


def test_new_bars_are_those_of_the_style_and_old_ones_stay(song: Path, tmp_path: Path) -> None:
    """Another strength gives other tokens in the new bar, and only there."""
    from stemwright.codec.tokens import from_canonical

    def tokens() -> Any:
        folder = SongFolder.open(song)
        take = folder.load().layers["bass"].active
        assert take is not None
        return from_canonical(folder.objects.get(take.content_sha256))

    before, state = tokens(), SongFolder.open(song).load().state
    first, last = state.timebase.bar_frame(1), state.timebase.bar_frame(2)
    generate(song, ("bass",), bars="2-2", seed=5)
    kept = tokens()
    generate(song, ("bass",), bars="2-2", seed=5, style_of="none")
    plain = tokens()
    for made in (kept, plain):
        assert (made[:, :first] == before[:, :first]).all() and (made[:, last:] == before[:, last:]).all()
    assert (kept[:, first:last] != plain[:, first:last]).any()
    assert played(song)[2] is None


def test_none_ends_a_style(song: Path) -> None:
    assert generate(song, style_of="none")["layers"]["lead"]["how"] == "kept"
    assert played(song)[2] is None
    assert generate(song, style_of="none")["run"] is None, "it is so already"
    generate(song, ("bass",), bars="2-2")
    assert played(song)[2] is None
    with pytest.raises(UsageError, match="means to play without one"):
        folder_of("none")


def test_given_notes_are_played_on_in_the_style(song: Path) -> None:
    from stemwright.song.score import Score
    from support.edited import give

    folder = SongFolder.open(song)
    take = folder.load().layers["bass"].active
    assert take is not None
    give(song, "bass", Score(folder.score(take.score_sha256, "bass").notes[1:]))
    generate(song)
    assert played(song)[2] == ("mine", 0.5)


@pytest.mark.parametrize("name", [name for name in CHANGES if name not in ("bars repeat", "bars delete")])
def test_a_style_that_is_gone_is_told_in_a_line(song: Path, name: str) -> None:
    remove_style("mine")
    before = token_shas(song)
    with pytest.raises(UsageError, match="is in the style 'mine', which is not here any more") as caught:
        CHANGES[name](song)
    assert "generate DIR bass" in str(caught.value) and "\n" not in str(caught.value)
    assert token_shas(song) == before and not check(song)["problems"]
    generate(song, ("bass",), style_of="none")
    CHANGES[name](song)


def test_what_performs_nothing_needs_no_style(song: Path) -> None:
    remove_style("mine")
    repeat_bars(song, "1-1")
    delete_bars(song, "2-2")
    assert generate(song)["run"] is None
    assert played(song)[2] == ("mine", 0.5), "moved bars are still told to be in it"


def test_a_style_learnt_anew_is_said(song: Path) -> None:
    remove_style("mine")
    write_style("mine", bundles.performer("bass"), seed=1)
    made = generate(song, ("bass",), bars="2-2")
    assert any("learnt anew" in line for line in made["layers"]["bass"]["remarks"])


def test_a_style_of_another_performer_names_the_way_out(song: Path) -> None:
    remove_style("mine")
    write_style("mine", bundles.performer("bass"), base="0" * 64)
    with pytest.raises(UsageError, match=r"layer 'bass': .*learnt beside the performer 0.* style_of none"):
        generate(song, ("bass",), bars="2-2")


def test_an_exported_style_goes_by_the_name_of_its_folder(song: Path, tmp_path: Path) -> None:
    from stemwright.models.personal import export_style, one_part

    export_style(one_part("mine", None), folder_of("yours") / "bass")
    remove_style("mine")
    generate(song, ("bass",), style_of="yours", strength=0.5)
    generate(song, ("bass",), bars="2-2")
    assert played(song)[2] == ("yours", 0.5)
