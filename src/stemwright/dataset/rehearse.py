"""What performers make of the training clips' scores: tokens that a decoder meets at work.

The tone decoder learns from true tokens, at work it gets those of a performer, whose levels wander where the
score's velocities would tell better. So it also learns to make the true sound of performed tokens, as
vocoders are trained on what predicts their input (cf. Tacotron 2, arXiv 1712.05884, section 2.3). Beside a
shard come ``.played`` (codes, uint16 little-endian, per clip [K, frames] row-major) and ``.played.codec``
(the identity of the codec's tokens), which is written last: the work can be stopped and goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stemwright.conditioning import frame_features
from stemwright.dataset.shards import Clip, played_done, read_shard, write_played
from stemwright.dataset.widen import chosen
from stemwright.errors import UsageError
from stemwright.models import load_bundle
from stemwright.perform.layer import perform_layer
from stemwright.work.processes import results

Progress = Callable[[int, int, str], None]
SEED = 75_000
"""Clips of a shard are played with the seeds from here on."""


class _Worker:
    """What a worker process keeps between shards."""

    def __init__(self, performers: Sequence[Path]) -> None:
        found = [load_bundle(path, kind="performer") for path in performers]
        self.performers = {bundle.manifest.name: bundle for bundle in found}

    def run(self, lines: Path) -> tuple[Path, float]:
        """Write what is played of a clip list's shard; returns it and its seconds."""
        layer, split = lines.parent.name, lines.stem.split("-")[0]
        found = read_shard(lines, layer, split)
        codes = [self._play(clip) for clip in found]
        tokens = self.performers[layer].manifest.codec_sha256
        assert tokens is not None
        write_played(lines.with_suffix(""), codes, tokens)
        return lines, sum(clip.frames for clip in found) / 75

    def _play(self, clip: Clip) -> NDArray[np.uint16]:
        """A clip's score performed: codes [K, frames]."""
        bundle, state = self.performers[clip.layer], clip.state()
        names = bundle.manifest.timbres
        timbre = names.index(clip.timbre) if clip.timbre in names else None
        return perform_layer(
            bundle,
            frame_features(state, clip.layer, clip.score(), timbre=timbre),
            seed=SEED + clip.index,
            layer=clip.layer,
            take=1,
            timebase=state.timebase,
        )


def rehearse_data(
    data: Path,
    performers: Sequence[Path],
    hours: float,
    *,
    workers: int | None = None,
    minutes: float | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> float:
    """Have ``performers`` play the scores of their layers' held-out clips and of the first ``hours`` of
    training, or as many as ``minutes`` of wall time allow; returns the seconds played now.

    Shards that were played in the same codec's tokens are passed over, unless ``replace``. UsageError where
    a bundle is no performer, or two speak tokens of different codecs.
    """
    if not hours > 0:
        raise UsageError(f"hours must be above 0, not {hours}")
    bundles = [load_bundle(path, kind="performer") for path in performers]
    tokens = {bundle.manifest.codec_sha256 for bundle in bundles}
    if len(tokens) != 1:
        raise UsageError(
            f"{performers[-1]}: speaks the tokens of another codec than the others; leave it out"
        )
    layers = {bundle.manifest.name for bundle in bundles}
    shards = [path for path in chosen(data, hours) if path.parent.name in layers]
    (sha,) = tokens
    todo = [lines for lines in shards if replace or not played_done(lines.with_suffix(""), str(sha))]
    finished, total = len(shards) - len(todo), 0.0
    for lines, made in results(todo, _Worker, (list(performers),), workers, minutes):
        finished, total = finished + 1, total + made
        if progress is not None:
            progress(finished, len(shards), f"{lines.parent.name}/{lines.stem}: {made / 60:.1f} min")
    return total
