"""The side branch of a personal style: beside merged weights, on every instruction set and team; refusals."""

from __future__ import annotations

import math
from typing import Any

import made_up
import numpy as np
import pytest
import reference
from test_engine import CONFIG, FEATURES, ISAS, TENSORS, generate, make, run, sha, tokens

from stemwright.errors import UsageError
from stemwright.models.adapter import adapted_matrices
from stemwright.native.engine import Engine

RANKS = (1, 8, 64)
# Of the made-up performer with the made-up adapter of rank 8 at strength .8; equal on every machine.
ADAPTED_LOGITS = "c4be2c71a058e7a73ba39e1bc352f64036788d3b8505b9f1d8934fd8806258e0"


def adapter(rank: int) -> dict[str, np.ndarray]:
    return made_up.adapter(CONFIG, rank)


def merged(rank: int, strength: float) -> dict[str, np.ndarray]:
    """The performer with the adapter added to its matrices, in float64."""
    tensors, side = dict(TENSORS), {n: a.astype(np.float64) for n, a in adapter(rank).items()}
    for name in adapted_matrices(CONFIG):
        delta = side[f"{name}.b"] @ side[f"{name}.a"]
        tensors[f"{name}.weight"] = reference.weights(TENSORS, name) + strength * delta
    return tensors


def adapted(isa: str | None = None, threads: int = 1, rank: int = 8, strength: float = 0.8) -> Engine:
    return make(isa, threads).adapted(adapter(rank), strength)


@pytest.mark.parametrize("strength", [0.3, 1.0])
@pytest.mark.parametrize("rank", RANKS)
def test_logits_are_those_of_merged_weights(rank: int, strength: float) -> None:
    made = run(adapted(rank=rank, strength=strength))
    wanted = reference.logits(CONFIG, merged(rank, strength), tokens(), FEATURES)
    np.testing.assert_allclose(made, wanted, atol=5e-4, rtol=0)
    assert np.abs(made - run(make())).max() > 0.1


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("isa", ISAS)
def test_the_same_bits_everywhere(isa: str, threads: int) -> None:
    engine = adapted(isa, threads)
    assert sha(run(engine).astype("<f4")) == ADAPTED_LOGITS
    rows = [np.repeat(x[None], 2, 0) for x in (tokens(), FEATURES)]
    logits = engine.state(2).prefill(*rows, logits=True)
    assert logits is not None and sha(logits[1].astype("<f4")) == ADAPTED_LOGITS


@pytest.mark.parametrize("rank", RANKS)
def test_every_set_and_team_gives_the_tokens_of_the_first(rank: int) -> None:
    wanted = generate(adapted(ISAS[0], 1, rank))
    for isa in ISAS:
        for threads in (1, 3):
            assert np.array_equal(generate(adapted(isa, threads, rank)), wanted)
    assert not np.array_equal(wanted, generate(make()))


def test_a_prefix_and_what_follows_are_the_undisturbed_layer() -> None:
    engine = adapted()
    whole = generate(engine)
    assert np.array_equal(generate(engine, prefix=whole[0, :, :17]), whole)


def test_strength_0_is_no_adapter() -> None:
    plain = make()
    none = plain.adapted(adapter(8), 0.0)
    assert run(none).tobytes() == run(plain).tobytes()
    assert np.array_equal(generate(none), generate(plain))


def test_the_plain_engine_stays_as_it_was() -> None:
    plain = make()
    before = generate(plain)
    plain.adapted(adapter(8), 1.0)
    assert np.array_equal(generate(plain), before)


def test_states_of_one_style_are_refused_by_others() -> None:
    plain = make()
    engines = [
        plain,
        plain.adapted(adapter(8), 1.0),
        plain.adapted(adapter(8), 0.5),
        plain.adapted(adapter(4), 1.0),
    ]
    saved = [e.context(FEATURES, np.zeros((CONFIG["codebooks"], 9), np.uint16)).save() for e in engines]
    for i, engine in enumerate(engines):
        for j, data in enumerate(saved):
            if i == j:
                assert engine.restore(data).position == 9
                continue
            with pytest.raises(UsageError, match="other weights"):
                engine.restore(data)
    with pytest.raises(UsageError, match="this engine"):
        generate(engines[1], state=plain.state())
    again = plain.adapted(adapter(8), 1.0)
    assert again.restore(saved[1]).save() == saved[1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("blocks.1.v.b"), "blocks.1.v.b is missing"),
        (lambda t: t.update({"blocks.0.q.a": np.zeros((0, 96), np.float32)}), "rank is 0"),
        (lambda t: t.update({"blocks.0.q.a": np.zeros((65, 96), np.float32)}), "rank is 65"),
        (
            lambda t: t.update({"blocks.0.k.a": np.zeros((7, 96), np.float32)}),
            r"blocks.0.k.a has shape \(7, 96\)",
        ),
        (lambda t: t.update({"blocks.0.k.a": np.zeros((8, 96))}), "blocks.0.k.a holds float64"),
        (
            lambda t: t["blocks.2.o.b"].__setitem__((3, 1), np.nan),
            "blocks.2.o.b has a value that is not finite",
        ),
        (
            lambda t: t["blocks.2.o.b"].__setitem__((3, 1), np.inf),
            "blocks.2.o.b has a value that is not finite",
        ),
        (lambda t: t.update({"blocks.3.q.a": np.zeros((8, 96), np.float32)}), "belongs to no block"),
    ],
)
def test_bad_adapters_are_refused_in_one_line(change: Any, said: str) -> None:
    tensors = adapter(8)
    change(tensors)
    with pytest.raises(UsageError, match=said) as caught:
        make().adapted(tensors)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("strength", [-1, -1e-9, 2.1, math.inf, math.nan, "1", True, None])
def test_bad_strengths_are_refused(strength: Any) -> None:
    with pytest.raises(UsageError, match=r"strength: .* is not a number from 0 to 2"):
        make().adapted(adapter(8), strength)
