"""How far the decoder's sound is from the true one, phases left free: log-mel, root magnitudes, log
magnitudes, log-mel weighted by loudness, the level of frames, and log-mel where notes begin, over windows of
11 to 171 ms at 48 kHz; and the level of each stroke.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.codec.tone.hearing import mel_filters

RESOLUTIONS = ((512, 20), (1024, 40), (2048, 80), (4096, 128), (8192, 128))
FLOOR = 1e-4
LEAST = 1e-3
"""Frames so far below the mean power (30 dB) count nothing towards the level."""
WEIGHTS = {
    "drums": (1.2, 1.2, 1.0, 1.0, 0.3),
    "bass": (0.15, 0.4, 1.0, 1.5, 1.5),
    "harmony": (0.5, 1.0, 1.0, 1.3, 1.3),
    "lead": (0.5, 1.0, 1.0, 1.3, 1.3),
}
"""By window: short ones see the phases of low tones, which are free."""
TERMS = {"mel": 1.0, "root": 1.0, "log": 0.4, "loud": 1.0, "level": 1.0, "attack": 0.3, "stroke": 1.0}
ATTACK = 2048
"""Longer windows than this hear no attack by itself."""
STROKE = 4800
"""Samples from an onset on whose level says how hard a note was struck: a tenth of a second."""


class ToneLoss(nn.Module):
    """The distance of sounds ``[B, C, samples]``; each item weighs by its layer."""

    def __init__(self, rate: int = 48_000) -> None:
        super().__init__()
        for n, bands in RESOLUTIONS:
            self.register_buffer(f"window{n}", torch.hann_window(n), persistent=False)
            self.register_buffer(f"mel{n}", torch.from_numpy(mel_filters(n, bands, rate)), persistent=False)

    def _power(self, audio: Tensor, n: int) -> Tensor:
        window = getattr(self, f"window{n}")
        made = torch.stft(audio, n, n // 4, window=window, center=False, return_complex=True)
        return torch.view_as_real(made.transpose(1, 2)).square().sum(-1) + 1e-10

    def forward(
        self,
        output: Tensor,
        target: Tensor,
        layers: Sequence[str],
        sizes: Sequence[int],
        strokes: Tensor,
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Total loss and its detached terms, over the windows ``sizes``. ``strokes`` [B, samples]: 1 where a
        note begins.
        """
        channels = output.shape[1]
        strokes = strokes.repeat_interleave(channels, 0)
        output, target = output.flatten(0, 1), target.flatten(0, 1)
        sums: dict[str, Tensor] = {name: output.new_zeros(()) for name in TERMS}
        for place, (n, _) in enumerate(RESOLUTIONS):
            if n in sizes:
                weight = torch.tensor([WEIGHTS[layer][place] for layer in layers])
                terms = self._terms(output, target, n, strokes)
                for name, value in terms.items():
                    sums[name] = sums[name] + (value * weight.repeat_interleave(channels)).mean() / len(sizes)
        sums["stroke"] = _stroke(output, target, strokes)
        total = sum((TERMS[name] * value for name, value in sums.items()), output.new_zeros(()))
        return total, {name: value.detach() for name, value in sums.items()}

    def _terms(self, output: Tensor, target: Tensor, n: int, strokes: Tensor) -> dict[str, Tensor]:
        """Each term of each item, [items]."""
        filters = getattr(self, f"mel{n}")
        with torch.no_grad():
            want = self._power(target, n)
            want_mel = torch.log((want.sqrt() @ filters).clamp_min(FLOOR))
            want_root = want.pow(0.25)
            scale = want_root.mean((1, 2)) + 0.1
            want_log = 0.5 * torch.log(want.clamp_min(1e-5))
            loud = want_mel.exp().sqrt()
            want_level, heard = _levels(want), want.mean(-1) > LEAST * want.mean((1, 2))[:, None]
        power = self._power(output, n)
        mel = (torch.log((power.sqrt() @ filters).clamp_min(FLOOR)) - want_mel).abs()
        struck = _struck(strokes, n)
        return {
            "attack": (mel.mean(-1) * struck).sum(1) / (struck.sum(1) + 1e-3),
            "mel": mel.mean((1, 2)),
            "root": (power.pow(0.25) - want_root).abs().mean((1, 2)) / scale,
            "log": (0.5 * torch.log(power.clamp_min(1e-5)) - want_log).abs().mean((1, 2)),
            "loud": (mel * loud).sum((1, 2)) / (loud.sum((1, 2)) + 1e-3),
            "level": ((_levels(power) - want_level).abs() * heard).sum(1) / (heard.sum(1) + 1e-3),
        }


def _stroke(output: Tensor, target: Tensor, strokes: Tensor) -> Tensor:
    """How far the levels of strokes are apart, in nepers, in the mean over all onsets of sounds [items,
    samples] that are heard in the target; quiet ones count less.
    """
    item, start = strokes[:, : strokes.shape[1] - STROKE].nonzero(as_tuple=True)
    if not len(item):
        return output.new_zeros(())
    sums = (F.pad(sound.double().square().cumsum(-1), (1, 0)) for sound in (output, target))
    made, want = ((total[item, start + STROKE] - total[item, start]) / STROKE for total in sums)
    apart = 0.5 * (torch.log(made + 1e-7) - torch.log(want + 1e-7)).abs()
    weight = want / (want + target.double().square().mean(-1)[item] + 1e-7)
    out: Tensor = ((apart * weight).sum() / (weight.sum() + 1e-3)).to(output.dtype)
    return out


def _struck(strokes: Tensor, n: int) -> Tensor:
    """Which windows have an onset in their middle half: [items, frames], of impulses [items, samples]."""
    if n > ATTACK:
        return strokes.new_zeros(len(strokes), (strokes.shape[1] - n) // (n // 4) + 1)
    middle = strokes[:, None, n // 4 : strokes.shape[1] - n // 4]
    return F.max_pool1d(middle, n // 2, n // 4)[:, 0]


def _levels(power: Tensor) -> Tensor:
    """The level of every frame, in nepers: [items, frames] of spectra [items, frames, bins]."""
    return 0.5 * torch.log(power.mean(-1).clamp_min(1e-7))
