"""The model in torch and the network in numpy compute the same; the baseline counts right."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch

from stemwright.models.companion_tensors import PARTS
from stemwright.symbolic.companion import Companion
from stemwright.symbolic.companion.distribution import softmax
from stemwright.symbolic.companion.events import START
from stemwright.training.companion.bigram import Bigram
from stemwright.training.companion.event_sequence import Rendition, sequence_of
from stemwright.training.companion.export import bundle_tensors, config_of, export, exported_model
from stemwright.training.companion.lanes import joined
from stemwright.training.companion.model import CompanionModel, known_in, random_known, tensors
from stemwright.training.companion.note_arrays import arranged_pieces


def test_torch_and_numpy_agree_on_every_part(tmp_path: Path) -> None:
    torch.manual_seed(3)
    config = config_of("tiny")
    weights = dict(CompanionModel(config).named_parameters())
    bundle = export(tmp_path / "b", config, weights, {"preset": "tiny"})
    model = exported_model(config, bundle.tensors())
    piece = next(arranged_pieces(1, 2))
    song = sequence_of(piece, Rendition(), np.random.default_rng(0))
    count = 60
    batch = joined([[(song, 0, count + 1)]], count)
    events, held, at, _ = tensors(batch)
    with torch.no_grad():
        context, _ = model.hear(events[:, :-1], held, at, model.start(1))
        nats = model.losses(context, events[:, 1:], known_in("tvip"))[0].numpy()
    player = Companion.load(bundle)
    network = player._network
    network.hidden[:] = 0
    for k in range(count):
        network.hear(*song.events[k].tolist())
        target = song.events[k + 1].tolist()
        network.ask(song.held[song.at[k] : song.at[k + 1]].tolist())
        for letter in "tvip":
            part = "iptv".index(letter)
            assert math.isclose(
                -math.log(_chance(player, part, target[part])), nats[k, part], abs_tol=2e-3
            ), (
                k,
                PARTS[part],
            )
            network.tell(part, target[part])


def _chance(player: Companion, part: int, value: int) -> float:
    """The probability of a value by the run time's distributions."""
    raw = player._network.answer(part)
    if part < 2:
        return float(softmax(raw)[value])
    if part == 2:
        return float(player._decider.time.probabilities(raw)[value])
    end = 1 / (1 + math.exp(-float(raw[0])))
    return (
        end if value == 0 else (1 - end) * float(player._decider.velocity.probabilities(raw[1:])[value - 1])
    )


def test_each_part_knows_those_before_it() -> None:
    assert known_in("tvip").int().tolist() == [[0, 0, 1, 1], [1, 0, 1, 1], [0, 0, 0, 0], [0, 0, 1, 0]]
    drawn = random_known((500,), torch.Generator().manual_seed(0))
    assert not drawn.diagonal(dim1=-2, dim2=-1).any()
    assert (drawn ^ drawn.transpose(-1, -2)).sum() == 500 * 12
    assert 0.4 < float(drawn.float().mean()) * 4 / 3 < 0.6


def test_half_precision_is_all_that_is_lost() -> None:
    model = CompanionModel(config_of("tiny"))
    weights = dict(model.named_parameters())
    back = dict(exported_model(model.config, bundle_tensors(model.config, weights)).named_parameters())
    for name, value in weights.items():
        assert torch.allclose(value, back[name], rtol=1e-3, atol=1e-6)


def test_the_bigram_leans_on_shorter_contexts() -> None:
    start = [5, START, 0, 0]
    songs = [np.array([start, [3, 60, 10, 90], [3, 60, 10, 90], [3, 62, 10, 90]], np.int64)]
    bigram = Bigram("tvip", songs)
    one, unseen = 1 / 2001, np.array([start, [3, 60, 10, 90]], np.int64)
    time = (3 + one) / 4  # without context: 3 times, one kind
    time = (1 + time) / 2  # after bin 0: once, one kind
    assert math.isclose(bigram.nats([unseen])[2], -math.log(time), rel_tol=1e-9)
    worse = bigram.nats([np.array([start, [0, 130, 400, 3]], np.int64)])
    assert all(a > b for a, b in zip(worse, bigram.nats([unseen]), strict=True))


def test_the_bigrams_chances_sum_to_one() -> None:
    rng = np.random.default_rng(0)
    rows = np.stack([rng.integers(0, n, 200) for n in (5, 142, 50, 128)], axis=1)
    bigram = Bigram("ivtp", [rows])
    total = sum(math.exp(-bigram.nats([np.array([rows[3], [k, 7, 8, 9]])])[0]) for k in range(5))
    assert math.isclose(total, 1.0, rel_tol=1e-9)
