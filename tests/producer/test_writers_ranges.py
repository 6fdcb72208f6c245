"""Every writer keeps to what a timbre can play, or its notes are folded by octaves, which is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.compose.arranger import arrange
from stemwright.exchange.imports import import_midi
from stemwright.producer.asked import Asked
from stemwright.producer.compose import compose
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.layer import Change, set_layer
from stemwright.song.midi_write import write_midi
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder
from stemwright.symbolic.composer.limits import FREE, Limits, usual
from support.bundles import write_all
from support.performers import with_ranges

LOW, HIGH = 60, 72
WISH = Wish(bpm="240", form="verse:3", seed=1, timbres=("lead=plain",))


@pytest.fixture(autouse=True)
def narrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Bundles of which the lead's says that `plain` has an octave."""
    write_all(tmp_path / "weights")
    with_ranges(tmp_path / "weights" / "lead", {"plain": [LOW, HIGH]})
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    return tmp_path


@pytest.fixture
def song(tmp_path: Path) -> Path:
    create(tmp_path / "song", WISH)
    return tmp_path / "song"


def score_of(song: Path, layer: str = "lead") -> Score:
    folder = SongFolder.open(song)
    return folder.scores(folder.load())[layer]


def inside(score: Score) -> bool:
    return bool(score.notes) and all(LOW <= note.pitch <= HIGH for note in score.notes)


def test_new_bars_leave_the_notes_of_others_where_they_are(song: Path) -> None:
    generate(song)
    before = score_of(song)
    state = SongFolder.open(song).load().state

    def written(seed: int) -> tuple[Note, ...]:
        return arrange(state, ("lead",), seed).scores["lead"].slice(384, 768, shift=False).notes

    seed = next(seed for seed in range(99) if any(not LOW <= n.pitch <= HIGH for n in written(seed)))
    made = generate(song, ("lead",), seed=seed, bars="2-2")
    after = score_of(song)
    assert inside(before) and inside(after) and before != after
    rest = [[n for n in score.notes if not 384 <= n.onset < 768] for score in (before, after)]
    assert rest[0] == rest[1]
    moved, count = len(set(written(seed)) - set(after.notes)), len(after.notes)
    assert made["layers"]["lead"]["remarks"] == [
        f"{moved} of {count} notes were moved by octaves: plain plays pitches {LOW} to {HIGH}"
    ]


def test_the_composer_writes_within_the_range(song: Path) -> None:
    made = generate(song, composer=True)
    assert inside(score_of(song)) and made["layers"]["lead"]["remarks"] == [], "nothing is to be moved"
    compose(song, Asked(("lead",), bars="2-2", seed=5))
    assert inside(score_of(song))
    assert generate(song)["layers"]["lead"]["remarks"] == []


def test_what_the_user_asks_for_goes_before_and_is_said(song: Path) -> None:
    compose(song, Asked(("lead",), seed=5, low=84, high=96))
    assert all(84 <= note.pitch <= 96 for note in score_of(song).notes)
    (said,) = generate(song, ("lead",))["layers"]["lead"]["remarks"]
    assert "were moved by octaves" in said and inside(score_of(song))


def test_a_kind_brings_its_performers_range(song: Path) -> None:
    folder = SongFolder.open(song)
    layers = folder.load()
    folder.save(layers.with_layer("tune", layers.layers["lead"]))
    set_layer(song, "tune", Change(kind="lead"))
    compose(song, Asked(("tune",), seed=5))
    assert inside(score_of(song, "tune"))


@pytest.mark.parametrize(
    ("pitches", "said"),
    [
        ((48, 50, 52), ["3 of 3 notes {} moved by octaves{}: plain plays pitches 60 to 72"]),
        ((60, 64, 72), []),
        ((64, 72, 76), ["1 of 3 notes {} moved by octaves{}: plain plays pitches 60 to 72"]),
    ],
)
def test_import_says_what_will_be_folded(tmp_path: Path, pitches: tuple[int, ...], said: list[str]) -> None:
    score = Score.from_notes(Note(96 * i, 96, pitch, 90) for i, pitch in enumerate(pitches))
    file = tmp_path / "tune.mid"
    file.write_bytes(write_midi(GlobalState.create(bpm="240", form="verse:1"), {"lead": score}))
    remarks = import_midi(tmp_path / "new", file)["remarks"]
    told = [f"lead: {line}".format("will be", " when played") for line in said]
    assert [remark for remark in remarks if "octaves" in remark] == told
    assert score_of(tmp_path / "new") == score, "given notes are kept as they are"
    made = generate(tmp_path / "new", ("lead",))["layers"]["lead"]["remarks"]
    assert made == [line.format("were", "") for line in said]
    assert inside(score_of(tmp_path / "new"))


def test_limits_are_the_kinds_as_far_as_the_timbre_goes() -> None:
    assert usual("bass") == Limits(28, 60) and usual("bass", (24, 50)) == Limits(28, 50)
    assert usual("bass", (55, 90)) == Limits(55, 90), "they share no octave"
    assert usual("bass", (30, 41)) == Limits(30, 41) and usual("drums", (30, 41)) == FREE
