"""The codec's network: strided-convolution encoder, residual quantiser, ConvNeXt decoder with an
inverse-STFT head.

Shapes: audio is ``[batch, frames * 320]`` at 24 kHz, latents are ``[batch, frames, latent]``, codes are
``[batch, 8, frames]``.
Frame t stands for samples ``[320 t, 320 (t + 1))``.

Sources: residual quantisation as in SoundStream (arXiv 2107.03312) and EnCodec (arXiv 2210.13438); decoder
after Vocos (arXiv
2306.00814).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.training.codec.blocks import ConvNeXtBlock, ResidualUnit, activation_of, conv, initialise
from stemwright.training.codec.config import HOP, CodecConfig
from stemwright.training.codec.fourier import FactoredInverse
from stemwright.training.codec.overlap import EDGE, overlapped
from stemwright.training.codec.quantiser import ResidualQuantiser


class Encoder(nn.Module):
    """Audio ``[batch, frames * 320]`` to latents ``[batch, frames, latent]`` (centred: no delay)."""

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        stages: list[nn.Module] = []
        before = 1
        for i, (stride, channels) in enumerate(zip(config.strides, config.channels, strict=True)):
            kernel = (
                4 * stride if i == 0 else 2 * stride + stride % 2
            )  # same parity: (kernel - stride) is even
            stages.append(conv(before, channels, kernel, stride, (kernel - stride) // 2))
            stages.extend(ResidualUnit(channels, config.activation) for _ in range(config.encoder_units[i]))
            before = channels
        self.stages = nn.ModuleList(stages)
        self.between = nn.ModuleList(
            activation_of(config.activation, channels, 2) for channels in config.channels[:-1]
        )
        scale = 1.0 / max(1, config.encoder_blocks)
        self.blocks = nn.ModuleList(ConvNeXtBlock(config, scale) for _ in range(config.encoder_blocks))
        self.norm = nn.LayerNorm(config.width)
        self.project = nn.Linear(config.width, config.latent)

    def forward(self, audio: Tensor) -> Tensor:
        x = audio[:, None, None, :].contiguous(memory_format=torch.channels_last)
        between = iter(self.between)
        for i, stage in enumerate(self.stages):
            x = stage(next(between)(x) if i and isinstance(stage, nn.Conv2d) else x)
        x = x.squeeze(2).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.project(self.norm(x))
        return out


class Trunk(nn.Module):
    """What decoders have in common: latents ``[batch, frames, latent]`` to features
    ``[batch, frames, width]`` at 75 Hz.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = conv(config.latent, config.width, config.kernel, padding=config.kernel // 2)
        self.first = nn.LayerNorm(config.width)
        scale = 1.0 / max(1, config.decoder_blocks)
        self.blocks = nn.ModuleList(ConvNeXtBlock(config, scale) for _ in range(config.decoder_blocks))

    def features(self, z: Tensor) -> Tensor:
        x: Tensor = self.first(self.embed(z.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        return x


class Decoder(Trunk):
    """Latents ``[batch, frames, latent]`` to audio ``[batch, frames * 320]``.

    Works at 75 Hz throughout; the last layer gives every frame's spectrum, each bin a log-scale times a
    complex number, and four overlapping frames of 1280 samples are added up. Two more frames on either side
    give full overlap at the edges.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__(config)
        self.bins = config.n_fft // 2 + 1
        self.last = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, 3 * self.bins)
        self.register_buffer("window", torch.hann_window(config.n_fft) / 1.5, persistent=False)
        self.inverse: FactoredInverse | None = None  # set for export, where no transform is at hand

    def spectrum(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts ``[batch, frames + 4, bins]``."""
        y = self.head(self.last(self.features(F.pad(z, (0, 0, EDGE, EDGE))))).float()
        magnitude = torch.exp(y[..., : self.bins].clamp(max=6.0))
        return magnitude * y[..., self.bins : 2 * self.bins], magnitude * y[..., 2 * self.bins :]

    def forward(self, z: Tensor) -> Tensor:
        real, imag = self.spectrum(z)
        if self.inverse is not None:
            pieces = self.inverse(real[..., :-1], imag[..., :-1]) + real[..., -1:] * self.inverse.highest
        else:
            pieces = torch.fft.irfft(torch.complex(real, imag), n=self.config.n_fft)
        return overlapped(pieces * self.window, HOP)


class CodecModel(nn.Module):
    """Encoder, quantiser and decoder together."""

    def __init__(self, config: CodecConfig | None = None) -> None:
        super().__init__()
        self.config = config or CodecConfig()
        self.encoder = Encoder(self.config)
        self.quantiser = ResidualQuantiser(self.config)
        self.decoder = Decoder(self.config)
        self.apply(initialise)

    def encode(self, audio: Tensor) -> Tensor:
        """Audio ``[batch, frames * 320]`` to codes ``[batch, K, frames]``."""
        return self.quantiser.encode(self.encoder(audio).float())

    def decode(self, codes: Tensor) -> Tensor:
        """Codes ``[batch, K, frames]`` to audio ``[batch, frames * 320]``."""
        out: Tensor = self.decoder(self.quantiser.decode(codes))
        return out
