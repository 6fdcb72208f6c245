"""The network: sixteen bands, an encoder to a few numbers 375 times a second, a decoder back; all causal.

Units are residual: a dilated convolution of three frames, then one of a single frame. In training noise is
added to the latent, which makes places that lie close sound alike; the loss keeps it near mean 0 and variance
1 and its numbers apart (`trainer.unlike_unit`), and what is exported has them exactly (`settle`).
"""

from __future__ import annotations

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.training.timbre.config import STAGES, TimbreConfig
from stemwright.training.timbre.filter_bank import BANDS, DELAY, TAPS, filters
from stemwright.training.timbre.lines import Line, Whole

SLOPE = 0.2
LOUDER = 20.0
"""Of bands before the encoder: to the size that layers work at."""
NOISE = 0.15
"""Of the latent in training, of its deviation."""


class CausalConv(nn.Module):
    """A convolution of ``[batch, channels, frames]`` that hears the present and the past."""

    def __init__(self, cin: int, cout: int, kernel: int, *, stride: int = 1, dilation: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv1d(cin, cout, kernel, stride, dilation=dilation)
        self.past = (kernel - 1) * dilation + 1 - stride

    def forward(self, x: Tensor, line: Line) -> Tensor:
        made: Tensor = self.conv(line.before(x, self.past))
        return made


class Unit(nn.Module):
    """A residual unit."""

    def __init__(self, channels: int, dilation: int) -> None:
        super().__init__()
        self.dilated = CausalConv(channels, channels, 3, dilation=dilation)
        self.mixed = nn.Conv1d(channels, channels, 1)

    def forward(self, x: Tensor, line: Line) -> Tensor:
        inner = self.dilated(F.leaky_relu(x, SLOPE), line)
        made: Tensor = x + self.mixed(F.leaky_relu(inner, SLOPE))
        return made


class Bank(nn.Module):
    """The filters, in the layout of convolutions; not trained."""

    split: Tensor
    join: Tensor

    def __init__(self) -> None:
        super().__init__()
        apart, together = filters()
        split = torch.from_numpy(apart[:, None, ::-1].copy()).float()
        rows = together.reshape(BANDS, TAPS // BANDS, BANDS)[:, ::-1]  # [band, frame, place], latest first
        self.register_buffer("split", split, persistent=False)
        self.register_buffer(
            "join", torch.from_numpy(rows.transpose(2, 0, 1).copy()).float(), persistent=False
        )

    def bands(self, audio: Tensor, line: Line) -> Tensor:
        """Audio ``[batch, samples]`` as ``[batch, BANDS, frames]``."""
        with torch.autocast(audio.device.type, enabled=False):
            return F.conv1d(line.before(audio[:, None], TAPS - BANDS), self.split, stride=BANDS)

    def audio(self, bands: Tensor, line: Line) -> Tensor:
        """The bands joined, ``[batch, samples]``, `DELAY` samples later."""
        with torch.autocast(bands.device.type, enabled=False):
            places = F.conv1d(line.before(bands, TAPS // BANDS - 1), self.join)
        return places.transpose(1, 2).reshape(int(places.shape[0]), -1)


class Encoder(nn.Module):
    """Bands to latents ``[batch, latent, frames / 8]``."""

    def __init__(self, config: TimbreConfig) -> None:
        super().__init__()
        sizes = [config.capacity << stage for stage in range(STAGES + 1)]
        self.first = CausalConv(BANDS, sizes[0], 3)
        self.units = nn.ModuleList(Unit(size, 1) for size in sizes[:-1])
        self.downs = nn.ModuleList(CausalConv(a, b, 4, stride=2) for a, b in pairwise(sizes))
        self.deep = nn.ModuleList(Unit(sizes[-1], dilation) for dilation in config.dilations)
        self.last = nn.Conv1d(sizes[-1], config.latent, 1)

    def forward(self, bands: Tensor, line: Line) -> Tensor:
        x = self.first(LOUDER * bands, line)
        for unit, down in zip(self.units, self.downs, strict=True):
            x = down(F.leaky_relu(unit(x, line), SLOPE), line)
        for unit in self.deep:
            x = unit(x, line)
        made: Tensor = self.last(F.leaky_relu(x, SLOPE))
        return made


class Decoder(nn.Module):
    """Latents to bands; each is a wave times a level from 0 to 1."""

    def __init__(self, config: TimbreConfig) -> None:
        super().__init__()
        sizes = [config.capacity << stage for stage in range(STAGES, -1, -1)]
        self.first = CausalConv(config.latent, sizes[0], 3)
        self.deep = nn.ModuleList(Unit(sizes[0], dilation) for dilation in config.dilations)
        self.ups = nn.ModuleList(CausalConv(a, 2 * b, 2) for a, b in pairwise(sizes))
        self.units = nn.ModuleList(Unit(size, 1) for size in sizes[1:])
        self.last = CausalConv(sizes[-1], 2 * BANDS, 3)

    def forward(self, latent: Tensor, line: Line) -> Tensor:
        x = self.first(latent, line)
        for unit in self.deep:
            x = unit(x, line)
        for up, unit in zip(self.ups, self.units, strict=True):
            x = unit(_doubled(up(F.leaky_relu(x, SLOPE), line)), line)
        wave, level = self.last(F.leaky_relu(x, SLOPE), line).chunk(2, dim=1)
        made: Tensor = wave * torch.sigmoid(level)
        return made


def _doubled(x: Tensor) -> Tensor:
    """Two frames of each, whose channels are the two halves."""
    batch, half = int(x.shape[0]), int(x.shape[1]) // 2
    return x.reshape(batch, 2, half, -1).permute(0, 2, 3, 1).reshape(batch, half, -1)


@torch.no_grad()
def initialise(model: nn.Module) -> None:
    """Layers that keep the size of what they are given (He et al., arXiv 1502.01852); units begin near the
    identity, and the decoder near silence. Random numbers are torch's."""
    for module in model.modules():
        if isinstance(module, nn.Conv1d):
            nn.init.kaiming_normal_(module.weight, SLOPE)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    for module in model.modules():
        if isinstance(module, Unit):
            module.mixed.weight.mul_(0.3)
        if isinstance(module, Encoder):
            module.last.weight.mul_(0.3)
        if isinstance(module, Decoder):
            module.last.conv.weight.mul_(0.03)


class TimbreModel(nn.Module):
    """Both, and the bank. Audio is float32 ``[batch, samples]`` at 48 kHz, of whole hops."""

    def __init__(self, config: TimbreConfig) -> None:
        super().__init__()
        self.config = config
        self.bank = Bank()
        self.encoder, self.decoder = Encoder(config), Decoder(config)
        initialise(self)

    def encode(self, audio: Tensor, line: Line | None = None) -> Tensor:
        """Latents ``[batch, latent, hops]``."""
        line = line or Whole()
        made: Tensor = self.encoder(self.bank.bands(audio, line), line)
        return made

    def decode(self, latent: Tensor, line: Line | None = None) -> Tensor:
        """Audio, `DELAY` samples later than what was encoded."""
        line = line or Whole()
        return self.bank.audio(self.decoder(latent, line).float(), line)

    def forward(self, audio: Tensor, gains: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Audio of audio, `DELAY` samples later, and its latents. ``gains``: factors ``[batch, BANDS, 1]`` of
        its bands.
        """
        bands = self.bank.bands(audio, Whole())
        latent = self.encoder(bands if gains is None else bands * gains, Whole()).float()
        given = latent + NOISE * torch.randn_like(latent) if self.training else latent
        return self.decode(given), latent

    @torch.no_grad()
    def settle(self, latents: Tensor) -> None:
        """Bring latents to mean 0 and variance 1, each number by itself: those that are given
        ``[items, latent, frames]`` say what they are like now. What is decoded stays as it is."""
        mean, deviation = latents.mean((0, 2)), latents.std((0, 2)).clamp_min(1e-6)
        last, first = self.encoder.last, self.decoder.first.conv
        assert last.bias is not None and first.bias is not None
        last.weight.div_(deviation[:, None, None])
        last.bias.sub_(mean).div_(deviation)
        first.bias.add_(torch.einsum("oik,i->o", first.weight, mean))
        first.weight.mul_(deviation[None, :, None])


__all__ = ["DELAY", "TimbreModel"]
