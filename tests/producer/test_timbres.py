"""Timbres: chosen when a song begins, or for another take of a layer; what is shown is what was played."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from stemwright.errors import UsageError
from stemwright.producer.bundles import performer
from stemwright.producer.create import Wish, create, usual_timbre
from stemwright.producer.generate import generate
from stemwright.producer.use import use_take
from stemwright.producer.whole import make_song
from stemwright.shown.doctor import examine
from stemwright.shown.reports import check, describe, list_takes
from stemwright.song.document import LayerEntry
from stemwright.song.layers import LAYERS
from stemwright.store import SongFolder
from support.bundles import write_all
from support.songs import files, token_shas

WISH = Wish(bpm="240", form="verse:1", seed=1, title="A Tune", timbres=("lead=bright",))


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song"
    create(path, WISH)
    return path


def timbres(path: Path) -> dict[str, str]:
    return {name: layer["timbre"] for name, layer in describe(path)["layers"].items()}


def test_a_song_begins_in_the_timbres_wished(song: Path) -> None:
    assert timbres(song) == {"drums": "", "bass": "", "harmony": "", "lead": "bright"}
    generate(song)
    assert timbres(song) == {"drums": "plain", "bass": "plain", "harmony": "plain", "lead": "bright"}


def test_a_further_layer_is_played_by_the_performer_of_its_kind(song: Path) -> None:
    folder = SongFolder.open(song)
    with folder.lock():
        folder.save(folder.load().with_layer("lead-2", LayerEntry("bright")))
    generate(song)
    layers = describe(song)["layers"]
    assert layers["lead-2"]["timbre"] == "bright" and layers["lead-2"]["take"] == 1
    assert layers["lead-2"]["tokens_sha256"] != layers["lead"]["tokens_sha256"], "another seed"
    with pytest.raises(UsageError, match="layer 'audio' needs the bundle 'audio'"):
        performer("audio")


@pytest.fixture
def metal_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Performers whose bass and lead know what metal is played in."""
    folder = tmp_path / "metal"
    monkeypatch.setattr("support.performers.TIMBRES", ("first", "pick", "driven guitar"))
    write_all(folder)
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(folder))
    return folder


def test_styles_bring_timbres(tmp_path: Path, metal_weights: Path) -> None:
    path = tmp_path / "metal-song"
    create(path, replace(WISH, style="heavy metal", timbres=("lead=first",)))
    assert timbres(path) == {"drums": "", "bass": "pick", "harmony": "", "lead": "first"}, (
        "what is wished wins"
    )
    generate(path)
    assert timbres(path) == {"drums": "first", "bass": "pick", "harmony": "first", "lead": "first"}
    assert usual_timbre("metal", "lead-2") == "driven guitar" and usual_timbre("polka", "lead") == ""


def test_songs_of_before_keep_their_timbres(tmp_path: Path, metal_weights: Path) -> None:
    path = tmp_path / "old"
    create(path, replace(WISH, style="metal", timbres=()))
    folder = SongFolder.open(path)
    with folder.lock():
        folder.save(replace(folder.load(), layers={name: LayerEntry() for name in LAYERS}))
    generate(path)
    assert set(timbres(path).values()) == {"first"}


def test_a_timbre_that_the_performer_lacks_is_replaced_by_its_first(
    tmp_path: Path, metal_weights: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "moved"
    create(path, replace(WISH, style="metal", timbres=()))
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    made = generate(path)["layers"]
    assert {layer["timbre"] for layer in made.values()} == {"plain"}
    assert made["bass"]["remarks"] == ["the bundle 'bass' has no timbre 'pick': played in plain"]
    assert made["drums"]["remarks"] == []
    with pytest.raises(UsageError, match="'plain', 'bright'"):
        generate(path, ("bass",), timbre="pick")


def test_another_take_in_another_timbre(song: Path) -> None:
    generate(song)
    before, notes = token_shas(song), describe(song)["layers"]["lead"]["score_sha256"]
    made = generate(song, ("lead",), timbre="plain")
    assert made["layers"]["lead"]["take"] == 2 and made["layers"]["lead"]["timbre"] == "plain"
    assert describe(song)["layers"]["lead"]["score_sha256"] == notes, "the notes stay"
    after = token_shas(song)
    assert {name for name in before if before[name] != after[name]} == {"lead"}
    assert generate(song, ("lead",), timbre="plain")["run"] is None, "the same request again"
    generate(song, ("lead",), seed=9)
    takes = list_takes(song, "lead")["layers"]["lead"]
    assert [take["timbre"] for take in takes] == ["bright", "plain", "plain"]
    assert check(song)["ok"]


def test_going_back_goes_back_to_the_timbre(song: Path) -> None:
    generate(song)
    generate(song, ("lead",), timbre="plain", seed=4)
    assert use_take(song, "lead", 1)["timbre"] == "bright" and timbres(song)["lead"] == "bright"
    generate(song, ("lead",), bars="1")
    assert timbres(song)["lead"] == "bright", "a take goes on in the timbre of the one it comes from"


@pytest.mark.parametrize(
    ("layers", "options", "word"),
    [
        (("lead",), {"timbre": "kazoo"}, "'plain', 'bright'"),
        ((), {"timbre": "plain"}, "one layer"),
        (("lead", "bass"), {"timbre": "plain"}, "one layer"),
        (("horn",), {"timbre": "plain"}, "drums, bass, harmony, lead"),
        (("lead",), {"timbre": "plain", "bars": "1"}, "leave bars out"),
    ],
)
def test_wrong_requests(song: Path, layers: tuple[str, ...], options: dict[str, str], word: str) -> None:
    before = files(song)
    with pytest.raises(UsageError, match=word):
        generate(song, layers, **options)  # type: ignore[arg-type]
    assert files(song) == before


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ("lead=kazoo", "'plain', 'bright'"),
        ("horn=plain", "drums, bass, harmony, lead"),
        ("lead", "LAYER=NAME"),
        ("lead=", "LAYER=NAME"),
        ("bass=plain bass=bright", "twice"),
    ],
)
def test_wrong_wishes(tmp_path: Path, wish: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        create(tmp_path / "song", Wish(timbres=tuple(wish.split())))
    assert not (tmp_path / "song").exists()


def test_a_song_made_again_has_the_same_timbres(song: Path) -> None:
    make_song(song, WISH)
    make_song(song, Wish(timbres=("lead=bright", "bass=plain")))
    with pytest.raises(UsageError, match="timbre of lead bright, not plain"):
        make_song(song, Wish(timbres=("lead=plain",)))


def test_doctor_lists_the_timbres() -> None:
    assert examine()["bundles"]["lead"]["timbres"] == ["plain", "bright"]
