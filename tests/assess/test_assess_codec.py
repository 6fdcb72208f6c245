"""A codec's figures: what is lost, beside a floor; codes, silence, speed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from stemwright.assess.codec.measuring import FLOOR, assess_codec, codebooks, compare, silence, speed
from stemwright.assess.codec.tables import codec_tables
from stemwright.assess.recordings import CodecInput, of_reference
from stemwright.codec.codec import Codec
from stemwright.dataset.held_out import references
from stemwright.errors import UsageError
from stemwright.song.timebase import SAMPLE_RATE


@pytest.fixture(scope="module")
def codec(weights: Path) -> Codec:
    return Codec.load(weights / "codec")


@pytest.fixture(scope="module")
def sounds(held_out: Path) -> list[CodecInput]:
    layers = ["bass", "lead"]
    return [
        of_reference(r) for split in ("valid", "unseen") for r in references(held_out, split, 2, 0, layers)
    ]


def test_nothing_is_lost_of_the_sound_itself() -> None:
    sound = (0.1 * np.random.default_rng(0).standard_normal(SAMPLE_RATE)).astype(np.float32)
    attacks = np.array([0.2, 0.5])
    found = compare(sound, sound, attacks)
    assert found["mel_distance"] == found["log_spectral_distance_db"] == found["loudness_lu"] == 0
    assert found["si_snr_db"] == 100
    softer = compare(sound, (0.5 * sound).astype(np.float32), attacks)
    assert softer["loudness_lu"] == pytest.approx(-6.02, abs=0.01)


def test_codes_are_counted() -> None:
    levels = np.zeros((2, 8), np.uint16)
    levels[1] = [0, 1, 2, 3, 0, 1, 2, 3]
    found = codebooks([levels[:, :3], levels[:, 3:]], 8)
    assert (found["size"], found["frames"], found["usage"]) == (8, 8, [0.125, 0.5])
    assert found["perplexity"] == pytest.approx([1.0, 4.0])


def test_a_report(codec: Codec, sounds: list[CodecInput]) -> None:
    report, coded = assess_codec(codec, sounds, kbit=[3.6])
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    assert report["sounds"] == len(coded) == 8
    kinds = [(row["kind"], row["split"], row["coder"]) for row in report["rows"]]
    assert kinds == [
        (kind, split, coder)
        for split in ("valid", "unseen")
        for kind in ("bass", "lead")
        for coder in ("stemwright 3.6", FLOOR)
    ]
    first = report["rows"][0]
    assert first["sounds"] == 2 and first["seconds"] == pytest.approx(4.8)
    assert 0 < first["mel_distance"] < 20 and -100 <= first["si_snr_db"] < 100
    assert [row["kind"] for row in report["unseen"]] == ["bass", "lead"]
    assert len(report["codebooks"]["usage"]) == 8
    text = [table.title for table in codec_tables(report)]
    assert len(text) == 3 and text[0].startswith(f"codec {codec.sha256[:12]}: 8 sounds")


def test_figures_are_the_same_every_time(codec: Codec, sounds: list[CodecInput]) -> None:
    one, two = (assess_codec(codec, sounds[:3], kbit=[])[0] for _ in range(2))
    one.pop("speed"), two.pop("speed")
    assert one == two


def test_lower_rates_are_measured_by_default(codec: Codec, sounds: list[CodecInput]) -> None:
    pytest.importorskip("onnx")
    report, _ = assess_codec(codec, sounds[:1])
    assert [row["coder"] for row in report["rows"]] == ["stemwright 3.6", "stemwright 1.8", "stemwright 0.9"]


def test_silent_sounds_are_passed_over(codec: Codec, sounds: list[CodecInput]) -> None:
    quiet = CodecInput("bass", "valid", "nothing", np.zeros(SAMPLE_RATE, np.float32))
    report, _ = assess_codec(codec, [quiet, sounds[0]], kbit=[])
    assert report["sounds"] == 1
    with pytest.raises(UsageError, match="every sound is silent"):
        assess_codec(codec, [quiet])


def test_silence_and_speed_are_measured(codec: Codec) -> None:
    """The random codec's code for silence is no silence: it must be heard."""
    assert -60 < silence(codec) < 0
    found = speed(codec)
    assert found["threads"] == 1 and found["runs"] >= 3
    assert found["encode_rtf"] > 0 and found["decode_rtf"] > 0
    assert found["encode_processor"] >= 0 and found["decode_processor"] >= 0
