"""How good a codec is, on clips that training never saw.

Everything is in full precision. Distances are those of training (see ``losses``), SI-SNR is in dB, levels
are in dBFS (root mean square).
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from stemwright.training.codec.config import HOP
from stemwright.training.codec.losses import ReconstructionLoss, si_snr
from stemwright.training.codec.model import CodecModel
from stemwright.training.codec.segments import Segments
from stemwright.training.fit.run import Figures

RATES = (1.5, 3.0, 6.0)  # kbit/s
CLIP = 2 * 75 * HOP
QUIET = 10 ** (-24 / 20)
_AT_ONCE = 8


class HeldOut:
    """Clips ``[count, samples]`` of the validation split and their kinds, the same in every run."""

    def __init__(self, data: Path, count: int, samples: int = CLIP) -> None:
        segments = Segments(data, "valid", samples, 0)
        self.audio = segments.held_out(count)
        self.kinds = [segments.layers[i % len(segments.layers)] for i in range(count)]

    @torch.no_grad()
    def figures(self, model: CodecModel, loss: ReconstructionLoss, device: torch.device) -> Figures:
        """All figures of a network that is ready to be measured.

        ``total``, ``mel``, ``spectrum``, ``wave``, ``si_snr``: means at 6 kbit/s. ``kinds`` and ``kbit``: the
        same by kind and by bit rate. ``quiet``: 24 dB softer. ``usage`` and ``perplexity``: share of the
        codes that occur and the exponential of their entropy, by codebook. ``silence`` and ``noise``: output
        level for digital silence and for white noise of -60 dBFS.
        """
        bits = 75 * math.log2(model.config.codebook_size) / 1000
        books = {f"{rate:g}": max(1, round(rate / bits)) for rate in RATES}
        codes, rows = [], []
        for start in range(0, len(self.audio), _AT_ONCE):
            target = torch.from_numpy(self.audio[start : start + _AT_ONCE]).to(device)
            codes.append(model.encode(target))
            quiet = model.decode(model.encode(QUIET * target)) / QUIET
            heard = {k: model.decode(codes[-1][:, :n]) for k, n in books.items()}
            for i in range(len(target)):
                made = {k: _distances(loss, x[i : i + 1], target[i : i + 1]) for k, x in heard.items()}
                made["quiet"] = _distances(loss, quiet[i : i + 1], target[i : i + 1])
                rows.append(made)
        of_kind: dict[str, list[dict[str, float]]] = {kind: [] for kind in sorted(set(self.kinds))}
        for kind, row in zip(self.kinds, rows, strict=True):
            of_kind[kind].append(row["6"])
        size = model.config.codebook_size
        counts = [torch.bincount(c.flatten(), minlength=size) for c in torch.cat(codes).unbind(1)]
        return {
            **_mean([r["6"] for r in rows]),
            "kinds": {kind: _mean(found) for kind, found in of_kind.items()},
            "kbit": {k: _mean([r[k] for r in rows]) for k in books},
            "quiet": _mean([r["quiet"] for r in rows]),
            "usage": [float((c > 0).float().mean()) for c in counts],
            "perplexity": [_perplexity(c) for c in counts],
            **_levels(model, device),
        }


def _distances(loss: ReconstructionLoss, output: Tensor, target: Tensor) -> dict[str, float]:
    total, parts = loss(output, target)
    made = {"total": total, **parts, "si_snr": si_snr(output, target).mean()}
    return {k: float(v) for k, v in made.items()}


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {k: sum(r[k] for r in rows) / len(rows) for k in rows[0]}


def _perplexity(counts: Tensor) -> float:
    p = counts[counts > 0] / counts.sum()
    return float(torch.exp(-(p * p.log()).sum()))


def _levels(model: CodecModel, device: torch.device) -> dict[str, float]:
    """Output levels for two seconds of digital silence and of faint noise."""
    noise = np.random.default_rng(0).standard_normal(CLIP).astype(np.float32) * np.float32(1e-3)
    made = {}
    for name, sound in (("silence", np.zeros(CLIP, np.float32)), ("noise", noise)):
        heard = model.decode(model.encode(torch.from_numpy(sound)[None].to(device)))
        made[name] = float(20 * torch.log10(heard.square().mean().sqrt().clamp_min(1e-8)))
    return made


def line(figures: Figures) -> str:
    """The most telling ones on one line."""
    kinds = "  ".join(f"{k} {v['mel']:.3f}/{v['si_snr']:.1f}" for k, v in figures["kinds"].items())
    rates = "  ".join(f"{k}k {v['mel']:.3f}/{v['si_snr']:.1f}" for k, v in figures["kbit"].items())
    return (
        f"total {figures['total']:.4f}  mel/SI-SNR {rates}  {kinds}  quiet {figures['quiet']['mel']:.3f}  "
        f"usage {min(figures['usage']):.2f}  silence {figures['silence']:.0f} dBFS"
    )
