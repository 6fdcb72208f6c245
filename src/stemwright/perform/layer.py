"""A layer's tokens from its frame features: one bundle, one seed, one take."""

from __future__ import annotations

import threading
from binascii import crc32
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from stemwright.conditioning import drop_features, knows, step_features
from stemwright.errors import UsageError
from stemwright.models import require_base
from stemwright.models.adapter import ADAPTER_FILE
from stemwright.native.engine import Engine, Sampling
from stemwright.native.options import choose_isa
from stemwright.perform.retention import retention_of
from stemwright.perform.sampling import sampling_of

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.song.timebase import Timebase

PERFORM_VERSION = 2
"""Raised whenever the same weights, features, seed and take give other tokens than before."""

SIGHT_WINDOWS = 1.5
"""Windows of the cache that are heard again before frames that are made anew. What a step can be told of
begins `layers x (window - 1)` frames back, 41 s with the shipped performers; but of what is more than one
and a half windows back nearly nothing is left to hear: the distributions that are drawn from are the same
to 6 in a hundred thousand (KL divergence), at a fifth of the work (benchmarks/edit.md).
"""

_engines: dict[tuple[str, int], Engine] = {}
_styled: dict[tuple[str, int, str, float], Engine] = {}
_lock = threading.Lock()


def perform_layer(
    bundle: Bundle,
    features: npt.NDArray[np.float32],
    *,
    seed: int,
    layer: str,
    take: int,
    timebase: Timebase,
    sampling: Sampling | None = None,
    style: tuple[Bundle, float] | None = None,
    threads: int = 1,
    prefix: npt.NDArray[np.uint16] | None = None,
    stop: int | None = None,
    progress: Callable[[int], object] = lambda done: None,
    cancel: Callable[[], bool] = lambda: False,
) -> npt.NDArray[np.uint16]:
    """Codes [8, stop] of a layer whose whole features are [T, F]; `stop` defaults to T. A bundle of an older
    conditioning version takes the first of the columns.

    `prefix` [8, P]: codes that the frames below P have; the frames made after them hear the last of these
    (`heard_from`), as if the layer began there. `timebase`: where the layer's bars lie. `style`: a
    personal style's adapter and how much of it is heard. `progress` hears the number of finished frames,
    those of the prefix included; once `cancel` says True,
    `native.engine.Cancelled` is raised. The number of threads changes not a single code.
    """
    config = bundle.manifest.architecture
    frames = len(features)
    if not knows(layer, bundle.manifest.conditioning_version, config["features"]):
        raise UsageError(
            f"{bundle.path}: made for {config['features']} features, this version has {features.shape[1]}: "
            "update stemwright or train the performer again"
        )

    def report(done: int) -> bool:
        progress(first + done)
        return not cancel()

    chosen = sampling if sampling is not None else sampling_of(bundle)
    stop = frames if stop is None else stop
    keep = retention_of(config, timebase, frames)
    first = 0 if prefix is None or keep is not None else heard_from(bundle, prefix.shape[1])
    features = features[first:, : config["features"]]
    rows = step_features(features, frames - first + config["codebooks"] - 1, config["lookahead"])
    base = None
    if chosen.guidance != 1.0:
        base = rows.copy()
        drop_features(base, layer, ["score"])
    codes: npt.NDArray[np.uint16] = engine_of(bundle, threads, style).generate(
        rows,
        frames - first,
        seed=seed,
        layer_id=crc32(layer.encode("utf-8")),
        takes=(take,),
        sampling=chosen,
        base=base,
        prefix=None if prefix is None else prefix[:, first:],
        stop=stop - first,
        keep=keep,
        progress=report,
    )
    made: npt.NDArray[np.uint16] = codes[0]
    return made if prefix is None else np.concatenate([prefix[:, :first], made], axis=1)


def heard_from(bundle: Bundle, start: int) -> int:
    """The first frame that frames made from `start` on can hear."""
    return max(0, start - int(SIGHT_WINDOWS * bundle.manifest.architecture["window"]))


def engine_of(bundle: Bundle, threads: int = 1, style: tuple[Bundle, float] | None = None) -> Engine:
    """The bundle's weights, packed for this machine once a process, with a style's side branch."""
    if style is None:
        return _plain_engine(bundle, threads)
    adapter, strength = style
    key, plain = (bundle.sha256, threads, adapter.sha256, strength), _plain_engine(bundle, threads)
    with _lock:
        if key not in _styled:
            try:
                require_base(adapter, bundle)
                _styled[key] = plain.adapted(adapter.tensors(ADAPTER_FILE), strength)
            except UsageError as error:
                raise UsageError(f"{adapter.path}: {error.marked}") from None
        return _styled[key]


def _plain_engine(bundle: Bundle, threads: int) -> Engine:
    key = bundle.sha256, threads
    with _lock:
        if key not in _engines:
            isa = choose_isa()
            try:
                _engines[key] = Engine(
                    bundle.manifest.architecture, bundle.tensors(), isa=isa, threads=threads
                )
            except UsageError as error:
                raise UsageError(f"{bundle.path}: {error.marked}: get the bundle again") from None
        return _engines[key]
