"""Ways to play a held-out clip: a performer or the flow, with one sampling."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from stemwright.codec.tokens import Tokens
from stemwright.conditioning import frame_features
from stemwright.errors import UsageError
from stemwright.evaluation.reference import Reference
from stemwright.flow.blocks import flow_in_blocks
from stemwright.flow.layer import flow_layer
from stemwright.flow.network import FlowNetwork
from stemwright.flow.sampling import FlowSampling
from stemwright.perform.layer import perform_layer
from stemwright.perform.sampling import sampling_of
from stemwright.producer.bundles import slot
from stemwright.song.layers import LAYERS
from stemwright.work.threads import Cancel

if TYPE_CHECKING:
    from stemwright.models import Bundle
    from stemwright.native.engine import Sampling

Play = Callable[[Reference, int, bool, Cancel], Tokens]
"""A clip, a seed, whether the notes are told, and when to stop, to tokens [K, T]."""


@dataclass(frozen=True, slots=True)
class Variant:
    """`sampling`: how `play` draws; `name`: that in words; `key`: its figures that tell it from others, for
    the rows of a report; `alone`: the same without guidance, which has nothing to push away from where no
    notes are told."""

    name: str
    key: dict[str, float | None]
    sampling: dict[str, Any]
    play: Play
    alone: Play


@dataclass(frozen=True, slots=True)
class Contender:
    """What is measured: a layer by a bundle, in timbres that it knows, in one or several ways."""

    bundle: Bundle
    layer: str
    timbres: tuple[str, ...]
    variants: tuple[Variant, ...]


def performer_contender(
    bundle: Bundle, guidance: Sequence[float] = (), temperature: float | None = None
) -> Contender:
    """A performer, once for each guidance that is asked for. UsageError where it is none."""
    layer = check_performer(bundle)
    own = sampling_of(bundle)
    if temperature is not None:
        own = replace(own, temperature=temperature)

    def variant(sampling: Sampling) -> Variant:
        plain = replace(sampling, guidance=1.0)
        key: dict[str, float | None] = {"guidance": sampling.guidance}
        return Variant(
            f"guidance {sampling.guidance:g}", key, asdict(sampling), playing(sampling), playing(plain)
        )

    def playing(sampling: Sampling) -> Play:
        def play(reference: Reference, seed: int, with_score: bool, cancel: Cancel) -> Tokens:
            return perform_layer(
                bundle,
                frame_features(
                    reference.state,
                    reference.layer,
                    reference.score if with_score else None,
                    timbre=slot(bundle, reference.timbre),
                ),
                seed=seed,
                layer=reference.layer,
                take=1,
                timebase=reference.state.timebase,
                sampling=sampling,
                cancel=cancel,
            )

        return play

    samplings = [replace(own, guidance=g) for g in guidance] or [own]
    return Contender(bundle, layer, bundle.manifest.timbres, tuple(map(variant, samplings)))


def check_performer(bundle: Bundle) -> str:
    """The layer that a bundle performs. UsageError where it is no performer of a known layer."""
    manifest = bundle.manifest
    if manifest.kind != "performer" or manifest.name not in LAYERS:
        raise UsageError(f"{bundle.path}: is no performer of {', '.join(LAYERS)}; choose another bundle")
    return manifest.name


def flow_contender(
    bundle: Bundle,
    layer: str,
    steps: Sequence[int] = (),
    guidance: Sequence[float] = (),
    order: int = 1,
    leaps: bool = False,
    block: int = 0,
) -> Contender:
    """The flow as a layer's player, once for each number of steps and each guidance, or by ``leaps``, which
    are guided as they were in training; ``block``: so many steps at a time, as in streaming, or 0. UsageError
    where it does not play the layer, or knows no leaps."""
    timbres = bundle.manifest.architecture["timbres"]
    if layer not in timbres:
        raise UsageError(f"{bundle.path}: plays {', '.join(timbres)}, not {layer}; choose one of them")
    network = FlowNetwork(bundle)
    if leaps and not network.leaps:
        raise UsageError(f"{bundle.path}: has learnt no leaps; leave them out, or train it with them")
    own = FlowSampling(order=order, leaps=leaps, guidance=1.0 if leaps else FlowSampling().guidance)
    names: list[str] = timbres[layer]

    def playing(sampling: FlowSampling) -> Play:
        def play(reference: Reference, seed: int, with_score: bool, cancel: Cancel) -> Tokens:
            features = frame_features(
                reference.state,
                layer,
                reference.score if with_score else None,
                timbre=names.index(reference.timbre),
            )
            if block:
                return flow_in_blocks(
                    network,
                    features,
                    layer=layer,
                    seed=seed,
                    take=1,
                    sampling=sampling,
                    block=block,
                    cancel=cancel,
                )
            return flow_layer(
                network, features, layer=layer, seed=seed, take=1, sampling=sampling, cancel=cancel
            )

        return play

    def variant(sampling: FlowSampling) -> Variant:
        key = {"steps": sampling.steps, "guidance": None if leaps else sampling.guidance}
        name = (
            f"{sampling.steps} leaps" if leaps else f"{sampling.steps} steps, guidance {sampling.guidance:g}"
        )
        return Variant(
            name, key, asdict(sampling), playing(sampling), playing(replace(sampling, guidance=1.0))
        )

    samplings = [
        replace(own, steps=count, guidance=push)
        for count in steps or (own.steps,)
        for push in ((own.guidance,) if leaps else guidance or (own.guidance,))
    ]
    return Contender(bundle, layer, tuple(names), tuple(map(variant, samplings)))
