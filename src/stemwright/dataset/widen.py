"""The wide twin of training data: every clip of some shards again, at 48 kHz in stereo.

A clip's line holds all that its sound was made of, so the twin is the same playing of the same notes. It is
what the wide decoder is trained to sound like. Shards that have a twin are passed over: the work can be
stopped and goes on, or on to more hours, when it is run again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from stemwright.corpus.sources import part_of
from stemwright.dataset.build import manifest_of, write_manifest
from stemwright.dataset.shards import Clip, read_shard, wide_done, write_wide
from stemwright.dataset.timbres import TIMBRE_FIELDS
from stemwright.errors import UsageError
from stemwright.instruments.effects import Effects
from stemwright.instruments.palette import find_palette
from stemwright.instruments.render import Studio, to_int16
from stemwright.instruments.sampler import WIDE, Audio
from stemwright.song.layers import LAYERS
from stemwright.song.timebase import SAMPLE_RATE
from stemwright.work.processes import results

Progress = Callable[[int, int, str], None]
_SOURCE = 1000  # sources number their shards from different thousands


class _Worker:
    """What a worker process keeps between shards."""

    def __init__(self, folder: Path, soundfont: Path | None) -> None:
        samples = part_of(folder, "samples")
        self.studio = Studio(samples, soundfont, WIDE, find_palette(samples, soundfont).recipes)

    def run(self, lines: Path) -> tuple[Path, float]:
        """Write the twin of a clip list's shard; returns it and its seconds."""
        layer, split = lines.parent.name, lines.stem.split("-")[0]
        found = read_shard(lines, layer, split)
        write_wide(lines.with_suffix(""), [to_int16(self._sound(clip)) for clip in found])
        return lines, sum(clip.samples for clip in found) / SAMPLE_RATE

    def _sound(self, clip: Clip) -> Audio:
        """A clip's sound again, float32 [2 * samples, 2]."""
        state = clip.state()
        effects = Effects(**clip.meta["variety"]["effects"])
        return self.studio.render(clip.layer, clip.timbre, clip.score(), state.timebase, state.bars, effects)


def chosen(data: Path, hours: float) -> list[Path]:
    """Clip lists of the shards that are to have a twin: of every layer the held-out clips of known timbres,
    and the first ``hours`` of training, with all sources in their shares.
    """
    found: list[tuple[float, Path]] = []
    for layer in LAYERS:
        found += [(-1.0, path) for path in sorted((data / layer).glob("valid-[0-9]*.jsonl"))]
        left = hours * 3600 * SAMPLE_RATE
        for rank, path in _fairly(sorted((data / layer).glob("train-[0-9]*.jsonl"))):
            if left <= 0:
                break
            found.append((rank, path))
            left -= path.with_suffix(".i16").stat().st_size / 2
    if not found:
        raise UsageError(f"{data}: holds no shards; run `stemwright train data` first")
    return [path for _, path in sorted(found)]


def _fairly(paths: list[Path]) -> list[tuple[float, Path]]:
    """Shards in an order of which any prefix has all sources in their shares, with their places in it."""
    sources: dict[int, list[Path]] = {}
    for path in paths:
        sources.setdefault(int(path.stem.split("-")[1]) // _SOURCE, []).append(path)
    return sorted(
        ((i + 0.5) / len(shards), path) for shards in sources.values() for i, path in enumerate(shards)
    )


def widen_data(
    data: Path,
    sources_dir: Path,
    hours: float,
    *,
    workers: int | None = None,
    minutes: float | None = None,
    soundfont: Path | None = None,
    progress: Progress | None = None,
) -> float:
    """Give ``hours`` of every layer's training clips and all held-out clips a wide twin, or as many as
    ``minutes`` of wall time allow; returns the seconds made now.

    ``sources_dir`` holds ``samples/``, the same as when the data was built. ``progress`` is called with
    (shards done, shards, what was made).
    """
    if not hours > 0:
        raise UsageError(f"hours must be above 0, not {hours}")
    part_of(sources_dir, "samples")
    manifest = manifest_of(data)
    if manifest is None:
        raise UsageError(f"{data / 'manifest.json'}: no such file; run `stemwright train data` first")
    shards = chosen(data, hours)
    todo = [lines for lines in shards if not wide_done(lines.with_suffix(""))]
    finished, total = len(shards) - len(todo), 0.0
    try:
        for lines, made in results(todo, _Worker, (sources_dir, soundfont), workers, minutes):
            finished, total = finished + 1, total + made
            if progress is not None:
                progress(finished, len(shards), f"{lines.parent.name}/{lines.stem}: {made / 60:.1f} min")
    finally:
        timbres = {field: manifest[field] for field in TIMBRE_FIELDS if field in manifest}
        write_manifest(data, manifest["seed"], manifest["hours_per_layer"], timbres)
    return total
