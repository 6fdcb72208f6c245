"""EnCodec (Defossez et al. 2022, arXiv 2210.13438), the causal 24 kHz model.

Its two-layer LSTM remembers without limit, so no context around a chunk would do. But nothing in it looks
ahead: what a call has to know of the calls before it are the last inputs of every convolution and the LSTM's
state. Together they are one vector that the graphs take and give back, and pieces joined are the whole.
"""

from __future__ import annotations

import copy
import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from stemwright.errors import argument
from stemwright.training.importers.public_codec import PublicCodec
from stemwright.training.importers.published_folder import Folder, check_preprocessor
from stemwright.training.importers.rates import codebooks_for, kbit_of
from stemwright.training.importers.weights import load

STATISTICS = (".inited", ".cluster_size", ".embed_avg")  # of the codebooks' training


class Memory:
    """The state of one call ``[1, S]``: each layer takes its part in turn and leaves the next call's.

    The first number is 0 before the first call and 1 from then on. Without a state, `left` tells its size.
    """

    def __init__(self, state: Tensor | None = None) -> None:
        self._state, self._at = state, 1
        self._kept: list[Tensor] = [torch.ones(1, 1)]

    @property
    def fresh(self) -> Tensor:
        """Whether nothing came before."""
        return torch.tensor(True) if self._state is None else self._state[0, 0] == 0

    def take(self, *shape: int) -> Tensor:
        """The next part; zeros at the start."""
        if self._state is None:
            return torch.zeros(*shape)
        size = math.prod(shape)
        part = self._state[0, self._at : self._at + size].reshape(*shape)
        self._at += size
        return part

    def keep(self, part: Tensor) -> None:
        """Leave a part for the next call."""
        self._kept.append(part.reshape(1, -1))

    def left(self) -> Tensor:
        """The state after this call."""
        return torch.cat(self._kept, dim=1)


class Convolution(nn.Module):
    """A causal convolution ``[1, C, t]``; before the first sample stands its reflection."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.conv: nn.Conv1d = layer.conv
        self.before = (self.conv.kernel_size[0] - 1) * self.conv.dilation[0] + 1 - self.conv.stride[0]

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        if self.before:
            mirrored = F.pad(x, (0, self.before))[..., 1 : self.before + 1].flip(-1)
            past = memory.take(1, self.conv.in_channels, self.before)
            x = torch.cat((torch.where(memory.fresh, mirrored, past), x), dim=-1)
            memory.keep(x[..., -self.before :])
        made: Tensor = self.conv(x)
        return made


class Upsampling(nn.Module):
    """A transposed convolution of kernel 2 s and stride s: each output has a share of two inputs."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.conv: nn.ConvTranspose1d = layer.conv
        self.stride = self.conv.stride[0]

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        x = torch.cat((memory.take(1, self.conv.in_channels, 1), x), dim=-1)
        memory.keep(x[..., -1:])
        made: Tensor = self.conv(x)[..., self.stride : -self.stride]
        return made


class Recurrence(nn.Module):
    """The LSTM and its way round."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.lstm: nn.LSTM = layer.lstm

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        shape = (self.lstm.num_layers, 1, self.lstm.hidden_size)
        frames = x.permute(2, 0, 1)
        made, (hidden, cell) = self.lstm(frames, (memory.take(*shape), memory.take(*shape)))
        memory.keep(hidden)
        memory.keep(cell)
        around: Tensor = made + frames
        return around.permute(1, 2, 0)


class Residual(nn.Module):
    """A residual unit."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.block = Chain(layer.block)
        self.shortcut = Convolution(layer.shortcut) if hasattr(layer.shortcut, "conv") else None

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        around = x if self.shortcut is None else self.shortcut(x, memory)
        made: Tensor = around + self.block(x, memory)
        return made


class Chain(nn.Module):
    """Layers of `transformers` one after the other, each with its memory."""

    def __init__(self, layers: Any) -> None:
        super().__init__()
        self.layers = nn.ModuleList([_KINDS.get(type(layer).__name__, _same)(layer) for layer in layers])

    def forward(self, x: Tensor, memory: Memory) -> Tensor:
        for layer in self.layers:
            x = layer(x) if isinstance(layer, nn.ELU) else layer(x, memory)
        return x


def _same(layer: nn.Module) -> nn.Module:
    return layer


_KINDS: dict[str, Any] = {
    "EncodecConv1d": Convolution,
    "EncodecConvTranspose1d": Upsampling,
    "EncodecLSTM": Recurrence,
    "EncodecResnetBlock": Residual,
}


class EncoderGraph(nn.Module):
    """Audio ``[1, T * hop]`` and state to codes ``[1, K, T]`` and the next state."""

    def __init__(self, model: Any, codebooks: int) -> None:
        super().__init__()
        self.chain = Chain(model.encoder.layers)
        self.levels = model.quantizer.layers[:codebooks]

    def forward(self, audio: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        memory = Memory(state)
        residual = self.chain(audio[:, None], memory).transpose(1, 2)
        codes = []
        for level in self.levels:
            table = level.codebook.embed
            distance = table.pow(2).sum(dim=1) - 2 * residual @ table.t()
            codes.append(distance.argmin(dim=2))
            residual = residual - F.embedding(codes[-1], table)
        return torch.stack(codes, dim=1), memory.left()


class DecoderGraph(nn.Module):
    """Codes ``[1, K, T]`` and state to audio ``[1, T * hop]`` and the next state."""

    def __init__(self, model: Any, codebooks: int) -> None:
        super().__init__()
        self.chain = Chain(model.decoder.layers)
        self.levels = model.quantizer.layers[:codebooks]

    def forward(self, codes: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        memory = Memory(state)
        vectors = [F.embedding(codes[:, k], level.codebook.embed) for k, level in enumerate(self.levels)]
        audio: Tensor = self.chain(sum(vectors[1:], vectors[0]).transpose(1, 2), memory)[:, 0]
        return audio, memory.left()


class EncodecReference:
    """`EncodecModel`'s own encode and decode. Its encode wants one of the published bandwidths."""

    def __init__(self, model: Any, kbit: float) -> None:
        self.model, self.kbit = model, kbit

    def exact(self) -> EncodecReference:
        return EncodecReference(copy.deepcopy(self.model).double(), self.kbit)

    def encode(self, audio: Tensor, codebooks: int) -> Tensor:
        sound = audio[:, None].to(self.model.dtype)
        codes: Tensor = self.model.encode(sound, bandwidth=self.kbit).audio_codes[0]
        return codes[:, :codebooks]

    def decode(self, codes: Tensor) -> Tensor:
        audio: Tensor = self.model.decode(codes[None], [None]).audio_values[:, 0]
        return audio


def read_encodec(folder: Folder, kbit: float) -> PublicCodec:
    """The network of a 24 kHz EnCodec checkpoint at one of its bandwidths. UsageError for a folder that is
    none.
    """
    config = _config(folder)
    hop, rate, size = math.prod(config["upsampling_ratios"]), config["sampling_rate"], config["codebook_size"]
    bandwidths = config["target_bandwidths"]
    if kbit not in bandwidths:
        listed = ", ".join(f"{b:g}" for b in bandwidths)
        raise folder.wrong("target_bandwidths", f"{argument('kbit')} must be one of {listed}")
    model: Any = load(lambda: _model(config), folder.weights, STATISTICS)
    books = codebooks_for(folder, kbit, rate, hop, size, model.config.num_quantizers)
    encoder, decoder = EncoderGraph(model, books), DecoderGraph(model, books)
    with torch.no_grad():
        states = (encoder(torch.zeros(1, hop))[1], decoder(torch.zeros(1, books, 1, dtype=torch.int64))[1])
    return PublicCodec(
        family="encodec",
        config=config,
        reference=EncodecReference(model, kbit),
        encoder=encoder,
        decoder=decoder,
        sample_rate=rate,
        hop=hop,
        codebooks=books,
        codebook_size=size,
        context=0,
        parameters=sum(p.numel() for p in model.parameters()),
        encoder_state=states[0].shape[1],
        decoder_state=states[1].shape[1],
    )


def _config(folder: Folder) -> dict[str, Any]:
    """The numbers that shape the network; what only other EnCodec models have is refused."""
    only = "only the causal mono model can be imported (facebook/encodec_24khz)"
    folder.fixed("audio_channels", 1, f"stereo (the 48 kHz EnCodec) is not supported; {only}", 1)
    folder.fixed("use_causal_conv", True, f"its convolutions look ahead; {only}", True)
    folder.fixed("normalize", False, f"it scales each piece of sound by its level; {only}", False)
    folder.fixed("norm_type", "weight_norm", f"must be 'weight_norm'; {only}", "weight_norm")
    folder.fixed("pad_mode", "reflect", f"must be 'reflect'; {only}", "reflect")
    folder.fixed("trim_right_ratio", 1.0, f"must be 1.0; {only}", 1.0)
    folder.fixed("chunk_length_s", None, f"it cuts sound into chunks; {only}")
    hidden = folder.whole("hidden_size", 1, 1024, 128)
    folder.fixed("codebook_dim", hidden, f"must be hidden_size, {hidden}", hidden)
    config: dict[str, Any] = {
        "audio_channels": 1,
        "sampling_rate": folder.whole("sampling_rate", 8000, 48000, 24000),
        "upsampling_ratios": list(folder.ratios("upsampling_ratios")),
        "hidden_size": hidden,
        "num_filters": folder.whole("num_filters", 1, 256, 32),
        "num_residual_layers": folder.whole("num_residual_layers", 1, 8, 1),
        "kernel_size": folder.whole("kernel_size", 1, 31, 7),
        "last_kernel_size": folder.whole("last_kernel_size", 1, 31, 7),
        "residual_kernel_size": folder.whole("residual_kernel_size", 1, 31, 3),
        "dilation_growth_rate": folder.whole("dilation_growth_rate", 1, 4, 2),
        "compress": folder.whole("compress", 1, 8, 2),
        "num_lstm_layers": folder.whole("num_lstm_layers", 1, 8, 2),
        "codebook_size": folder.power_of_two("codebook_size", 1024),
        "use_conv_shortcut": folder.config.get("use_conv_shortcut", True) is not False,
    }
    if config["num_filters"] < config["compress"]:
        raise folder.wrong("compress", "must be at most num_filters")
    config["target_bandwidths"] = _bandwidths(folder, config)
    check_preprocessor(folder, config["sampling_rate"])
    return config


def _bandwidths(folder: Folder, config: dict[str, Any]) -> list[float]:
    """Kilobits a second, rising; the last decides how many codebooks there are."""
    value = folder.config.get("target_bandwidths")
    if not isinstance(value, list) or not 1 <= len(value) <= 32:
        raise folder.wrong("target_bandwidths", "must be a list of 1 to 32 bandwidths")
    if not all(isinstance(b, int | float) and not isinstance(b, bool) and 0 < b <= 1000 for b in value):
        raise folder.wrong("target_bandwidths", "must hold numbers above 0, at most 1000")
    hop = math.prod(config["upsampling_ratios"])
    one = kbit_of(1, config["sampling_rate"], hop, config["codebook_size"])
    if value != sorted(value) or value[-1] > 32.5 * one:
        raise folder.wrong("target_bandwidths", f"must rise, to at most {32 * one:g} (32 codebooks)")
    return [float(b) for b in value]


def _model(config: dict[str, Any]) -> Any:
    from transformers import EncodecConfig, EncodecModel

    return EncodecModel(EncodecConfig(**config))
