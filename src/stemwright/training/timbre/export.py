"""Export of a timbre: two ONNX graphs with explicit states, checked against the network, in a bundle.

What streams in blocks of a hop must equal the whole within `TOLERANCE`, in ONNX Runtime, on sound that was
held out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor

from stemwright.dataset.credits import licence_of
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Bundle, Manifest, write_bundle
from stemwright.models.onnx_session import open_session
from stemwright.models.timbre import DECODER, ENCODER, HOP, MEMORY, RATE
from stemwright.training.codec.export import averaged, last_figures
from stemwright.training.codec.restore import constants
from stemwright.training.fit import checkpoint
from stemwright.training.fit.onnx_graphs import OPSET, Computed, write_graph
from stemwright.training.fit.run import BEST
from stemwright.training.packing import read_graph
from stemwright.training.timbre.config import TimbreConfig
from stemwright.training.timbre.lines import Counted, Streamed
from stemwright.training.timbre.model import DELAY, TimbreModel
from stemwright.training.timbre.sounds import Sound, Sounds

TOLERANCE = 1e-5
REMEMBERED = 16.0
"""Seconds of the instrument that a bundle keeps as latents, at most."""
SETTLED, LONGEST = 24, 30
"""Sounds, and seconds of each, by which the latent's size is settled."""
TESTED = 4.0
"""Seconds of sound that the check streams."""
_PREFIX = "model."


def load_model(path: Path) -> tuple[TimbreModel, dict[str, Any]]:
    """The network of a checkpoint with its averaged weights, ready for use; the checkpoint's numbers."""
    tensors, meta = checkpoint.load(path)
    model = TimbreModel(TimbreConfig.from_json(meta["config"]))
    model.load_state_dict(averaged(tensors))
    return model.eval(), meta


def model_of(bundle: Bundle) -> TimbreModel:
    """The network of a timbre's bundle that this version exported. UsageError for any other."""
    network = bundle.manifest.architecture.get("network")
    if not isinstance(network, dict):
        raise UsageError(f"{bundle.path}: field 'architecture.network' is missing: it was not trained here")
    model = TimbreModel(TimbreConfig.from_json(network))
    graphs = [constants(read_graph(bundle.file(name))) for name in (ENCODER, DECODER)]
    found = {name.removeprefix(_PREFIX): tensor for graph in graphs for name, tensor in graph.items()}
    state = model.state_dict()
    for name, tensor in state.items():
        if name not in found or found[name].shape != tensor.shape:
            raise UsageError(f"{bundle.path}: weight {name!r} cannot be read from its graphs")
        state[name] = found[name]
    model.load_state_dict(state)
    return model.eval()


def export_bundle(
    run: Path,
    name: str,
    sounds: Sounds,
    *,
    sources: Sequence[str] = (),
    device: str = "cpu",
    say: Callable[[str], None] = lambda line: None,
) -> Bundle:
    """Export a run's best weights to ``run/bundle``. ``sources``: whose sound it is, "Name (LICENCE)"."""
    model, meta = load_model(run / BEST)
    about = Manifest(
        kind="timbre",
        name=name,
        preset=f"capacity {model.config.capacity}",
        architecture={},
        licences=tuple(sorted({licence_of(source) for source in sources} - {""})),
        sources=tuple(sources),
        steps=int(meta["progress"]["step"]),
        device=device,
        held_out=last_figures(run),
    )
    return export_model(model, run / "bundle", sounds, about, say)


def export_model(
    model: TimbreModel,
    out: Path,
    sounds: Sounds,
    about: Manifest,
    say: Callable[[str], None] = lambda line: None,
) -> Bundle:
    """Write, check and bundle the graphs of a network; ``about`` is the manifest without what is known
    here. StemwrightError where they do not stream as they should."""
    model = model.cpu().eval()
    model.settle(torch.cat([_latents(model, sound) for sound in sounds.train[:SETTLED]], dim=2))
    sizes = state_sizes(model)
    memory = remembered(model, sounds.train)
    with tempfile.TemporaryDirectory() as temp:
        encoder, decoder = Path(temp) / ENCODER, Path(temp) / DECODER
        write_graphs(model, encoder, decoder)
        apart = streamed_apart(encoder, decoder, sizes, _loudest(sounds.held, TESTED))
        if not apart <= TOLERANCE:
            raise StemwrightError(
                f"{out}: in blocks the exported timbre differs from the whole by {apart:.2e}; export again "
                "with another torch or onnxruntime"
            )
        architecture = {
            "sample_rate": RATE,
            "hop": HOP,
            "delay": DELAY,
            "latent": model.config.latent,
            "encoder_state": sizes[0],
            "decoder_state": sizes[1],
            "memory": len(memory),
            "parameters": sum(p.numel() for p in model.parameters()),
            "opset": OPSET,
            "network": model.config.to_json(),
        }
        held_out = {**about.held_out, "streamed_max_difference": float(f"{apart:.3g}")}
        manifest = replace(about, architecture=architecture, held_out=held_out)
        files: dict[str, bytes | Path] = {
            ENCODER: encoder,
            DECODER: decoder,
            MEMORY: save({"latent": memory}),
        }
        bundle = write_bundle(out, manifest, files)
    size = sum(bundle.file(name).stat().st_size for name in bundle.manifest.files)
    say(f"{out}: bundle {bundle.sha256[:12]}, {size} bytes, streamed within {apart:.1e} of the whole")
    return bundle


@torch.no_grad()
def state_sizes(model: TimbreModel) -> tuple[int, int]:
    """How many numbers the states of encoder and decoder hold."""
    ahead, behind = Counted(), Counted()
    model.decode(model.encode(torch.zeros(1, HOP), ahead), behind)
    return ahead.size, behind.size


def write_graphs(model: TimbreModel, encoder: Path, decoder: Path) -> None:
    """Both graphs of a network that is ready for use."""

    def encoded(model: TimbreModel, audio: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        line = Streamed(state)
        return model.encode(audio, line), line.left()

    def decoded(model: TimbreModel, latent: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        line = Streamed(state)
        return model.decode(latent, line), line.left()

    ahead, behind = state_sizes(model)
    given = {"audio": torch.zeros(1, 2 * HOP), "state": torch.zeros(1, ahead)}
    axes = {"audio": {1: "samples"}, "latent": {2: "hops"}}
    write_graph(Computed(model, encoded), given, ["latent", "next"], axes, encoder, fold=False)
    given = {"latent": torch.zeros(1, model.config.latent, 2), "state": torch.zeros(1, behind)}
    write_graph(Computed(model, decoded), given, ["audio", "next"], axes, decoder, fold=False)


def streamed_apart(encoder: Path, decoder: Path, sizes: tuple[int, int], sound: Sound) -> float:
    """The largest difference between a sound through the graphs hop by hop and at once."""
    sessions = open_session(encoder), open_session(decoder)
    hops = len(sound) // HOP

    def passed(audio: Sound, states: list[Sound]) -> Sound:
        latent, states[0] = sessions[0].run(None, {"audio": audio[None], "state": states[0]})
        made, states[1] = sessions[1].run(None, {"latent": latent, "state": states[1]})
        return np.asarray(made[0])

    def begun() -> list[Sound]:
        return [np.zeros((1, size), np.float32) for size in sizes]

    whole, states = passed(sound[: hops * HOP], begun()), begun()
    parts = [passed(sound[hop * HOP : (hop + 1) * HOP], states) for hop in range(hops)]
    return float(np.abs(np.concatenate(parts) - whole).max())


def remembered(model: TimbreModel, sounds: tuple[Sound, ...]) -> Sound:
    """Latents of the loudest stretch of an instrument, ``[frames, latent]``."""
    sound = _loudest(sounds, REMEMBERED)
    return np.ascontiguousarray(_latents(model, sound)[0].T.numpy())


@torch.no_grad()
def _latents(model: TimbreModel, sound: Sound) -> Tensor:
    """Of a sound's first half minute at most: ``[1, latent, hops]``."""
    count = min(len(sound), LONGEST * RATE) // HOP * HOP
    return model.encode(torch.from_numpy(sound[:count])[None])


def _loudest(sounds: tuple[Sound, ...], seconds: float) -> Sound:
    """The stretch of so many seconds whose quietest parts are loudest; of what is shorter, the whole."""
    best, level = sounds[0][:0], -1.0
    size, step = round(seconds * RATE), RATE
    for sound in sounds:
        for at in range(0, max(1, len(sound) - size), step):
            part = sound[at : at + size]
            parts = np.array_split(np.square(part), 32)
            heard = float(np.mean([np.sqrt(np.mean(each)) for each in parts if len(each)]))
            if heard > level and len(part) >= min(size, HOP):
                best, level = part, heard
    return best
