"""Composers by their bundles, as a new song would have them."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("stemwright.native._engine")

from stemwright.assess.composer_bundles import composers
from stemwright.errors import UsageError
from stemwright.song.state import GlobalState
from support.composers import write_composer


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path))
    write_composer(tmp_path / "composer")
    return tmp_path / "composer"


def test_the_installed_one_stands_beside_the_arranger(bundle: Path) -> None:
    found = composers(())
    assert list(found) == ["arranger", "composer"]
    state = GlobalState.create(form="a:2", style="rock")
    made = found["composer"](state, ("drums", "lead"), 7)
    assert set(made) == {"drums", "lead"} and made == found["composer"](state, ("drums", "lead"), 7)
    assert all(note.end <= state.total_ticks for score in made.values() for note in score.notes)
    assert set(found["arranger"](state, ("bass",), 7)) == {"bass"}


def test_by_folder(bundle: Path) -> None:
    assert list(composers((str(bundle),))) == ["arranger", str(bundle)]


@pytest.mark.parametrize("names", [("nothing",), ("composer", "composer"), ("arranger",)])
def test_bad_names_are_refused(bundle: Path, names: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=names[-1]):
        composers(names)
