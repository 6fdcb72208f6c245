"""Descript Audio Codec (Kumar et al. 2023, arXiv 2306.06546) at 16, 24 and 44.1 kHz.

Convolutions that see a few frames on either side, snake activations, and codebooks that are looked up in few
dimensions by direction alone: frame and code vectors are projected, divided by their length, and compared.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stemwright.training.importers.public_codec import PublicCodec
from stemwright.training.importers.published_folder import Folder, check_preprocessor
from stemwright.training.importers.rates import codebooks_for
from stemwright.training.importers.weights import load

_DILATIONS = (1, 3, 9)


class EncoderGraph(nn.Module):
    """Audio ``[1, T * hop]`` to codes ``[1, K, T]``."""

    def __init__(self, model: Any, codebooks: int) -> None:
        super().__init__()
        self.encoder = model.encoder
        self.levels = model.quantizer.quantizers[:codebooks]

    def forward(self, audio: Tensor) -> Tensor:
        residual = self.encoder(audio[:, None])
        codes = []
        for level in self.levels:
            direction = F.normalize(level.in_proj(residual).transpose(1, 2), dim=2)
            likeness = direction @ F.normalize(level.codebook.weight).t()
            codes.append(likeness.argmax(dim=2))
            residual = residual - level.out_proj(level.codebook(codes[-1]).transpose(1, 2))
        return torch.stack(codes, dim=1)


class DecoderGraph(nn.Module):
    """Codes ``[1, K, T]`` to audio ``[1, T * hop]``. Odd strides lose samples at the end; they are silent."""

    def __init__(self, model: Any, codebooks: int, lost: int) -> None:
        super().__init__()
        self.decoder = model.decoder
        self.levels = model.quantizer.quantizers[:codebooks]
        self.lost = lost

    def forward(self, codes: Tensor) -> Tensor:
        vectors = [
            level.out_proj(level.codebook(codes[:, k]).transpose(1, 2)) for k, level in enumerate(self.levels)
        ]
        audio = self.decoder(torch.stack(vectors).sum(dim=0))[:, 0]
        return F.pad(audio, (0, self.lost))


class DacReference:
    """`DacModel`'s own encode and decode."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def exact(self) -> DacReference:
        return DacReference(copy.deepcopy(self.model).double())

    def encode(self, audio: Tensor, codebooks: int) -> Tensor:
        sound = audio[:, None].to(self.model.dtype)
        codes: Tensor = self.model.encode(sound, n_quantizers=codebooks).audio_codes
        return codes

    def decode(self, codes: Tensor) -> Tensor:
        audio: Tensor = self.model.decode(audio_codes=codes).audio_values
        return audio


def read_dac(folder: Folder, kbit: float) -> PublicCodec:
    """The network of a DAC checkpoint, with as many codebooks as `kbit` pays for. UsageError for a folder
    that is none.
    """
    config = _config(folder)
    model: Any = load(lambda: _model(config), folder.weights)
    ratios = config["downsampling_ratios"]
    hop = math.prod(ratios)
    rate, size = config["sampling_rate"], config["codebook_size"]
    books = codebooks_for(folder, kbit, rate, hop, size, config["n_codebooks"])
    return PublicCodec(
        family="dac",
        config=config,
        reference=DacReference(model),
        encoder=EncoderGraph(model, books),
        decoder=DecoderGraph(model, books, lost_samples(ratios)),
        sample_rate=rate,
        hop=hop,
        codebooks=books,
        codebook_size=size,
        context=reach(ratios),
        parameters=sum(p.numel() for p in model.parameters()),
    )


def _config(folder: Folder) -> dict[str, Any]:
    """The numbers that shape the network. `hop_length`, which published files have wrong, is not one."""
    ratios = folder.ratios("downsampling_ratios")
    encoder = folder.whole("encoder_hidden_size", 1, 256)
    deep, back = encoder << len(ratios), list(reversed(ratios))
    folder.fixed("hidden_size", deep, f"must be encoder_hidden_size doubled at every stride, {deep}", deep)
    folder.fixed("upsampling_ratios", back, f"must be downsampling_ratios from the end, {back}", back)
    decoder = folder.whole("decoder_hidden_size", 1 << len(ratios), 8192)
    if decoder % (1 << len(ratios)):
        raise folder.wrong("decoder_hidden_size", f"must divide by {1 << len(ratios)}")
    config: dict[str, Any] = {
        "encoder_hidden_size": encoder,
        "downsampling_ratios": list(ratios),
        "decoder_hidden_size": decoder,
        "n_codebooks": folder.whole("n_codebooks", 1, 32),
        "codebook_size": folder.power_of_two("codebook_size"),
        "codebook_dim": folder.whole("codebook_dim", 1, 256),
        "sampling_rate": folder.whole("sampling_rate", 8000, 48000),
    }
    check_preprocessor(folder, config["sampling_rate"])
    return config


def _model(config: dict[str, Any]) -> Any:
    from transformers import DacConfig, DacModel

    return DacModel(DacConfig(**config))


def lost_samples(ratios: list[int]) -> int:
    """How many samples the decoder gives fewer than frames times hop: each odd stride s pads (s + 1) / 2 on
    either side, which costs one sample.
    """
    lost = 0
    for stride in reversed(ratios):
        lost = lost * stride + stride % 2
    return lost


def reach(ratios: list[int]) -> int:
    """Frames on either side that an output can depend on, in encoder or decoder (rounded up)."""
    hop = math.prod(ratios)
    around = 3 * sum(_DILATIONS)  # of three residual units with kernels of 7
    encoder, step = 3, 1
    for stride in ratios:
        encoder += (around + 2 * stride) * step
        step *= stride
    decoder = 3 * hop + 3
    for stride in reversed(ratios):
        decoder += 2 * step + around * (step // stride)
        step //= stride
    return max(-(-(encoder + hop) // hop), -(-decoder // hop))
