"""How good a wide decoder is on clips that training never saw, and the control: the codec's own decoder, its
sound at 48 kHz on both sides. Figures are those of `evaluation.stereo`, in full precision.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from stemwright.evaluation import stereo
from stemwright.training.codec.config import SAMPLE_RATE
from stemwright.training.codec.model import CodecModel
from stemwright.training.fit.run import Figures
from stemwright.training.wide.losses import WideLoss
from stemwright.training.wide.model import RATE, WIDE_HOP, WideModel, sides
from stemwright.training.wide.twins import Pairs

FRAMES = 150
_AT_ONCE = 8


class HeldOut:
    """Segments of the validation split and their layers, the same in every run. ``edge`` frames at both ends,
    which lack what is beside them, are decoded and not measured.
    """

    def __init__(self, data: Path, count: int, tokens: str, codec: CodecModel, edge: int) -> None:
        batch, self.kinds = Pairs(data, "valid", FRAMES, tokens).held_out(count)
        self.inner = slice(edge * WIDE_HOP, (FRAMES - edge) * WIDE_HOP)
        self.codes, self.target = (torch.from_numpy(part) for part in batch)
        self.control = self._by_kind(_doubled(codec, self.codes))

    @torch.no_grad()
    def figures(self, model: WideModel, loss: WideLoss, device: torch.device) -> Figures:
        """All figures of a network that is ready to be measured.

        ``total`` and its parts: means of the loss. ``all`` and ``kinds``: the means of `evaluation.stereo`'s
        figures, over everything and by layer; ``control``: the same of the control.
        """
        heard = torch.cat([model(part.to(device)).cpu() for part in _parts(self.codes, _AT_ONCE)])
        losses = [
            loss(a[..., self.inner].to(device), b[..., self.inner].to(device))
            for a, b in zip(_parts(heard, 1), _parts(self.target, 1), strict=True)
        ]
        parts = {name: float(torch.stack([row[name] for _, row in losses]).mean()) for name in losses[0][1]}
        total = float(torch.stack([value for value, _ in losses]).mean())
        return {"total": total, **parts, **self._by_kind(heard), "control": self.control}

    def _by_kind(self, heard: Tensor) -> Figures:
        rows = [
            stereo.evaluate(*(sides(x[i : i + 1, :, self.inner])[0].numpy().T for x in (self.target, heard)))
            for i in range(len(heard))
        ]
        kinds = sorted(set(self.kinds))
        by_kind = {
            kind: _mean([r for k, r in zip(self.kinds, rows, strict=True) if k == kind]) for kind in kinds
        }
        return {"all": _mean(rows), "kinds": by_kind}


@torch.no_grad()
def _doubled(codec: CodecModel, codes: Tensor) -> Tensor:
    """The codec's own sound of codes, as middle and side at 48 kHz: there is no side."""
    plain = torch.cat([codec.decode(part) for part in _parts(codes, _AT_ONCE)]).numpy()
    middle = torch.from_numpy(np.stack([_resampled(sound) for sound in plain]))
    return torch.stack((middle, torch.zeros_like(middle)), dim=1)


def _parts(items: Tensor, size: int) -> list[Tensor]:
    return [items[i : i + size] for i in range(0, len(items), size)]


def _resampled(sound: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    import soxr

    return np.asarray(soxr.resample(sound, SAMPLE_RATE, RATE), dtype=np.float32)


def _mean(rows: list[dict[str, float]]) -> dict[str, float]:
    return {k: sum(r[k] for r in rows) / len(rows) for k in rows[0]}


def line(figures: Figures) -> str:
    """The most telling ones on one line, those of the control in brackets."""

    def both(name: str, digits: int) -> str:
        return f"{figures['all'][name]:.{digits}f} ({figures['control']['all'][name]:.{digits}f})"

    return (
        f"total {figures['total']:.4f}  mel {both('mel', 3)}  above 12 kHz {both('mel_high', 3)}  "
        f"SI-SNR {both('si_snr_mid', 1)}  correlation {both('correlation_error', 3)}  "
        f"width {both('width_error_db', 1)} dB"
    )
