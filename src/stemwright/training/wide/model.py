"""The wide decoder's network: the codec's decoder, with bins up to 24 kHz and a second channel.

Frames lie as in the codec and last as long, so bin k stands for the same frequency in both: the trunk and the
lower half of the head begin with the codec's weights, and what they give is the codec's sound. What is learnt
is what the codec does not say: the upper half of the spectrum, and the difference between left and right.
"""

from __future__ import annotations

import math
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.training.codec.blocks import ConvNeXtBlock, initialise
from stemwright.training.codec.config import HOP, CodecConfig
from stemwright.training.codec.fourier import FactoredInverse
from stemwright.training.codec.model import CodecModel, Trunk
from stemwright.training.codec.overlap import EDGE, overlapped
from stemwright.training.codec.quantiser import ResidualQuantiser

RATE = 48_000
WIDE_HOP = 2 * HOP
CHANNELS = 2
N_FFT = 4 * WIDE_HOP
BINS = N_FFT // 2  # the one at half the rate is left out
FACTORS = (40, 64)  # of N_FFT, see `fourier`
BLOCKS_MORE = 2
_LOUDEST = 7.0  # logarithm of a scale
_FROM = slice(560, 640)  # bins of 10.5 to 12 kHz, after which those above begin


class WideNetwork(Trunk):
    """Latents ``[batch, frames, latent]`` to middle and side ``[batch, 2, frames * 640]`` at 48 kHz: half the
    sum and half the difference of left and right.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__(config)
        self.last = nn.LayerNorm(config.width)
        self.head = nn.Linear(config.width, CHANNELS * 3 * BINS)
        self.register_buffer("window", torch.hann_window(N_FFT) / 1.5, persistent=False)
        self.inverse: FactoredInverse | None = None  # set for export, where no transform is at hand

    def spectra(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts ``[batch, 2, frames + 4, bins]``: a log-scale times a complex number."""
        y = self.head(self.last(self.features(F.pad(z, (0, 0, EDGE, EDGE))))).float()
        y = y.reshape(z.shape[0], z.shape[1] + 2 * EDGE, CHANNELS, 3, BINS).permute(3, 0, 2, 1, 4)
        scale = torch.exp(y[0].clamp(max=_LOUDEST))
        return scale * y[1], scale * y[2]

    def forward(self, z: Tensor) -> Tensor:
        real, imag = self.spectra(z)
        if self.inverse is not None:
            pieces = self.inverse(real, imag)
        else:
            pieces = torch.fft.irfft(torch.complex(real, imag), n=N_FFT)
        pieces = (pieces * self.window).reshape(z.shape[0] * CHANNELS, z.shape[1] + 2 * EDGE, N_FFT)
        return overlapped(pieces, WIDE_HOP).reshape(z.shape[0], CHANNELS, z.shape[1] * WIDE_HOP)


class WideModel(nn.Module):
    """A codec's codebooks and a wide decoder for them. ``config`` is the codec's, with the wide decoder's
    blocks.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.quantiser = ResidualQuantiser(config)
        self.decoder = WideNetwork(config)
        self.apply(initialise)

    def forward(self, codes: Tensor) -> Tensor:
        """Codes ``[batch, K, frames]`` to middle and side ``[batch, 2, frames * 640]``."""
        made: Tensor = self.decoder(self.quantiser.decode(codes))
        return made


def sides(audio: Tensor) -> Tensor:
    """Middle and side ``[batch, 2, samples]`` to left and right."""
    return torch.stack((audio[:, 0] + audio[:, 1], audio[:, 0] - audio[:, 1]), dim=1)


@torch.no_grad()
def begun(codec: CodecModel, blocks_more: int = BLOCKS_MORE) -> WideModel:
    """A wide model that sounds as the codec does, with ``blocks_more`` blocks that do nothing yet.

    Its random numbers are torch's.
    """
    decoder = codec.decoder
    config = replace(codec.config, decoder_blocks=codec.config.decoder_blocks + blocks_more)
    model = WideModel(config)
    model.quantiser.load_state_dict(codec.quantiser.state_dict())
    wide = model.decoder
    for name in ("embed", "first", "last"):
        getattr(wide, name).load_state_dict(getattr(decoder, name).state_dict())
    for i, block in enumerate(wide.blocks):
        if i < len(decoder.blocks):
            block.load_state_dict(decoder.blocks[i].state_dict())
        elif isinstance(block, ConvNeXtBlock):
            block.gamma.zero_()
    for new, old in ((wide.head.weight, decoder.head.weight), (wide.head.bias, decoder.head.bias)):
        _begin_head(new.view(CHANNELS, 3, BINS, -1), old.view(3, decoder.bins, -1))
    wide.head.bias.view(CHANNELS, 3, BINS)[0, 0] += math.log(2.0)  # twice the bins, each half as loud
    wide.head.bias.view(CHANNELS, 3, BINS)[1, 0] -= 3.0
    return model.eval()


def _begin_head(new: Tensor, old: Tensor) -> None:
    """The middle's lower bins are the codec's; those above are as loud as its highest, faint for a start. The
    side is scaled like the middle. Directions of what is new stay random.
    """
    bins = old.shape[1] - 1
    new[0, :, :bins] = old[:, :bins]
    new[0, 0, bins:] = old[0, _FROM].mean(0) if bins > _FROM.start else old[0, bins]
    new[1, 0] = new[0, 0]
