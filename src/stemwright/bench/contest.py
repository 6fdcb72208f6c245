"""All contestants side by side: in turn, round by round, while the others sleep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from stemwright.bench.cases import CACHES, Case, Effort, Shape, rtf
from stemwright.bench.entrants import ENGINE, ORT, REFERENCE, Entrant
from stemwright.bench.machine_bounds import Bandwidth
from stemwright.bench.process import Process
from stemwright.bench.sizes import Sizes, multiply_adds, weight_bytes
from stemwright.errors import StemwrightError

Row = dict[str, Any]
Step = Callable[[], None]
"""Called after each case, for the progress bar."""
TRIAL_CACHE = CACHES[0]


def build_graphs(folder: Path, entrants: Sequence[Entrant]) -> None:
    """Let the rivals make of the weights in `folder` what they need."""
    if any("onnx" in entrant.needs for entrant in entrants):
        with Process("building the graphs", ORT, "build", str(folder)) as process:
            process.wait()


def contest(
    cases: Sequence[Case], folder: Path, entrants: Sequence[Entrant], effort: Effort, step: Step
) -> list[Row]:
    """Rows of all cases of one shape, whose weights lie in `folder`."""
    rows: list[Row] = []
    settings: dict[tuple[int, str], int] = {}
    for (batch, _), group in groupby(cases, lambda case: (case.batch, case.threads)):
        for entrant in entrants:
            if (batch, entrant.name) not in settings:
                settings[batch, entrant.name] = fastest(entrant, folder, batch, effort)
        chosen = {entrant.name: settings[batch, entrant.name] for entrant in entrants}
        rows += _group(list(group), folder, entrants, chosen, effort, step)
    return rows


def start(entrant: Entrant, folder: Path) -> Process:
    """An entrant's process."""
    return Process(
        entrant.title, entrant.module, entrant.argument, str(folder), settings=dict(entrant.settings)
    )


def fastest(entrant: Entrant, folder: Path, batch: int, effort: Effort) -> int:
    """The variant that decodes fastest on one thread, tried in a process of its own: trials cost memory."""
    with start(entrant, folder) as process:
        variants = process.ask("variants", batch=batch)["variants"]
        if len(variants) == 1:
            return 0
        times = []
        for variant in range(len(variants)):
            process.ask("open", variant=variant, batch=batch, threads=1, cache=TRIAL_CACHE, most=TRIAL_CACHE)
            process.ask("fill")
            times.append(min(process.ask("turn", seconds=effort.trial_seconds)["ms"] for _ in range(2)))
    return times.index(min(times))


def _group(
    group: Sequence[Case],
    folder: Path,
    entrants: Sequence[Entrant],
    chosen: Mapping[str, int],
    effort: Effort,
    step: Step,
) -> list[Row]:
    """Rows of cases that differ in the length of the cache alone, in the same processes."""
    rows: list[Row] = []
    most = max(case.cache for case in group)
    with ExitStack() as stack:
        processes = {e.name: stack.enter_context(start(e, folder)) for e in entrants}
        differences: dict[str, float] = {}
        for case in group:
            opened = _all(processes, "open", partial(_opening, case, chosen, most))
            differences = differences or agreement(processes, entrants, folder, case.batch)
            _all(processes, "fill", lambda name: {})
            sizes = {name: Sizes(**answer) for name, answer in opened.items()}
            times, bandwidths = interleave(processes, sizes, case.threads, effort)
            for entrant in entrants:
                name = entrant.name
                about = processes[name].ask("variants", batch=case.batch)["variants"][chosen[name]]
                described = {**_described(case, entrant), "settings": about, "difference": differences[name]}
                bounds = _bounds(median(times[name]), sizes[name], bandwidths[name])
                peak = {"peak_mb": processes[name].ask("peak")["mb"]}
                rows.append({**described, **figures(times, name, case), **bounds, **peak})
            step()
    return rows


def _opening(case: Case, chosen: Mapping[str, int], most: int, name: str) -> dict[str, int]:
    sizes = {"batch": case.batch, "threads": case.threads, "cache": case.cache, "most": most}
    return {"variant": chosen[name], **sizes}


def _all(
    processes: Mapping[str, Process], act: str, options: Callable[[str], Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Ask all at once, where nothing is measured."""
    for name, process in processes.items():
        process.send(act, **options(name))
    return {name: process.receive() for name, process in processes.items()}


def agreement(
    processes: Mapping[str, Process], entrants: Sequence[Entrant], folder: Path, batch: int
) -> dict[str, float]:
    """How far each one's first logits are from the reference's: the largest difference over the root mean
    square. StemwrightError where that is more than its tolerance: it computes something else."""
    _all(processes, "agree", lambda name: {"batch": batch, "file": f"logits-{name}.npy"})
    logits = {name: np.load(folder / f"logits-{name}.npy", allow_pickle=False) for name in processes}
    reference = logits[REFERENCE]
    size = float(np.sqrt(np.mean(np.square(reference, dtype=np.float64))))
    found: dict[str, float] = {}
    for entrant in entrants:
        found[entrant.name] = float(np.abs(logits[entrant.name] - reference).max()) / size
        if not found[entrant.name] <= entrant.tolerance:
            raise StemwrightError(
                f"benchmark: {entrant.title} computes something else: its logits differ by "
                f"{found[entrant.name]:.2g}, at most {entrant.tolerance:g} is expected"
            )
    return found


def interleave(
    processes: Mapping[str, Process], sizes: Mapping[str, Sizes], threads: int, effort: Effort
) -> tuple[dict[str, list[float]], dict[str, float]]:
    """Each one's milliseconds a step, round by round, and read bandwidth for its working set in 10^9 bytes a
    second. Each round begins with another one, so that nobody always follows the same."""
    names = list(processes)
    probes = {size: Bandwidth(size, threads) for size in {sum(sizes[name]) for name in names}}
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(effort.rounds):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            times[name].append(float(processes[name].ask("turn", seconds=effort.turn_seconds)["ms"]))
        for probe in probes.values():
            probe.turn()
    return times, {name: probes[sum(sizes[name])].gigabytes for name in names}


def figures(times: Mapping[str, Sequence[float]], name: str, case: Case) -> Row:
    """What was measured of one contestant. `ratio`: its time over the engine's, the median of the rounds."""
    taken = times[name]
    work = multiply_adds(case.shape.architecture(case.cache), case.batch)
    ratios = [mine / engine for mine, engine in zip(taken, times[ENGINE], strict=True)]
    return {
        "ms": median(taken),
        "ms_low": min(taken),
        "ms_high": max(taken),
        "rtf": rtf(median(taken)),
        "ratio": median(ratios),
        "multiply_adds_g": work / median(taken) / 1e6,
    }


def _described(case: Case, entrant: Entrant) -> Row:
    shape: Shape = case.shape
    return {
        "kind": "step",
        "preset": shape.preset,
        "layers": list(shape.layers),
        "batch": case.batch,
        "threads": case.threads,
        "cache": case.cache,
        "contestant": entrant.name,
        "title": entrant.title,
        "weights_mb": weight_bytes(shape.config) / 1e6,  # of the int8 bundle, whoever plays it
    }


def _bounds(milliseconds: float, sizes: Sizes, gigabytes: float) -> Row:
    """read_ms: what reading weights and cache takes at the measured bandwidth; share: its part of ms."""
    read = sum(sizes) / gigabytes / 1e6
    return {
        "cache_mb": sizes.cache / 1e6,
        "read_mb": sum(sizes) / 1e6,
        "bandwidth_gbs": gigabytes,
        "read_ms": read,
        "share": read / milliseconds,
    }
