"""Discriminators: judges that learn to tell a codec's sound from the original.

Those of periods fold the waveform (HiFi-GAN, arXiv 2010.05646) and hear what repeats wrongly; those of
complex spectra (EnCodec, arXiv 2210.13438) hear phase and texture at three resolutions. All are small, and a
step of training asks two of them in turn (`pair`), one of each sort: they cost less than the codec.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

PERIODS = (2, 3, 5, 7, 11)
WINDOWS = (512, 1024, 2048)

Judgement = tuple[Tensor, list[Tensor]]  # logits, and the features below them


class PeriodJudge(nn.Module):
    """Audio ``[batch, samples]`` folded to rows of one period each; convolutions along its multiples."""

    def __init__(self, period: int, channels: tuple[int, ...] = (16, 48, 96, 192)) -> None:
        super().__init__()
        self.period = period
        pairs = zip((1, *channels), channels, strict=False)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(cin, cout, (5, 1), stride=(3, 1), padding=(2, 0))) for cin, cout in pairs
        )
        self.last = weight_norm(nn.Conv2d(channels[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, audio: Tensor) -> Judgement:
        x = F.pad(audio, (0, -audio.shape[-1] % self.period))
        x = x.reshape(len(x), 1, -1, self.period)
        return _judge(x, self.layers, self.last)


class SpectrumJudge(nn.Module):
    """Complex spectra of audio ``[batch, samples]``, magnitudes to the power 0.5; convolutions over both
    axes.
    """

    window: Tensor

    def __init__(self, n_fft: int, channels: tuple[int, ...] = (16, 32, 32)) -> None:
        super().__init__()
        self.n_fft = n_fft
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)
        shapes = zip((2, *channels), channels, (4, 2, 2), strict=False)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(cin, cout, (3, 9), stride=(1, stride), padding=(1, 4)))
            for cin, cout, stride in shapes
        )
        self.last = weight_norm(nn.Conv2d(channels[-1], 1, 3, padding=1))

    def forward(self, audio: Tensor) -> Judgement:
        spectrum = torch.view_as_real(
            torch.stft(
                audio.float(), self.n_fft, self.n_fft // 4, window=self.window, pad_mode="constant",
                return_complex=True,
            )
        )  # fmt: skip
        power = spectrum.square().sum(-1, keepdim=True)
        x = (spectrum * (power + 1e-4).pow(-0.25)).permute(0, 3, 2, 1)  # [batch, 2, frames, bins]
        return _judge(x, self.layers, self.last)


def _judge(x: Tensor, layers: nn.ModuleList, last: nn.Module) -> Judgement:
    x = x.contiguous(memory_format=torch.channels_last)
    features = []
    for layer in layers:
        x = F.leaky_relu(layer(x), 0.1)
        features.append(x)
    return last(x), features


class Discriminators(nn.Module):
    """All of them."""

    def __init__(self) -> None:
        super().__init__()
        self.periods = nn.ModuleList(PeriodJudge(p) for p in PERIODS)
        self.spectra = nn.ModuleList(SpectrumJudge(n) for n in WINDOWS)

    def pair(self, step: int) -> tuple[nn.Module, nn.Module]:
        """The two that a step asks: every combination has its turn."""
        return self.periods[step % len(PERIODS)], self.spectra[step % len(WINDOWS)]


def levelled(target: Tensor, output: Tensor) -> tuple[Tensor, Tensor]:
    """Both ``[batch, samples]`` by the gain that brings the target to -20 dBFS (at most by 40 dB): judges
    should hear quiet sounds too."""
    level = target.square().mean(-1, keepdim=True).sqrt()
    gain = 0.1 / level.clamp_min(1e-3)
    return target * gain, output * gain


def judged(asked: tuple[nn.Module, ...], target: Tensor, output: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """What the judges lose, what the codec loses by being recognised, and how far its features lie from the
    target's (relative to their size). Hinge losses; means over the judges."""
    rows = []
    for judge in asked:
        real, wanted = judge(target)
        fake, got = judge(output)
        own = F.relu(1 - real.float()).mean() + F.relu(1 + fake.float()).mean()
        apart = torch.stack([_apart(*pair) for pair in zip(got, wanted, strict=True)]).mean()
        rows.append(torch.stack((own, -fake.float().mean(), apart)))
    own, fooled, features = torch.stack(rows).mean(0).unbind()
    return own, fooled, features


def _apart(got: Tensor, wanted: Tensor) -> Tensor:
    wanted = wanted.detach()
    return (got - wanted).abs().mean() / wanted.abs().mean().clamp_min(1e-3)
