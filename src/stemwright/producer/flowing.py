"""Layers played by the flow: who plays, and the tokens that it makes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from stemwright.flow.sampling import FlowSampling
from stemwright.producer import bundles
from stemwright.producer.details import ByPerformer, of_take
from stemwright.producer.token_player import TokenPlayer
from stemwright.song.layers import kind_of

if TYPE_CHECKING:
    from stemwright.codec.tokens import Tokens
    from stemwright.models import Bundle
    from stemwright.producer.wanted import Wanted
    from stemwright.song.document import LayerEntry, Song, Take
    from stemwright.song.score import Score
    from stemwright.song.state import GlobalState
    from stemwright.store import SongFolder

FLOW = "flow"
"""What it is called where a player is named."""


@dataclass(frozen=True, slots=True)
class FlowPlayer(TokenPlayer):
    """The flow in a layer's timbre, and how it is solved. `missed`: as of `Performer`; `words`: how it is to
    sound, or ""."""

    range: tuple[int, int] | None
    sampling: FlowSampling
    missed: str = ""
    words: str = ""

    def key(self, state: GlobalState, want: Wanted) -> dict[str, Any]:
        """What the tokens depend on besides the score: also who computes, as no two promise the same bits."""
        from stemwright.flow.layer import FLOW_VERSION

        return {
            **self.common_key(state, want),
            "flow": FLOW_VERSION,
            "sampling": self.sampling.numbers(),
            **({"words": self.words} if self.words else {}),
        }

    def details(self, sha: str) -> ByPerformer:
        """What a run tells of the tokens `sha`, who played and what computed."""
        import onnxruntime

        bundle, codec = self.bundle.sha256, self.bundle.manifest.codec_sha256
        runtime = f"ONNX Runtime {onnxruntime.__version__}"
        sampling, words = self.sampling.numbers(), self.words or None
        return ByPerformer(self.timbre, sampling, bundle, codec, sha, runtime, words=words)


def flow_player(entry: LayerEntry, name: str, timbre: str | None, words: str = "") -> FlowPlayer:
    """The flow in a timbre that was asked for, or in that of the layer where it has it, else in its first;
    ``words``: how it is to sound. UsageError where there is no flow, it lacks the timbre that was asked for,
    or the words say nothing to it."""
    role = entry.role(name)
    bundle = bundles.flow(role)
    bundles.codec_of(bundle)
    if words:
        bundles.sound_vector(words)
    kind = kind_of(role)
    names = bundle.manifest.architecture["timbres"][kind]
    wanted = entry.timbre if timbre is None else timbre
    missed = wanted if wanted and wanted not in names else ""
    if missed and timbre is not None:
        bundles.refuse_timbre(bundle, names, timbre)
    chosen = wanted if wanted in names else names[0] if names else ""
    found = bundle.manifest.architecture.get("ranges", {}).get(kind, {}).get(chosen)
    slot = names.index(chosen) if chosen else None
    reach = None if found is None else (found[0], found[1])
    return FlowPlayer(bundle, chosen, slot, reach, usual_sampling(bundle), missed, words)


def usual_sampling(bundle: Bundle) -> FlowSampling:
    """As leaps, where the flow has learnt them."""
    return FlowSampling(leaps=bool(bundle.manifest.architecture["leaps"]))


def by_flow(folder: SongFolder, layer: str, take: Take) -> bool:
    """Whether a flow made a take, whichever it was."""
    told = of_take(folder, layer, take)
    return told is not None and isinstance(told.by, ByPerformer) and told.by.runtime is not None


def words_of_take(folder: SongFolder, layer: str, take: Take) -> str:
    """How a take was to sound; "" where nobody said."""
    told = of_take(folder, layer, take)
    return (told.by.words or "") if told is not None and isinstance(told.by, ByPerformer) else ""


def words_of(folder: SongFolder, song: Song, layer: str) -> str:
    """How the active take of a layer was to sound; "" where there is none or nobody said."""
    active = song.layers[layer].active
    return "" if active is None else words_of_take(folder, layer, active)


def flow_tokens(
    state: GlobalState,
    role: str,
    score: Score,
    want: Wanted,
    player: FlowPlayer,
    base: Tokens | None,
    watch: Callable[[int, int], object],
    cancelled: Callable[[], bool],
) -> Tokens:
    """The layer's tokens [K, frames]; of an edit whose surroundings are `base`, its bars made again."""
    from stemwright.conditioning import frame_features
    from stemwright.flow.layer import flow_layer

    features = frame_features(state, kind_of(role), score, timbre=player.slot)
    spans = None
    if want.edit is not None and base is not None:
        spans = tuple(span.frames(state) for span in want.edit.spans)
    return flow_layer(
        bundles.flow_network(),
        features,
        layer=kind_of(role),
        seed=want.seed,
        take=want.take,
        sampling=player.sampling,
        style=bundles.sound_vector(player.words) if player.words else None,
        base=base,
        spans=spans,
        progress=lambda done: watch(done, len(features)),
        cancel=cancelled,
    )
