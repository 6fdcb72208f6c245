"""`gc` and `copy`: nothing that any run goes back to is lost; a copy is there in full or not at all."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.editing.collecting import collect
from stemwright.editing.copying import copy_song
from stemwright.editing.moves import at_run, branch, redo, restore, undo
from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.layer import Change, set_layer
from stemwright.song.document import dumps
from stemwright.song.score import Score
from stemwright.store import SongFolder
from stemwright.store.verify import verify
from support.edited import give, put, tune, write
from support.soak import examples
from support.songs import files


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = write(tmp_path / "song", {"lead": tune((60,)), "bass": tune((36,))}, bars=1)
    give(path, "lead", tune((72,)))
    undo(path)
    return path


def rubbish(path: Path) -> str:
    """An object that nothing names, an entry of the journal, a tile."""
    folder = SongFolder.open(path)
    sha = put(folder, tune((1, 2, 3)))
    folder.cache.remember("0" * 64, {"objects": [sha]})
    (path / "cache" / "tiles").mkdir()
    (path / "cache" / "tiles" / "a.bin").write_bytes(b"tile")
    return sha


def killed(path: Path) -> None:
    """A file of a process that was killed; the next lock sweeps it away."""
    (path / "runs" / ".tmp-1-0123456789abcdef").write_bytes(b"half")


def test_it_tells_and_touches_nothing_unless_asked(song: Path) -> None:
    assert collect(song)["objects"]["files"] == 0
    rubbish(song)
    killed(song)
    before = files(song)
    facts = collect(song)
    assert facts["deleted"] is False
    assert {kind: facts[kind]["files"] for kind in ("objects", "cache", "temporary")} == {
        "objects": 1,
        "cache": 2,
        "temporary": 1,
    }
    assert facts["objects"]["bytes"] == len(tune((1, 2, 3)).canonical_bytes())
    assert files(song) == before


def test_it_deletes_what_no_run_reaches_and_nothing_else(song: Path) -> None:
    clean = files(song)
    sha = rubbish(song)
    folder = SongFolder.open(song)
    folder.renders.put("mix.wav", b"RIFF")
    (song / "renders" / "mine.wav").write_bytes(b"RIFF")
    renders = files(song / "renders")
    killed(song)
    facts = collect(song, yes=True)
    assert (facts["deleted"], facts["objects"]["files"], facts["temporary"]["files"]) == (True, 1, 1)
    assert files(song) == {**clean, **{f"renders/{name}": sha for name, sha in renders.items()}}
    assert not SongFolder.open(song).objects.has(sha)
    assert collect(song)["cache"]["files"] == 0
    redo(song)
    assert verify(SongFolder.open(song)).problems == []


def test_a_damaged_history_is_not_collected(song: Path) -> None:
    rubbish(song)
    folder = SongFolder.open(song)
    step = folder.runs.read(1)["song"]
    folder.objects.file(step["after"]).unlink()
    before = files(song)
    with pytest.raises(StemwrightError, match=r"runs/000001.json: objects/.* is missing"):
        collect(song, yes=True)
    with pytest.raises(StemwrightError):
        collect(song)
    assert files(song) == before


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("notes"), st.integers(0, 5)),
        st.tuples(st.just("undo"), st.integers(1, 2)),
        st.tuples(st.just("redo"), st.just(0)),
        st.tuples(st.just("branch"), st.sampled_from(["main", "b"])),
        st.tuples(st.just("gc"), st.just(0)),
        st.tuples(st.just("rubbish"), st.integers(6, 9)),
    ),
    max_size=12,
)


@examples(25)
@given(acts=ACTS)
def test_after_it_every_run_can_be_restored(acts: list[tuple[str, int | str]]) -> None:
    does = {
        "notes": lambda path, value: give(path, "lead", tune((60 + value,))),
        "undo": undo,
        "redo": lambda path, _: redo(path),
        "branch": branch,
        "gc": lambda path, _: collect(path, yes=True),
        "rubbish": lambda path, value: put(SongFolder.open(path), tune((60 + value,))),
    }
    with tempfile.TemporaryDirectory() as place:
        path = write(Path(place) / "song", {"lead": tune((60,)), "bass": tune((36,))}, bars=1)
        known = [dumps(SongFolder.open(path).load())]
        for act, value in acts:
            try:
                does[act](path, value)
            except UsageError:
                continue
            folder = SongFolder.open(path)
            known += [dumps(folder.load())] * (len(folder.runs.numbers()) + 1 - len(known))
        collect(path, yes=True)
        folder = SongFolder.open(path)
        assert [dumps(at_run(folder, run)) for run in range(len(known))] == known
        for run in range(len(known)):
            restore(path, run)
            assert dumps(folder.load()) == known[run]
            entry = folder.load().layers["lead"]
            assert isinstance(folder.score(entry.score_sha256 or "", "lead"), Score)
        assert verify(folder).problems == []
        assert collect(path)["objects"]["files"] == 0


def test_a_copy_has_the_whole_history_and_no_more(song: Path, tmp_path: Path) -> None:
    rubbish(song)
    shutil.rmtree(song / "cache" / "tiles")
    new = tmp_path / "deep" / "new"
    facts = copy_song(song, new)
    kept = {name: sha for name, sha in files(song).items() if not name.startswith(("cache/", "renders/"))}
    assert files(new) == kept
    assert facts["files"] == len(files(new))
    redo(new)
    set_layer(song, "bass", Change(gain=1.0))
    assert verify(SongFolder.open(new)).problems == [] == verify(SongFolder.open(song)).problems
    copy_song(song, tmp_path / "whole", whole=True)
    assert "cache/" + "0" * 64 + ".json" in files(tmp_path / "whole")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["deep", "song", "whole"]


def test_a_place_that_is_taken_or_in_a_song_is_refused(song: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(song, other)
    for place, line in (
        (other, "is there already"),
        (song, "is there already"),
        (song / "new", "is inside the song"),
        (other / "a" / "b", "is inside the song"),
    ):
        with pytest.raises(UsageError, match=line):
            copy_song(song, place)
    assert not (song / "new").exists() and not (other / "a").exists()


def test_a_damaged_song_is_not_copied_and_nothing_is_left(song: Path, tmp_path: Path) -> None:
    folder = SongFolder.open(song)
    folder.objects.file(folder.load().layers["bass"].score_sha256 or "").write_bytes(b"x")
    with pytest.raises(StemwrightError, match="does not verify, so it is not copied: objects/"):
        copy_song(song, tmp_path / "new")
    assert [each.name for each in tmp_path.iterdir()] == ["song"]
