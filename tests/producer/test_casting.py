"""Which bundle plays a layer, and layers that nothing plays: named at once, left out, taken out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.cli.main import run
from stemwright.errors import UsageError
from stemwright.exchange.imports import import_midi
from stemwright.producer.casting import bundle_for, performers
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.remove import bring_back, remove_layer
from stemwright.shown.reports import check, describe, list_takes
from stemwright.song.layers import LAYERS, named_kind
from stemwright.store import SongFolder
from support import midi
from support.bundles import write_all
from support.soundfonts import write_sf2

WISH = Wish(bpm="240", form="verse:3", seed=1, title="A Tune")


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    file = tmp_path / "tune.mid"
    file.write_bytes(midi.band(bars=3))
    return file


@pytest.fixture
def song(tmp_path: Path, tune: Path) -> Path:
    """A song with a slip of the pen."""
    import_midi(tmp_path / "song", tune, tracks=("2=baas", "4=lead"))
    return tmp_path / "song"


@given(st.sampled_from(LAYERS), st.from_regex(r"\A([-_0-9][a-z0-9_-]{0,9})?\Z"))
def test_a_known_name_with_a_dash_or_digit_is_of_its_kind(layer: str, rest: str) -> None:
    assert named_kind(layer + rest) == layer


@given(st.sampled_from(LAYERS), st.from_regex(r"\A[a-z][a-z0-9_-]{0,9}\Z"))
def test_another_word_is_not(layer: str, rest: str) -> None:
    assert named_kind(layer + rest) is None and named_kind(f"my-{layer}") is None


def test_a_second_bass_is_played_by_the_bass(tmp_path: Path, tune: Path) -> None:
    path = tmp_path / "song"
    facts = import_midi(path, tune, tracks=("2=bass", "3=bass-2"))
    assert not any("bass-2" in remark for remark in facts["remarks"])
    made = generate(path)
    first, second = (list_takes(path, name)["layers"][name][0] for name in ("bass", "bass-2"))
    assert first["bundle_sha256"] == second["bundle_sha256"] and made["left_out"] == {}
    assert first["tokens_sha256"] != second["tokens_sha256"]
    assert set(mix_song(path, stems=True)["stems"]) == {*LAYERS, "bass-2"} and check(path)["ok"]


def test_a_bundle_of_its_own_goes_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_all(tmp_path / "weights")
    shutil.copytree(tmp_path / "weights" / "lead", tmp_path / "weights" / "lead-2")
    shutil.copytree(tmp_path / "weights" / "lead", tmp_path / "weights" / "horn")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    assert [bundle_for(name) for name in ("lead", "lead-2", "lead-3", "horn")] == [
        "lead", "lead-2", "lead", "horn",
    ]  # fmt: skip
    assert bundle_for("horn-2") is bundle_for("codec") is None


def test_what_plays_is_said_by_the_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = tmp_path / "weights"
    write_all(weights)
    shutil.copytree(weights / "codec", weights / "my-codec")
    shutil.copytree(weights / "lead", weights / "torn")
    (weights / "torn" / "manifest.json").write_text("{")
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    assert bundle_for("my-codec") is bundle_for("composer") is None
    assert bundle_for("torn") == "torn", "whatever loads it tells what is wrong"
    assert not {"my-codec", "codec", "composer"} & set(performers()) and {*LAYERS, "torn"} <= set(
        performers()
    )


def test_import_names_the_layer_and_the_nearest(tmp_path: Path, tune: Path) -> None:
    remarks = import_midi(tmp_path / "s", tune, tracks=("1=baas", "2=kazoo"))["remarks"]
    (near, far) = (remark for remark in remarks if "no bundle plays it" in remark)
    assert "'baas'" in near and "is it 'bass'?" in near and near.endswith("stemwright layer remove DIR baas")
    assert "'kazoo'" in far and "is it" not in far


def test_the_others_are_made(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = generate(song)
    assert set(made["layers"]) == set(LAYERS) and set(made["left_out"]) == {"baas"}
    assert generate(song)["run"] is None and set(generate(song, seed=3)["layers"]) == set(LAYERS)
    assert [told["next"] for told in mix_song(song)["stale"]] == [f"stemwright layer remove {song} baas"]
    with pytest.raises(UsageError, match=r"layer 'baas': no bundle plays it .* is it 'bass'\?"):
        generate(song, ("baas",))
    assert run(["generate", str(song)]) == 0
    assert "left out: layer 'baas'" in capsys.readouterr().out


def test_where_nothing_can_be_made_it_is_an_error(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stemwright.models.registry.folders", lambda: ())
    with pytest.raises(UsageError, match=r"layer 'drums' needs the bundle 'drums', which is not installed"):
        generate(song)


def test_what_the_sampler_played_stays(song: Path, tmp_path: Path) -> None:
    file = write_sf2(tmp_path / "own.sf2")
    generate(song, ("baas",), player=f"sampler:{file}")
    made = generate(song, seed=4)
    assert made["left_out"] == {} and made["layers"]["baas"]["how"] == "kept"
    assert "baas" in mix_song(song, stems=True)["stems"]


def test_taken_out_and_put_back(song: Path) -> None:
    generate(song)
    before = SongFolder.open(song).load()
    for layer in ("baas", "drums"):
        assert remove_layer(song, layer)["takes"] == (layer == "drums")
        assert layer not in describe(song)["layers"] and check(song)["ok"]
        assert generate(song)["run"] is None and layer not in mix_song(song, stems=True)["stems"]
    runs = SongFolder.open(song).runs
    assert [runs.read(number)["command"] for number in runs.numbers()].count("remove") == 2
    for layer in ("drums", "baas"):
        bring_back(song, layer)
    assert SongFolder.open(song).load() == before and check(song)["ok"]


def test_the_only_thing_that_ever_happened_to_a_song_is_undone(tmp_path: Path) -> None:
    create(tmp_path / "song", WISH)
    before = (tmp_path / "song" / "song.json").read_bytes()
    remove_layer(tmp_path / "song", "lead")
    bring_back(tmp_path / "song", "lead")
    assert (tmp_path / "song" / "song.json").read_bytes() == before and check(tmp_path / "song")["ok"]


def test_a_kill_while_a_layer_is_taken_out(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SongFolder, "save", stop)
        with pytest.raises(KeyboardInterrupt):
            remove_layer(song, "baas")
    assert check(song)["ok"] and bring_back(song, "baas")["takes"] == 0, "the next command finishes it"
    assert "baas" in describe(song)["layers"] and check(song)["ok"]


def test_what_cannot_be_taken_out_or_put_back(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, problem in (
        (("horns",), "is not in this song"),
        (("lead", "--undo"), "layer 'lead': is in the song"),
        (("horns", "--undo"), "layer 'horns': was never taken out"),
    ):
        assert run(["layer", "remove", str(song), *words]) == 2
        assert problem in capsys.readouterr().err
    for layer in ("drums", "bass", "harmony", "baas"):
        assert run(["layer", "remove", str(song), layer]) == 0
    assert f"baas: is taken out; back again with: stemwright layer remove {song} baas --undo" in (
        capsys.readouterr().out
    )
    assert run(["layer", "remove", str(song), "lead"]) == 2
    assert "only one" in capsys.readouterr().err
