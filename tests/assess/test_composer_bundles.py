"""Composers by their bundles, as a new song would have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("stemwright.native._engine")

from stemwright.assess.composer.contenders import composers, harmonisers, loss_measures
from stemwright.compose.arranger import decide
from stemwright.errors import UsageError
from stemwright.producer.asked import Asked
from stemwright.producer.compose import write
from stemwright.song.document import LayerEntry, Song
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.composer import load
from support.composers import write_composer
from support.symbolic import melody, song


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path))
    write_composer(tmp_path / "composer")
    return tmp_path / "composer"


def test_the_installed_one_stands_beside_the_arranger(bundle: Path) -> None:
    found = composers(())
    assert list(found) == ["arranger", "composer"]
    state = GlobalState.create(form="a:2", style="rock")
    composes = found["composer"].composes
    made = composes(state, ("drums", "lead"), 7)
    assert set(made) == {"drums", "lead"} and made == composes(state, ("drums", "lead"), 7)
    assert all(note.end <= state.total_ticks for score in made.values() for note in score.notes)
    assert set(found["arranger"].composes(state, ("bass",), 7)) == {"bass"}


def test_chords_as_compose_writes_them_and_alone(bundle: Path) -> None:
    ways = harmonisers(composers(()))
    assert list(ways) == ["arranger", "composer", "composer, alone"]
    state = GlobalState.create(form="a:2", style="rock")
    made = {name: way(state, ("lead",), 3) for name, way in ways.items()}
    assert {len(chords) for chords in made.values()} == {state.total_beats}
    assert made["arranger"] == decide(state, 3).chords and len(set(made.values())) == 3
    assert made["composer"] == ways["composer"](state, ("lead",), 3)
    assert made["composer"] != ways["composer"](state, ("lead",), 4)
    new = Song("new", state, 3, {"lead": LayerEntry()})
    written = write(load(bundle), new, {}, Asked(seed=3, chords="new"))
    assert written.state.chords == made["composer"]  # the command's own


def test_one_layer_to_those_that_stand_as_it_is_asked(bundle: Path) -> None:
    rivals = composers(())
    obeys = rivals["composer"].obeys
    assert obeys is not None and rivals["arranger"].obeys is None
    state = GlobalState.create(form="a:2", style="rock")
    standing = rivals["arranger"].composes(state, ("bass",), 7)
    plain = obeys(state, standing, "lead", {}, 7)
    assert plain == obeys(state, standing, "lead", {}, 7) and plain.notes
    assert plain != obeys(state, standing, "lead", {"density": 4.0}, 7)
    with pytest.raises(UsageError, match="density"):
        obeys(state, standing, "lead", {"density": -1.0}, 7)


def test_losses_with_the_layers_and_alone(bundle: Path) -> None:
    measures = loss_measures(composers(()))
    assert list(measures) == ["composer", "composer, alone"]
    own = song(chords="C F", form="a:2", lead=melody(range(0, 768, 96)))
    losses = {name: measure(own) for name, measure in measures.items()}
    assert {len(found) for found in losses.values()} == {8}
    assert not np.array_equal(*losses.values())


def test_by_folder(bundle: Path) -> None:
    assert list(composers((str(bundle),))) == ["arranger", str(bundle)]


@pytest.mark.parametrize("names", [("nothing",), ("composer", "composer"), ("arranger",)])
def test_bad_names_are_refused(bundle: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=names[-1]):
        composers(names)
