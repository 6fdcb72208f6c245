"""The tone codec's network: an encoder that hears log-magnitudes only, residual quantisation, and a decoder
that knows the score.

Frame t stands for samples ``[320 t, 320 (t + 1))`` at 24 kHz, twice as many at 48 kHz. The decoder's trunk is
causal but for two frames; two more belong to the windows of its noise.

Sources: harmonic plus noise synthesis as in DDSP (arXiv 2001.04643); residual quantisation as in SoundStream
(arXiv 2107.03312); ConvNeXt blocks (arXiv 2201.03545).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.codec.tone import layout as L
from stemwright.codec.tone.decoder import AHEAD
from stemwright.codec.tone.hearing import SPECTRA, SPECTRA_SIZE, mel_filters
from stemwright.codec.tone.notes import FRAME_FEATURES
from stemwright.training.codec.blocks import ConvNeXtBlock, initialise
from stemwright.training.codec.config import CodecConfig
from stemwright.training.codec.quantiser import ResidualQuantiser


@dataclass(frozen=True)
class ToneConfig:
    """The network's shape. ``timbres``: rows of the table of timbres, the first for an unknown one."""

    timbres: int
    encoder_width: int = 192
    encoder_blocks: int = 3
    encoder_kernel: int = 3
    latent: int = 32
    codebooks: int = 4
    codebook_size: int = 512
    width: int = 320
    blocks: int = 6
    kernel: int = 7
    expansion: int = 3
    voice: int = 192

    def to_json(self) -> dict[str, int]:
        """A plain dictionary."""
        return asdict(self)


def _block_shape(width: int, expansion: int, kernel: int) -> CodecConfig:
    return CodecConfig(channels=(48, 128, 256, width), width=width, expansion=expansion, kernel=kernel)


class Spectra(nn.Module):
    """Audio ``[B, T * 320]`` at 24 kHz to log-mel ``[B, T, 168]`` of about unit scale: a long window, and the
    upper bands of a short one.
    """

    def __init__(self) -> None:
        super().__init__()
        for n, bands, _ in SPECTRA:
            self.register_buffer(f"window{n}", torch.hann_window(n) * (4 / n), persistent=False)
            self.register_buffer(f"mel{n}", torch.from_numpy(mel_filters(n, bands, L.RATE)), persistent=False)

    def forward(self, audio: Tensor) -> Tensor:
        out = []
        for n, _, skip in SPECTRA:
            pad = (n - L.HOP) // 2
            pieces = F.pad(audio, (pad, pad)).unfold(-1, n, L.HOP) * getattr(self, f"window{n}")
            power = torch.view_as_real(torch.fft.rfft(pieces)).square().sum(-1)
            bands = (power + 1e-14).sqrt() @ getattr(self, f"mel{n}")
            out.append(torch.log(bands[..., skip:] + 2e-5))
        return (torch.cat(out, -1) + 6.5) / 2.5


class Encoder(nn.Module):
    """Spectra ``[B, T, 168]`` to latents ``[B, T, latent]``: a linear path, begun as principal components,
    and blocks that add to it.
    """

    def __init__(self, config: ToneConfig) -> None:
        super().__init__()
        self.into = nn.Linear(SPECTRA_SIZE, config.encoder_width)
        shape = _block_shape(config.encoder_width, 3, config.encoder_kernel)
        count = config.encoder_blocks
        self.blocks = nn.ModuleList(ConvNeXtBlock(shape, 1 / count) for _ in range(count))
        self.norm = nn.LayerNorm(config.encoder_width)
        self.out = nn.Linear(config.encoder_width, config.latent)
        self.straight = nn.Linear(SPECTRA_SIZE, config.latent)

    def forward(self, spectra: Tensor) -> Tensor:
        x = self.into(spectra)
        for block in self.blocks:
            x = block(x)
        made: Tensor = self.out(self.norm(x)) + self.straight(spectra)
        return made


class CausalBlock(ConvNeXtBlock):
    """A ConvNeXt block that sees its own frame and those before."""

    def forward(self, x: Tensor) -> Tensor:
        late = F.pad(x, (0, 0, int(self.depthwise.padding[1]), 0))[:, : x.shape[1]]
        y = self.depthwise(late.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)
        out: Tensor = x + self.gamma * self.down(self.activation(self.up(self.norm(y))))
        return out


class Decoder(nn.Module):
    """From latents and what the score says to the controls of a synthesizer.

    ``trunk`` gives features of frames; ``envelope``, ``noise``, ``side`` and ``free`` read them; ``levels``
    is a small network of each sounding note.
    """

    def __init__(self, config: ToneConfig) -> None:
        super().__init__()
        width, voice = config.width, config.voice
        self.kernel = config.kernel
        self.embed = nn.Conv1d(config.latent, width, config.kernel)
        self.told = nn.Linear(FRAME_FEATURES, width)
        self.timbre = nn.Embedding(config.timbres, width)
        self.first = nn.LayerNorm(width)
        shape = _block_shape(width, config.expansion, config.kernel)
        self.blocks = nn.ModuleList(CausalBlock(shape, 1 / config.blocks) for _ in range(config.blocks))
        self.last = nn.LayerNorm(width)
        self.envelope = nn.Linear(width, L.ENVELOPE)
        self.width = nn.Linear(width, L.SIDE_POINTS)
        self.noise = nn.Linear(width, L.STREAMS * L.BANDS)
        self.side = nn.Linear(width, L.STREAMS * L.SIDE_POINTS)
        self.free = nn.Linear(width, 3 * L.LOW_BINS)
        self.note_trunk = nn.Linear(width, voice)
        self.note_told = nn.Linear(L.NOTE_FEATURES, voice)
        self.note_pitch = nn.Embedding(128, voice)
        self.note_timbre = nn.Embedding(config.timbres, voice)
        self.note_middle = nn.Linear(voice, voice)
        self.note_out = nn.Linear(voice, L.NOTE_OUTPUTS)

    def trunk(self, z: Tensor, told: Tensor, timbre: Tensor) -> Tensor:
        """Latents [B, T, latent], frame features [B, T, F], timbres int64 [B] -> [B, T, width]."""
        x = F.pad(z.transpose(1, 2), (self.kernel - 1 - AHEAD, AHEAD))
        x = self.first(self.embed(x).transpose(1, 2) + self.told(told) + self.timbre(timbre)[:, None])
        for block in self.blocks:
            x = block(x)
        out: Tensor = self.last(x)
        return out

    def levels(self, seen: Tensor, told: Tensor, pitch: Tensor, timbre: Tensor) -> Tensor:
        """Of each row: ``note_trunk``'s features [M, voice], note features [M, 14], pitch and timbre int64
        [M] -> [M, NOTE_OUTPUTS]."""
        y = seen + self.note_told(told) + self.note_pitch(pitch) + self.note_timbre(timbre)
        y = F.silu(self.note_middle(F.silu(y)))
        out: Tensor = self.note_out(y)
        return out


class ToneModel(nn.Module):
    """Encoder, quantiser and decoder together."""

    def __init__(self, config: ToneConfig) -> None:
        super().__init__()
        self.config = config
        self.spectra = Spectra()
        self.encoder = Encoder(config)
        self.quantiser = ResidualQuantiser(
            CodecConfig(latent=config.latent, codebooks=config.codebooks, codebook_size=config.codebook_size)
        )
        self.decoder = Decoder(config)
        self.apply(initialise)
        for module in self.modules():
            if isinstance(module, nn.Conv1d):
                nn.init.trunc_normal_(module.weight, std=1 / math.sqrt(module.weight[0].numel()))
            if isinstance(module, nn.Embedding):
                nn.init.normal_(module.weight, std=0.02)

    def latents(self, audio: Tensor) -> Tensor:
        """Audio [B, T * 320] at 24 kHz to latents [B, T, latent]."""
        out: Tensor = self.encoder(self.spectra(audio))
        return out

    def encode(self, audio: Tensor) -> Tensor:
        """Audio [B, T * 320] at 24 kHz to codes [B, K, T]."""
        return self.quantiser.encode(self.latents(audio).float())

    @torch.no_grad()
    def begin(self, audio: Tensor) -> float:
        """Let the linear path be the principal components of the spectra of [B, samples]; returns the share
        of their variance that it carries. The blocks add little at first.
        """
        rows = self.spectra(audio)[:, 6:-6].reshape(-1, SPECTRA_SIZE)
        heard = audio.unfold(1, L.HOP, L.HOP).square().mean(-1)[:, 6:-6].reshape(-1) > 1e-7
        rows = rows[heard]
        mean = rows.mean(0)
        power, axes = torch.linalg.eigh(torch.cov((rows - mean).T))
        axes, kept = axes[:, -self.config.latent :], power[-self.config.latent :].sum()
        straight, scale = self.encoder.straight, (17.0 / kept).sqrt()
        straight.weight.copy_(axes.T * scale)
        straight.bias.copy_(-(mean @ axes) * scale)
        self.encoder.out.weight.mul_(0.7)
        self.quantiser.ready.zero_()
        return float(kept / power.sum())
