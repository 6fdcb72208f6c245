"""A tiny tone bundle: what it gives, and the one line that a damaged one is answered with."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stemwright.codec.tone.decoder import Part, ToneDecoder
from stemwright.codec.tone.hearing import ToneEncoder, spectra
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Bundle
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState

pytest.importorskip("onnx")

from support import tones

STATE = GlobalState.create("120", "C major", "4/4", "verse:2", "rock")
SCORES = {
    "lead": Score.from_notes(Note(48 * i, 60, 60 + i % 5, 60 + i) for i in range(14)),
    "drums": Score.from_notes(Note(48 * i, 10, (36, 38, 42)[i % 3], 90) for i in range(14)),
}


def part(layer: str = "lead", timbre: str = "plain", frames: int = STATE.frames, **change: Any) -> Part:
    tokens = np.random.default_rng(1).integers(0, tones.TONE_SIZE, (tones.TONE_CODEBOOKS, frames))
    score = SCORES["drums" if layer.startswith("drums") else "lead"]
    return replace(Part(layer, tokens, score, STATE.timebase, timbre), **change)


@pytest.mark.parametrize("layer", ["lead", "drums", "horn", "drums2"])
def test_sound_of_the_right_size_and_the_same_twice(decoder: ToneDecoder, layer: str) -> None:
    plain, wide = (decoder.decode(part(layer), wide=wide) for wide in (False, True))
    assert plain.shape == (STATE.frames * 320,) and wide.shape == (STATE.frames * 640, 2)
    assert plain.dtype == wide.dtype == np.float32
    assert 1e-3 < np.sqrt(np.mean(plain**2)) < 2 and np.abs(wide[:, 0] - wide[:, 1]).max() > 1e-3
    assert np.array_equal(plain, decoder.decode(part(layer), wide=False))
    assert np.array_equal(wide, ToneDecoder(decoder.bundle, threads=2).decode(part(layer), wide=True))


def test_both_rates_are_as_loud(decoder: ToneDecoder) -> None:
    plain, wide = (decoder.decode(part(), wide=wide) for wide in (False, True))
    middle = wide.mean(axis=1)
    hz = np.fft.rfftfreq(len(middle), 1 / 48_000)
    below = np.fft.irfft(np.fft.rfft(middle) * (hz < 11_000))
    assert np.sqrt(np.mean(below**2)) == pytest.approx(np.sqrt(np.mean(plain**2)), rel=0.2)


@pytest.mark.parametrize("wide", [False, True])
def test_no_tokens_no_sound(decoder: ToneDecoder, wide: bool) -> None:
    made = decoder.decode(part(frames=0), wide=wide)
    assert made.shape == ((0, 2) if wide else (0,))
    assert len(decoder.decode(part(frames=1), wide=wide)) == 320 * (1 + wide)


def test_without_notes_there_is_noise_alone(decoder: ToneDecoder) -> None:
    made = decoder.decode(part(score=Score()), wide=True)
    assert np.isfinite(made).all() and np.abs(made).max() > 0


def test_an_unknown_timbre_plays(decoder: ToneDecoder) -> None:
    known, kazoo, none = (decoder.decode(part(timbre=t), wide=False) for t in ("plain", "kazoo", ""))
    assert np.array_equal(kazoo, none) and not np.array_equal(known, kazoo)
    assert decoder.place("lead2", "plain")[1] == decoder.place("lead", "plain")[1] > 0
    assert decoder.place("horn", "plain") == decoder.place("harmony", "plain")
    assert decoder.place("lead", "kazoo")[1] == 0


def test_the_score_is_heard(decoder: ToneDecoder) -> None:
    """The fundamental of a held note stands out at its pitch."""
    held = Score.from_notes([Note(0, 700, 69, 100)])
    sound = decoder.decode(part(score=held), wide=False)[24_000:48_000]
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    around = power[380:500]
    assert abs(int(around.argmax()) + 380 - 440) <= 1 and around.max() > 100 * np.median(around)


@pytest.mark.parametrize(
    ("tokens", "word"),
    [
        (np.zeros((8, 20), np.int64), "lead: tokens have 8 codebooks, not 3"),
        (np.full((3, 20), 32), "a code outside 0 to 31"),
        (np.full((3, 20), -1), "a code outside 0 to 31"),
        (np.zeros((3, 20)), "codes must be whole numbers"),
        (np.zeros(20, np.int64), r"must be \[codebooks, frames\]"),
    ],
)  # fmt: skip
def test_tokens_of_another_codec(decoder: ToneDecoder, tokens: np.ndarray, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        decoder.decode(part(tokens=tokens), wide=False)


def draw() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.mark.parametrize(
    ("files", "word"),
    [
        ({"trunk.onnx": b"no graph"}, "trunk.onnx: not an ONNX file"),
        ({"trunk.onnx": tones.notes_graph(draw())}, "trunk.onnx: ONNX Runtime cannot run it"),
        ({"trunk.onnx": tones.trunk_graph(draw(), 100)}, "trunk.onnx: gave .* another shape"),
        ({"trunk.onnx": tones.trunk_graph(draw(), level=np.nan)}, "trunk.onnx: gave numbers that are not"),
        ({"notes.onnx": tones.trunk_graph(draw())}, "notes.onnx: ONNX Runtime cannot run it"),
        ({"notes.onnx": tones.notes_graph(draw(), 66)}, "notes.onnx: gave .* another shape"),
        ({"notes.onnx": tones.notes_graph(draw(), level=np.inf)}, "notes.onnx: gave numbers that are not"),
    ],
)  # fmt: skip
def test_damaged_graphs(tmp_path: Path, files: dict[str, bytes], word: str) -> None:
    damaged = ToneDecoder(tones.write_tone(tmp_path, files=files))
    with pytest.raises(StemwrightError, match=word) as refused:
        damaged.decode(part(), wide=False)
    assert "\n" not in str(refused.value) and "get the bundle again" in str(refused.value)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"timbres": None}, "architecture.timbres' must hold rows by layer"),
        ({"timbres": {"lead": ["plain"]}}, "timbres'.lead must hold rows by timbre"),
        ({"timbres": {"lead": {"plain": 0}}}, "a row outside 1 to 8"),
        ({"timbres": {"lead": {"plain": 9}}}, "a row outside 1 to 8"),
        ({"timbres": {"lead": {"plain": True}}}, "a row outside 1 to 8"),
        ({"timbre_rows": "nine"}, "timbre_rows' must be a whole number"),
        ({"context": -1}, "context' must be a whole number"),
        ({"codebooks": 33}, "codebooks' must be a whole number"),
        ({"codebook_size": 1}, "codebook_size' must be a whole number"),
        ({"sample_rate": 48_000}, "sample_rate must be 24000"),
        ({"hop": 256}, "hop must be 320"),
    ],
)  # fmt: skip
def test_a_manifest_that_does_not_fit(tmp_path: Path, change: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word) as refused:
        ToneDecoder(tones.write_tone(tmp_path, **change))
    assert "\n" not in str(refused.value)


def test_a_damaged_tuning(tmp_path: Path) -> None:
    for data in (b"{", json.dumps({**tones.TUNED.to_json(), "strings": {"lead/plain": {}}}).encode()):
        with pytest.raises(UsageError, match=r"tuning\.json: .*get the bundle again"):
            ToneDecoder(tones.write_tone(tmp_path, files={"tuning.json": data}))


def test_it_hears_as_many_frames_as_there_are(bundle: Bundle) -> None:
    encoder = ToneEncoder.load(bundle.path)
    sound = 0.1 * np.random.default_rng(0).standard_normal(700 * 320 + 1).astype(np.float32)
    made = encoder.encode(sound)
    assert made.shape == (3, 701) and made.dtype == np.uint16 and made.max() < tones.TONE_SIZE
    assert encoder.tokens_sha256 == bundle.tokens_sha256
    assert encoder.encode(sound[:0]).shape == (3, 0)
    assert spectra(sound[: 20 * 320]).shape == (20, 168)
    for wrong in (np.zeros((2, 320), np.float32), np.full(320, np.nan, np.float32)):
        with pytest.raises(UsageError, match="mono"):
            encoder.encode(wrong)


def test_a_damaged_encoder(tmp_path: Path) -> None:
    sound = np.ones(3200, np.float32)
    fewer = ToneEncoder(tones.write_tone(tmp_path, codebooks=2))
    with pytest.raises(StemwrightError, match=r"encoder\.onnx: gave int64 .* another shape"):
        fewer.encode(sound)
    small = ToneEncoder(tones.write_tone(tmp_path, codebook_size=2))
    with pytest.raises(StemwrightError, match=r"encoder\.onnx: gave codes outside 0 to 1"):
        small.encode(sound)
    other = ToneEncoder(tones.write_tone(tmp_path, files={"encoder.onnx": tones.notes_graph(draw())}))
    with pytest.raises(StemwrightError, match=r"encoder\.onnx: ONNX Runtime cannot run it"):
        other.encode(sound)
