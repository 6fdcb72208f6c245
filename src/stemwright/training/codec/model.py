"""The codec's network: strided-convolution encoder, residual quantiser, ConvNeXt decoder with an
inverse-STFT head.

Shapes: audio is ``[batch, frames * 320]`` at 24 kHz, latents are ``[batch, frames, latent]``, codes are
``[batch, 8, frames]``.
Frame t stands for samples ``[320 t, 320 (t + 1))``.

Sources: residual quantisation as in SoundStream (arXiv 2107.03312) and EnCodec (arXiv 2210.13438); decoder
after Vocos
(arXiv 2306.00814) and ConvNeXt (arXiv 2201.03545).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stemwright.errors import UsageError

SAMPLE_RATE = 24_000
HOP = 320
DECODERS = ("istft", "convolutions")
ACTIVATIONS = ("silu", "gelu", "snake")
_TYPICAL_VECTORS = 900  # of a training batch


@dataclass(frozen=True)
class CodecConfig:
    """The network's shape. Strides multiply to the hop of 320 samples."""

    strides: tuple[int, ...] = (4, 4, 5, 4)
    channels: tuple[int, ...] = (48, 128, 256, 384)
    encoder_units: tuple[int, ...] = (0, 2, 2, 0)
    encoder_blocks: int = 3
    width: int = 384
    decoder_blocks: int = 8
    expansion: int = 3
    kernel: int = 7
    latent: int = 32
    codebooks: int = 8
    codebook_size: int = 1024
    n_fft: int = 1280
    decoder: str = "istft"
    activation: str = "silu"

    def __post_init__(self) -> None:
        if self.decoder not in DECODERS or self.activation not in ACTIVATIONS:
            raise ValueError(f"decoder is one of {DECODERS}, activation one of {ACTIVATIONS}")
        if math.prod(self.strides) != HOP:
            raise ValueError(f"strides {self.strides} multiply to {math.prod(self.strides)}, not {HOP}")
        if not len(self.strides) == len(self.channels) == len(self.encoder_units):
            raise ValueError("strides, channels and encoder_units need equal lengths")
        if self.channels[-1] != self.width or self.n_fft != 4 * HOP:
            raise ValueError("the last channel count is the width, and n_fft is four hops")

    def to_json(self) -> dict[str, object]:
        """A plain dictionary (tuples as lists)."""
        return {k: list(v) if isinstance(v, tuple) else v for k, v in asdict(self).items()}

    @classmethod
    def from_json(cls, data: dict[str, object]) -> CodecConfig:
        """The inverse of :meth:`to_json`. Older checkpoints name the decoder's head, of which one is left."""
        known = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k != "head"}
        if data.get("head", "scaled") != "scaled":
            raise UsageError(f"codec: head {data['head']!r} is no longer known; train a codec anew")
        return cls(**known)  # type: ignore[arg-type]


TINY = CodecConfig(
    channels=(8, 8, 16, 32),
    encoder_units=(0, 0, 1, 0),
    encoder_blocks=1,
    width=32,
    decoder_blocks=2,
    latent=8,
    codebook_size=64,
)


def _conv(cin: int, cout: int, kernel: int, stride: int = 1, padding: int = 0, groups: int = 1) -> nn.Conv2d:
    """A convolution over time, written as Conv2d on ``[batch, channels, 1, time]``: in the channels-last
    layout that
    is several times faster on CPUs than Conv1d, above all in bfloat16."""
    return nn.Conv2d(cin, cout, (1, kernel), stride=(1, stride), padding=(0, padding), groups=groups)


class Snake(nn.Module):
    """x + sin(a x)^2 / a, an ``a`` for each channel, which ``after`` axes follow (arXiv 2006.08195)."""

    def __init__(self, channels: int, after: int) -> None:
        super().__init__()
        self.a = nn.Parameter(torch.ones(channels, *[1] * after))

    def forward(self, x: Tensor) -> Tensor:
        a = self.a if self.a.dtype == x.dtype else self.a.to(x.dtype)  # no cast, whose name exporting loses
        return x + torch.sin(a * x).square() / a


def _activation(name: str, channels: int, after: int) -> nn.Module:
    if name == "snake":
        return Snake(channels, after)
    return nn.SiLU() if name == "silu" else nn.GELU()


class ResidualUnit(nn.Module):
    """x + conv1(act(conv3(act(x)))) on ``[batch, channels, 1, time]``."""

    def __init__(self, channels: int, activation: str) -> None:
        super().__init__()
        self.before, self.between = (_activation(activation, channels, 2) for _ in range(2))
        self.a = _conv(channels, channels, 3, padding=1)
        self.b = _conv(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.b(self.between(self.a(self.before(x))))
        return x + y


class ConvNeXtBlock(nn.Module):
    """Depthwise convolution, layer norm, and an inverted bottleneck, on ``[batch, time, width]``."""

    def __init__(self, config: CodecConfig, scale: float) -> None:
        super().__init__()
        width, hidden, kernel = config.width, config.expansion * config.width, config.kernel
        self.activation = _activation(config.activation, hidden, 0)
        self.depthwise = _conv(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up = nn.Linear(width, hidden)
        self.down = nn.Linear(hidden, width)
        self.gamma = nn.Parameter(torch.full((width,), scale))

    def forward(self, x: Tensor) -> Tensor:
        y = self.depthwise(x.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)
        out: Tensor = x + self.gamma * self.down(self.activation(self.up(self.norm(y))))
        return out


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
            stages.append(_conv(before, channels, kernel, stride, (kernel - stride) // 2))
            stages.extend(ResidualUnit(channels, config.activation) for _ in range(config.encoder_units[i]))
            before = channels
        self.stages = nn.ModuleList(stages)
        self.between = nn.ModuleList(
            _activation(config.activation, channels, 2) for channels in config.channels[:-1]
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


class ResidualQuantiser(nn.Module):
    """Residual vector quantisation with codebooks learnt by moving averages.

    Codebooks ``[K, V, latent]`` are buffers: no gradient reaches them. Codes that stay unused are revived
    from
    the current batch. Call :meth:`update` only in training.
    """

    codebooks: Tensor
    counts: Tensor
    sums: Tensor
    ready: Tensor

    def __init__(self, config: CodecConfig, decay: float = 0.99) -> None:
        super().__init__()
        self.decay = decay
        shape = (config.codebooks, config.codebook_size, config.latent)
        self.register_buffer("codebooks", torch.zeros(shape))
        self.register_buffer("counts", torch.zeros(shape[:2]))
        self.register_buffer("sums", torch.zeros(shape))
        self.register_buffer("ready", torch.zeros((), dtype=torch.int64))

    @torch.no_grad()
    def resume(self) -> None:
        """Make the moving averages fit given codebooks, each code equally used."""
        self.counts.fill_(_TYPICAL_VECTORS / self.codebooks.shape[1])
        self.sums.copy_(self.codebooks * self.counts[..., None])
        self.ready.fill_(1)

    def nearest(self, residual: Tensor, level: int) -> Tensor:
        """Index of the nearest code of one level. residual ``[..., latent]`` -> int64 ``[...]``."""
        book = self.codebooks[level]
        return torch.argmax(residual @ book.t() - 0.5 * (book * book).sum(-1), dim=-1)

    def encode(self, z: Tensor) -> Tensor:
        """Latents ``[batch, frames, latent]`` to codes ``[batch, K, frames]``."""
        codes = []
        for level in range(self.codebooks.shape[0]):
            index = self.nearest(z, level)
            z = z - F.embedding(index, self.codebooks[level])
            codes.append(index)
        return torch.stack(codes, dim=1)

    def decode(self, codes: Tensor) -> Tensor:
        """Codes ``[batch, K', frames]`` (the first K' levels) to latents ``[batch, frames, latent]``."""
        out = F.embedding(codes[:, 0], self.codebooks[0])
        for level in range(1, codes.shape[1]):
            out = out + F.embedding(codes[:, level], self.codebooks[level])
        return out

    def forward(self, z: Tensor, levels: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Quantise with straight-through gradients.

        ``levels`` ``[batch]`` says how many codebooks each item keeps (quantiser dropout). Returns the
        quantised latents, the
        commitment loss (relative to the latents' own power) and the number of distinct codes of each level
        ``[K]``.
        """
        residual, quantised = z, torch.zeros_like(z)
        commit = z.new_zeros(())
        used = []
        for level in range(self.codebooks.shape[0]):
            flat = residual.detach().reshape(-1, z.shape[-1])
            if self.training:
                self._start(flat, level)
            index = self.nearest(residual.detach(), level)
            code = F.embedding(index, self.codebooks[level])
            commit = commit + F.mse_loss(residual, code)
            if self.training:
                self._update(flat, index.reshape(-1), level)
            used.append(int((torch.bincount(index.reshape(-1), minlength=1) > 0).sum()))
            residual = residual - code
            keep = code if levels is None else code * (levels > level).to(code.dtype)[:, None, None]
            quantised = quantised + keep
        if self.training:
            self.ready.fill_(1)
        return z + (quantised - z).detach(), commit, torch.tensor(used)

    @torch.no_grad()
    def _pick(self, flat: Tensor, n: int) -> Tensor:
        index = torch.randint(flat.shape[0], (n,), device=flat.device)
        return flat[index]

    @torch.no_grad()
    def _start(self, flat: Tensor, level: int) -> None:
        """First batch: codes are drawn from it."""
        if int(self.ready) == 0:
            picked = self._pick(flat, self.codebooks.shape[1])
            self.codebooks[level] = picked + 0.01 * flat.std() * torch.randn_like(picked)
            self.counts[level] = 1.0
            self.sums[level] = self.codebooks[level]

    @torch.no_grad()
    def _update(self, flat: Tensor, index: Tensor, level: int) -> None:
        """Moving averages of each code's vectors; codes hardly used are replaced by vectors of the batch."""
        size = self.codebooks.shape[1]
        counts = torch.zeros_like(self.counts[level]).index_add_(0, index, torch.ones_like(flat[:, 0]))
        sums = torch.zeros_like(self.sums[level]).index_add_(0, index, flat)
        self.counts[level].lerp_(counts, 1 - self.decay)
        self.sums[level].lerp_(sums, 1 - self.decay)
        dead = self.counts[level] < 0.25 * flat.shape[0] / size
        fresh = self._pick(flat, size)
        self.sums[level] = torch.where(dead[:, None], fresh, self.sums[level])
        self.counts[level] = torch.where(dead, torch.ones_like(self.counts[level]), self.counts[level])
        self.codebooks[level] = self.sums[level] / self.counts[level].clamp_min(1e-6)[:, None]


class Trunk(nn.Module):
    """What decoders have in common: latents ``[batch, frames, latent]`` to features
    ``[batch, frames, width]`` at 75 Hz.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__()
        self.config = config
        self.embed = _conv(config.latent, config.width, config.kernel, padding=config.kernel // 2)
        self.first = nn.LayerNorm(config.width)
        scale = 1.0 / max(1, config.decoder_blocks)
        self.blocks = nn.ModuleList(ConvNeXtBlock(config, scale) for _ in range(config.decoder_blocks))

    def features(self, z: Tensor) -> Tensor:
        x: Tensor = self.first(self.embed(z.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        return x


EDGE = 2
"""Frames that decoders with an inverse STFT add on either side: four frames overlap everywhere then."""


def overlapped(pieces: Tensor, hop: int) -> Tensor:
    """Frames ``[batch, T + 4, 4 * hop]``, each a hop after the one before, added up: ``[batch, T * hop]``."""
    batch, count, size = pieces.shape
    parts = pieces.reshape(batch, count, 4, hop)
    rows = F.pad(parts[:, :, 0], (0, 0, 0, 3))
    for i in range(1, 4):
        rows = rows + F.pad(parts[:, :, i], (0, 0, i, 3 - i))
    start = EDGE * hop + (size - hop) // 2
    return rows.reshape(batch, (count + 3) * hop)[:, start : start + (count - 2 * EDGE) * hop]


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
        self.basis: Tensor | None = None  # set for export: the inverse transform becomes one product

    def spectrum(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary parts ``[batch, frames + 4, bins]``."""
        y = self.head(self.last(self.features(F.pad(z, (0, 0, EDGE, EDGE))))).float()
        magnitude = torch.exp(y[..., : self.bins].clamp(max=6.0))
        return magnitude * y[..., self.bins : 2 * self.bins], magnitude * y[..., 2 * self.bins :]

    def forward(self, z: Tensor) -> Tensor:
        real, imag = self.spectrum(z)
        if self.basis is not None:
            pieces = torch.cat((real, imag), dim=-1) @ self.basis
        else:
            pieces = torch.fft.irfft(torch.complex(real, imag), n=self.config.n_fft) * self.window
        return overlapped(pieces, HOP)


class ConvolutionDecoder(Trunk):
    """Latents ``[batch, frames, latent]`` to audio ``[batch, frames * 320]`` by transposed convolutions: the
    encoder's mirror, for comparison. Of equal parameters with one block less.
    """

    def __init__(self, config: CodecConfig) -> None:
        super().__init__(config)
        ups, units, before = [], [], config.width
        rest = zip(config.strides[::-1], (*config.channels[-2::-1], config.channels[0]), strict=True)
        for i, (stride, channels) in enumerate(rest):
            kernel = 2 * stride + stride % 2
            shape = {"stride": (1, stride), "padding": (0, (kernel - stride) // 2)}
            ups.append(nn.ConvTranspose2d(before, channels, (1, kernel), **shape))  # type: ignore[arg-type]
            count = 0 if i == len(config.strides) - 1 else config.encoder_units[-2 - i]
            units.append(nn.Sequential(*(ResidualUnit(channels, config.activation) for _ in range(count))))
            before = channels
        self.ups, self.units = nn.ModuleList(ups), nn.ModuleList(units)
        widths = (config.width, *config.channels[-2::-1], config.channels[0])
        self.between = nn.ModuleList(_activation(config.activation, width, 2) for width in widths)
        self.head = _conv(before, 1, 15, padding=7)

    def forward(self, z: Tensor) -> Tensor:
        x = self.features(z).transpose(1, 2).unsqueeze(2)
        for act, up, units in zip(self.between, self.ups, self.units, strict=False):
            x = units(up(act(x)))
        audio: Tensor = self.head(self.between[-1](x)).float()
        return audio[:, 0, 0]


def inverse_basis(n_fft: int) -> Tensor:
    """The windowed inverse real Fourier transform as a matrix ``[2 * (n_fft / 2 + 1), n_fft]`` (real rows,
    then imaginary).
    """
    bins = n_fft // 2 + 1
    angle = (
        2
        * math.pi
        * torch.arange(bins, dtype=torch.float64)[:, None]
        * torch.arange(n_fft, dtype=torch.float64)
        / n_fft
    )
    weight = torch.full((bins, 1), 2.0 / n_fft, dtype=torch.float64)
    weight[0] = weight[-1] = 1.0 / n_fft
    window = torch.hann_window(n_fft, dtype=torch.float64) / 1.5
    basis = torch.cat((weight * torch.cos(angle), -weight * torch.sin(angle))) * window
    return basis.float()


class CodecModel(nn.Module):
    """Encoder, quantiser and decoder together."""

    def __init__(self, config: CodecConfig | None = None) -> None:
        super().__init__()
        self.config = config or CodecConfig()
        self.encoder = Encoder(self.config)
        self.quantiser = ResidualQuantiser(self.config)
        made = Decoder if self.config.decoder == "istft" else ConvolutionDecoder
        self.decoder: Decoder | ConvolutionDecoder = made(self.config)
        self.apply(initialise)

    def encode(self, audio: Tensor) -> Tensor:
        """Audio ``[batch, frames * 320]`` to codes ``[batch, K, frames]``."""
        return self.quantiser.encode(self.encoder(audio).float())

    def decode(self, codes: Tensor) -> Tensor:
        """Codes ``[batch, K, frames]`` to audio ``[batch, frames * 320]``."""
        out: Tensor = self.decoder(self.quantiser.decode(codes))
        return out


def initialise(module: nn.Module) -> None:
    """Fresh weights of one layer."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.trunc_normal_(
            module.weight,
            std=0.02 if isinstance(module, nn.Linear) else 1.0 / math.sqrt(module.weight[0].numel()),
        )
        if module.bias is not None:
            nn.init.zeros_(module.bias)
