"""Learning curves: what `log.jsonl` of a training run says, and what more time would buy.

Codec and performer log lines like these; `seconds` is time spent training:

    {"step": 50, "seconds": 35.9, "total": 1.61, ...}           codec, a step
    {"step": 120, "seconds": 95.0, "valid": {"total": ...}}     codec or wide decoder, held out
    {"step": 100, "seconds": 30.2, "loss": 5.91, ...}           performer, a step
    {"step": 200, "seconds": 61.0, "valid": [2.9, 4.6, ...]}    performer, held out, nats a token by codebook
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from stemwright.assess.means import rounded
from stemwright.errors import UsageError, shown

LOG = "log.jsonl"
MAX_BYTES = 256 << 20
MAX_LINE = 1 << 16
FIT_POINTS = 3
"""A slope is given from so many held-out figures on."""

PARTS = {"mel": "mel distance", "si_snr": "SI-SNR, dB", "si_snr_mid": "SI-SNR, dB"}
"""A codec's held-out figures that are shown beside their total, and how they are called."""

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Curve:
    """A run's figures over time: (seconds, value). `held_out` is what training goes by; `parts` are its
    parts: mel distance and SI-SNR of a codec, the codebooks of a performer."""

    name: str
    kind: str
    train: Points
    held_out: Points
    parts: dict[str, Points] = field(default_factory=dict)
    judged_from: float | None = None


def read_curve(run: Path) -> Curve:
    """The curve of a run's folder or of its log. UsageError naming file, line and field."""
    path = run / LOG if run.is_dir() else run
    if not path.is_file():
        raise UsageError(f"{path}: is not there; give the folder of a training run")
    if path.stat().st_size > MAX_BYTES:
        raise UsageError(f"{path}: is larger than {MAX_BYTES} bytes; is it a training log?")
    with path.open(encoding="utf-8", errors="replace") as lines:
        records = [_record(text, f"{path}: line {n}") for n, text in enumerate(lines, 1) if text.strip()]
    return _curve(run.name if run.is_dir() else path.parent.name, records, str(path))


def assess_curve(curve: Curve) -> dict[str, Any]:
    """First, best and last held-out figure, and the gain of doubling the time, as plain JSON values.

    `gain_of_doubling`: slope of the held-out figure over log2 of the time, least squares over the later half
    of the points (of those after the judges came in, where there are judges); None for fewer than FIT_POINTS.
    It tells what twice the time would buy if the curve went on as it does.
    """
    points = curve.held_out
    best = min(points, key=lambda point: point[1])
    report = {
        "run": curve.name,
        "kind": curve.kind,
        "figure": "total distance" if curve.kind == "codec" else "nats a token",
        "minutes": points[-1][0] / 60,
        "held_out": len(points),
        "first": points[0][1],
        "best": best[1],
        "best_at_minute": best[0] / 60,
        "last": points[-1][1],
        "gain_of_doubling": doubling(_comparable(curve)),
        "train_last": curve.train[-1][1] if curve.train else None,
        "parts": {name: values[-1][1] for name, values in curve.parts.items()},
    }
    return dict(rounded(report))


def doubling(points: Points) -> float | None:
    """By how much a figure changes when its time doubles, by the later half of its points after time 0."""
    timed = [point for point in points if point[0] > 0]
    late = timed[len(timed) // 2 :] if len(timed) >= 2 * FIT_POINTS else timed[-FIT_POINTS:]
    if len(late) < FIT_POINTS:
        return None
    seconds, values = np.array(late).T
    return float(np.polyfit(np.log2(seconds), values, 1)[0])


def _comparable(curve: Curve) -> Points:
    start = curve.judged_from
    return curve.held_out if start is None else [point for point in curve.held_out if point[0] >= start]


def _record(text: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(text) if len(text) <= MAX_LINE else None
    except (ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or not _is_number(record.get("seconds")):
        raise UsageError(f"{where} is not a line of a training log (it needs 'seconds'); take it out")
    return record


def _curve(name: str, records: list[dict[str, Any]], where: str) -> Curve:
    checks = [(float(r["seconds"]), r["valid"], r.get("judged")) for r in records if "valid" in r]
    if not checks:
        raise UsageError(f"{where}: has no held-out figures yet; let the run go on for a while")
    kind = "codec" if isinstance(checks[0][1], dict) else "performer"
    step = "total" if kind == "codec" else "loss"
    train = [(float(r["seconds"]), float(r[step])) for r in records if _is_number(r.get(step))]
    parts: dict[str, Points] = {}
    held_out: Points = []
    for seconds, valid, _ in checks:
        whole, of_part = _codec_check(valid, where) if kind == "codec" else _performer_check(valid, where)
        held_out.append((seconds, whole))
        for part, value in of_part.items():
            parts.setdefault(part, []).append((seconds, value))
    judged = [seconds for seconds, _, steps in checks if isinstance(steps, int) and steps > 0]
    return Curve(name, kind, train, held_out, parts, judged[0] if judged else None)


def _codec_check(valid: object, where: str) -> tuple[float, dict[str, float]]:
    if not isinstance(valid, Mapping) or not _is_number(valid.get("total")):
        raise UsageError(f"{where}: 'valid' is {shown(valid)}, not the figures of a codec")
    inner = valid.get("all")
    figures = {**valid, **inner} if isinstance(inner, Mapping) else valid
    parts = {name: figures[key] for key, name in PARTS.items() if _is_number(figures.get(key))}
    return float(valid["total"]), parts


def _performer_check(valid: object, where: str) -> tuple[float, dict[str, float]]:
    if not isinstance(valid, list) or not 1 <= len(valid) <= 64 or not all(map(_is_number, valid)):
        raise UsageError(f"{where}: 'valid' is {shown(valid)}, not a loss for each codebook")
    return float(np.mean(valid)), {f"codebook {i + 1}": float(loss) for i, loss in enumerate(valid)}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and bool(np.isfinite(value))
