from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from stemwright.dataset import tokenize
from stemwright.dataset.shards import NewClip, clips, seconds, shard_done, write_shard
from stemwright.dataset.tokenize import tokenize_data
from stemwright.errors import UsageError
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.song.timebase import HOP

STATE = GlobalState.create("97.3", "F# minor", "7/8", "verse:2", "rock")


def clip(frames: int, fill: int, song: str = "s@0") -> NewClip:
    audio = np.full(frames * HOP, fill, dtype="<i2")
    score = Score.from_notes([Note(0, 24, 60, 100), Note(48, 24, 62, fill)])
    return NewClip(audio, STATE, score, "finger", "test", song)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    write_shard(tmp_path, "bass", "train", 3, [clip(4, 1), clip(7, 2)])
    write_shard(tmp_path, "bass", "train", 12, [clip(2, 3, "andere Lied ü")])
    write_shard(tmp_path, "bass", "valid", 3, [clip(5, 4)])
    found = clips(tmp_path, "bass", "train")
    assert [(c.index, c.offset, c.frames) for c in found] == [(0, 0, 4), (1, 4 * HOP, 7), (0, 0, 2)]
    assert [int(c.audio()[0]) for c in found] == [1, 2, 3] and all(c.audio().size == c.samples for c in found)
    assert found[1].state() == STATE and found[1].state().bpm == Fraction("97.3")
    assert found[1].score().notes[1].velocity == 2 and found[0].timbre == "finger"
    assert found[2].meta["song"] == "andere Lied ü"
    assert seconds(found) == pytest.approx(13 / 75)
    assert clips(tmp_path, "lead", "train") == []


def test_shards_are_only_added(tmp_path: Path) -> None:
    write_shard(tmp_path, "bass", "train", 0, [clip(4, 1)])
    with pytest.raises(UsageError, match="only ever added"):
        write_shard(tmp_path, "bass", "train", 0, [clip(4, 2)])
    with pytest.raises(UsageError, match="split"):
        write_shard(tmp_path, "bass", "test", 0, [clip(4, 2)])
    broken = NewClip(np.zeros(HOP + 1, "<i2"), STATE, Score(()), "finger", "t", "s")
    with pytest.raises(UsageError, match="whole frames"):
        write_shard(tmp_path, "bass", "train", 1, [broken])


def test_a_half_written_shard_does_not_exist(tmp_path: Path) -> None:
    base = write_shard(tmp_path, "bass", "train", 0, [clip(4, 1)])
    base.with_suffix(".jsonl").unlink()
    assert not shard_done(tmp_path, "bass", "train", 0) and clips(tmp_path, "bass", "train") == []
    write_shard(tmp_path, "bass", "train", 0, [clip(2, 5)])
    assert [int(c.audio()[0]) for c in clips(tmp_path, "bass", "train")] == [5]


@pytest.mark.parametrize("text", ["{", "[]", '{"samples": 320}', '{"samples": 1}'])
def test_damage_is_named(tmp_path: Path, text: str) -> None:
    base = write_shard(tmp_path, "bass", "train", 0, [clip(4, 1)])
    base.with_suffix(".jsonl").write_text(text + "\n")
    with pytest.raises(UsageError, match=r"train-0000\.jsonl: line 1"):
        clips(tmp_path, "bass", "train")


def test_cut_audio_is_found(tmp_path: Path) -> None:
    base = write_shard(tmp_path, "bass", "train", 0, [clip(4, 1)])
    base.with_suffix(".i16").write_bytes(b"\0" * 10)
    with pytest.raises(UsageError, match="10 bytes"):
        clips(tmp_path, "bass", "train")


class FakeCodec:
    """Codes that tell the clip's first sample, codebook and frame."""

    def __init__(self, sha256: str) -> None:
        self.tokens_sha256 = sha256
        frames = {"sample_rate": 24_000, "hop": HOP, "codebooks": 8}
        self.bundle = SimpleNamespace(manifest=SimpleNamespace(architecture=frames))
        self.encoded = 0
        self.codebooks = 8

    def encode(self, audio: np.ndarray) -> np.ndarray:
        self.encoded += 1
        frames = audio.size // HOP
        first = round(float(audio[0]) * 32767)
        return (first * 100 + np.arange(8)[:, None] * 10 + np.arange(frames)[None, :]).astype(np.uint16)


def use(monkeypatch: pytest.MonkeyPatch, codec: FakeCodec) -> None:
    monkeypatch.setattr(tokenize, "load_encoder", lambda bundle: codec)


def test_tokens_lie_beside_the_audio_and_resume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shard(tmp_path, "bass", "train", 0, [clip(4, 1), clip(7, 2)])
    write_shard(tmp_path, "lead", "valid", 0, [clip(3, 3)])
    with pytest.raises(UsageError, match="tokenize"):
        clips(tmp_path, "bass", "train")[0].tokens()
    codec = FakeCodec("a" * 64)
    use(monkeypatch, codec)
    said: list[str] = []
    assert tokenize_data(tmp_path, tmp_path, workers=1, report=said.append) == 14
    assert said[0].startswith("1/2 lead/valid-0000") and codec.encoded == 3
    second = clips(tmp_path, "bass", "train")[1].tokens()
    assert second.shape == (8, 7) and second.dtype == np.dtype("<u2")
    assert second[0, 0] == 200 and second[7, 6] == 276
    assert tokenize_data(tmp_path, tmp_path, workers=1) == 0 and codec.encoded == 3
    (tmp_path / "bass" / "train-0000.codec").unlink()
    assert tokenize_data(tmp_path, tmp_path, workers=1) == 11


def test_tokens_of_another_codec_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_shard(tmp_path, "bass", "train", 0, [clip(4, 1)])
    use(monkeypatch, FakeCodec("a" * 64))
    tokenize_data(tmp_path, tmp_path, workers=1)
    use(monkeypatch, FakeCodec("b" * 64))
    with pytest.raises(UsageError, match="aaaaaaaaaaaa"):
        tokenize_data(tmp_path, tmp_path, workers=1)
    assert tokenize_data(tmp_path, tmp_path, workers=1, replace=True) == 4
    with pytest.raises(UsageError, match="holds no shards"):
        tokenize_data(tmp_path / "bass", tmp_path, workers=1)
