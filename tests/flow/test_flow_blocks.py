"""Block after block: what is remembered is what the whole would see, however long it goes on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stemwright.flow.blocks import FAR, HEARD, FlowBlocks, turned_back
from stemwright.flow.layer import told_of
from stemwright.flow.network import FlowNetwork
from stemwright.flow.sampling import FlowSampling
from stemwright.flow.told import Told

pytest.importorskip("torch")
pytest.importorskip("onnx")

import torch

from stemwright.flow.space import LatentSpace
from stemwright.training.flow.config import flow_config
from stemwright.training.flow.export import export
from stemwright.training.flow.model import Conditions, FlowModel
from stemwright.training.flow.ways import block_sight

CONFIG = replace(flow_config("tiny", 4), features=6)
LAYERS = ("bass", "lead")


@pytest.fixture(scope="module")
def model() -> FlowModel:
    torch.manual_seed(3)
    made = FlowModel(CONFIG).eval()
    for each in made.parameters():
        each.data += 0.15 * torch.randn_like(each)
    return made


@pytest.fixture(scope="module")
def network(model: FlowModel, tmp_path_factory: pytest.TempPathFactory) -> FlowNetwork:
    space = LatentSpace(np.zeros(4, np.float32), np.ones(4, np.float32), np.eye(4, dtype=np.float32)[None])
    about = {"held_out": {}, "codec_sha256": "c" * 64, "preset": "tiny"}
    folder = tmp_path_factory.mktemp("flow") / "flow"
    weights = {name: value.detach() for name, value in model.named_parameters()}
    return FlowNetwork(export(folder, CONFIG, space, weights, {}, {}, about, leaps=True))


def told(network: FlowNetwork, steps: int) -> list[Told]:
    draw = np.random.default_rng(5)
    return [
        told_of(network, layer, draw.random((3 * steps, 6)).astype(np.float32), draw.random(512).astype("f4"))
        for layer in LAYERS
    ]


def parts(given: list[Told], start: int, stop: int) -> list[Told]:
    return [each.part(slice(start, stop)) for each in given]


@torch.no_grad()
def test_a_block_sees_what_training_shows_it(model: FlowModel, network: FlowNetwork) -> None:
    """The second of two blocks, one leap from noise, beside the sight of training."""
    block, sampling = 6, FlowSampling(1, 1.0, leaps=True)
    given = told(network, 2 * block)
    blocks = FlowBlocks(network, LAYERS, 1, 1, sampling)
    finished = blocks.block(parts(given, 0, block))
    second = blocks.block(parts(given, block, 2 * block))

    again = FlowBlocks(network, LAYERS, 1, 1, sampling)
    shape = (2 * block, CONFIG.step)
    noise = np.stack([np.concatenate([g.standard_normal((block, shape[1]), np.float32) for _ in "ab"])
                      for g in again._noise])  # fmt: skip
    clean = np.concatenate([finished, np.zeros_like(finished)], 1)
    whole = torch.from_numpy(np.concatenate([clean, noise], 1))
    ones, zeros = torch.ones(2, 2 * block), torch.zeros(2, 2 * block)
    conditions = Conditions(
        torch.from_numpy(np.stack([each.features for each in given])).repeat(1, 2, 1),
        torch.tensor([1, 3]),
        torch.from_numpy(np.stack([each.style for each in given])),
    )
    found = model(
        whole, torch.cat([ones, zeros], 1), torch.cat([zeros, ones], 1), conditions,
        torch.arange(2 * block).repeat(2), block_sight(2 * block, block, torch.device("cpu")),
    )  # fmt: skip
    wanted = noise[:, block:] + found[:, 3 * block :].numpy()
    assert np.abs(second - wanted).max() < 0.05 * np.abs(wanted).max()  # weights have ten bits in the graph
    alone = FlowBlocks(network, LAYERS, 1, 1, sampling)
    alone._noise = again._noise
    assert np.abs(alone.block(parts(given, block, 2 * block)) - wanted).max() > 0.1


def test_places_begin_anew_unheard(network: FlowNetwork) -> None:
    """What is made does not depend on how long it has been going on."""
    given, sampling = told(network, 12), FlowSampling(2, 1.0, leaps=True)
    near, far = (FlowBlocks(network, LAYERS, 1, 1, sampling) for _ in range(2))
    far._place = 2 * FAR - 6
    for start in (0, 6):
        made = [each.block(parts(given, start, start + 6)) for each in (near, far)]
        np.testing.assert_allclose(made[0], made[1], atol=5e-3)
    assert far._place == FAR + 6 and near._place == 12


def test_no_more_is_kept_than_is_seen(network: FlowNetwork) -> None:
    given, blocks = told(network, 25), FlowBlocks(network, LAYERS, 1, 1, FlowSampling(1, 1.5))
    for _ in range(5):
        blocks.block(given)
    assert blocks._past.shape == (2, 2, 4, 1, HEARD, 64)  # guided: each layer twice


def test_turning_back_is_the_rotation_of_training() -> None:
    from stemwright.training.flow.model import _turned, rotation

    keys = torch.randn(1, 1, 3, 64)
    at = _turned(keys, *rotation(torch.arange(100.0, 103)))
    before = _turned(keys, *rotation(torch.arange(60.0, 63)))
    np.testing.assert_allclose(turned_back(at.numpy(), 40), before.numpy(), atol=1e-4)
