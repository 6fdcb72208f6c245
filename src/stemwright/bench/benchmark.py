"""The whole benchmark of the engine, from weights to rows."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from stemwright.bench import material, special
from stemwright.bench.cases import CACHES, FULL, QUICK, Case, Effort, Shape, cases, shapes
from stemwright.bench.contest import Row, build_graphs, contest
from stemwright.bench.entrants import present
from stemwright.bench.machine_bounds import multiply_add_rates
from stemwright.bench.targets import targets
from stemwright.errors import UsageError, argument
from stemwright.models.presets import PRESETS
from stemwright.song.layers import LAYERS

Watch = Callable[[str, int, int], None]
"""Called with what is measured, steps done, steps in all."""


def bench_engine(presets: Sequence[str], quick: bool, watch: Watch) -> tuple[dict[str, Any], list[Row]]:
    """Facts about the machine, and one row for each thing measured.

    `presets`: which; all where empty. `quick`: a few cases of the presets, base where empty, in less time.
    """
    chosen = _presets(presets, quick)
    effort = QUICK if quick else FULL
    entrants, absent = present()
    facts = {
        **multiply_add_rates(),
        "left_out": absent,
        "rivals": {name: metadata.version(name) for entrant in entrants for name in entrant.needs},
        "load": _load(),
        "settings": {entrant.title: entrant.about for entrant in entrants if entrant.about},
        "quick": quick,
    }
    every = shapes(chosen)
    wanted = {shape.name: _wanted(shape, quick) for shape in every}
    extras = {preset: _extras(preset, every, quick) for preset in chosen}
    total = sum(map(len, wanted.values())) + sum(map(len, extras.values()))
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        watch("bench", done, total)

    watch("bench", 0, total)
    rows: list[Row] = []
    with TemporaryDirectory(prefix="stemwright-bench-") as temporary:
        for preset in chosen:
            folders = {}
            for shape in (shape for shape in every if shape.preset == preset):
                folders[shape.layers] = folder = Path(temporary) / preset / shape.layers[0]
                material.write(folder, shape.architecture(CACHES[0]))
                if wanted[shape.name]:
                    build_graphs(folder, entrants)
                    rows += contest(wanted[shape.name], folder, entrants, effort, step)
                    _forget_graphs(folder)
            for extra in extras[preset]:
                rows.append(extra(folders, effort))
                step()
            shutil.rmtree(Path(temporary) / preset)
    return facts, [*rows, *targets(rows)]


def _load() -> float | None:
    """Programs that ran on average in the last minute: what else was going on."""
    try:
        return round(os.getloadavg()[0], 2)
    except (AttributeError, OSError):
        return None


def _presets(presets: Sequence[str], quick: bool) -> list[str]:
    for name in presets:
        if name not in PRESETS:
            raise UsageError(f"{argument('preset')}: {name!r} is not known: use one of {', '.join(PRESETS)}")
    if presets:
        return [name for name in PRESETS if name in presets]
    return ["base"] if quick else list(PRESETS)


def _wanted(shape: Shape, quick: bool) -> list[Case]:
    """A quick run leaves the wider shapes of a preset out, which only differ in size."""
    return [] if quick and LAYERS[0] not in shape.layers else cases(shape, quick)


Folders = dict[tuple[str, ...], Path]
Extra = Callable[[Folders, Effort], Row]


def _extras(preset: str, every: Sequence[Shape], quick: bool) -> list[Extra]:
    """What is measured of a preset beside single steps; a quick run leaves out what only designers ask."""
    mine = [shape for shape in every if shape.preset == preset]
    by_layer = {layer: shape for shape in mine for layer in shape.layers}
    narrow = by_layer[LAYERS[0]]

    def layers(folders: Folders, effort: Effort) -> Row:
        where = {layer: folders[shape.layers] for layer, shape in by_layer.items()}
        return special.layers(preset, by_layer, where, effort)

    if preset != "base":
        return [layers] if preset == "small" else []
    alone = [special.takes, special.prefill, special.two_threads]
    if not quick:
        alone += [special.grouped_queries, special.neighbour]
    return [layers, *(lambda folders, effort, f=f: f(narrow, folders[narrow.layers], effort) for f in alone)]


def _forget_graphs(folder: Path) -> None:
    """They are several times the weights."""
    for path in folder.glob("*.onnx*"):
        path.unlink()
