"""`stemwright evaluate`: tables for people, one object for machines, one line for mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("stemwright.native._engine")

from stemwright.cli.main import run
from stemwright.compose.arranger import arrange
from stemwright.corpus.song import CorpusSong
from stemwright.song.state import GlobalState
from support.bundles import write_all
from support.held_out import write_data
from support.runner import assert_refused
from support.runner import run as process


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write_all(folder)
    return folder


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("data")
    write_data(data, ("drums", "bass"), count=2)
    return data


@pytest.fixture(autouse=True)
def _weights(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))


def called(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Standard output of a command that ends well and says nothing on standard error."""
    code = run(["evaluate", *map(str, arguments)])
    shown = capsys.readouterr()
    assert code == 0 and not shown.err, shown.err
    return shown.out


def parsed(text: str) -> Any:
    """The one object that is there."""
    assert text.count("\n") == 1
    return json.loads(text)


def test_codec(capsys: pytest.CaptureFixture[str], held_out: Path, tmp_path: Path) -> None:
    out = tmp_path / "codec.json"
    arguments = ("codec", held_out, "--clips", 1, "--split", "valid,unseen", "--kbit", "3.6", "--out", out)
    made = parsed(called(capsys, *arguments, "--json"))
    assert json.loads(out.read_text()) == made
    assert [(r["kind"], r["split"]) for r in made["rows"]] == [
        (kind, split) for split in ("valid", "unseen") for kind in ("drums", "bass")
    ]
    text = called(capsys, *arguments)
    assert "SI-SNR dB" in text and "unseen timbres beside seen ones" in text and "perplexity" in text


def test_codec_on_recordings(capsys: pytest.CaptureFixture[str], weights: Path, tmp_path: Path) -> None:
    import soundfile

    noise = 0.1 * np.random.default_rng(0).standard_normal(22050)
    (tmp_path / "loops").mkdir()
    soundfile.write(tmp_path / "loops" / "a.wav", noise, 22050)
    made = parsed(called(capsys, "codec", weights / "codec", tmp_path, "--kbit", "3.6", "--json"))
    assert [(r["kind"], r["split"], r["seconds"]) for r in made["rows"]] == [("loops", "recordings", 1.0)]


def test_performer(capsys: pytest.CaptureFixture[str], held_out: Path) -> None:
    arguments = ("performer", "drums", "bass", held_out, "--clips", 1, "--guidance", "1")
    made = parsed(called(capsys, *arguments, "--json"))
    assert [report["layer"] for report in made["performers"]] == ["drums", "bass"]
    text = called(capsys, *arguments)
    assert "onset F1" in text and "rendering" in text and "by timbre" in text


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits of songs by the arranger."""
    folder = tmp_path_factory.mktemp("corpus")
    for split, count in (("train", 2), ("valid", 3)):
        state = GlobalState.create(form="a:2 a:2", style="rock")
        made = [arrange(state, seed=seed + len(split) * 100) for seed in range(count)]
        songs = [
            CorpusSong(m.state, m.scores, source="made", name=f"{i}", composers=(split,), chords="given")
            for i, m in enumerate(made)
        ]
        (folder / f"{split}.jsonl").write_text("\n".join(s.line() for s in songs) + "\n", encoding="utf-8")
    return folder


def test_composer(
    capsys: pytest.CaptureFixture[str], corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stemwright.models.registry.folders", lambda: ())  # whatever is shipped
    out = tmp_path / "composer.json"
    arguments = ("composer", corpus, "--songs", 2, "--bars", 3, "--out", out)
    made = parsed(called(capsys, *arguments, "--json"))
    assert json.loads(out.read_text()) == made
    assert (made["songs"], made["bars"], made["training_songs"]) == (2, 6, 2)
    assert [r["what"] for r in made["adherence"][:3]] == ["real", "arranger", "shuffled"]
    assert [r["what"] for r in made["chords"]["figures"]] == ["real", "arranger", "shuffled"]
    assert made["chords"]["given"] == 2 and made["controls"]["layers"] == []  # nobody can be asked
    text = called(capsys, *arguments)
    assert "Jensen-Shannon" in text and "chord tones on strong beats" in text and "goals" in text
    assert "ends on the tonic" in text and "percentile" not in text


def test_style(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    out = tmp_path / "style.json"
    arguments = ("style", "--styles", "rock,jazz", "--songs", 2, "--out", out)
    made = parsed(called(capsys, *arguments, "--json"))
    assert json.loads(out.read_text()) == made
    assert made["songs"] == {"arranger": {"rock": 2, "jazz": 2}} and made["real"] == {}
    backbeat, walking = (
        next(r for r in made["rules"] if r["measure"] == name) for name in ("drums.backbeat", "bass.walking")
    )
    assert backbeat["style"] == "rock" and walking["style"] == "jazz"
    assert backbeat["arranger"] > backbeat["shuffled"] and "real" not in backbeat
    text = called(capsys, *arguments)
    assert "snare on 2 and 4" in text and "a new bass note on the beat" in text and "rules met" in text


def test_style_of_a_song(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["new", str(tmp_path / "s"), "--style", "rock", "--form", "verse:4 chorus:4"]) == 0
    capsys.readouterr()
    assert run(["evaluate", "style", str(tmp_path / "s")]) == 2
    assert "has no notes yet" in capsys.readouterr().err
    assert run(["generate", str(tmp_path / "s")]) == 0
    capsys.readouterr()
    made = parsed(called(capsys, "style", tmp_path / "s", "--json"))
    assert made["songs"] == {"songs": {"rock": 1}}
    assert next(r for r in made["rules"] if r["measure"] == "drums.backbeat")["songs"] > 0.5


def test_song(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["song", str(tmp_path / "s"), "--bpm", "200", "--form", "intro:2", "--seed", "5"]) == 0
    capsys.readouterr()
    made = parsed(called(capsys, "song", tmp_path / "s", "--json"))
    assert len(made["songs"]) == 1 and len(made["songs"][0]["layers"]) == 4
    text = called(capsys, "song", tmp_path / "s")
    assert "CBS" in text and "no control" in text and "key stability" in text


def test_curves(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_text('{"step": 0, "seconds": 60.0, "valid": [5.0, 7.0]}\n')
    made = parsed(called(capsys, "curves", tmp_path, "--json"))
    assert made["runs"][0]["last"] == 6.0
    assert "twice the time" in called(capsys, "curves", tmp_path)


def test_pictures(capsys: pytest.CaptureFixture[str], held_out: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    folder = tmp_path / "pictures"
    called(capsys, "codec", held_out, "--clips", 1, "--kbit", "3.6", "--plot", folder)
    called(capsys, "performer", "bass", held_out, "--clips", 1, "--plot", folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "onsets_bass.png",
        "spectrogram_bass.png",
        "spectrogram_bass_valid.png",
        "spectrogram_drums_valid.png",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("codec", "a", "b", "c"), "2 bundles are named"),
        (("codec", "DATA", "--kbit", "six"), "--kbit 'six'"),
        (("codec", "DATA", "--kbit", "99"), "--kbit 99"),
        (("codec", "DATA", "--split", "test"), "--split 'test'"),
        (("codec", "DATA", "--clips", "0"), "--clips 0"),
        (("codec", "DATA", "--out", "/nowhere/at/all.json"), "--out"),
        (("codec", "nothing", "DATA"), "bundle 'nothing'"),
        (("codec", "/nowhere"), "is not a folder"),
        (("performer", "drums", "DATA", "--guidance", "much"), "--guidance 'much'"),
        (("performer", "lead", "DATA"), "no valid clips of lead"),
        (("performer", "drums", "DATA", "--temperature", "-1"), "temperature"),
        (("performer", "drums", "DATA", "--clap", "/nowhere"), "CLAP model"),
        (("composer", "/nowhere"), "train corpus"),
        (("composer", "drums", "CORPUS"), "composer"),
        (("composer", "nothing", "CORPUS"), "bundle 'nothing'"),
        (("composer", "CORPUS", "--songs", "0"), "--songs 0"),
        (("composer", "CORPUS", "--bars", "0"), "--bars 0"),
        (("composer", "CORPUS", "--controls", "-1"), "--controls"),
        (("composer", "CORPUS", "--source", "nothing"), "no valid songs of 'nothing'"),
        (("style", "--styles", "regae"), "'reggae'"),
        (("style", "--writer", "nobody"), "--writer 'nobody'"),
        (("style", "--songs", "0"), "--songs"),
        (("style", "--sources", "/nowhere"), "/nowhere: no such folder"),
        (("style", "/nowhere"), "no such folder"),
        (("style", "/nowhere", "--styles", "pop"), "--styles: is for songs that are written"),
        (("song", "/nowhere"), "no such folder"),
        (("curves", "/nowhere"), "is not there"),
    ],
)
def test_mistakes_are_told_in_one_line(
    capsys: pytest.CaptureFixture[str], held_out: Path, corpus: Path, arguments: tuple[str, ...], line: str
) -> None:
    places = {"DATA": str(held_out), "CORPUS": str(corpus)}
    code = run(["evaluate", *(places.get(a, a) for a in arguments)])
    shown = capsys.readouterr()
    assert code == 2 and not shown.out
    assert line in shown.err and shown.err.count("\n") == 1 and "unexpected" not in shown.err


def test_without_matplotlib_one_line_says_what_to_install(
    held_out: Path, weights: Path, tmp_path: Path
) -> None:
    (tmp_path / "matplotlib.py").write_text("raise ModuleNotFoundError('matplotlib', name='matplotlib')\n")
    done = process(
        "evaluate",
        "codec",
        held_out,
        "--plot",
        tmp_path / "p",
        weights=weights,
        cwd=tmp_path,
    )
    assert "-m pip install matplotlib" in assert_refused(done, 1)
