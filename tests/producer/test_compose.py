"""`compose`: new scores to what stands; what was not asked for keeps every note and every token."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from stemwright.codec import tokens as container
from stemwright.errors import UsageError
from stemwright.producer.asked import Asked
from stemwright.producer.compose import compose
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.use import use_take
from stemwright.producer.variations import vary
from stemwright.shown.reports import check
from stemwright.song.midi import read_midi
from stemwright.store import SongFolder


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song"
    create(path, Wish(form="verse:3 chorus:3", seed=5, key="D minor"))
    generate(path)
    return path


def scores(path: Path):
    folder = SongFolder.open(path)
    return folder.scores(folder.load())


def tokens(path: Path, layer: str) -> np.ndarray:
    folder = SongFolder.open(path)
    take = folder.load().layers[layer].active
    return container.from_canonical(folder.objects.get(take.tokens_sha256))


def test_bars_of_a_layer_are_written_and_nothing_else_moves(song):
    before, old = scores(song), tokens(song, "lead")
    made = compose(song, Asked(("lead",), "2-3", seed=4))
    after = scores(song)
    assert set(made["layers"]) == {"lead"} and made["seed"] == 4
    assert after["lead"] != before["lead"]
    assert {name: after[name] for name in ("drums", "bass", "harmony")} == {
        name: before[name] for name in ("drums", "bass", "harmony")
    }
    outside = [[n for n in s.notes if not 384 <= n.onset < 1152] for s in (before["lead"], after["lead"])]
    assert outside[0] == outside[1]
    played = generate(song)
    assert set(played["layers"]) == {"drums", "bass", "harmony", "lead"}
    assert played["layers"]["lead"]["how"] == "made" and played["layers"]["bass"]["how"] == "kept"
    folder = SongFolder.open(song)
    state = folder.load().state
    start, stop = state.timebase.bar_frame(1), state.timebase.bar_frame(3)
    new = tokens(song, "lead")
    assert np.array_equal(new[:, :start], old[:, :start]) and np.array_equal(new[:, stop:], old[:, stop:])
    assert not np.array_equal(new, old)
    assert check(song)["ok"]


def test_the_same_request_gives_the_same_notes_and_the_song_keeps_its_history(song):
    first = compose(song, Asked(("bass", "lead"), seed=9))["layers"]
    again = compose(song, Asked(("bass", "lead"), seed=9))["layers"]
    assert first == again
    compose(song, Asked(("bass",), seed=10))
    assert scores(song)["bass"].sha256 != first["bass"]["score"]
    runs = [SongFolder.open(song).runs.read(n)["command"] for n in (1, 2, 3, 4)]
    assert runs == ["generate", "compose", "compose", "compose"]


def test_a_new_song_is_composed_whole(tmp_path):
    path = tmp_path / "new"
    create(path, Wish(form="verse:2", seed=1, meter="7/8"))
    compose(path, Asked())
    assert set(scores(path)) == {"drums", "bass", "harmony", "lead"}
    assert set(generate(path)["layers"]) == {"drums", "bass", "harmony", "lead"}


def test_given_chords_win_and_new_ones_are_written(song):
    compose(song, Asked(("harmony",), "1-2", chords="Bb | C7"))
    chords = SongFolder.open(song).load().state.chords
    assert [str(c) for c in chords[:8]] == ["Bb"] * 4 + ["C7"] * 4
    compose(song, Asked(("harmony",), "3-4", chords="new"))
    assert SongFolder.open(song).load().state.chords[:8] == chords[:8]


def test_limits_reach_the_notes(song):
    compose(song, Asked(("lead",), low=60, high=72, in_key=True, on_chord=True, keep_rhythm=True))
    state = SongFolder.open(song).load().state
    lead = scores(song)["lead"]
    assert lead.notes and all(
        60 <= n.pitch <= 72 and n.pitch % 12 in state.key.pitch_classes for n in lead.notes
    )


def test_nothing_new_sounds_in_bars_of_rest(song):
    compose(song, Asked(rest="2-3", seed=2))
    ticks = SongFolder.open(song).load().state.meter.ticks_per_bar
    for layer, score in scores(song).items():
        assert not [n for n in score.notes if n.onset < 3 * ticks and n.end > ticks], layer
    assert any(score.notes for score in scores(song).values())


def test_variations_are_midi_files_and_leave_the_song_alone(song, tmp_path):
    before = (song / "song.json").read_bytes()
    made = vary(song, Asked(("lead",), "1-2", seed=3), 3, tmp_path / "out")
    assert list(made["files"]) == ["3", "4", "5"] and (song / "song.json").read_bytes() == before
    files = [Path(file).read_bytes() for file in made["files"].values()]
    assert len(set(files)) == 3
    names = [track.name.lower() for track in read_midi(Path(made["files"]["3"])).tracks]
    assert sorted(names)[:2] == ["bass", "drums"] and len(names) >= 4
    compose(song, Asked(("lead",), "1-2", seed=4))
    assert scores(song)["lead"].end_tick <= SongFolder.open(song).load().state.total_ticks


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (Asked(("kazoo",)), "kazoo"),
        (Asked(bars="5-9"), "bars '5-9': the song has bars 1 to 6"),
        (Asked(chords="Xm | C"), "Xm"),
        (Asked(bars="1-2", chords="C | F | G"), "3 bars are given for 2"),
        (Asked(attributes={"colour": 1.0}), "colour: is not known"),
        (Asked(low=70, high=60), "range 70-60"),
        (Asked(seed=-1), "seed"),
    ],
)
def test_what_cannot_be_asked_is_said_and_changes_nothing(song, asked, problem):
    before = (song / "song.json").read_bytes()
    with pytest.raises(UsageError, match=problem):
        compose(song, asked)
    assert (song / "song.json").read_bytes() == before


def test_without_a_composer_it_says_what_is_missing(song, tmp_path, monkeypatch):
    monkeypatch.setattr("stemwright.models.registry.folders", lambda: (tmp_path,))
    with pytest.raises(UsageError, match=r"bundle 'composer', which is not installed .*WEIGHTS=FOLDER$"):
        compose(song, Asked(("lead",)))


def test_bars_of_a_layer_without_a_score(tmp_path):
    create(tmp_path / "bare", Wish(form="verse:2"))
    with pytest.raises(UsageError, match="layer 'drums' has no score yet"):
        compose(tmp_path / "bare", Asked(bars="1"))


def test_only_the_changed_bars_of_the_chosen_take_are_performed_again(song):
    """Whatever takes came after it, in whatever timbre."""
    first = tokens(song, "lead")
    generate(song, ("lead",), seed=8)
    generate(song, ("lead",), timbre="bright")
    use_take(song, "lead", 1)
    compose(song, Asked(("lead",), "5-6", seed=4))
    assert generate(song)["layers"]["lead"]["take"] == 4
    start = SongFolder.open(song).load().state.timebase.bar_frame(4)
    new = tokens(song, "lead")
    assert np.array_equal(new[:, :start], first[:, :start]) and not np.array_equal(new, first)
    runs = SongFolder.open(song).runs
    made = runs.read(max(runs.numbers()))["details"]["lead"]
    assert (made["bars"], made["base"]) == ("5-6", 1) and check(song)["ok"]
