"""Songs whose performers speak tone tokens: made, mixed, and beside takes of an older codec."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from stemwright.cli.main import run
from stemwright.codec.tokens import from_canonical
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import load_bundle, registry
from stemwright.producer import perform as producing
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.producer.use import use_take
from stemwright.shown.reports import check, describe, list_takes
from stemwright.song.layers import LAYERS
from stemwright.store import SongFolder
from support.bundles import write_all, write_codec, write_wide
from support.songs import token_shas

pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._engine")

from support.tones import TONE_CODEBOOKS, write_tone, write_tones

WISH = Wish(bpm="240", form="verse:3", seed=1, title="A Tune")


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles of an eight-codebook codec."""
    folder = tmp_path_factory.mktemp("old")
    write_all(folder)
    return folder


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bundles of a tone codec, and the old codec for the old takes."""
    folder = tmp_path_factory.mktemp("new")
    write_tones(folder, seed=20)
    write_wide(folder, write_codec(folder))
    return folder


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tone codec and its performers, and nothing else."""
    folder = tmp_path_factory.mktemp("alone")
    write_tones(folder, seed=20)
    return folder


def installed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(registry, "folders", lambda: (folder,))


@pytest.fixture
def song(tmp_path: Path, old: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A song of the old performers; the new ones are installed by now."""
    path = tmp_path / "song"
    create(path, WISH)
    installed(monkeypatch, old)
    generate(path)
    return path


def tokens(path: Path, layer: str = "lead") -> np.ndarray:
    folder = SongFolder.open(path)
    take = folder.load().layers[layer].active
    assert take is not None
    return from_canonical(folder.objects.get(take.content_sha256))


def last_run(path: Path) -> dict[str, Any]:
    runs = SongFolder.open(path).runs
    found: dict[str, Any] = runs.read(max(runs.numbers()))
    return found


def scores(path: Path, layer: str = "lead") -> list[str]:
    return [take["score_sha256"] for take in list_takes(path, layer)["layers"][layer]]


def test_a_song_is_made_and_mixed_in_both_qualities(
    tmp_path: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, alone)
    path = tmp_path / "song"
    create(path, WISH)
    made = generate(path)
    assert set(made["layers"]) == set(LAYERS) and generate(path)["run"] is None
    frames = SongFolder.open(path).load().state.frames
    assert tokens(path).shape == (TONE_CODEBOOKS, frames)
    plain, high = (mix_song(path, stems=True, quality=quality) for quality in ("standard", "high"))
    assert (plain["sample_rate"], high["sample_rate"]) == (24_000, 48_000)
    assert plain["seconds"] == high["seconds"] == frames / 75
    for name in LAYERS:
        plainly, sides = soundfile.info(plain["stems"][name]), soundfile.info(high["stems"][name])
        assert (plainly.channels, plainly.frames) == (2, frames * 320)
        assert (sides.channels, sides.frames) == (2, frames * 640)
    sha = load_bundle(alone / "tone").sha256
    assert set(last_run(path)["details"]["decoders"].values()) == {sha}
    first = Path(high["mix"]).read_bytes()
    assert Path(mix_song(path, quality="high")["mix"]).read_bytes() == first
    assert check(path)["ok"]


def test_old_and_new_takes_side_by_side(
    song: Path, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Path(mix_song(song, quality="standard")["mix"]).read_bytes()
    installed(monkeypatch, new)
    assert generate(song, ("lead",), seed=7)["layers"]["lead"]["take"] == 2
    assert tokens(song).shape[0] == TONE_CODEBOOKS and tokens(song, "bass").shape[0] == 8
    mixed = Path(mix_song(song, quality="standard")["mix"]).read_bytes()
    assert mixed != before
    assert len(set(last_run(song)["details"]["decoders"].values())) == 2
    assert mix_song(song)["sample_rate"] == 48_000, "the best that both have"
    use_take(song, "lead", 1)
    assert Path(mix_song(song, quality="standard")["mix"]).read_bytes() == before, (
        "the old take sounds as ever"
    )
    use_take(song, "lead", 2)
    assert Path(mix_song(song, quality="standard")["mix"]).read_bytes() == mixed and check(song)["ok"]


def test_bars_of_an_old_take_perform_the_whole_layer(
    song: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, new)
    others = token_shas(song)
    assert generate(song, ("lead",), bars="2", seed=5)["layers"]["lead"]["take"] == 2
    made = tokens(song)
    folder = SongFolder.open(song)
    state = folder.load().state
    assert made.shape == (TONE_CODEBOOKS, state.frames)
    was, now = (folder.score(sha, "lead") for sha in scores(song))
    per_bar = state.meter.ticks_per_bar
    kept = [[n for n in score.notes if n.onset // per_bar != 1] for score in (was, now)]
    assert kept[0] == kept[1] and was != now, "only the notes of that bar are new"
    assert generate(song, ("lead",), bars="2", seed=5)["run"] is None, "the same request again"
    after = token_shas(song)
    assert {name for name in others if others[name] != after[name]} == {"lead"}
    start, stop = (state.timebase.bar_frame(bar) for bar in (1, 2))
    generate(song, ("lead",), bars="2", seed=6)
    again = tokens(song)
    assert np.array_equal(again[:, :start], made[:, :start]), "of a new take the other bars stay"
    assert np.array_equal(again[:, stop:], made[:, stop:])
    assert check(song)["ok"] and mix_song(song, quality="standard")["sample_rate"] == 24_000


def test_bars_of_a_take_whose_run_names_no_codec(
    song: Path, new: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, new)
    monkeypatch.setattr(producing, "codec_of_take", lambda folder, layer, take: None)
    generate(song, ("lead",), bars="2")
    assert tokens(song).shape[0] == TONE_CODEBOOKS and check(song)["ok"]


def test_performed_again_where_another_performer_is_installed(
    song: Path, new: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(song, again=True)["run"] is None
    installed(monkeypatch, new)
    made = generate(song, ("bass",), again=True)
    assert made["layers"]["bass"]["take"] == 2 and set(made["layers"]) == {"bass"}
    assert run(["perform", str(song)]) == 0
    assert capsys.readouterr().out.count("take 2") == len(LAYERS)
    takes = list_takes(song)["layers"]
    for name in LAYERS:
        assert [take["take"] for take in takes[name]] == [1, 2]
        assert takes[name][0]["score_sha256"] == takes[name][1]["score_sha256"], "the same notes"
        assert takes[name][0]["seed"] == takes[name][1]["seed"]
        assert tokens(song, name).shape[0] == TONE_CODEBOOKS
    assert generate(song, again=True)["run"] is None, "nothing the second time"
    assert run(["perform", str(song)]) == 0
    assert "by the performers that are installed" in capsys.readouterr().out
    assert mix_song(song, quality="standard")["sample_rate"] == 24_000 and check(song)["ok"]


def test_a_timbre_that_the_new_performer_does_not_know(
    song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(song, ("lead",), timbre="bright")
    monkeypatch.setattr("support.performers.TIMBRES", ("other", "third"))
    write_tones(tmp_path / "weights")
    installed(monkeypatch, tmp_path / "weights")
    made = generate(song, again=True)
    assert {layer["timbre"] for layer in made["layers"].values()} == {"other"}
    assert made["layers"]["lead"]["take"] == 3


def test_a_take_whose_codec_is_gone(
    song: Path, alone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    installed(monkeypatch, alone)
    with pytest.raises(StemwrightError, match=r"stemwright perform DIR$") as refused:
        mix_song(song, quality="standard")
    assert "\n" not in str(refused.value)
    before = list_takes(song)["layers"]
    kept = generate(song)
    assert kept["run"] is None and {told["layer"] for told in kept["stale"]} == set(LAYERS)
    assert {told["reason"] for told in kept["stale"]} == {"undecodable"}
    assert run(["generate", str(song)]) == 0
    out = capsys.readouterr().out
    assert "nothing is missing" not in out and f"next: stemwright perform {song} lead" in out
    assert describe(song)["stale"] == kept["stale"]
    assert generate(song, again=True)["stale"] == []
    for name, (old, new) in list_takes(song)["layers"].items():
        assert old | {"active": True} == before[name][0]
        assert (new["seed"], new["score_sha256"]) == (old["seed"], old["score_sha256"])
    assert run(["generate", str(song)]) == 0 and "nothing is missing" in capsys.readouterr().out
    assert mix_song(song, quality="standard")["sample_rate"] == 24_000


def test_a_performer_whose_codec_is_not_there(
    tmp_path: Path, alone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    path, weights = tmp_path / "song", tmp_path / "weights"
    create(path, WISH)
    shutil.copytree(alone, weights)
    shutil.rmtree(weights / "tone")
    installed(monkeypatch, weights)
    with pytest.raises(UsageError, match="which is not installed"):
        generate(path)
    write_tone(weights, seed=3)
    with pytest.raises(StemwrightError, match=r"trained on tokens of codec .* train the performer again"):
        generate(path)
    assert not SongFolder.open(path).load().layers["lead"].takes
