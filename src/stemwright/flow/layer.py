"""A layer's tokens by the flow: stretch after stretch, each hearing the end of the one before."""

from __future__ import annotations

from binascii import crc32
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from stemwright.codec.tokens import Tokens
from stemwright.flow.network import FlowNetwork
from stemwright.flow.sampling import FlowSampling, Velocity, solved
from stemwright.flow.space import STACK, stacked
from stemwright.flow.told import STYLE, Told
from stemwright.native.engine import Cancelled

Floats = npt.NDArray[np.float32]
Bools = npt.NDArray[np.bool_]
Run = Callable[[Floats, Floats, Sequence[Told], float], Floats]
"""`FlowNetwork.velocities`."""

FLOW_VERSION = 1
"""Raised whenever the same bundle, features, seed and take are made in another way than before."""
STRETCH, HEARD = 250, 100
"""Steps that the network sees at once, and how many of them it made, or found, before: 10 s, 4 s."""


def flow_layer(
    network: FlowNetwork,
    features: Floats,
    *,
    layer: str,
    seed: int,
    take: int,
    sampling: FlowSampling | None = None,
    style: Floats | None = None,
    base: Tokens | None = None,
    spans: tuple[tuple[int, int], ...] | None = None,
    progress: Callable[[int], object] = lambda done: None,
    cancel: Callable[[], bool] = lambda: False,
) -> Tokens:
    """Codes uint16 [K, T] of a layer whose features are [T, F], in a style [STYLE] where one is given.

    ``base`` [K, T]: tokens that are there; they stay but in ``spans`` of frames, and are heard on both sides
    of them. ``progress`` hears how many frames are done; once ``cancel`` says True `Cancelled` is raised.
    """
    sampling = sampling or FlowSampling()
    frames = len(features)
    told = told_of(network, layer, features, style)
    there = np.zeros((len(told.features), network.space.width), np.float32)
    open_ = np.ones(len(there), np.bool_)
    if base is not None:
        there = network.space.steps(network.space.of_tokens(base))
        open_[:] = False
        for start, stop in spans or ((0, frames),):
            open_[start // STACK : -(-stop // STACK)] = True
    noise = noise_of(seed, layer, take).standard_normal(there.shape, np.float32)
    done = ~open_
    for first, last in _stretches(open_):
        if cancel():
            raise Cancelled
        low, high = max(0, first - HEARD), min(len(there), max(last, first - HEARD + STRETCH))
        part = slice(low, high)
        # What comes later and is to be made anew is not known yet, and is made with it only where it fits.
        known = done[part].copy()
        known[last - low :] &= ~open_[last:high]
        sees = slice(low, high if known[last - low :].all() else last)
        size = sees.stop - low
        rows = rows_of([told.part(sees)], sampling)
        velocity = guided(network.velocities, rows, sampling.guidance)
        ends = noise[None, sees], there[None, sees], known[None, :size]
        there[sees] = solved(velocity, *ends, sampling)[0]
        done[first:last] = True
        progress(min(frames, int(done.sum()) * STACK))
    made = network.space.tokens(network.space.latents(there, frames))
    if base is not None:
        made = _kept(made, base, spans or ((0, frames),))
    return made


def _stretches(open_: Bools) -> list[tuple[int, int]]:
    """The steps [first, last) that are made at once, in order."""
    out: list[tuple[int, int]] = []
    each = STRETCH - HEARD
    edges = np.flatnonzero(np.diff(np.concatenate([[False], open_, [False]]).astype(np.int8)))
    for first, last in edges.reshape(-1, 2).tolist():
        out += [(at, min(at + each, last)) for at in range(first, last, each)]
    return out


def told_of(network: FlowNetwork, layer: str, features: Floats, style: Floats | None = None) -> Told:
    """What a network is told of a layer whose features are [T, F]; ``style``: a vector [STYLE], or none."""
    filled = np.pad(features, ((0, 0), (0, network.features - features.shape[1])))
    return Told(layer, stacked(filled), np.zeros(STYLE, np.float32) if style is None else style)


def rows_of(told: Sequence[Told], sampling: FlowSampling) -> list[Told]:
    """What a network computes of some layers at once: each, and where guidance pushes, each without score and
    words too. Leaps are guided already."""
    pushed = not sampling.leaps and sampling.guidance != 1.0
    return [*told, *(each.unsaid() for each in told)] if pushed else list(told)


def guided(run: Run, rows: Sequence[Told], guidance: float) -> Velocity:
    """Velocities of x [B, N, S], of which ``rows`` tell as `rows_of` does: beyond what they are without score
    and words, by as much as guidance says."""

    def velocity(x: Floats, times: Floats, span: float) -> Floats:
        if len(rows) == len(x):
            return run(x, times, rows, span)
        twice, at = np.concatenate([x, x]), np.concatenate([times, times])
        found, plain = np.split(run(twice, at, rows, span), 2)
        out: Floats = plain + np.float32(guidance) * (found - plain)
        return out

    return velocity


def noise_of(seed: int, layer: str, take: int) -> np.random.Generator:
    """The normal noise of a take, step after step (Philox 4x64)."""
    key = np.random.SeedSequence([seed, crc32(layer.encode()), take]).generate_state(2, np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def _kept(made: Tokens, base: Tokens, spans: tuple[tuple[int, int], ...]) -> Tokens:
    """What was there, and in the spans what was made."""
    out = base.copy()
    for start, stop in spans:
        out[:, start:stop] = made[:, start:stop]
    return out
