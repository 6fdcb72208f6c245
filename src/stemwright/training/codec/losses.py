"""Reconstruction losses: log-mel distance, compressed complex spectra and the waveform, all differentiable.

The mel distance is the one the project reports (see ``evaluation/reconstruction.py``): window lengths
256/512/1024/2048 with
20/40/80/128 bands, hop a quarter of the window, natural logarithm, floor 1e-4, mean of absolute
differences. It leaves the
phase free; the complex and waveform terms bind it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from stemwright.codec.tone.hearing import mel_filters

RESOLUTIONS = ((256, 20), (512, 40), (1024, 80), (2048, 128))
FLOOR = 1e-4


class ReconstructionLoss(nn.Module):
    """mel + complex + waveform terms of audio ``[batch, samples]`` against its target; each term is about
    1 at the start.
    """

    def __init__(
        self,
        sample_rate: int = 24_000,
        mel: float = 1.0,
        spectrum: float = 1.0,
        wave: float = 1.0,
        resolutions: tuple[tuple[int, int], ...] = RESOLUTIONS,
        floor: float = FLOOR,
    ) -> None:
        super().__init__()
        self.weights = {"mel": mel, "spectrum": spectrum, "wave": wave}
        self.resolutions, self.floor = resolutions, floor
        for n_fft, bands in resolutions:
            self.register_buffer(f"window{n_fft}", torch.hann_window(n_fft), persistent=False)
            filters = torch.from_numpy(mel_filters(n_fft, bands, sample_rate))
            self.register_buffer(f"mel{n_fft}", filters, persistent=False)

    def _spectrum(self, audio: Tensor, n_fft: int) -> Tensor:
        window = getattr(self, f"window{n_fft}")
        out = torch.stft(
            audio, n_fft, n_fft // 4, window=window, center=True, pad_mode="constant", return_complex=True
        )
        return torch.view_as_real(out.transpose(1, 2))  # [batch, frames, bins, 2]

    def forward(
        self, output: Tensor, target: Tensor, sizes: tuple[int, ...] | None = None
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Total loss and its detached parts. ``sizes`` picks window lengths (training takes turns, which
        costs half).
        """
        picked = [n for n, _ in self.resolutions if sizes is None or n in sizes]
        mel = output.new_zeros(())
        spectrum = output.new_zeros(())
        for n_fft in picked:
            filters = getattr(self, f"mel{n_fft}")
            with torch.no_grad():
                want, want_power = self._parts(target, n_fft)
                want_mel = torch.log((want_power.sqrt() @ filters).clamp_min(self.floor))
            got, power = self._parts(output, n_fft)
            got_mel = torch.log(((power + 1e-10).sqrt() @ filters).clamp_min(self.floor))
            mel = mel + (got_mel - want_mel).abs().mean() / len(picked)
            spectrum = spectrum + _compressed_distance(got, power, want, want_power) / len(picked)
        error = (output - target).pow(2).mean(-1)
        wave = ((error + 1e-9).sqrt() / (target.pow(2).mean(-1) + 1e-5).sqrt()).mean()
        parts = {"mel": mel, "spectrum": spectrum, "wave": wave}
        total = sum((self.weights[k] * v for k, v in parts.items()), output.new_zeros(()))
        return total, {k: v.detach() for k, v in parts.items()}

    def _parts(self, audio: Tensor, n_fft: int) -> tuple[Tensor, Tensor]:
        spectrum = self._spectrum(audio, n_fft)
        return spectrum, spectrum[..., 0].square() + spectrum[..., 1].square()


def _compressed_distance(got: Tensor, power: Tensor, want: Tensor, want_power: Tensor) -> Tensor:
    """Distance of complex spectra whose magnitudes are compressed to the power 0.5, relative to the
    target's size.
    """
    eps = 1e-4
    a = got * (power + eps).sqrt().rsqrt()[..., None]
    b = want * (want_power + eps).sqrt().rsqrt()[..., None]
    scale = b.abs().mean(dim=(1, 2, 3)) + 0.1
    return ((a - b).abs().mean(dim=(1, 2, 3)) / scale).mean()


def si_snr(output: Tensor, target: Tensor) -> Tensor:
    """Scale-invariant signal-to-noise ratio in dB of ``[batch, samples]``: ``[batch]``."""
    output = output - output.mean(-1, keepdim=True)
    target = target - target.mean(-1, keepdim=True)
    part = (
        (output * target).sum(-1, keepdim=True)
        / target.pow(2).sum(-1, keepdim=True).clamp_min(1e-12)
        * target
    )
    return 10 * torch.log10(
        part.pow(2).sum(-1).clamp_min(1e-12) / (output - part).pow(2).sum(-1).clamp_min(1e-12)
    )
