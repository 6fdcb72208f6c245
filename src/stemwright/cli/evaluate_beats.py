"""`evaluate beats`: the live beat tracker on held-out mixes or on recordings."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from stemwright.cli import evaluate_options as arg
from stemwright.cli import options as opt
from stemwright.cli.evaluate_report import checked, finish, split_places
from stemwright.cli.watching import watching
from stemwright.errors import UsageError

if TYPE_CHECKING:
    from stemwright.assess.beats.measuring import Sound

QUIET = 10
"""Seconds of each sound without a beat."""


def beats(
    places: arg.Places,
    split: arg.Splits = "unseen",
    clips: arg.Clips = 8,
    seed: arg.Seed = 0,
    json: opt.Json = False,
    out: arg.Out = None,
) -> None:
    """Does the live beat tracker hear beats? On held-out mixes (`train mixes`), or on recordings.

    F within 70 ms, beside an offline tracker; latency and cost; what silence,
    noise, applause and talk do after music. Of recordings: their tempo.
    """
    from stemwright.assess.beats.measuring import assess_beats
    from stemwright.assess.beats.tables import beat_tables
    from stemwright.dataset.mixes.noises import BEATLESS
    from stemwright.models import registry
    from stemwright.song.timebase import SAMPLE_RATE

    if clips < 1:
        raise UsageError(f"--clips {clips}: give a number above 0")
    names, where = split_places(places, 1)
    checked(out, None)
    bundle = registry.find(names[0] if names else "beats")
    sounds = _mixes(where, split, clips) if (where / "manifest.json").is_file() else _recordings(where, clips)
    noises = {make.__name__: make(Random(seed), QUIET * SAMPLE_RATE) for make in BEATLESS}
    with watching() as watch:
        report = assess_beats(bundle, sounds, noises, SAMPLE_RATE, watch)
    finish(report, beat_tables(report), json, out, None)


def _mixes(where: Path, splits: str, count: int) -> list[Sound]:
    """Held-out mixes with and without drums, `count` of either."""
    import numpy as np

    from stemwright.assess.beats.measuring import Sound
    from stemwright.dataset.mixes.shards import read_mixes

    out = []
    for split in splits.split(","):
        mixes = [mix for mix in read_mixes(where, split) if len(mix.beats) > 1]
        for drums in (True, False):
            kind = f"{split}, {'with' if drums else 'without'} drums"
            for mix in [mix for mix in mixes if mix.drums == drums][:count]:
                audio = mix.audio().astype(np.float32) / np.float32(32768)
                downbeats = mix.beats[mix.numbers == 1]
                out.append(Sound(kind, str(mix.about["song"]), audio, mix.beats, downbeats))
    return out


def _recordings(where: Path, count: int) -> list[Sound]:
    from stemwright.assess.beats.measuring import Sound
    from stemwright.assess.recordings import recordings

    return [Sound(found.kind, found.name, found.audio) for found in recordings(where, count)]
