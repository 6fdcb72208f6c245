"""`mix --quality high`: stems and mix at 48 kHz in stereo from the same takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from stemwright.errors import StemwrightError, UsageError
from stemwright.exchange.exports import export_song
from stemwright.models import load_bundle
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.shown.reports import check
from support.bundles import write_all, write_codec, write_wide
from support.songs import token_shas


@pytest.fixture
def song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A finished song, and bundles of its own beside which a wide decoder may be put."""
    weights = tmp_path / "weights"
    write_all(weights)
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    path = tmp_path / "song"
    create(path, Wish(bpm="240", form="verse:1", seed=1, title="A Tune"))
    generate(path)
    return path


def test_high_quality_is_48_khz_stereo_of_the_same_tokens(song: Path) -> None:
    weights = song.parent / "weights"
    wide = write_wide(weights, load_bundle(weights / "codec"))
    before = token_shas(song)
    plain = mix_song(song, stems=True, quality="standard")
    made = mix_song(song, stems=True)
    assert plain["sample_rate"] == 24_000 and made["sample_rate"] == 48_000
    assert made["seconds"] == plain["seconds"] and made["loudness_lufs"] == pytest.approx(-14.0, abs=1.0)
    assert made["true_peak_dbtp"] <= -1.0
    for file in (made["mix"], *made["stems"].values()):
        info = soundfile.info(file)
        assert (info.samplerate, info.channels, info.subtype) == (48_000, 2, "PCM_24")
        assert info.frames == made["seconds"] * 48_000
        assert file.endswith("bpm_F#min_48kHz.wav")
    assert soundfile.info(plain["stems"]["lead"]).samplerate == 24_000, "both kinds lie side by side"
    sides = soundfile.read(made["stems"]["lead"])[0]
    assert np.abs(sides[:, 0] - sides[:, 1]).max() > 0.01
    assert token_shas(song) == before and check(song)["ok"]
    first = Path(made["mix"]).read_bytes()
    assert Path(mix_song(song, quality="high")["mix"]).read_bytes() == first
    record = sorted((song / "runs").glob("*.json"))[-1].read_text()
    assert wide.sha256 in record and '"sample_rate":48000' in record.replace(" ", "")


def test_exported_stems_and_a_file_of_ones_own(song: Path, tmp_path: Path) -> None:
    weights = song.parent / "weights"
    write_wide(weights, load_bundle(weights / "codec"))
    made = export_song(song, stems=True, quality="high", to=tmp_path / "out")
    assert {soundfile.info(file).samplerate for file in made["stems"].values()} == {48_000}
    mix_song(song, out=tmp_path / "mix.flac", quality="high")
    assert soundfile.info(tmp_path / "mix.flac").samplerate == 48_000


def test_without_a_wide_decoder(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stemwright.models.registry.folders", lambda: (song.parent / "weights",))
    with pytest.raises(UsageError, match=r"quality high needs the bundle 'wide', which is not installed"):
        mix_song(song, quality="high")
    with pytest.raises(UsageError, match="use standard or high"):
        mix_song(song, quality="best")
    assert mix_song(song)["sample_rate"] == 24_000


def test_with_a_wide_decoder_of_other_tokens(song: Path, tmp_path: Path) -> None:
    write_wide(song.parent / "weights", write_codec(tmp_path / "other", seed=5))
    with pytest.raises(StemwrightError, match="use the codec it was trained on"):
        mix_song(song, quality="high")
    assert mix_song(song)["sample_rate"] == 24_000
