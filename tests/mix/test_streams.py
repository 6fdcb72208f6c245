"""All that a mix does in a stream gives the same bits however the sound is cut."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.mix.files import write_pieces
from stemwright.mix.filters import Convolver, convolved, fast_size
from stemwright.mix.limiter import along, highest_by_step, limiting_edges
from stemwright.mix.loudness import LoudnessMeter, integrated_loudness
from stemwright.mix.mastering import Curve
from stemwright.mix.masters import MASTERS
from stemwright.mix.mixer import mixing
from stemwright.mix.peaks import PeakEnvelope, peak_envelope
from stemwright.mix.room import reach, response
from stemwright.mix.spool import Spool
from stemwright.mix.stems import ArrayStem, LimitedStem, pieces
from support.drawn import cuts

RATE = 8000
LENGTH = 20_000
NOISE = (np.random.default_rng(0).standard_normal((LENGTH, 2)) * 0.2).astype(np.float32)
CUTS = cuts(LENGTH)


@given(at=CUTS)
@settings(max_examples=10, deadline=None)
def test_meters_and_filters(at: list[int]) -> None:
    spans = list(pairwise(at))
    envelope, meter = PeakEnvelope(), LoudnessMeter(LENGTH, 2, RATE)
    filtering = Convolver(response(RATE), 1000)
    found: list[list[np.ndarray]] = [[], []]
    for low, high in spans:
        piece = NOISE[low:high]
        found[0].append(envelope.push(piece[:, 0]))
        found[1].append(filtering.push(piece[:, 0]))
        meter.push(piece)
    found[0].append(envelope.flush())
    found[1].append(filtering.flush())
    whole = [peak_envelope(NOISE[:, 0]), convolved(NOISE[:, 0], response(RATE), 1000).T]
    found[1] = [part.T for part in found[1]]
    for parts, all_of_it in zip(found, whole, strict=True):
        assert np.concatenate(parts).tobytes() == all_of_it.tobytes()
    assert meter.loudness() == integrated_loudness(NOISE, RATE)


@given(at=CUTS, ceiling=st.sampled_from((0.3, 0.5, 2.0)))
@settings(max_examples=15, deadline=None)
def test_limiter_and_master(at: list[int], ceiling: float) -> None:
    edges = limiting_edges(highest_by_step(peak_envelope(NOISE[:, 0]), 8), ceiling)
    assert (edges is None) == (ceiling == 2.0)
    stem = LimitedStem(ArrayStem(NOISE), edges, RATE)
    parts = [stem.read(low, high) for low, high in pairwise(at)]
    assert np.concatenate(parts).tobytes() == stem.read(0, LENGTH).tobytes()
    if edges is None:
        return
    curve = Curve(RATE, 1.3, (edges,), np.array([[0.9, 0.1, 0.0, -0.2, 0.1]]))
    whole = np.concatenate(list(curve.turned(iter([NOISE]))))
    cut = np.concatenate(list(curve.turned(NOISE[low:high] for low, high in pairwise(at))))
    assert cut.tobytes() == whole.tobytes()
    plain = np.interp(np.arange(LENGTH) / 8, np.arange(len(edges)), edges)
    np.testing.assert_allclose(along(edges, 0, LENGTH, 8), plain, atol=1e-12)


@given(at=CUTS, suffix=st.sampled_from((".wav", ".flac", ".mp3")))
@settings(max_examples=8, deadline=None)
def test_files(tmp_path_factory: pytest.TempPathFactory, at: list[int], suffix: str) -> None:
    folder = tmp_path_factory.mktemp("files")
    write_pieces(folder / f"a{suffix}", iter([NOISE * 0.5]), 2, 1.0, RATE)
    cut = (NOISE[low:high] * np.float32(0.5) for low, high in pairwise(at))
    write_pieces(folder / f"b{suffix}", cut, 2, 1.0, RATE)
    assert (folder / f"a{suffix}").read_bytes() == (folder / f"b{suffix}").read_bytes()


def test_a_mix_is_never_whole_in_memory() -> None:
    """Every stem is read in pieces of four seconds, with a little around them."""
    widest: list[int] = []

    class Watched(ArrayStem):
        def read(self, start: int, stop: int) -> np.ndarray:
            widest.append(stop - start)
            return super().read(start, stop)

    with mixing({"lead": Watched(np.tile(NOISE, (8, 1)))}, RATE, MASTERS["streaming"]) as made:
        assert max(map(len, made.pieces())) == 4 * RATE
        assert made.made.loudness_lufs == pytest.approx(-14.0, abs=0.1)
    assert max(widest) <= 4 * RATE + reach(RATE) and sum(widest) >= 8 * LENGTH


def test_a_spool_gives_what_it_got() -> None:
    spool = Spool()
    for low, high in ((0, 7000), (7000, 7000), (7000, LENGTH)):
        spool.append(NOISE[low:high])
    assert spool.length == LENGTH and spool.highest == pytest.approx(np.abs(NOISE).max())
    assert spool.read(6000, 9000).tobytes() == NOISE[6000:9000].tobytes()
    spool.close()


def test_pieces_cover_all() -> None:
    assert pieces(0, RATE) == [] and pieces(1, RATE) == [(0, 1)]
    assert pieces(70_000, RATE) == [(0, 32_000), (32_000, 64_000), (64_000, 70_000)]


@given(st.integers(1, 200_000))
@settings(max_examples=40, deadline=None)
def test_fast_sizes(least: int) -> None:
    size = fast_size(least)
    assert least <= size <= 1 << (least - 1).bit_length()
    for prime in (2, 3, 5):
        while size % prime == 0:
            size //= prime
    assert size == 1


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    from stemwright.errors import StemwrightError

    (tmp_path / "file").write_text("x")
    with pytest.raises(StemwrightError):
        write_pieces(tmp_path / "file" / "x.wav", iter([NOISE]), 2, 1.0, RATE)
