"""A layer by the flow: stretch after stretch, bars made again, whatever the network is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from test_flow_space import space

from stemwright.flow.layer import HEARD, STRETCH, flow_layer
from stemwright.flow.sampling import FlowSampling
from stemwright.flow.space import STACK, LatentSpace
from stemwright.flow.told import Told
from stemwright.native.engine import Cancelled

FEATURES = np.random.default_rng(0).random((1500, 393)).astype(np.float32)


@dataclass
class Listening:
    """A network that goes to a step's condition, and notes what it was shown."""

    space: LatentSpace = field(default_factory=space)
    features: int = 400
    seen: list[tuple[np.ndarray, np.ndarray]] = field(default_factory=list)

    def velocities(self, x: np.ndarray, times: np.ndarray, told: list[Told], span: float) -> np.ndarray:
        self.seen.append((x.copy(), times.copy()))
        left = np.maximum(1 - times, 1e-3)[..., None]
        goal = np.stack([each.features for each in told])[..., : x.shape[-1]]
        return ((goal * 4 - x) / left).astype(np.float32)


def made(network: Listening, **more: object) -> np.ndarray:
    given = {"layer": "bass", "seed": 3, "take": 1, "sampling": FlowSampling(4, 1.0), **more}
    return flow_layer(network, FEATURES, **given)  # type: ignore[arg-type]


def test_every_frame_is_made_once_and_hears_what_was_before() -> None:
    network, done = Listening(), []
    codes = made(network, progress=done.append)
    assert codes.shape == (3, 1500) and codes.dtype == np.uint16
    each = STRETCH - HEARD
    assert done == [min(1500, STACK * each * n) for n in range(1, -(-500 // each) + 1)]
    assert network.seen[0][1].shape == (1, each) and (network.seen[0][1] == 0).all()
    assert network.seen[4][1].shape == (1, STRETCH)
    assert (network.seen[4][1][0, :HEARD] == 1).all() and (network.seen[4][1][0, HEARD:] == 0).all()


def test_the_same_seed_gives_the_same_and_another_take_another() -> None:
    np.testing.assert_array_equal(made(Listening()), made(Listening()))
    first, other = Listening(), Listening()
    made(first), made(other, take=2)
    assert not np.array_equal(first.seen[0][0], other.seen[0][0])


def test_bars_are_made_again_between_what_is_there() -> None:
    base = made(Listening())
    network = Listening()
    spans = ((300, 450), (1200, 1500))
    again = made(network, base=base, spans=spans, seed=9)
    inside = np.zeros(1500, np.bool_)
    for start, stop in spans:
        inside[start:stop] = True
    np.testing.assert_array_equal(again[:, ~inside], base[:, ~inside])
    _, times = network.seen[0]
    low = 0
    open_ = times[0] == 0
    assert open_.sum() == 50 and open_[100 - low : 150 - low].all()
    assert (times[0, 150:] == 1).all() and times.shape[1] == STRETCH  # both sides are heard


def test_it_stops_where_it_is_told_to() -> None:
    with pytest.raises(Cancelled):
        made(Listening(), cancel=lambda: True)
