"""Opus beside our codec: aligned, and better with more bits."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from stemwright.assess.codec import opus
from stemwright.errors import StemwrightError
from stemwright.evaluation.reconstruction import si_snr
from stemwright.song.timebase import SAMPLE_RATE

needs_opus = pytest.mark.skipif(
    not (shutil.which("opusenc") and shutil.which("opusdec")), reason="needs opus-tools"
)


def sound() -> np.ndarray:
    t = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * 220 * k * t) / k for k in range(1, 6))
    return (0.2 * tone * (1 + np.sin(2 * np.pi * 2 * t))).astype(np.float32)


@needs_opus
def test_more_bits_are_closer_and_nothing_is_late() -> None:
    original = sound()
    found = [opus.through_opus(original, kbit)[: len(original)] for kbit in (6, 24)]
    low, high = (si_snr(original, heard) for heard in found)
    assert high > low and high > 10  # a delay of a few samples would leave less


def test_missing_tools_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StemwrightError, match="opusenc is not installed"):
        opus.require()


def test_a_failing_tool_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(StemwrightError, match="opusenc: failed"):
        opus.through_opus(sound(), 12)
