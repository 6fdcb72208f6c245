from __future__ import annotations

from itertools import islice
from pathlib import Path
from random import Random

import pytest

from stemwright.errors import UsageError
from stemwright.producer import bundles
from stemwright.producer.scores import compose_state
from stemwright.song.layers import LAYERS
from stemwright.song.state import parse_form
from stemwright.training import composed as source
from stemwright.training.composed import SHORT_FORMS, composed
from stemwright.training.jobs import Job, job_songs


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Songs of two bars, by the shipped composer."""
    monkeypatch.setattr(source, "SHORT_FORMS", ("verse:2",))


def test_forms_are_short_and_long_enough_to_be_cut() -> None:
    assert all(8 <= sum(s.bars for s in parse_form(form)) <= 24 for form in SHORT_FORMS)


def test_a_song_is_complete_and_a_function_of_the_numbers_alone() -> None:
    song = composed(Random(3))
    assert song == composed(Random(3)) and song != composed(Random(4))
    assert song.source == "composed" and song.state.bars == 2
    assert song.state.chords and song.state.rhythm is not None
    assert set(song.scores) == set(LAYERS)
    for score in song.scores.values():
        assert score.notes and all(note.onset < song.state.total_ticks for note in score.notes)


def test_notes_are_those_of_a_new_song() -> None:
    song = composed(Random(5))
    seed = int(song.name.removeprefix("composed-"), 16)
    assert song.scores == compose_state(bundles.composer(), song.state, LAYERS, seed)


def test_a_job_gets_songs_of_all_its_layers(tmp_path: Path) -> None:
    job = Job("composed", "train", 1500, (("bass", 1.0), ("harmony", 1.0)))
    first, second = islice(job_songs(job, Random(1), tmp_path, seed=2), 2)
    assert set(first.scores) == set(second.scores) == {"bass", "harmony"} and first.name != second.name


def test_without_a_composer_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    source._composer.cache_clear()
    monkeypatch.setattr("stemwright.models.shipped", dict)
    with pytest.raises(UsageError, match="'composer', which is not installed"):
        composed(Random(1))
