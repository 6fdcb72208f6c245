"""The tone codec's training: it learns, goes on, keeps tokens where asked, and exports what it trained."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from stemwright.codec.tone.decoder import Part, ToneDecoder
from stemwright.codec.tone.hearing import ToneEncoder, spectra
from stemwright.dataset.rehearse import rehearse_data
from stemwright.dataset.tokenize import tokenize_data
from stemwright.errors import UsageError
from stemwright.instruments.timbres import TIMBRES
from stemwright.models import load_bundle
from stemwright.training.fit import checkpoint
from stemwright.training.performer.recipe import Recipe as PerformerRecipe
from stemwright.training.performer.recipe import train_performer
from stemwright.training.tone import recipe as recipes
from stemwright.training.tone.batch import Crop, Items
from stemwright.training.tone.model import Spectra, ToneConfig, ToneModel
from stemwright.training.tone.recipe import slots, train_tone, tuning_of
from stemwright.training.tone.restore import codebook_vectors, model_of
from stemwright.training.tone.torch_synth import HOP, REACH, Rest, VoiceTables, _unrest, bent, synthesize
from stemwright.training.tone.trainer import Recipe

QUICK = Recipe(batch=2, frames=40, warmup_steps=5, valid_count=1, learning_rate=5e-3)
SMALL = ToneConfig(
    timbres=recipes.SLOTS,
    encoder_width=16,
    encoder_blocks=1,
    latent=8,
    codebooks=3,
    codebook_size=32,
    width=32,
    blocks=2,
    expansion=2,
    voice=16,
)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipes, "shape", lambda: SMALL)


def train(data: Path, out: Path, steps: int, **more: object) -> dict[str, float]:
    return train_tone(
        data, out, steps=steps, seed=1, device="cpu", recipe=QUICK, report=lambda line: None, **more
    )  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def trained(tone_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tone-run")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipes, "shape", lambda: SMALL)
        before = train(tone_data, out, 1)
        after = train(tone_data, out, 36)
    assert after["total"] < 0.8 * before["total"]
    return out


def test_it_goes_on_and_exports(tone_data: Path, trained: Path) -> None:
    _, meta = checkpoint.load(trained / "checkpoint.safetensors")
    assert meta["progress"]["step"] == 36
    bundle = load_bundle(trained / "bundle", kind="tone")
    assert bundle.manifest.architecture["codebooks"] == 3
    assert bundle.manifest.held_out["trunk_difference"] < 0.05
    encoder = ToneEncoder(bundle)
    sound = np.zeros(3210, np.float32)
    assert encoder.encode(sound).shape == (3, 11)


def test_the_run_time_sounds_as_training_does(
    tone_data: Path, trained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without noise, which differs by design, middle and side agree; the lead
    has vibrato, whose cubic polynomials err above 4 kHz.
    """

    def low(sound: np.ndarray) -> np.ndarray:
        spectrum = np.fft.rfft(sound)
        spectrum[len(sound) * 4000 // 48_000 :] = 0
        return np.fft.irfft(spectrum)

    import stemwright.codec.tone.rest as rest

    bundle = load_bundle(trained / "bundle", kind="tone")
    model, tuning = model_of(bundle).eval(), tuning_of(tone_data, None, lambda line: None)
    items = Items(tone_data, "valid", 300, slots(tone_data), tuning)
    monkeypatch.setattr(rest, "white", lambda layer, channel, first, count: np.zeros(count, np.float32))
    for layer in ("bass", "harmony", "lead", "drums"):
        item = items.items[layer][0]
        clip = item.clip
        tokens = ToneEncoder(bundle).encode(clip.audio() / np.float32(32767))
        batch = items.collate([Crop(item, 0)])
        with torch.no_grad():
            z = model.quantiser.decode(torch.from_numpy(tokens.astype(np.int64))[None])
            sound, _ = synthesize(
                model.decoder, z, batch, VoiceTables(tuning), Rest(), torch.zeros(batch.sound.shape)
            )
            want = sound[0].numpy()
        part = Part(layer, tokens, clip.score(), clip.state().timebase, clip.timbre)
        made = ToneDecoder(bundle).decode(part, wide=True)
        middle, side = made.mean(1), (made[:, 0] - made[:, 1]) / 2
        for got, true in ((middle, want[0]), (side, want[1])):
            near = 2e-3
            if layer == "lead":
                got, true, near = low(got), low(true), 5e-3
            assert np.sqrt(np.mean((got - true) ** 2)) < near * np.sqrt(np.mean(true**2)) + 1e-7


def test_bending_is_what_a_bent_sine_is() -> None:
    """A row read a hundredth faster is a sine a hundredth higher, with its phase in the middle."""
    m = torch.arange(-HOP - REACH, HOP + REACH)
    angle = 2 * torch.pi * 3000 * m / 48_000
    rows = torch.stack([angle.sin(), angle.cos()])[None].repeat(2, 1, 1)
    made = bent(rows, torch.tensor([[0.01] * 3, [-0.02] * 3]).double())
    for row, ratio in zip(made, (1.01, 0.98), strict=True):
        inner = angle[REACH:-REACH] * ratio
        assert (row - torch.stack([inner.sin(), inner.cos()])).abs().max() < 5e-3


def test_unrest_is_how_far_held_levels_leave_a_line() -> None:
    since = torch.cat([torch.arange(20), torch.arange(3, 23)]).double() * HOP + 100
    fall = -0.05 * torch.arange(20.0)
    log = torch.cat([fall, fall + 3.0])[:, None].repeat(1, 30)
    assert float(_unrest(log, since).max()) < 1e-5
    log[10] += 0.3
    found = _unrest(log, since)
    assert sorted(found[found > 1e-5].tolist()) == pytest.approx([0.3, 0.3, 0.6])
    log[10] -= 0.3
    log[:4] += torch.rand(4, 30)
    assert float(_unrest(log, since).max()) < 1e-5


def test_both_hear_the_same_spectra() -> None:
    sound = np.random.default_rng(0).standard_normal(3200).astype(np.float32) * 0.1
    want = Spectra()(torch.from_numpy(sound)[None])[0].numpy()
    assert np.abs(spectra(sound) - want).max() < 1e-3


def test_a_bundle_is_trained_on_with_its_tokens(tone_data: Path, trained: Path, tmp_path: Path) -> None:
    parent = load_bundle(trained / "bundle")
    train(tone_data, tmp_path / "on", 3, start=trained / "bundle", keep_tokens=True)
    made = load_bundle(tmp_path / "on" / "bundle", kind="tone")
    assert made.sha256 != parent.sha256 and made.tokens_sha256 == parent.tokens_sha256
    assert torch.equal(codebook_vectors(made), codebook_vectors(parent))
    with pytest.raises(UsageError, match=r"^keep_tokens: whose. give from BUNDLE too"):
        train(tone_data, tmp_path / "no", 3, keep_tokens=True)


def test_the_bundle_holds_the_network(trained: Path) -> None:
    """The encoder and the codebooks exactly, the decoder in ten bits."""
    tensors, _ = checkpoint.load(trained / "best.safetensors")
    state = model_of(load_bundle(trained / "bundle")).state_dict()
    for name, value in state.items():
        if f"average.{name}" in tensors:
            exact = name.startswith(("encoder", "quantiser"))
            want = tensors[f"average.{name}"]
            near = 0.0 if exact else float(want.abs().max()) / 900
            assert torch.allclose(value, want, rtol=0, atol=near), name


def test_a_performer_learns_its_tokens(tone_data: Path, trained: Path, tmp_path: Path) -> None:
    bundle = trained / "bundle"
    assert tokenize_data(tone_data, bundle, workers=1) > 0
    assert tokenize_data(tone_data, bundle, workers=1) == 0
    quick = PerformerRecipe(batch=2, length=64, warmup_steps=2, valid_crops=2, compile=False)
    train_performer(
        tone_data, tmp_path / "p", layer="bass", steps=2, codec=bundle, recipe=quick, report=lambda line: None
    )
    made = load_bundle(tmp_path / "p" / "bundle", kind="performer")
    assert made.manifest.architecture["codebooks"] == 3
    assert made.manifest.architecture["codebook_size"] == 32
    assert made.manifest.codec_sha256 == load_bundle(bundle).tokens_sha256
    rehearse_and_train_on(tone_data, bundle, tmp_path)


def rehearse_and_train_on(data: Path, tone: Path, folder: Path) -> None:
    """A performer plays the clips once; the decoder's figures then tell of its tokens too."""
    performer = folder / "p" / "bundle"
    before = train(data, folder / "before", 1, start=tone, keep_tokens=True)
    assert not any("played" in name for name in before)
    assert rehearse_data(data, [performer], 1.0, workers=1) > 0
    assert rehearse_data(data, [performer], 1.0, workers=1) == 0
    assert rehearse_data(data, [performer], 1.0, workers=1, replace=True) > 0
    tokens, tuning = load_bundle(tone).tokens_sha256, tuning_of(data, None, print)
    items = Items(data, "train", 60, slots(data), tuning, tokens=tokens)
    (clip,) = (item.clip for item in items.items["bass"])
    assert clip.played().shape == clip.tokens().shape
    batch = items.collate([Crop(items.items["bass"][0], 5, played=True), Crop(items.items["lead"][0], 5)])
    assert batch.played is not None
    assert np.array_equal(batch.played[0].numpy(), clip.played()[:, 5:65]) and (batch.played[1] == -1).all()
    drawn = [items.batch(step, 4).played for step in range(8)]
    assert any(codes is not None for codes in drawn)
    after = train(data, folder / "after", 1, start=tone, keep_tokens=True)
    assert {name for name in after if "played" in name} == {
        f"bass.played_{term}" for term in ("mel", "level", "attack")
    }
    assert Items(data, "train", 60, slots(data), tuning, tokens="another").batch(0, 8).played is None
    with pytest.raises(UsageError, match="hours"):
        rehearse_data(data, [performer], 0.0)


def test_what_nobody_played_is_asked_for(tone_data: Path) -> None:
    items = Items(tone_data, "train", 60, slots(tone_data), tuning_of(tone_data, None, print))
    with pytest.raises(UsageError, match=r"lead/train-0000\.played: no tokens yet; run `stemwright"):
        items.items["lead"][0].clip.played()


def test_the_trunk_sees_two_frames_ahead_and_no_more() -> None:
    model = ToneModel(replace(SMALL, kernel=5)).eval()
    z = torch.randn(1, 40, SMALL.latent)
    told, timbre = torch.rand(1, 40, 34), torch.tensor([1])
    with torch.no_grad():
        before = model.decoder.trunk(z, told, timbre)
        z[:, 23:] += 1.0
        after = model.decoder.trunk(z, told, timbre)
    changed = (before - after).abs().amax((0, 2)) > 1e-6
    assert int(torch.nonzero(changed)[0]) == 21


def test_data_without_wide_clips_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"tuning\.json: not there; give sources"):
        train(tmp_path, tmp_path / "out", 1)


def test_rows_of_timbres_stay_where_they_are(tmp_path: Path) -> None:
    """A table of known timbres can be gone on from with fewer of them, and with others behind them."""
    known = slots(tmp_path)
    assert len(known) == sum(len(found) for found in TIMBRES.values()) and min(known.values()) == 1
    told = {"timbres": {"bass": ["mine", "pick"], "lead": ["sax"]}}
    (tmp_path / "manifest.json").write_text(json.dumps(told), encoding="utf-8")
    some = slots(tmp_path)
    assert set(some) == {("bass", "mine"), ("bass", "pick"), ("lead", "sax")}
    assert some["bass", "pick"] == known["bass", "pick"] and some["lead", "sax"] == known["lead", "sax"]
    assert some["bass", "mine"] == known["bass", "finger"] + len(TIMBRES["bass"])
