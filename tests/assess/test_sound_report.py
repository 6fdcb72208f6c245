"""How songs sound: the report with made-up judges and controls, and what is said where they are missing."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("stemwright.native._engine")

from stemwright.assess.sound import judges as judges_module
from stemwright.assess.sound import measuring as sound_module
from stemwright.assess.sound import soundfont
from stemwright.assess.sound.judges import Judges, load_judges
from stemwright.assess.sound.measuring import assess_sound
from stemwright.assess.sound.tables import sound_tables
from stemwright.errors import StemwrightError, UsageError
from stemwright.evaluation.judges import packages
from stemwright.evaluation.transcription import KEYS, Posteriorgrams
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate

RATE = 48000


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    path = tmp_path_factory.mktemp("sound") / "song"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
        create(path, Wish(bpm="120", form="intro:2 verse:6", seed=5))
        generate(path)
    return path


@pytest.fixture(autouse=True)
def _alone(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed: no soundfont, no judge."""
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    monkeypatch.setattr(soundfont, "FONTS", ())
    monkeypatch.setattr(packages, "find_spec", lambda name: None)


def made_up() -> tuple[Judges, list[str]]:
    def transcribe(audio: np.ndarray, rate: int) -> Posteriorgrams:
        times = np.arange(len(audio) * 80 // rate) / 80
        return Posteriorgrams(np.zeros((len(times), KEYS)), np.zeros((len(times), KEYS)), times)

    def embed(audio: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
        first, second = np.random.default_rng(len(audio)).standard_normal((2, 5, 3))
        return first, second

    versions = {"made up": "1"}
    return Judges(
        transcribe, lambda audio, rate: np.full(len(audio) * 125 // 2 // rate, 440.0), embed, versions
    ), []


def noise(path: Path, seconds: float = 16.0) -> Path:
    soundfile.write(path, 0.1 * np.random.default_rng(0).standard_normal((round(seconds * RATE), 2)), RATE)
    return path


def test_without_judges_and_player_the_plain_looks_are_left(song: Path) -> None:
    report = assess_sound(song)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert (report["judges"], report["control"], report["distances"]) == ({}, None, [])
    assert [note.split(":")[0] for note in report["notes"]] == [
        "no control",
        "no note F",
        "no pitch and jitter",
        "no FAD and KAD",
    ]
    assert all("install" in note and "\n" not in note for note in report["notes"])
    assert [row["layer"] for row in report["layers"]] == ["drums", "bass", "harmony", "lead"]
    for row in report["layers"]:
        assert row["control"] is None and row["rolloff_hz"] > 0 and "note_f" not in row
        assert ("flutter_db" in row) == (row["layer"] != "drums")
    assert [row["of"] for row in report["mixes"]] == ["song"]
    layers, mix = sound_tables([report])
    assert "note F" not in layers.head and "flutter dB" in layers.head and len(mix.rows) == 1
    assert set(report["notes"]) <= set(layers.notes)


def test_judges_controls_and_floors_stand_beside_it(
    song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sound_module, "load_judges", made_up)
    names = ("drums", "bass", "harmony", "lead")
    report = assess_sound(song, files={name: noise(tmp_path / f"{name}.wav") for name in names})
    assert report["control"] == "files" and report["notes"] == [] and report["judges"] == {"made up": "1"}
    drums, bass, harmony, lead = report["layers"]
    assert drums["floor"] == {} and set(drums["control"]) <= set(drums)
    assert set(bass["floor"]) == set(lead["floor"]) == {"note_f", "pitch_right"}
    assert set(harmony["floor"]) == {"note_f"} and "pitch_right" not in harmony
    assert bass["note_f"] == bass["control"]["note_f"] == 0  # nothing was heard
    assert [(row["layer"], row["what"]) for row in report["distances"][:3]] == [
        ("drums", "song"),
        ("drums", "control"),
        ("drums", "floor"),
    ]
    song_mix, control = report["mixes"]
    assert control["of"] == "control" and abs(control["side_over_middle_db"]) < 1
    assert song_mix["side_over_middle_db"] < 0
    layers, distances, mix = sound_tables([report, report])
    assert layers.title.startswith("2 songs, means") and len(layers.rows) == 4 + 4 + 3
    assert len(distances.rows) == 12 and len(mix.rows) == 2


def test_one_control_alone_and_of_another_rate(song: Path, tmp_path: Path) -> None:
    report = assess_sound(song, files={"bass": noise(tmp_path / "bass.wav", 3.0)})
    assert [row["layer"] for row in report["layers"] if row["control"]] == ["bass"]
    assert [row["of"] for row in report["mixes"]] == ["song"]


def test_nothing_is_written(song: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in song.rglob("*")}
    assert assess_sound(song) == assess_sound(song)
    assert {path: path.stat().st_mtime_ns for path in song.rglob("*")} == before


def player(folder: Path, code: str) -> None:
    """A program called fluidsynth."""
    folder.mkdir(exist_ok=True)
    program = folder / "fluidsynth"
    program.write_text(f"#!{sys.executable}\nimport sys\nfont, notes = sys.argv[-2:]\n{code}\n")
    program.chmod(0o755)


NOISE = """
import numpy, soundfile
assert open(notes, 'rb').read(4) == b'MThd' and '-F' in sys.argv
sound = sys.argv[sys.argv.index('-F') + 1]
soundfile.write(sound, 0.1 * numpy.random.default_rng(0).standard_normal((48000 * 17, 2)), 48000)
"""


def test_a_soundfont_plays_the_control(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    player(tmp_path / "bin", NOISE)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    font = tmp_path / "font.sf2"
    font.write_bytes(b"sound")
    report = assess_sound(song, font=font)
    assert report["control"] == "font.sf2" and all(row["control"] for row in report["layers"])
    assert [row["of"] for row in report["mixes"]] == ["song", "control"]


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("print('Failed to load the SoundFont', file=sys.stderr)" + NOISE, "cannot load it"),
        ("sys.exit(3)", "exit code 3"),
        ("pass", "cannot be read"),
    ],
)
def test_a_player_that_fails_is_said_in_one_line(
    song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, line: str
) -> None:
    player(tmp_path / "bin", code)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    font = tmp_path / "font.sf2"
    font.write_bytes(b"sound")
    with pytest.raises(StemwrightError, match=line) as caught:
        assess_sound(song, font=font)
    assert "\n" not in str(caught.value) and "font.sf2" in str(caught.value)


def test_what_is_asked_for_and_not_there(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="is not a file"):
        assess_sound(song, font=tmp_path / "missing.sf2")
    with pytest.raises(UsageError, match="no take of such a layer"):
        assess_sound(song, files={"basso": noise(tmp_path / "a.wav", 0.1)})
    with pytest.raises(UsageError, match="cannot be read"):
        assess_sound(song, files={"bass": tmp_path / "missing.wav"})
    with pytest.raises(UsageError, match="quality 'best'"):
        assess_sound(song, quality="best")
    monkeypatch.setenv("PATH", str(tmp_path))
    font = tmp_path / "font.sf2"
    font.write_bytes(b"sound")
    with pytest.raises(StemwrightError, match="fluidsynth is not installed"):
        assess_sound(song, font=font)
    create(tmp_path / "new", Wish(form="intro:1", seed=1))
    with pytest.raises(UsageError, match="no layer has a take yet"):
        assess_sound(tmp_path / "new")


def test_judges_that_are_there_are_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judges_module, "BasicPitch", lambda: "heard")
    found, missing = load_judges()
    assert found.transcribe == "heard" and list(found.versions) == ["basic-pitch"] and len(missing) == 2


def test_long_sounds_are_embedded_in_few_patches() -> None:
    steps: list[float] = []

    def network(audio: np.ndarray, rate: int, step: float) -> np.ndarray:
        steps.append(step)
        return np.zeros((40, 3))

    embed = judges_module._in_halves(network)  # type: ignore[arg-type]
    first, second = embed(np.zeros(600 * 100), 100)
    assert len(first) == len(second) == judges_module.MOST_PATCHES and steps[0] > 10
    embed(np.zeros(20 * 100), 100)
    assert steps[-1] == judges_module.STEP
