"""Who writes what `generate` performs: the arranger, or the composer to what stands, layer by layer."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemwright.compose.arranger import arrange
from stemwright.errors import UsageError
from stemwright.exchange.imports import import_midi
from stemwright.models import load_bundle
from stemwright.perform import layer as perform
from stemwright.producer import bundles
from stemwright.producer.asked import Asked
from stemwright.producer.compose import RESTS, compose
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.whole import make_song
from stemwright.producer.write import _ringing, compose_state
from stemwright.shown.doctor import examine
from stemwright.shown.reports import check, list_takes
from stemwright.song.document import LayerEntry
from stemwright.song.layers import LAYERS
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder
from stemwright.symbolic.composer.composer import Composer
from stemwright.symbolic.composer.composer import load as load_composer
from stemwright.symbolic.composer.hearing import Hearing
from stemwright.symbolic.events.vocabulary import PARTS, SIZE, token
from support import midi
from support.bundles import write_all
from support.composers import write_composer
from support.performers import write_performer
from support.songs import files, token_shas

WISH = Wish(bpm="240", form="verse:3", seed=1, title="A Tune")
Places = set[tuple[str, int]]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song"
    create(path, WISH)
    return path


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Places, Places]]:
    """What the composer is asked to write, and what stands then, call by call, as (part, bar)."""
    calls: list[tuple[Places, Places]] = []
    real = Composer.write

    def write(self: Composer, draft: Any, places: Any, *rest: Any) -> None:
        there = {(PARTS[p], b) for p in draft.notes for b in range(3) if draft.stands((p, b))}
        gap = {(PARTS[part], bar) for part, bar in places}
        calls.append((gap, there - gap))
        real(self, draft, places, *rest)

    monkeypatch.setattr(Composer, "write", write)
    return calls


def scores(path: Path) -> dict[str, Score]:
    folder = SongFolder.open(path)
    return folder.scores(folder.load())


def details(path: Path) -> dict[str, Any]:
    """What the last run's record says of its layers."""
    runs = SongFolder.open(path).runs
    found: dict[str, Any] = runs.read(max(runs.numbers()))["details"]
    return found


def writers(path: Path) -> dict[str, tuple[str, str | None]]:
    return {name: (made["writer"], made["composer"]) for name, made in details(path).items()}


def whole(*layers: str) -> Places:
    return {(name, bar) for name in layers for bar in range(3)}


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for songs that are made in many ways."""
    yield tmp_path_factory.mktemp("ways")


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 3),
    cuts=st.sets(st.integers(1, 3)),
    given_lead=st.booleans(),
    stopped=st.floats(0, 1),
)
def test_together_one_by_one_or_stopped_and_resumed(
    ways: Path, seed: int, cuts: set[int], given_lead: bool, stopped: float
) -> None:
    """The tokens do not depend on how the work was cut up, with or without a score that was imported."""
    number = len(list(ways.iterdir()))
    paths = [ways / f"{number}-{way}" for way in ("together", "groups", "resumed")]
    for path in paths:
        create(path, replace(WISH, seed=seed))
        if given_lead:
            (ways.parent / "tune.mid").write_bytes(midi.band(bars=3))
            import_midi(path, ways.parent / "tune.mid", tracks=("2=lead",))
    together, groups, resumed = paths
    generate(together, composer=True)
    at = [0, *sorted(cuts), 4]
    for first, last in pairwise(at):
        generate(groups, tuple(reversed(LAYERS[first:last])), composer=True)

    def stop(name: str, done: int, total: int) -> None:
        if name == "compose" and done >= stopped * total:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(resumed, watch=stop, composer=True)
    assert check(resumed)["ok"]
    generate(resumed, composer=True)
    assert token_shas(together) == token_shas(groups) == token_shas(resumed)
    assert scores(together) == scores(groups) == scores(resumed)
    assert all(check(path)["ok"] for path in paths)


def test_each_hears_what_stands_and_those_before(song: Path, heard: list[tuple[Places, Places]]) -> None:
    file = song.parent / "tune.mid"
    file.write_bytes(midi.band(bars=3))
    import_midi(song, file, tracks=("2=harmony",))
    generate(song, composer=True)
    assert heard == [
        (whole("drums"), whole("harmony")),
        (whole("bass"), whole("drums", "harmony")),
        (whole("lead"), whole("drums", "bass", "harmony")),
    ]
    assert {name: who for name, (who, _) in writers(song).items()} == {
        "drums": "composer", "bass": "composer", "harmony": "given", "lead": "composer",
    }  # fmt: skip


def test_another_lead_leaves_the_others(song: Path, heard: list[tuple[Places, Places]]) -> None:
    generate(song, composer=True)
    before, notes = token_shas(song), scores(song)
    heard.clear()
    made = generate(song, ("lead",), seed=7, composer=True)
    assert heard == [(whole("lead"), whole("drums", "bass", "harmony"))]
    assert made["layers"]["lead"]["seed"] == 7 and scores(song)["lead"] != notes["lead"]
    after = token_shas(song)
    assert {name for name in before if before[name] != after[name]} == {"lead"}
    untouched = files(song)
    assert generate(song, ("lead",), seed=7, composer=True)["run"] is None and files(song) == untouched
    again = song.parent / "again"
    create(again, WISH)
    generate(again, composer=True)
    generate(again, ("lead",), seed=7, composer=True)
    assert token_shas(again) == after, "the same seed gives the same tokens"
    assert check(song)["ok"]


def test_all_of_them_anew_hear_none_of_the_old(song: Path, heard: list[tuple[Places, Places]]) -> None:
    generate(song, composer=True)
    heard.clear()
    generate(song, seed=7, composer=True)
    assert [there for _, there in heard] == [whole(*LAYERS[:i]) for i in range(4)]
    assert [take["seed"] for take in list_takes(song, "bass")["layers"]["bass"]][1] == 7


def test_bars_are_composed_with_the_song_in_view(song: Path, heard: list[tuple[Places, Places]]) -> None:
    generate(song, composer=True)
    old = scores(song)
    heard.clear()
    generate(song, ("drums", "lead"), bars="2", seed=4, composer=True)
    new = scores(song)
    assert heard == [
        ({("drums", 1)}, whole(*LAYERS) - {("drums", 1), ("lead", 1)}),
        ({("lead", 1)}, whole(*LAYERS) - {("lead", 1)}),
    ]
    assert {name for name in old if old[name] != new[name]} <= {"drums", "lead"}
    for name in ("drums", "lead"):
        outside = [[n for n in s[name].notes if not 384 <= n.onset < 768] for s in (old, new)]
        assert outside[0] == outside[1], "note for note"
    assert {row["bars"] for row in details(song).values()} == {"2-2"}
    assert check(song)["ok"]


def test_a_timbre_alone_keeps_the_notes_and_tells_who_wrote_them(song: Path) -> None:
    generate(song)
    notes = scores(song)
    generate(song, ("lead",), timbre="bright", composer=True)
    assert scores(song) == notes and writers(song) == {"lead": ("arranger", None)}
    generate(song, ("lead",), timbre="plain", seed=5, composer=True)
    assert scores(song)["lead"] != notes["lead"]
    assert writers(song) == {"lead": ("composer", bundles.composer_bundle().sha256)}


def test_the_arranger_writes_unless_the_composer_is_asked_for(song: Path) -> None:
    generate(song)
    folder = SongFolder.open(song)
    state, entries = folder.load().state, folder.load().layers
    for name, entry in entries.items():
        assert entry.active is not None
        assert scores(song)[name] == arrange(state, (name,), entry.active.seed).scores[name]
    assert set(writers(song).values()) == {("arranger", None)}
    generate(song, seed=7, bars="2")
    assert set(writers(song).values()) == {("arranger", None)}
    generate(song, seed=7, composer=True)
    assert set(writers(song).values()) == {("composer", bundles.composer_bundle().sha256)}


def test_the_other_writer_with_the_same_seed_makes_another_take(song: Path) -> None:
    generate(song)
    for composer in (True, False, True):
        made = generate(song, ("lead",), seed=7, composer=composer)
        assert made["run"] is not None
        assert generate(song, ("lead",), seed=7, composer=composer)["run"] is None, "the same request again"
    takes = list_takes(song, "lead")["layers"]["lead"]
    assert [take["take"] for take in takes] == [1, 2, 3, 4]
    assert takes[1]["score_sha256"] == takes[3]["score_sha256"] != takes[2]["score_sha256"]


def test_a_given_score_is_performed_whoever_is_asked(song: Path) -> None:
    generate(song, composer=True)
    compose(song, Asked(("lead",), seed=3))
    composed = scores(song)["lead"]
    for layers, seed in ((("lead",), 8), ((), 9)):
        made = generate(song, layers, seed=seed, composer=not layers)
        assert scores(song)["lead"] == composed and writers(song)["lead"] == ("given", None)
        (said,) = made["layers"]["lead"]["remarks"]
        assert said.startswith("plays the notes that it was given; for others")


@pytest.mark.parametrize("writer", ["arranger", "composer"])
@pytest.mark.parametrize("performed", [False, True])
def test_a_writer_asked_for_by_name_lets_given_notes_go(song: Path, writer: str, performed: bool) -> None:
    ask = {"composer": writer == "composer", "arranger": writer == "arranger"}
    generate(song)
    compose(song, Asked(("bass", "lead"), seed=3))
    composed = scores(song)
    if performed:
        generate(song)
    made = generate(song, ("bass",), seed=6, **ask)
    assert made["layers"]["bass"]["remarks"][-1].startswith(f"new notes by the {writer}")
    assert scores(song)["bass"] != composed["bass"] and writers(song)["bass"][0] == writer
    assert scores(song)["lead"] == composed["lead"], "the other keeps what it was given"
    if writer == "arranger":
        state = SongFolder.open(song).load().state
        assert scores(song)["bass"] == arrange(state, ("bass",), 6).scores["bass"]
    assert generate(song, ("bass",), seed=6, **ask)["run"] is None, "the same request again"
    generate(song, ("bass",), seed=7, **ask)
    assert writers(song)["bass"][0] == writer and check(song)["ok"]


def test_a_writer_without_a_seed_writes_what_is_missing(song: Path) -> None:
    generate(song)
    compose(song, Asked(("bass",), seed=3))
    given = scores(song)["bass"]
    (said,) = generate(song, ("bass",), arranger=True)["layers"]["bass"]["remarks"]
    assert scores(song)["bass"] == given and "seed N" in said
    assert generate(song, ("bass",), arranger=True)["run"] is None


def test_bars_by_another_writer_among_given_notes(song: Path) -> None:
    generate(song)
    compose(song, Asked(("bass",), seed=3))
    generate(song)
    given = scores(song)["bass"]
    generate(song, ("bass",), bars="2", seed=6, arranger=True)
    mixed = scores(song)["bass"]
    outside = [[n for n in s.notes if not 384 <= n.onset < 768] for s in (given, mixed)]
    shown = [
        [(n.onset, min(n.end, 384) if n.onset < 384 else n.end, n.pitch) for n in own] for own in outside
    ]
    assert shown[0] == shown[1] and mixed != given, "a note held into the bar ends before it"
    assert generate(song, ("bass",), bars="2", seed=6, arranger=True)["run"] is None
    generate(song, ("bass",), seed=9)
    assert scores(song)["bass"] == mixed, "it is what the layer was given now"
    compose(song, Asked(("bass",), seed=4))
    with pytest.raises(UsageError, match="bars: layer 'bass' has no take yet"):
        generate(song, ("bass",), bars="2", arranger=True)


def test_two_writers_are_refused(song: Path) -> None:
    with pytest.raises(UsageError, match="composer and arranger"):
        generate(song, composer=True, arranger=True)


def test_another_composer_is_another_request(song: Path, tmp_path: Path, monkeypatch: Any) -> None:
    weights = tmp_path / "weights"
    write_all(weights)
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    generate(song, composer=True)
    generate(song, ("lead",), seed=7, composer=True)
    first = writers(song)["lead"]
    other = tmp_path / "other"
    write_all(other)
    write_composer(other / "composer", seed=9)
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(other))
    assert generate(song, ("lead",), seed=7, composer=True)["layers"]["lead"]["take"] == 3
    assert writers(song)["lead"] == ("composer", bundles.composer_bundle().sha256) != first


def test_layers_of_one_part(tmp_path: Path, monkeypatch: Any, heard: list[tuple[Places, Places]]) -> None:
    """Two leads are written one after the other; neither hears the other, and they do not play in unison."""
    weights, path = tmp_path / "weights", tmp_path / "song"
    write_all(weights)
    for name in ("lead2", "horn", "drums2"):
        write_performer(weights, name, load_bundle(weights / "codec"))
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    create(path, WISH)
    folder = SongFolder.open(path)
    song = folder.load()
    for name in ("lead2", "horn", "drums2"):
        song = song.with_layer(name, LayerEntry())
    with folder.lock():
        folder.save(song)
    generate(path, seed=7, composer=True)
    pitched = whole("bass", "harmony")
    assert [there for _, there in heard[3:]] == [
        whole("drums") | pitched,
        pitched | whole("lead"),
        whole("drums", "bass", "lead"),
        pitched | whole("drums"),
    ]
    assert len({scores(path)[name].sha256 for name in ("lead", "lead2", "horn")}) == 3
    before = token_shas(path)
    generate(path, ("lead2", "bass"), bars="1-2", seed=4, composer=True)
    after = token_shas(path)
    assert {name for name in before if before[name] != after[name]} == {"lead2", "bass"}
    assert heard[7][1] == whole("drums", "harmony", "lead") | {("bass", 2)}, "lead still stands for its part"
    assert check(path)["ok"]


def test_the_composer_is_gone_when_performing_begins(song: Path, monkeypatch: Any) -> None:
    made: list[weakref.ref[Composer]] = []
    real, perform_layer = bundles.composer, perform.perform_layer

    def load(*arguments: str) -> Composer:
        composer = real(*arguments)
        made.append(weakref.ref(composer))
        return composer

    def play(*arguments: Any, **options: Any) -> Any:
        gc.collect()
        assert [ref() for ref in made] == [None]
        return perform_layer(*arguments, **options)

    monkeypatch.setattr(bundles, "composer", load)
    monkeypatch.setattr(perform, "perform_layer", play)
    generate(song, composer=True)


@pytest.mark.parametrize("bars", [1, 2, 3, 8])
def test_no_layer_is_left_silent(tmp_path: Path, monkeypatch: Any, bars: int) -> None:
    """Even by a composer that would leave every bar empty."""

    def ends(*_: Any) -> np.ndarray:
        logits = np.zeros(SIZE, np.float32)
        logits[token("end")] = 50.0
        return logits

    monkeypatch.setattr(Hearing, "say", ends)
    composer = load_composer(write_composer(tmp_path).path)
    state = GlobalState.create(form=f"verse:{bars}")
    for name, score in compose_state(composer, state, LAYERS, 3).items():
        per_bar, rests = state.meter.ticks_per_bar, min(RESTS[name], bars - 1)
        heard = {bar for n in score.notes for bar in range(n.onset // per_bar, -(-n.end // per_bar))}
        assert all(heard & set(range(bar, bar + rests + 1)) for bar in range(bars - rests)), name


def test_progress_is_told(song: Path) -> None:
    told: list[tuple[int, int]] = []

    def watch(name: str, done: int, total: int) -> None:
        if name == "compose":
            told.append((done, total))

    generate(song, watch=watch, composer=True)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (12, 12) and {total for _, total in told} == {12}


def test_without_a_composer(song: Path, monkeypatch: Any, tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    write_all(weights)
    for file in (weights / "composer").iterdir():
        file.unlink()
    monkeypatch.setattr("stemwright.models.registry.folders", lambda: (weights,))
    before = files(song)
    hint = r"bundle 'composer', which is not installed .*, or leave composer out$"
    with pytest.raises(UsageError, match=hint):
        generate(song, composer=True)
    assert files(song) == before
    make_song(song, WISH)
    assert set(token_shas(song)) == set(LAYERS)
    assert generate(song, composer=True)["run"] is None, "nothing is missing, so nobody is missed"
    assert generate(song, ("lead",), seed=7)["layers"]["lead"]["take"] == 2
    with pytest.raises(UsageError, match=hint):
        generate(song, ("lead",), seed=7, composer=True)
    assert examine()["ok"], "the composer is asked for, not needed"


def test_with_a_composer_of_another_version(song: Path, monkeypatch: Any, tmp_path: Path) -> None:
    write_all(tmp_path / "weights")
    manifest = tmp_path / "weights" / "composer" / "manifest.json"
    text = manifest.read_text()
    start = text.index('"events": "') + len('"events": "')
    manifest.write_text(text[:start] + "0" * 64 + text[start + 64 :])
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    with pytest.raises(UsageError, match=r"train it again, or leave composer out$"):
        generate(song, composer=True)


def test_a_note_of_new_bars_rings_on_until_something_begins_after_them() -> None:
    score = Score.from_notes([Note(0, 96, 60, 90), Note(336, 200, 62, 90), Note(340, 20, 64, 90)])
    rung = _ringing(score, [(0, 384)], [480, 1536])
    assert [(note.onset, note.duration) for note in rung.notes] == [(0, 96), (336, 144), (340, 20)]
    assert [note.duration for note in _ringing(score, [(0, 384)], [384, 1536]).notes] == [96, 48, 20]
