"""Recordings as layers: placed to the sample, never altered, left alone by all that writes and performs."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from stemwright.cli.main import run
from stemwright.editing.automation import set_gain
from stemwright.editing.layers import rename_layer
from stemwright.editing.moves import redo, undo
from stemwright.editing.recorded import Recorded, add_recording, take_recording
from stemwright.errors import UsageError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.producer.generate import generate
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.mix import mix_song
from stemwright.producer.use import use_take
from stemwright.shown.log import history
from stemwright.shown.reports import check, describe, list_takes
from stemwright.store import SongFolder
from support import midi

RATE = 48_000
BAR = RATE  # at 240 BPM a bar of 4/4 lasts a second; the song has two


def noise(seconds: float, channels: int = 2) -> npt.NDArray[np.float32]:
    whole = np.random.default_rng(1).integers(-(2**22), 2**22, (round(seconds * RATE), channels))
    return (whole / 2**23).astype(np.float32)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "Take 1.wav", noise(1.5), RATE, "PCM_24")
    return tmp_path / "Take 1.wav"


def stored(path: Path, layer: str = "voice") -> npt.NDArray[np.float32]:
    folder = SongFolder.open(path)
    take = folder.load().layers[layer].active
    assert take is not None and take.audio_sha256 is not None
    return soundfile.read(io.BytesIO(folder.objects.get(take.audio_sha256)), dtype="float32")[0]


def test_every_sample_lies_where_its_bar_begins(bare: Path, file: Path) -> None:
    made = add_recording(bare, "voice", Recorded(file, at=2), gain=-3.0)
    sound = stored(bare)
    np.testing.assert_array_equal(sound[BAR:], noise(1.5)[:BAR])
    assert len(sound) == 2 * BAR and not sound[:BAR].any()
    assert (made["kind"], made["gain_db"], made["take"]) == ("audio", -3.0, 1)
    assert any("0.5 s of it lie behind the song's end" in line for line in made["remarks"])
    layer = describe(bare)["layers"]["voice"]
    assert layer["player"]["kind"] == "recording" and layer["player"]["name"] == "Take 1.wav"
    assert layer["score_sha256"] is None or layer["take"] == 1
    (last,) = history(bare)["runs"][-1:]
    assert last["command"] == "layer" and layer["audio_sha256"] in last["made"] and check(bare)["ok"]


def test_a_part_of_the_file_and_another_take(bare: Path, file: Path) -> None:
    add_recording(bare, "voice", Recorded(file))
    take_recording(bare, "voice", Recorded(file, start=0.25))
    np.testing.assert_array_equal(stored(bare)[: round(1.25 * RATE)], noise(1.5)[RATE // 4 :])
    assert [take["active"] for take in list_takes(bare, "voice")["layers"]["voice"]] == [False, True]
    use_take(bare, "voice", 1)
    np.testing.assert_array_equal(stored(bare)[: round(1.5 * RATE)], noise(1.5))
    undo(bare, 3)
    assert "voice" not in describe(bare)["layers"]
    redo(bare)
    assert check(bare)["ok"]


def test_mixed_and_muted_like_others_with_its_bars_gain(bare: Path, file: Path, tmp_path: Path) -> None:
    add_recording(bare, "voice", Recorded(file))
    plain = soundfile.read(export_song(bare, stems=True, to=tmp_path / "plain")["stems"]["voice"])[0]
    set_gain(bare, "voice", -12.0, bars="2")
    softer = soundfile.read(export_song(bare, stems=True, to=tmp_path / "soft")["stems"]["voice"])[0]
    bar = len(plain) // 2
    ratio = np.abs(softer[bar : bar + 2000]).sum() / np.abs(plain[bar : bar + 2000]).sum()
    assert 20 * np.log10(ratio) == pytest.approx(-12, abs=1.5), "the room of the bar before rings on"
    np.testing.assert_allclose(softer[: bar // 2], plain[: bar // 2], atol=1e-6)
    assert set_gain(bare, "voice", None, section="verse")["gains"] == []
    assert set_gain(bare, "voice", None, bars="1-2")["run"] is None
    assert Path(mix_song(bare, out=tmp_path / "mix.wav")["mix"]).is_file()
    set_layer(bare, "voice", Change(mute=True))
    with pytest.raises(UsageError, match="nothing is heard"):
        mix_song(bare, out=tmp_path / "mix.wav")


def test_nothing_writes_or_performs_it(bare: Path, file: Path, weights: Path) -> None:
    add_recording(bare, "voice", Recorded(file))
    before = describe(bare)["layers"]["voice"]
    made = generate(bare, seed=5)
    assert "voice" not in made["layers"] and not made["left_out"] and not made["remarks"]
    assert describe(bare)["layers"]["voice"] == before
    tune = file.with_name("tune.mid")
    tune.write_bytes(midi.band())
    for act in (
        lambda: generate(bare, ("voice",)),
        lambda: generate(bare, ("voice",), timbre="sax"),
        lambda: mix_song(bare, players=["voice=sampler:none.sfz"]),
        lambda: set_layer(bare, "voice", Change(kind="lead")),
        lambda: set_layer(bare, "voice", Change(timbre="sax")),
        lambda: import_midi(bare, tune, tracks=["1=voice"]),
    ):
        with pytest.raises(UsageError, match="holds recordings"):
            act()
    assert Path(export_song(bare, midi=True)["midi"]).is_file()
    assert rename_layer(bare, "voice", "lead-vox")["kind"] == "audio"
    assert check(bare)["ok"]


def test_what_does_not_fit_changes_nothing(bare: Path, file: Path) -> None:
    add_recording(bare, "voice", Recorded(file))
    before = describe(bare)
    for name, asked, said in (
        ("voice", Recorded(file), "in the song already"),
        ("choir", Recorded(file, at=3), "bars 1 to 2"),
        ("choir", Recorded(file, at=0), "bars 1 to 2"),
        ("choir", Recorded(file, start=9.0), "cannot begin"),
        ("choir", Recorded(file.with_name("none.wav")), "no such file"),
        ("Choir!", Recorded(file), "layer name"),
    ):
        with pytest.raises(UsageError, match=said):
            add_recording(bare, name, asked)
    with pytest.raises(UsageError, match="gain_db"):
        add_recording(bare, "choir", Recorded(file), gain=float("nan"))
    with pytest.raises(UsageError, match="of kind lead"):
        take_recording(bare, "lead", Recorded(file))
    assert describe(bare) == before and check(bare)["ok"]


def test_odd_files_are_told(bare: Path, tmp_path: Path) -> None:
    silent, loud, broken = (tmp_path / f"{name}.wav" for name in ("silent", "loud", "broken"))
    soundfile.write(silent, np.zeros((1000, 6), np.float32), 44_100)
    soundfile.write(loud, noise(1.0) * 4, RATE, "FLOAT")
    soundfile.write(broken, np.full((100, 1), np.nan, np.float32), RATE, "FLOAT")
    told = {
        path.stem: " ".join(add_recording(bare, path.stem, Recorded(path))["remarks"])
        for path in (silent, loud, broken)
    }
    assert "is silent" in told["silent"] and "6 channels" in told["silent"]
    assert "+6.0 dBFS" in told["loud"] and "100 samples are no numbers" in told["broken"]
    assert np.abs(stored(bare, "loud")).max() == pytest.approx(1.0, abs=1e-6)
    assert mix_song(bare, out=tmp_path / "mix.wav")["true_peak_dbtp"] <= -1.0


def test_as_typed(bare: Path, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def told(*words: object) -> dict[str, Any]:
        assert run([*map(str, words), "--json"]) == 0, capsys.readouterr().err
        facts: dict[str, Any] = json.loads(capsys.readouterr().out)
        return facts

    made = told("layer", "add", bare, "voice", "--audio", file, "--from", 0.5, "--gain", -2)
    assert made["gain_db"] == -2 and made["remarks"][0].startswith("Take 1.wav: no clear beat, no clear key")
    assert told("layer", "take", bare, "voice", "--audio", file, "--at", 2)["take"] == 2
    assert told("layer", "gain", bare, "voice", "3", "--bars", 2)["gains"] == [{"bar": 2, "gain_db": 3.0}]
    assert run(["show", str(bare)]) == 0
    assert "+3 dB from bar 2 on" in capsys.readouterr().out
    assert told("layer", "gain", bare, "voice", "auto", "--section", "verse")["gains"] == []
    for words, said in (
        (("layer", "add", bare, "voice2", "--audio", file, "--kind", "lead"), "of kind audio"),
        (("layer", "add", bare, "pad", "--at", 2), "add --audio"),
        (("layer", "add", bare, "voice2:audio"), "begins with a recording"),
        (("layer", "add", bare, "voice2", "--kind", "audio"), "--audio FILE"),
        (("layer", "gain", bare, "voice", "auto"), "not a number"),
        (("layer", "gain", bare, "voice", "25", "--bars", "1"), "outside"),
        (("layer", "gain", bare, "voice", "2", "--bars", "1", "--section", "verse"), "one of them"),
        (("layer", "gain", bare, "voice", "2", "--section", "solo"), "it has verse"),
        (("layer", "add", bare, "voice2", "--audio", file, "--bpm", 90), "--stretch"),
        (("generate", bare, "voice"), "layer take DIR voice --audio FILE"),
    ):
        assert run([*map(str, words)]) == 2
        shown = capsys.readouterr().err
        assert said in shown and len(shown.splitlines()) == 1, shown
