"""Tone codecs and performers of their tokens: measured beside what a decoder plays that knows the score."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from stemwright.assess.codec.coders import Tone, coder, coder_of
from stemwright.assess.codec.measuring import FLOOR
from stemwright.assess.codec.tone import assess_tone
from stemwright.assess.codec.tone_tables import tone_tables
from stemwright.assess.performer.measuring import assess_performer, load_performer, perform
from stemwright.assess.performer.tables import performer_tables
from stemwright.assess.performer.variants import performer_contender
from stemwright.cli.main import run
from stemwright.dataset.held_out import references
from stemwright.errors import StemwrightError, UsageError
from stemwright.evaluation.reference import Reference
from stemwright.models import load_bundle, registry
from support.held_out import write_data
from support.performers import TIMBRES

pytest.importorskip("onnx")
pytest.importorskip("stemwright.native._engine")

from support.tones import write_tones


@pytest.fixture(scope="module")
def toned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tone codec and performers that speak it."""
    folder = tmp_path_factory.mktemp("toned")
    write_tones(folder)
    return folder


@pytest.fixture(scope="module")
def tone(toned: Path) -> Tone:
    return Tone(load_bundle(toned / "tone"))


def drawn(held_out: Path, layer: str, count: int = 2) -> list[Reference]:
    return list(references(held_out, "valid", count, 0, [layer], TIMBRES))


def test_a_performer_beside_the_right_tokens_and_moved_ones(toned: Path, tone: Tone, held_out: Path) -> None:
    bundle, _ = load_performer(str(toned / "lead"), tone)
    clips = drawn(held_out, "lead")
    report, heard = assess_performer(performer_contender(bundle), tone, clips, seed=3)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    rows = {row["what"]: row for row in report["rows"]}
    assert list(rows) == ["rendering", "codec", "rolled", "generated", "floor"]
    assert rows["rendering"]["level_error_db"] == rows["rendering"]["brightness_error_octaves"] == 0
    for name in ("codec", "rolled", "generated"):
        assert rows[name]["level_error_db"] > 0
    assert heard[0].rolled is not None and report["codec"] == tone.bundle.sha256
    assert not np.array_equal(heard[0].rolled.stem.audio, heard[0].codec.stem.audio)
    assert len(heard[0].codec.stem.audio) == len(clips[0].audio)
    (main, *_) = performer_tables(report)
    assert "level off dB" in main.head and any(note.startswith("rolled: ") for note in main.notes)


def test_performed_as_in_a_song(
    toned: Path, tone: Tone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from stemwright.producer.create import Wish, create
    from stemwright.producer.decoders import Decoders
    from stemwright.producer.generate import generate
    from stemwright.producer.heard_stems import decode
    from stemwright.song.score import Score
    from stemwright.store import SongFolder

    monkeypatch.setattr(registry, "folders", lambda: (toned,))
    create(tmp_path / "song", Wish(bpm="200", form="verse:2", seed=5, timbres=(f"lead={TIMBRES[1]}",)))
    generate(tmp_path / "song", ("lead",))
    folder = SongFolder.open(tmp_path / "song")
    song = folder.load()
    take = song.layers["lead"].active
    assert take is not None
    score = Score.from_bytes(folder.objects.get(take.score_sha256))
    clip = Reference("lead", "valid", "x", "x", take.timbre, song.state, score, np.zeros(1, np.float32))
    bundle = load_bundle(toned / "lead")
    made = perform(tone, clip, performer_contender(bundle).variants[0].play, take.seed)
    assert np.array_equal(made, decode(folder, {"lead": take}, Decoders("standard"))["lead"])


def test_the_installed_codec_that_a_performer_speaks(
    toned: Path, weights: Path, tone: Tone, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder, kind in ((toned, "tone"), (weights, "codec")):
        monkeypatch.setattr(registry, "folders", lambda folder=folder: (folder,))
        bundle, found = load_performer("lead")
        assert found.bundle.manifest.kind == kind and coder_of(bundle).bundle.sha256 == found.bundle.sha256
        assert found.knows_score == (kind == "tone")
    with pytest.raises(StemwrightError, match="trained on tokens of codec"):
        load_performer(str(weights / "lead"), tone)
    with pytest.raises(UsageError, match="is a performer; a codec"):
        coder(load_bundle(weights / "lead"))


def test_a_tone_codec(tone: Tone, held_out: Path) -> None:
    clips = drawn(held_out, "lead") + drawn(held_out, "drums", 1)
    report, coded = assess_tone(tone, clips)
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert [(row["kind"], row["coder"]) for row in report["rows"]] == [
        *(("lead", name) for name in ("rendering", "tone", "rolled", FLOOR)),
        *(("drums", name) for name in ("rendering", "tone", "rolled")),
    ]
    control, made = report["rows"][:2]
    assert control["mel_distance"] == control["level_error_db"] == control["attack_loss_db"] == 0
    assert made["mel_distance"] > 0 and made["side_db"] > -120 and "side_db" not in control
    assert report["kbit"] == pytest.approx(3 * 75 * 5 / 1000, abs=1e-3) and len(coded) == 3
    assert set(report["speed"]) == {"runs", "encode", "decode", "decode_wide"}
    titles = [made.title for made in tone_tables(report)]
    assert titles[0].startswith("tone codec ") and titles[1].startswith("codes of 32")
    quiet = replace(clips[0], audio=0 * clips[0].audio)
    with pytest.raises(UsageError, match="every clip is silent"):
        assess_tone(tone, [quiet])


def test_the_commands(
    toned: Path,
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(registry, "folders", lambda: (toned,))
    held_out = tmp_path / "data"
    write_data(held_out, ("bass",), 1)
    assert run(["evaluate", "performer", "bass", str(held_out), "--clips", "1"]) == 0
    assert "rolled" in capsys.readouterr().out
    pictures = tmp_path / "pictures"
    assert run(["evaluate", "codec", "tone", str(held_out), "--clips", "1", "--plot", str(pictures)]) == 0
    assert "side/middle dB" in capsys.readouterr().out and len(list(pictures.iterdir())) == 1
    for arguments, word in (
        (["codec", "tone", str(held_out), "--opus"], "for waveform codecs"),
        (["codec", "tone", str(pictures)], "needs clips with scores"),
        (
            ["performer", str(weights / "bass"), str(held_out), "--codec", "tone"],
            "trained on tokens of codec",
        ),
        (["performer", "bass", str(held_out), "--codec", "lead"], "a codec or a tone codec is needed"),
    ):
        assert run(["evaluate", *arguments]) != 0
        said = capsys.readouterr().err
        assert word in said and len(said.strip().splitlines()) == 1
