"""`layer`: gain, pan, mute, solo, kind and timbre of one layer, and what becomes of mix, stems and takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.cli.main import run
from stemwright.errors import UsageError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.producer.asked import Asked
from stemwright.producer.compose import compose
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.mix import mix_song
from stemwright.shown.log import history
from stemwright.shown.reports import check, describe, list_takes
from stemwright.song.layers import LAYERS
from stemwright.song.midi_read import read_midi
from stemwright.store import SongFolder
from support import midi
from support.songs import files


def read(made: Mapping[str, str]) -> dict[str, np.ndarray]:
    return {name: soundfile.read(file, always_2d=True)[0] for name, file in made.items()}


def level(audio: np.ndarray) -> float:
    return 10 * float(np.log10(np.mean(np.square(audio))))


def test_gain_and_pan_are_heard_in_its_stem_alone(song: Path, tmp_path: Path) -> None:
    before = read(export_song(song, stems=True, to=tmp_path / "before")["stems"])
    set_layer(song, "bass", Change(gain=-6.0))
    set_layer(song, "harmony", Change(pan=1.0))
    after = read(export_song(song, stems=True, to=tmp_path / "after")["stems"])
    assert level(after["bass"]) - level(before["bass"]) == pytest.approx(-6, abs=0.01)
    for name in ("drums", "lead"):
        np.testing.assert_array_equal(before[name], after[name])
    right = {name: level(stems["harmony"][:, 1]) for name, stems in (("was", before), ("is", after))}
    assert right["is"] > right["was"] + 2
    set_layer(song, "bass", Change(gain=0.0))
    set_layer(song, "harmony", Change(pan="auto"))
    export_song(song, stems=True, to=tmp_path / "again")
    assert files(tmp_path / "again") == files(tmp_path / "before")


@pytest.mark.parametrize(
    ("changes", "heard", "said"),
    [
        ({"bass": Change(mute=True)}, {"drums", "harmony", "lead"}, "bass (muted)"),
        ({"lead": Change(solo=True)}, {"lead"}, "drums, bass, harmony (lead soloed)"),
        (
            {"lead": Change(solo=True), "bass": Change(mute=True), "drums": Change(solo=True)},
            {"drums", "lead"},
            "bass, harmony (drums, lead soloed)",
        ),
    ],
)
def test_what_is_not_heard_is_in_neither_mix_nor_stems(
    song: Path,
    tmp_path: Path,
    changes: dict[str, Change],
    heard: set[str],
    said: str,
) -> None:
    for name, change in changes.items():
        set_layer(song, name, change)
    made = mix_song(song, stems=True)
    exported = export_song(song, stems=True, to=tmp_path / "out")
    plain = soundfile.read(mix_song(song, out=tmp_path / "plain.wav", master="none")["mix"])[0]
    for facts in (made, exported):
        assert set(facts["stems"]) == heard
        assert np.abs(sum(read(facts["stems"]).values()) - plain).max() <= 2**-22
        assert facts["remarks"] == [f"left out of mix and stems: {said}"]
    assert set(files(tmp_path / "out")) == {Path(file).name for file in exported["stems"].values()}
    assert check(song)["ok"]


def test_what_is_not_heard_needs_not_be_made(song: Path) -> None:
    compose(song, Asked(("bass",), seed=3))
    assert [found["layer"] for found in mix_song(song)["stale"]] == ["bass"]
    set_layer(song, "bass", Change(mute=True))
    assert mix_song(song)["stale"] == []
    with pytest.raises(UsageError, match=r"player 'bass': is no layer with a take that is heard"):
        mix_song(song, players=("bass=sampler:x.sf2",))


def test_a_song_of_which_nothing_is_heard(song: Path, tmp_path: Path) -> None:
    for name in LAYERS:
        set_layer(song, name, Change(mute=True))
    with pytest.raises(UsageError, match=r"nothing is heard \(.*\(muted\)\); next: .* --no-mute"):
        mix_song(song, out=tmp_path / "m.wav")
    assert not (tmp_path / "m.wav").exists()


def test_it_is_a_run_and_shown(song: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = describe(song)["layers"]
    assert run(["layer", str(song), "bass", "--gain", "-3", "--pan", "0.2", "--mute", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    now = {"kind": "bass", "gain_db": -3.0, "pan": 0.2, "mute": True, "solo": False, "gains": []}
    assert told == {"layer": "bass", "run": 2, "timbre": before["bass"]["timbre"], **now, "remarks": []}
    assert describe(song)["layers"] == before | {"bass": before["bass"] | now}
    assert history(song)["runs"][-1]["command"] == "layer" and check(song)["ok"]
    assert set_layer(song, "bass", Change(gain=-3.0))["run"] is None, "it is so already"
    assert run(["show", str(song)]) == 0
    assert "bass: gain -3 dB, pan +0.2, muted\n" in capsys.readouterr().out
    assert run(["layer", str(song), "bass", "--gain", "0", "--pan", "auto", "--no-mute"]) == 0
    assert "bass: mixed as bass usually is; hear it with: stemwright mix" in capsys.readouterr().out
    assert describe(song)["layers"] == before
    assert json.loads((song / "song.json").read_bytes())["schema"] == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("horns", "--gain", "1"), "layer 'horns': is not in this song; it has drums, bass, harmony, lead"),
        (("bass", "--gain", "24.1"), "layer 'bass': gain_db: 24.1 is outside -60 to 24"),
        (("bass", "--gain", "nan"), "gain_db: nan is outside"),
        (("bass", "--pan", "-1.01"), "layer 'bass': pan: -1.01 is outside -1 to 1"),
        (("bass", "--pan", "left"), "--pan 'left': give -1 (left) to 1 (right), or auto"),
        (("bass", "--mute", "--solo"), "is either muted or soloed; take back --mute or --solo"),
        (("bass", "--kind", "horns"), "--kind 'horns': is not known; use drums, bass, harmony, lead"),
        (("bass", "--kind", "lead"), "layer 'bass' has takes that are played as bass"),
        (("bass", "--timbre", "kazoo"), "timbre 'kazoo': the bundle 'bass' has"),
    ],
)
def test_refusals_change_nothing(
    song: Path, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(song)
    assert run(["layer", str(song), *words]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1 and files(song) == before


def test_solo_of_a_muted_layer_says_which_to_drop(song: Path) -> None:
    set_layer(song, "lead", Change(mute=True))
    with pytest.raises(UsageError, match="take back mute or solo"):
        set_layer(song, "lead", Change(solo=True))
    assert set_layer(song, "lead", Change(solo=True, mute=False))["solo"]


def test_a_timbre_is_for_the_next_take(song: Path) -> None:
    told = set_layer(song, "lead", Change(timbre="bright"))
    assert told["timbre"] == "bright" and "--timbre 'bright'" in told["remarks"][0]
    assert generate(song, ("lead",), seed=5)["layers"]["lead"]["timbre"] == "bright"
    assert set_layer(song, "lead", Change(timbre="bright"))["remarks"] == []


def test_a_layer_of_any_name_is_of_the_kind_it_is_given(tmp_path: Path) -> None:
    tune, path = tmp_path / "tune.mid", tmp_path / "song"
    tune.write_bytes(midi.band(bars=2))
    import_midi(path, tune, tracks=("2=pad", "3=deep"))
    assert set(generate(path)["left_out"]) == {"pad", "deep"}
    assert set_layer(path, "pad", Change(kind="harmony"))["kind"] == "harmony"
    set_layer(path, "deep", Change(kind="bass"))
    made = generate(path)
    takes = list_takes(path)["layers"]
    assert made["left_out"] == {} and check(path)["ok"]
    for name, kind in (("pad", "harmony"), ("deep", "bass")):
        assert takes[name][0]["bundle_sha256"] == takes[kind][0]["bundle_sha256"]
    assert set(mix_song(path, stems=True)["stems"]) == {*LAYERS, "pad", "deep"}
    compose(path, Asked(("deep",), seed=2))
    deep = SongFolder.open(path).scores(SongFolder.open(path).load())["deep"]
    assert deep.notes and all(28 <= note.pitch <= 60 for note in deep.notes), "it is written as a bass is"
    generate(path)
    tracks = {t.name: t.program for t in read_midi(Path(export_song(path, midi=True)["midi"])).tracks}
    assert tracks["deep"] == tracks["bass"] and tracks["pad"] == tracks["harmony"]


def test_the_same_layer_by_its_name_and_by_its_kind(tmp_path: Path) -> None:
    """What a role adds to a name changes neither notes nor how they are written by the arranger: a band whose
    lead is called otherwise sings the same.
    """
    scores = []
    for name in ("lead", "voice"):
        path = tmp_path / name
        create(path, Wish(bpm="240", form="verse:2", seed=1, layers=f"bass,{name}:lead"))
        made = generate(path, seed=9)
        assert set(made["layers"]) == {"bass", name}
        scores.append(SongFolder.open(path).load().layers[name].score_in_use)
    assert scores[0] == scores[1]


def test_percussion_plays_drums(tmp_path: Path) -> None:
    tune, path = tmp_path / "tune.mid", tmp_path / "song"
    tune.write_bytes(midi.band(bars=2))
    import_midi(path, tune, tracks=("1=drums", "1=percussion"))
    made = generate(path)
    takes = list_takes(path)["layers"]
    assert made["left_out"] == {} and describe(path)["layers"]["percussion"]["kind"] == "drums"
    assert takes["percussion"][0]["bundle_sha256"] == takes["drums"][0]["bundle_sha256"]
    tracks = {t.name: t.is_drums for t in read_midi(Path(export_song(path, midi=True)["midi"])).tracks}
    assert tracks["percussion"] and tracks["drums"] and not tracks["lead"]


def test_what_is_taken_out_comes_back_as_it_was_set(song: Path) -> None:
    assert run(["layer", str(song), "lead", "--gain", "2.5", "--solo"]) == 0
    before = describe(song)["layers"]["lead"]
    assert run(["layer", "remove", str(song), "lead"]) == 0 and set(mix_song(song, stems=True)["stems"]) == {
        "drums", "bass", "harmony",
    }  # fmt: skip
    assert run(["layer", "remove", str(song), "lead", "--undo"]) == 0
    assert describe(song)["layers"]["lead"] == before
