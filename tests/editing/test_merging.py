"""`merge`: what one side changed comes from it; what both did is a conflict, and then nothing is changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.editing.layers import add_layer
from stemwright.editing.merging import merge
from stemwright.editing.moves import branch, branches, undo
from stemwright.errors import UsageError
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.remove import remove_layer
from stemwright.song.document import Song
from stemwright.song.progression import progression_text
from stemwright.store import SongFolder
from stemwright.store.positions import ancestors, parents
from stemwright.store.verify import verify
from support.edited import change, chords, give, tune, write
from support.soak import examples


@pytest.fixture
def song(tmp_path: Path) -> Path:
    lead = tune((60, 62), (64,), (65,), (67,))
    path = write(tmp_path / "song", {"lead": lead, "bass": tune((36,), (38,))}, bars=4, chords="C|F|G|C")
    set_layer(path, "bass", Change(gain=1.0))
    branch(path, "b")
    return path


def load(path: Path) -> Song:
    return SongFolder.open(path).load()


def lines(facts: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["line"] for each in facts["conflicts"]]


def test_what_one_side_changed_comes_from_it(song: Path) -> None:
    give(song, "lead", tune((72,)))
    chords(song, "C|Dm7|G|C")
    theirs = load(song)
    branch(song, "main")
    set_layer(song, "bass", Change(gain=-6.0))
    set_layer(song, "lead", Change(pan=0.5))
    chords(song, "C|F|G|Am")
    facts = merge(song, "b")
    assert (facts["conflicts"], facts["taken"]) == ([], {"state": "both", "lead": "both"})
    found = load(song)
    assert progression_text(found.state) == "C | Dm7 | G | Am"
    assert found.layers["lead"].score_sha256 == theirs.layers["lead"].score_sha256
    assert (found.layers["lead"].pan, found.layers["bass"].gain_db) == (0.5, -6.0)
    folder = SongFolder.open(song)
    assert parents(folder.runs, facts["run"]) == (facts["run"] - 1, 4)
    assert merge(song, "b")["run"] is None
    assert verify(folder).problems == []
    undo(song)
    assert progression_text(load(song).state) == "C | F | G | Am"
    assert branches(song)["branch"] == "main"


def test_a_branch_without_changes_and_one_ahead(song: Path) -> None:
    branch(song, "main")
    assert merge(song, "b")["run"] is None
    branch(song, "b")
    set_layer(song, "bass", Change(gain=3.0))
    branch(song, "main")
    assert merge(song, "b")["layers"] == ["bass"]
    assert load(song).layers["bass"].gain_db == 3.0
    branch(song, "b")
    assert merge(song, "main")["run"] is None  # the same song, whatever the runs are


def test_conflicts_are_named_nothing_is_changed_and_each_is_settled(song: Path) -> None:
    give(song, "lead", tune((72,)))
    set_layer(song, "bass", Change(gain=-6.0))
    chords(song, "C|F|G7|C")
    branch(song, "main")
    give(song, "lead", tune((74,)))
    set_layer(song, "bass", Change(gain=2.0))
    chords(song, "C|F|Em|C")
    before, runs = load(song), SongFolder.open(song).runs.numbers()
    assert lines(merge(song, "b")) == [
        "state: both changed the chords of bars 3",
        "layer bass: both changed it (gain 2 here, gain -6 there)",
        "layer lead: both changed it (other notes here, other notes there)",
    ]
    assert lines(merge(song, "b", ours=["lead"], theirs=["state"])) == [
        "layer bass: both changed it (gain 2 here, gain -6 there)"
    ]
    assert (load(song), SongFolder.open(song).runs.numbers()) == (before, runs)
    facts = merge(song, "b", ours=["lead"], theirs=["state", "bass"])
    assert facts["taken"] == {"state": "theirs", "bass": "theirs"}
    found = load(song)
    assert (found.layers["bass"].gain_db, found.layers["lead"]) == (-6.0, before.layers["lead"])
    assert progression_text(found.state) == "C | F | G7 | C"


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_all_conflicts_are_settled_at_once(song: Path, side: str) -> None:
    give(song, "lead", tune((72,)))
    theirs = load(song)
    branch(song, "main")
    give(song, "lead", tune((74,)))
    set_layer(song, "bass", Change(mute=True))
    ours = load(song)
    merge(song, "b", **{side: ["all"]})
    assert load(song).layers["lead"] == {"ours": ours, "theirs": theirs}[side].layers["lead"]
    assert load(song).layers["bass"].mute


def test_music_for_another_tempo_is_a_conflict_and_says_why(song: Path) -> None:
    give(song, "lead", tune((72,)))
    theirs = load(song)
    branch(song, "main")
    change(song, bpm=load(song).state.bpm / 2)
    slow = load(song)
    assert lines(merge(song, "b")) == ["layer lead: other notes there, and tempo changed here"]
    assert merge(song, "b", ours=["lead"])["run"] is None  # then nothing of it is left
    merge(song, "b", theirs=["lead"])
    found = load(song)
    assert (found.state, found.layers["lead"]) == (slow.state, theirs.layers["lead"])
    undo(song)
    merge(song, "b", theirs=["all"])
    found = load(song)
    assert (found.state, found.layers["lead"]) == (theirs.state, theirs.layers["lead"])


def test_layers_that_are_new_or_taken_out(song: Path) -> None:
    add_layer(song, "pad")
    remove_layer(song, "bass")
    branch(song, "main")
    give(song, "lead", tune((72,)))
    merge(song, "b")
    assert set(load(song).layers) == {"pad", "lead"}
    undo(song)
    set_layer(song, "bass", Change(gain=4.0))
    assert lines(merge(song, "b")) == ["layer bass: gain 4 here, taken out there"]
    merge(song, "b", theirs=["bass"])
    assert "bass" not in load(song).layers


@pytest.mark.parametrize(
    ("name", "options", "line"),
    [
        ("nowhere", {}, "is not in this song; it has main, b"),
        ("main", {}, "is the one that is worked on"),
        ("b", {"ours": ["lead"]}, "ours 'lead': is the same here and there"),
        ("b", {"ours": ["bass"], "theirs": ["bass"]}, "bass is in both"),
    ],
)
def test_what_cannot_be_merged_is_refused(song: Path, name: str, options: dict, line: str) -> None:
    set_layer(song, "bass", Change(gain=4.0))
    branch(song, "main")
    set_layer(song, "lead", Change(pan=0.5))
    undo(song)
    with pytest.raises(UsageError) as caught:
        merge(song, name, **options)
    assert line in str(caught.value)


def test_a_missing_object_of_the_other_branch_refuses(song: Path) -> None:
    give(song, "lead", tune((72,)))
    sha = load(song).layers["lead"].score_sha256
    branch(song, "main")
    folder = SongFolder.open(song)
    folder.objects.file(sha or "").unlink()
    with pytest.raises(Exception, match="cannot be had"):
        merge(song, "b")


EDITS = st.lists(
    st.tuples(st.sampled_from(["lead", "bass"]), st.sampled_from(["gain", "pan"]), st.integers(-1, 1)),
    max_size=4,
)
BARS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from("CDEF")), max_size=3)


@examples(25)
@given(ours=EDITS, theirs=EDITS, bars=st.tuples(BARS, BARS))
def test_each_value_is_that_of_the_side_that_changed_it(
    ours: list[tuple[str, str, int]],
    theirs: list[tuple[str, str, int]],
    bars: tuple[list[tuple[int, str]], list[tuple[int, str]]],
) -> None:
    """Against a model: values by name, three-way."""
    with tempfile.TemporaryDirectory() as place:
        scores = {"lead": tune((60,)), "bass": tune((36,))}
        path = write(Path(place) / "song", scores, bars=4, chords="G|G|G|G")
        sides: list[dict[object, object]] = []
        for name, edits, written in (("b", theirs, bars[1]), ("main", ours, bars[0])):
            branch(path, name)
            model: dict[object, object] = {}
            for layer, field, value in edits:
                set_layer(path, layer, Change(**{field: float(value)}))
                model[layer, field] = float(value)
            text = ["G"] * 4
            for bar, chord in written:
                text[bar] = model[bar] = chord
            chords(path, " | ".join(text)) if written else None
            sides.append(model)
        there, here = (_plain(model) for model in sides)
        clash = {name for name in here.keys() & there.keys() if here[name] != there[name]}
        facts = merge(path, "b")
        assert bool(facts["conflicts"]) == bool(clash)
        found = load(path)
        wanted = here if clash else {**there, **here}
        for layer in ("lead", "bass"):
            entry = found.layers[layer]
            assert entry.gain_db == wanted.get((layer, "gain"), 0.0)
            assert entry.pan == wanted.get((layer, "pan"))
        assert [str(chord) for chord in found.state.chords[::4]] == [wanted.get(bar, "G") for bar in range(4)]
        folder = SongFolder.open(path)
        assert verify(folder).problems == []
        assert ancestors(folder.runs, facts["run"] or 0)[-1] == 0


def _plain(model: dict[object, object]) -> dict[object, object]:
    """What is as it was is no change."""
    same = {("lead", "gain"): 0.0, ("bass", "gain"): 0.0}
    return {name: value for name, value in model.items() if same.get(name) != value}
