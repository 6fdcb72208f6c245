"""Going back and forth in a song's history, against a model that keeps every document."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.editing.layers import add_layer, rename_layer
from stemwright.editing.moves import branch, branches, redo, restore, undo
from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.create import Wish, create
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.record import saying
from stemwright.store.folder import SongFolder
from stemwright.store.positions import ancestors, head, heads, parents, position
from stemwright.store.verify import verify
from support.soak import examples


def gain(path: Path, level: float) -> None:
    set_layer(path, "bass", Change(gain=level))


def level(path: Path) -> float:
    return SongFolder.open(path).load().layers["bass"].gain_db


def test_undo_and_redo_walk_over_changes(bare: Path) -> None:
    for value in (1.0, 2.0, 3.0):
        gain(bare, value)
    undo(bare)
    assert level(bare) == 2.0
    assert undo(bare, 2)["to"] == 0
    assert level(bare) == 0.0
    with pytest.raises(UsageError, match="nothing is left to undo"):
        undo(bare)
    assert redo(bare)["to"] == 2
    assert level(bare) == 2.0
    redo(bare)
    assert level(bare) == 3.0
    with pytest.raises(UsageError, match="nothing to redo"):
        redo(bare)


def test_a_change_after_an_undo_ends_what_redo_can_do_and_restore_still_brings_it_back(bare: Path) -> None:
    gain(bare, 1.0)
    gain(bare, 2.0)
    undo(bare)
    gain(bare, 5.0)
    with pytest.raises(UsageError, match="nothing to redo"):
        redo(bare)
    assert restore(bare, 2)["run"] == 5
    assert level(bare) == 2.0
    undo(bare)
    assert level(bare) == 5.0
    undo(bare)
    assert level(bare) == 1.0


def test_branches_keep_what_is_done_on_them(bare: Path) -> None:
    gain(bare, 1.0)
    assert branch(bare, "loud")["new"] is True
    gain(bare, 6.0)
    branch(bare, "main")
    assert level(bare) == 1.0
    gain(bare, 2.0)
    assert branch(bare, "loud")["new"] is False
    assert level(bare) == 6.0
    assert branches(bare) == {"branch": "loud", "branches": {"main": 5, "loud": 3}}
    undo(bare)
    assert level(bare) == 1.0
    assert verify(SongFolder.open(bare)).problems == []


def test_runs_tell_why_and_by_whom(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMWRIGHT_AUTHOR", "Ada")
    with saying(" less\n bass "):
        gain(bare, -3.0)
    record = SongFolder.open(bare).runs.read(1)
    assert (record["message"], record["author"]) == ("less bass", "Ada")
    with pytest.raises(UsageError, match="message: has 501 letters"), saying("x" * 501):
        pass


def test_a_song_of_before_has_one_branch_on_which_each_run_follows_the_one_before(
    bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stemwright.producer.record._place", lambda folder, act, changes: {})
    gain(bare, 1.0)
    gain(bare, 2.0)
    monkeypatch.undo()
    runs = SongFolder.open(bare).runs
    assert (position(runs).run, parents(runs, 2), heads(runs)) == (2, (1,), {"main": 2})
    undo(bare)
    assert level(bare) == 1.0


def test_a_missing_object_refuses_to_go_there_and_changes_nothing(bare: Path) -> None:
    gain(bare, 1.0)
    gain(bare, 2.0)
    folder = SongFolder.open(bare)
    folder.objects.file(folder.runs.read(1)["song"]["after"]).unlink()
    with pytest.raises(StemwrightError, match=r"as it was at run 2 cannot be had: objects/"):
        undo(bare)
    with pytest.raises(StemwrightError, match="run 1 cannot be had"):
        restore(bare, 1)
    assert level(bare) == 2.0


@pytest.mark.parametrize("run", [-1, 3, 99])
def test_a_run_that_is_not_there_is_refused(bare: Path, run: int) -> None:
    gain(bare, 1.0)
    with pytest.raises(UsageError, match=f"run {run}: is not in this song; it has 1 to 1"):
        restore(bare, run)


@pytest.mark.parametrize("name", ["", "-x", "a/b", "x" * 65, "a b"])
def test_an_impossible_branch_is_refused(bare: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a branch"):
        branch(bare, name)


def test_a_renamed_layer_keeps_all_it_has_and_its_kind(bare: Path) -> None:
    before = SongFolder.open(bare).load().layers["lead"]
    assert rename_layer(bare, "lead", "solo")["kind"] == "lead"
    song = SongFolder.open(bare).load()
    assert "lead" not in song.layers
    assert (song.role("solo"), song.layers["solo"].takes) == ("lead:solo", before.takes)
    assert rename_layer(bare, "solo", "lead-2")["kind"] == "lead"
    assert SongFolder.open(bare).load().layers["lead-2"].kind is None
    with pytest.raises(UsageError, match="is in the song already"):
        rename_layer(bare, "lead-2", "bass")


def test_a_layer_is_added_with_the_sound_of_its_part(bare: Path) -> None:
    assert add_layer(bare, "pad")["gain_db"] == -4.0
    assert add_layer(bare, "fiddle", "lead")["kind"] == "lead"
    with pytest.raises(UsageError, match="is in the song already"):
        add_layer(bare, "pad")


ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("gain"), st.integers(-20, 20)),
        st.tuples(st.just("undo"), st.integers(1, 3)),
        st.tuples(st.just("redo"), st.just(0)),
        st.tuples(st.just("branch"), st.sampled_from(["main", "b", "c"])),
        st.tuples(st.just("restore"), st.integers(0, 12)),
    ),
    max_size=14,
)


class Model:
    """What a song's history should be: states by position, and what may be redone."""

    def __init__(self) -> None:
        self.states, self.parent = {0: 0.0}, {0: 0}
        self.branch, self.heads = "main", {"main": 0}
        self.redo: list[int] = []
        self.run = 0
        self.after = {0: 0.0}

    @property
    def here(self) -> int:
        return self.heads[self.branch]

    def at(self, to: int) -> None:
        self.run += 1
        self.heads[self.branch] = to
        self.after[self.run] = self.states[to]

    def change(self, value: float) -> None:
        if value == self.states[self.here]:
            return
        self.parent[self.run + 1], self.states[self.run + 1] = self.here, value
        self.redo.clear()
        self.at(self.run + 1)

    def do(self, act: str, value: float | str) -> bool:
        """Whether it may be done; what comes of it."""
        if act == "gain":
            self.change(float(value))
        elif act == "restore":
            if value not in self.after:
                return False
            self.change(self.after[int(value)])
        elif act == "undo":
            target = self.here
            for _ in range(int(value)):
                if target == 0:
                    return False
                target = self.parent[target]
            self.redo.append(self.here)
            self.at(target)
        elif act == "redo":
            if not self.redo:
                return False
            self.at(self.redo.pop())
        elif value != self.branch:
            self.heads.setdefault(str(value), self.here)
            self.branch = str(value)
            self.redo.clear()
            self.at(self.here)
        return True


@examples(40)
@given(acts=ACTS)
def test_any_way_through_the_history_is_that_of_the_model(acts: list[tuple[str, int | str]]) -> None:
    does = {
        "gain": gain,
        "undo": undo,
        "redo": lambda path, _: redo(path),
        "branch": branch,
        "restore": restore,
    }
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "song"
        create(path, Wish(bpm="240", form="verse:1", seed=1, title="A"))
        model = Model()
        for act, value in acts:
            if model.do(act, value):
                does[act](path, value)
            else:
                with pytest.raises(UsageError):
                    does[act](path, value)
            assert level(path) == model.states[model.here]
            runs = SongFolder.open(path).runs
            assert position(runs).run == model.here
            assert len(runs.numbers()) == model.run
        assert heads(runs) == model.heads if acts else True
        runs = SongFolder.open(path).runs
        assert {name: head(runs, name) for name in ("main", "b", "c")} == {"b": None, "c": None} | model.heads
        assert ancestors(runs, model.here)[-1] == 0 if acts else True
        assert verify(SongFolder.open(path)).problems == []
