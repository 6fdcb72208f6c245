"""Training a timbre: its bank, its network, a short run and what it leaves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

import soundfile
import torch

from stemwright.errors import UsageError
from stemwright.models import load_bundle
from stemwright.models.timbre import HOP, RATE
from stemwright.training.fit import checkpoint
from stemwright.training.timbre.config import TimbreConfig
from stemwright.training.timbre.disguise import disguised
from stemwright.training.timbre.export import model_of
from stemwright.training.timbre.filter_bank import BANDS, DELAY
from stemwright.training.timbre.lines import Counted, Streamed, Whole
from stemwright.training.timbre.model import Bank, TimbreModel
from stemwright.training.timbre.recipe import train_timbre
from stemwright.training.timbre.sounds import Segments, read_sounds
from stemwright.training.timbre.trainer import TimbreLoss, TimbreRecipe, unlike_unit
from stemwright.training.timbre.validation import used
from support.timbres import phrase, random_model

SMALL = TimbreRecipe(batch=2, frames=64, edge=8, capacity=4, latent=3, valid_count=2, adversary_from=0.5)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "sounds"
    place.mkdir()
    for number in range(2):
        soundfile.write(place / f"{number}.wav", phrase(8.0, number), RATE)
    return place


def test_the_bank_gives_back_what_it_splits() -> None:
    sound = torch.randn(1, 400 * BANDS, generator=torch.Generator().manual_seed(1))
    bank = Bank()
    again = bank.audio(bank.bands(sound, Whole()), Whole())
    error = (again[:, DELAY:] - sound[:, :-DELAY])[:, 256:]
    assert 10 * torch.log10(sound.square().mean() / error.square().mean()) > 60
    assert DELAY / RATE < 0.0027


def test_blocks_of_any_hops_are_the_whole() -> None:
    model, sound = random_model(), torch.from_numpy(phrase()[: 60 * HOP])[None]
    ahead, behind = Counted(), Counted()
    with torch.no_grad():
        whole = model.decode(model.encode(sound, ahead), behind)
        states, made, at = [torch.zeros(1, ahead.size), torch.zeros(1, behind.size)], [], 0
        for hops in (1, 2, 30, 7, 20):
            lines = [Streamed(state) for state in states]
            part = sound[:, at * HOP : (at + hops) * HOP]
            made.append(model.decode(model.encode(part, lines[0]), lines[1]))
            states, at = [line.left() for line in lines], at + hops
    assert (torch.cat(made, 1) - whole).abs().max() < 1e-6


def test_it_hears_no_future_and_half_a_second_of_the_past() -> None:
    model = TimbreModel(TimbreConfig(4, 4)).eval()
    sound = torch.zeros(1, 400 * HOP)
    with torch.no_grad():
        other = sound.clone()
        other[:, 200 * HOP :] = 0.3 * torch.randn(1, 200 * HOP)
        assert torch.equal(model(sound)[0][:, : 200 * HOP], model(other)[0][:, : 200 * HOP])
        other = sound.clone()
        other[:, :HOP] = 0.3
        apart = (model(sound)[0] - model(other)[0]).abs()[0]
    reach = int(torch.nonzero(apart > 0).max()) / RATE
    assert 0.4 < reach < 0.6


def test_numbers_that_say_the_same_are_told() -> None:
    one = torch.randn(2, 1, 2000)
    assert unlike_unit(one.expand(2, 4, 2000)) > 0.7 and used(one.expand(2, 4, 2000)) < 1.01
    apart = torch.randn(2, 4, 2000)
    assert unlike_unit(apart) < 0.02 and used(apart) > 3.8
    assert unlike_unit(apart + 1) > 1 < unlike_unit(3 * apart)


def test_a_settled_latent_sounds_the_same() -> None:
    model, sound = random_model(), torch.from_numpy(phrase(1.0)[: 300 * HOP])[None]
    with torch.no_grad():
        before = model(sound)[0]
        model.settle(model.encode(sound))
        after, latent = model(sound)
    assert (after - before)[:, 4 * HOP :].abs().max() < 1e-5
    assert latent.mean((0, 2)).abs().max() < 1e-4 and (latent.std((0, 2)) - 1).abs().max() < 1e-4


def test_a_disguise_keeps_level_and_time() -> None:
    torch.manual_seed(0)
    sound = torch.from_numpy(np.stack([phrase(0.3), 0.1 * phrase(0.3)]))
    bent, gains = disguised(sound)
    assert torch.allclose(bent.square().mean(-1), sound.square().mean(-1), rtol=0.01)
    assert gains.shape == (2, BANDS, 1) and (gains > 0).all() and torch.isfinite(bent).all()
    assert not disguised(torch.zeros(1, 1000))[0].any()


def test_segments_are_a_function_of_seed_and_step(folder: Path) -> None:
    sounds = read_sounds(folder, 100 * HOP)
    assert sum(map(len, sounds.held)) * 9 == pytest.approx(sum(map(len, sounds.train)), rel=0.01)
    one, other = Segments(sounds.train, 100 * HOP, 3), Segments(sounds.train, 100 * HOP, 3)
    assert np.array_equal(one.batch(5, 4).target, other.batch(5, 4).target)
    assert not np.array_equal(one.batch(5, 4).target, one.batch(6, 4).target)
    assert one.batch(5, 4).paired == 0


def test_half_of_a_batch_is_played_by_others_as_loud(folder: Path, tmp_path: Path) -> None:
    """What others play is given under the same name, and is to become the instrument."""
    for name, seed in (("flute", 7), ("voice", 8)):
        (tmp_path / "others" / name).mkdir(parents=True)
        soundfile.write(tmp_path / "others" / name / "0.wav", 0.1 * phrase(7.0, seed), RATE)
    sounds = read_sounds(folder, 100 * HOP, others=tmp_path / "others")
    assert sounds.paired and [len(each) for each in sounds.twins] == [2, 0]
    assert all(len(twin) == len(sounds.train[0]) for twin in sounds.twins[0])
    loud = [float(np.square(each).mean()) for each in (sounds.train[0], sounds.twins[0][0])]
    assert loud[1] == pytest.approx(loud[0], rel=0.2)
    drawn = [Segments(sounds.train, 100 * HOP, 3, sounds.twins).batch(step, 4) for step in range(8)]
    assert all(batch.paired == 2 for batch in drawn)
    assert all(np.array_equal(batch.given[:2], batch.target[:2]) for batch in drawn)
    assert not all(np.array_equal(batch.given[2:], batch.target[2:]) for batch in drawn)
    (tmp_path / "none").mkdir()
    with pytest.raises(UsageError, match="no folder in it has files named"):
        read_sounds(folder, HOP, others=tmp_path / "none")


def test_of_others_only_the_mel_distance_counts() -> None:
    loss = TimbreLoss(SMALL)
    sound = torch.from_numpy(np.stack([phrase(0.3, 1), phrase(0.3, 2)]))
    total, parts = loss(sound, -sound)
    assert float(parts["wave"]) > 1 and "others" not in parts
    loss.paired = 2
    total, parts = loss(sound, -sound)  # another phase is no fault there
    assert float(total) < 1e-3 and set(parts) == {"others"}


def test_what_is_no_sound_of_one_instrument(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no audio files"):
        read_sounds(tmp_path / "empty", HOP)
    with pytest.raises(UsageError, match="only clips of a data folder"):
        read_sounds(folder, HOP, "flute")
    (folder / "1.wav").unlink()
    with pytest.raises(UsageError, match="some minutes"):
        read_sounds(folder, HOP)
    with pytest.raises(UsageError, match="name"):
        train_timbre(folder, tmp_path / "out", name="No Name")


def test_a_run_on_what_others_play(folder: Path, tmp_path: Path) -> None:
    for number in range(2):
        (tmp_path / "others" / "flute").mkdir(parents=True, exist_ok=True)
        soundfile.write(tmp_path / "others" / "flute" / f"{number}.wav", phrase(8.0, 5 + number), RATE)
    figures = train_timbre(
        folder,
        tmp_path / "run",
        steps=3,
        others=tmp_path / "others",
        recipe=SMALL,
        device="cpu",
        export=False,
        report=lambda line: None,
    )
    assert figures["others"] > 0 and figures["total"] > figures["others"]


def test_a_run_its_end_and_going_on(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    out = tmp_path / "run"
    train_timbre(folder, out, steps=16, recipe=SMALL, report=said.append, sources=["Me (CC0)"], threads=1)
    bundle = load_bundle(out / "bundle", kind="timbre")
    assert bundle.manifest.licences == ("CC0",) and bundle.manifest.sources == ("Me (CC0)",)
    assert bundle.manifest.held_out["streamed_max_difference"] < 1e-5
    assert bundle.manifest.architecture["latent"] == 3 and bundle.manifest.held_out["used"] > 1
    kept = model_of(bundle).state_dict()
    best = checkpoint.load(out / "best.safetensors")[0]
    assert torch.equal(kept["encoder.first.conv.weight"], best["average.encoder.first.conv.weight"])
    memory = bundle.tensors("memory.safetensors")["latent"]
    assert np.abs(memory.mean(0)).max() < 1 and memory.std(0).min() > 0.2
    train_timbre(folder, out, steps=18, recipe=SMALL, report=said.append, threads=1)
    assert "going on from step 16" in said
    train_timbre(
        folder,
        tmp_path / "warm",
        steps=2,
        recipe=replace(SMALL, adversary=0.0),
        start=out / "bundle",
        report=said.append,
        threads=1,
    )
    assert (tmp_path / "warm/bundle/encoder.onnx").is_file()
