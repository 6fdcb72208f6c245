"""Mixes with a cache of tiles: what they decode, and that they are the mixes without."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import soundfile

from stemwright.codec.streaming import StreamingDecoder
from stemwright.errors import UsageError
from stemwright.producer import tiled
from stemwright.producer.generate import generate
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.mix import mix_song
from stemwright.shown.reports import check


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which tiles of the waveform codec are decoded."""
    found: list[int] = []
    plain = StreamingDecoder.chunk_of

    def counting(self: StreamingDecoder, codes, index: int):
        found.append(index)
        return plain(self, codes, index)

    monkeypatch.setattr(StreamingDecoder, "chunk_of", counting)
    return found


def sounds(song: Path) -> list[Path]:
    return sorted((song / "cache" / "sound").iterdir())


def test_only_what_changed_is_decoded_and_the_mix_is_that_without_a_cache(
    song: Path, decoded: list[int], tmp_path: Path
) -> None:
    first = mix_song(song, out=tmp_path / "a.wav", quality="standard")
    layers, before = len(first["stems"]) or 4, len(decoded)
    assert before >= layers and check(song)["ok"]
    again = mix_song(song, out=tmp_path / "b.wav", quality="standard")
    assert len(decoded) == before and {**again, "mix": ""} == {**first, "mix": ""}
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    generate(song, ["lead"], bars="2", seed=9)
    mix_song(song, out=tmp_path / "c.wav", quality="standard")
    assert 0 < len(decoded) - before < before
    shutil.rmtree(song / "cache" / "sound")
    mix_song(song, out=tmp_path / "d.wav", quality="standard")
    assert (tmp_path / "c.wav").read_bytes() == (tmp_path / "d.wav").read_bytes()
    assert (tmp_path / "c.wav").read_bytes() != (tmp_path / "a.wav").read_bytes()


def test_after_gains_and_mutes_the_mix_is_that_without_a_cache(song: Path, tmp_path: Path) -> None:
    mix_song(song, out=tmp_path / "a.wav")
    steps = [("bass", Change(gain=-4.0)), ("lead", Change(mute=True)), ("drums", Change(pan=0.3))]
    for layer, change in [*steps, ("lead", Change(mute=False)), ("bass", Change(gain=0.0))]:
        set_layer(song, layer, change)
        warm = mix_song(song, out=tmp_path / "b.wav")
    shutil.rmtree(song / "cache" / "sound")
    assert {**mix_song(song, out=tmp_path / "c.wav"), "mix": ""} == {**warm, "mix": ""}
    assert (tmp_path / "b.wav").read_bytes() == (tmp_path / "c.wav").read_bytes()
    assert (tmp_path / "b.wav").read_bytes() != (tmp_path / "a.wav").read_bytes()


def test_a_damaged_tile_is_told_by_verify_and_made_again(song: Path, tmp_path: Path) -> None:
    mix_song(song, out=tmp_path / "a.wav")
    for file in sounds(song):
        data = bytearray(file.read_bytes())
        data[-1] ^= 1
        file.write_bytes(data)
    assert len(check(song)["problems"]) == len(sounds(song))
    mix_song(song, out=tmp_path / "b.wav")
    assert check(song)["ok"]
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


@pytest.mark.parametrize("limit", [0, 1 << 16])
def test_a_cache_that_is_too_small_is_left_alone(
    song: Path, tmp_path: Path, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    mix_song(song, out=tmp_path / "a.wav")
    shutil.rmtree(song / "cache" / "sound")
    monkeypatch.setattr(tiled, "SOUND_LIMIT", limit)
    monkeypatch.setattr(tiled.tempfile, "tempdir", str(tmp_path))
    mix_song(song, out=tmp_path / "b.wav")
    assert not (song / "cache" / "sound").exists() and check(song)["ok"]
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.wav", "b.wav", "song"]


def test_masters_by_name_and_stems_under_them(song: Path, tmp_path: Path) -> None:
    loud = mix_song(song, out=tmp_path / "a.wav", master="club", stems_master=True)
    assert loud["true_peak_dbtp"] <= -1.0
    for file in loud["stems"].values():
        assert "_mastered_" in file
    total = sum(soundfile.read(file)[0] for file in loud["stems"].values())
    assert abs(total - soundfile.read(loud["mix"])[0]).max() <= 2**-20
    record = sorted((song / "runs").glob("*.json"))[-1].read_text()
    assert '"master": "club"' in record
    plain = mix_song(song, out=tmp_path / "b.wav", master="none")
    assert plain["loudness_lufs"] < -15.0
    with pytest.raises(UsageError, match="use streaming, club or none"):
        mix_song(song, master="loud")
