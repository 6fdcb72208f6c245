"""The wide twin of data: the same music at 48 kHz in stereo; the mono data stays as it is."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import numpy as np
import pytest
import soxr

from stemwright.dataset import build, widen
from stemwright.dataset.build import build_data, check_data
from stemwright.dataset.shards import clips, write_wide
from stemwright.dataset.widen import chosen, widen_data
from stemwright.errors import UsageError
from stemwright.instruments.effects import Effects, in_room, in_wide_room
from stemwright.instruments.palette import Palette
from stemwright.instruments.render import MONO, Studio, mix_events, reference_events
from stemwright.instruments.sampler import WIDE
from stemwright.instruments.timbres import RECIPES
from stemwright.song.layers import LAYERS

ETUDES = {layer: {"etudes": 1.0} for layer in LAYERS}
RECORDED = {
    layer: tuple(r for r in rs if r.kind != "soundfont" and not r.held_out) for layer, rs in RECIPES.items()
}


@pytest.fixture
def data(samples: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A little data of recorded timbres, and the sources it was made from."""
    sources = tmp_path / "sources"
    (sources / "symbolic").mkdir(parents=True)
    (sources / "samples").symlink_to(samples)
    for room in (build, widen):
        monkeypatch.setattr(room, "find_palette", lambda *_: Palette(RECORDED, ()))
    build_data(tmp_path / "data", 0.01, 7, sources, workers=1, mixture=ETUDES)
    return tmp_path / "data", sources


def test_every_clip_has_a_twin_like_it(data: tuple[Path, Path]) -> None:
    out, sources = data
    before = {p: p.read_bytes() for p in out.glob("*/*")}
    said: list[str] = []
    made = widen_data(out, sources, 0.002, workers=1, progress=lambda done, total, what: said.append(what))
    assert made > 0 and len(said) == len(chosen(out, 0.002))
    assert {p: p.read_bytes() for p in before} == before, "the mono data stays"
    for layer in LAYERS:
        for clip in clips(out, layer, "valid"):
            wide = clip.wide().astype(np.float32) / 32767
            assert wide.shape == (2 * clip.samples, 2)
            plain = clip.audio().astype(np.float32) / 32767
            middle = soxr.resample(wide.mean(axis=1), 48_000, 24_000)[: plain.size]
            alike = middle @ plain / np.sqrt((middle @ middle) * (plain @ plain))
            assert alike > 0.98, (layer, clip.timbre)
            assert np.sum(middle**2) / np.sum(plain**2) == pytest.approx(1.0, abs=0.05)
    manifest = json.loads((out / "manifest.json").read_text())
    assert set(manifest["wide"]) == set(LAYERS) and all(manifest["wide"].values())
    assert check_data(out) == []


def test_it_resumes_repeats_and_extends(data: tuple[Path, Path]) -> None:
    out, sources = data
    widen_data(out, sources, 0.002, workers=1)
    twins = {p: p.read_bytes() for p in out.glob("*/*.wide*")}
    gone = sorted(twins)[1]
    gone.unlink()
    assert widen_data(out, sources, 0.002, workers=1) > 0
    assert {p: p.read_bytes() for p in out.glob("*/*.wide*")} == twins
    assert widen_data(out, sources, 0.002, workers=1) == 0.0
    build_data(out, 0.01, 7, sources, workers=1, mixture=ETUDES)
    assert json.loads((out / "manifest.json").read_text())["wide"], "building on forgets no twin"


def test_damage_is_found_and_bad_requests_are_refused(data: tuple[Path, Path], tmp_path: Path) -> None:
    out, sources = data
    with pytest.raises(UsageError, match=r"stemwright train widen"):
        clips(out, "lead", "valid")[0].wide()
    widen_data(out, sources, 0.002, workers=1)
    first = sorted(out.glob("lead/*.wide"))[0]
    first.write_bytes(first.read_bytes()[:-4] + b"abcd")
    assert check_data(out) == [f"{first}: changed"]
    first.unlink()
    assert "No such file" in check_data(out)[0]
    for hours, folder, word in ((0.0, sources, "hours"), (1.0, tmp_path / "nowhere", "no such folder")):
        with pytest.raises(UsageError, match=word):
            widen_data(out, folder, hours)
    with pytest.raises(UsageError, match="train data"):
        widen_data(tmp_path, sources, 1.0)
    with pytest.raises(UsageError, match="wide twin has 8 bytes"):
        write_wide(first.with_suffix(""), [np.zeros((2, 2), np.int16)])


def test_shards_are_chosen_from_all_sources(tmp_path: Path) -> None:
    (tmp_path / "bass").mkdir()
    numbers = [*range(8), 6000, 6001, 8000, 8001]
    for number in numbers:
        base = tmp_path / "bass" / f"train-{number:04d}"
        base.with_suffix(".jsonl").write_text("")
        base.with_suffix(".i16").write_bytes(bytes(2 * 24_000 * 36))  # a hundredth of an hour
    half = [int(path.stem[-4:]) for path in chosen(tmp_path, 0.06)]
    assert sorted(half) == [0, 1, 2, 3, 6000, 8000]
    assert len(chosen(tmp_path, 9.0)) == len(numbers)


def test_a_wide_instrument_is_the_mono_one_with_more_in_it(samples: Path) -> None:
    plain, wide = Studio(samples), Studio(samples, form=WIDE)
    for layer in LAYERS:
        timbre = RECORDED[layer][0].name
        (one, gain), (two, its) = plain.instrument(layer, timbre), wide.instrument(layer, timbre)
        assert gain == its
        events = reference_events(layer)
        a = mix_events(one, events, 48_000, MONO)
        b = mix_events(two, events, 48_000, WIDE)
        assert b.shape == (96_000, 2)
        middle = soxr.resample(b.mean(axis=1), 48_000, 24_000)[: a.size]
        assert middle @ a / np.sqrt((middle @ middle) * (a @ a)) > 0.98


def test_a_wide_room_is_the_room_with_sides() -> None:
    rng = Random(0)
    click = np.zeros((48_000, 2), np.float32)
    click[4800:4804] = 0.5
    for _ in range(5):
        seconds, seed = round(rng.uniform(0.12, 0.4), 3), rng.getrandbits(31)
        wide = in_wide_room(click, seconds, -6.0, seed)
        assert wide.shape == click.shape and wide.dtype == np.float32
        np.testing.assert_allclose(wide[:4800], 0.0, atol=1e-6)
        plain = in_room(soxr.resample(click[:, 0], 48_000, 24_000), seconds, -6.0, seed)
        middle = soxr.resample(wide.mean(axis=1), 48_000, 24_000)
        assert middle @ plain / np.sqrt((middle @ middle) * (plain @ plain)) > 0.99
        assert np.sum((wide[:, 0] - wide[:, 1]) ** 2) > 1e-3 * np.sum(wide**2)
        tail = np.abs(np.fft.rfft(wide[4900:, 0])) ** 2
        assert tail[len(tail) // 2 :].sum() > 1e-3 * tail.sum(), "walls hiss above 12 kHz too"
    dry = Effects(tilt=1.0, level=-3.0)
    same = dry.apply(click, WIDE)
    np.testing.assert_array_equal(same[:, 0], same[:, 1])
