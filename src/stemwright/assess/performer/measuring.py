"""Does a performer play what it is given? Held-out clips through the engine, beside controls and a floor.

Each clip's score is performed with the clip's state and timbre exactly as a song would perform it: the same
features, engine, sampling, codec and limiter. Measured the same way are

- *rendering*: the clip itself, played by the training instruments: the control;
- *codec*: the clip through the codec: what a performer without fault would get;
- *rolled*, where the codec's decoder knows the score: the clip's tokens moved by 2.8 s, decoded with its own
  score. What is no better was right without tokens: there, onsets and pitches are the decoder's;
- *generated*: the performance, once for each guidance that is asked for;
- *floor*: the performance beside the score of another clip.

Besides, *free*, where the codec's decoder knows no score: the same clips performed without their scores, from
state and chords alone. (A decoder that knows the score would play its pitches, whatever the tokens.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from stemwright.assess.codec.coders import Coder, coder_of
from stemwright.assess.means import Figures, mean, ratio, rounded
from stemwright.assess.performer.spread import PLAIN, Embedding, Vectors, distances
from stemwright.assess.performer.variants import Contender, Play, Variant, check_performer
from stemwright.assess.recordings import Audio
from stemwright.assess.stem import Stem, faults_of, following, in_key, listen
from stemwright.errors import UsageError
from stemwright.evaluation import colour
from stemwright.evaluation.reference import Reference
from stemwright.evaluation.shuffled_pairs import derangement
from stemwright.mix.limiter import limited
from stemwright.producer.heard_stems import STEM_CEILING
from stemwright.producer.seeds import check_seed, layer_seed
from stemwright.song.layers import is_drums
from stemwright.song.timebase import FRAME_RATE, SAMPLE_RATE
from stemwright.work.progress import Watch, unwatched
from stemwright.work.threads import Cancel, each

if TYPE_CHECKING:
    from stemwright.models import Bundle

RENDERING, CODEC, ROLLED, GENERATED, FLOOR = "rendering", "codec", "rolled", "generated", "floor"
ROLL = round(2.8 * FRAME_RATE)
"""Frames by which tokens are moved: other notes sound there."""

SHARES = ("f1", "pitch", "chroma")
"""Figures that are given as a share of the control's too."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MeasuredStem:
    """A stem, its figures beside the clip's score, and its vectors [n, D] for distances between sets."""

    stem: Stem
    figures: Figures
    vectors: Vectors


@dataclass(frozen=True, slots=True)
class ClipHeard:
    """A clip in every form: its rendering, through the codec, performed (once a sampling). `free`: share of
    the energy in the key, performed without the score and the rendering's (None without chords, for drums,
    and for a decoder that knows the score). `rolled`: through the codec with its tokens moved; None for a
    decoder that knows no score.
    """

    reference: Reference
    rendering: MeasuredStem
    codec: MeasuredStem
    generated: tuple[MeasuredStem, ...]
    free: Figures | None
    rolled: MeasuredStem | None = None


def assess_performer(
    contender: Contender,
    codec: Coder,
    references: Sequence[Reference],
    *,
    seed: int = 0,
    embedding: Embedding = PLAIN,
    watch: Watch = unwatched,
) -> tuple[dict[str, Any], list[ClipHeard]]:
    """All figures as plain JSON values, and every clip as it was heard. UsageError where a clip is of another
    layer or timbre.
    """
    layer, bundle, variants = contender.layer, contender.bundle, contender.variants
    check_seed(seed)
    for reference in references:
        if reference.layer != layer or reference.timbre not in contender.timbres:
            what = f"{reference.layer} in {reference.timbre!r}"
            raise UsageError(f"{reference.name}: the bundle {layer!r} cannot play {what}; leave the clip out")

    def hear(item: tuple[int, Reference], cancel: Cancel) -> ClipHeard:
        own = layer_seed(seed, layer, item[0] + 1)
        return _hear(codec, item[1], variants, own, embedding, cancel)

    heard = each(list(enumerate(references)), hear, watch, layer)
    report = {
        "layer": layer,
        "bundle": bundle.sha256,
        "preset": bundle.manifest.preset,
        "codec": codec.bundle.sha256,
        "split": sorted({reference.split for reference in references}),
        "clips": len(references),
        "seconds": sum(len(r.audio) for r in references) / SAMPLE_RATE,
        "seed": seed,
        "sampling": [variant.sampling for variant in variants],
        "rows": _rows(heard, variants, seed),
        "timbres": _timbres(heard),
        "free": _free(heard),
        "distribution": _distribution(heard, variants, seed, embedding.name),
    }
    return rounded(report), heard


def load_performer(name: str, codec: Coder | None = None) -> tuple[Bundle, Coder]:
    """A performer by its bundle's name or folder, with the codec whose tokens it speaks: this one, or the
    installed one. UsageError where it is no performer, StemwrightError where it speaks another's tokens.
    """
    from stemwright.models import load_bundle, registry, require_codec

    bundle = load_bundle(registry.find(name), kind="performer")
    check_performer(bundle)
    if codec is None:
        return bundle, coder_of(bundle)
    require_codec(bundle, codec.bundle)
    return bundle, codec


def perform(
    codec: Coder,
    reference: Reference,
    play: Play,
    seed: int,
    with_score: bool = True,
    cancel: Cancel = lambda: False,
) -> Audio:
    """The clip's stem [N] as a song would have it."""
    codes = play(reference, seed, with_score, cancel)
    return limited(codec.decode(codes, reference), SAMPLE_RATE, STEM_CEILING)


def _hear(
    codec: Coder,
    reference: Reference,
    variants: Sequence[Variant],
    seed: int,
    embedding: Embedding,
    cancel: Cancel,
) -> ClipHeard:
    def take(audio: Audio) -> MeasuredStem:
        stem = listen(audio[: len(reference.audio)])
        found = faults_of(stem.audio, reference.layer, reference.score, reference.state)["faults"]
        near = colour.evaluate(reference.audio[: len(stem.audio)], stem.audio)
        figures: Figures = {**_beside(stem, reference), **near, "faulty": float(bool(found))}
        return MeasuredStem(stem, figures, embedding.embed(stem.audio, SAMPLE_RATE))

    free: Figures | None = None
    if reference.state.chords and not is_drums(reference.layer) and not codec.knows_score:
        made = perform(codec, reference, variants[0].alone, seed, with_score=False, cancel=cancel)
        pair = made, reference.audio
        free = dict(zip(("in_key", "control"), (in_key(x, reference.state) for x in pair), strict=True))
    tokens = codec.encode(reference.audio)
    moved = np.roll(tokens, ROLL, axis=1)
    return ClipHeard(
        reference,
        take(reference.audio),
        take(codec.decode(tokens, reference)),
        tuple(take(perform(codec, reference, variant.play, seed, cancel=cancel)) for variant in variants),
        free,
        take(codec.decode(moved, reference)) if codec.knows_score else None,
    )


def _beside(stem: Stem, reference: Reference) -> Figures:
    return following(stem, reference.layer, reference.score, reference.state)


def _rows(heard: list[ClipHeard], variants: Sequence[Variant], seed: int) -> list[Row]:
    """Means over clips: controls, tokens moved, every performance, and the first one's floor."""
    control = mean([h.rendering.figures for h in heard])
    rows: list[Row] = [
        {"what": RENDERING, "guidance": None, **control},
        {"what": CODEC, "guidance": None, **mean([h.codec.figures for h in heard])},
    ]
    rolled = [h.rolled.figures for h in heard if h.rolled is not None]
    if rolled:
        rows.append({"what": ROLLED, "guidance": None, **mean(rolled)})
    for i, variant in enumerate(variants):
        found = mean([h.generated[i].figures for h in heard])
        shares = {f"{name}_share": ratio(found.get(name), control.get(name)) for name in SHARES}
        rows.append({"what": GENERATED, **variant.key, **found, **shares})
    if len(heard) > 1:
        others = [heard[i].reference for i in derangement(len(heard), seed)]
        floor = [_beside(h.generated[0].stem, other) for h, other in zip(heard, others, strict=True)]
        rows.append({"what": FLOOR, **variants[0].key, **mean(floor)})
    return rows


def _timbres(heard: list[ClipHeard]) -> list[Row]:
    """Onset F1 by timbre, of the first sampling, beside the control's."""
    rows: list[Row] = []
    for timbre, clips in sorted(Counter(h.reference.timbre for h in heard).items()):
        own = [h for h in heard if h.reference.timbre == timbre]
        f1, control = (
            mean([take.figures for take in takes])["f1"]
            for takes in ([h.generated[0] for h in own], [h.rendering for h in own])
        )
        rows.append({"timbre": timbre, "clips": clips, "f1": f1, "control": control})
    return rows


def _free(heard: list[ClipHeard]) -> dict[str, Any] | None:
    found = [h.free for h in heard if h.free is not None]
    return {"clips": len(found), **mean(found)} if found else None


def _distribution(
    heard: list[ClipHeard], variants: Sequence[Variant], seed: int, embedding: str
) -> dict[str, Any] | None:
    """How far the codec and every performance take the clips away from their kind."""
    others = {CODEC: [h.codec.vectors for h in heard]}
    rolled = [h.rolled.vectors for h in heard if h.rolled is not None]
    others |= {ROLLED: rolled} if rolled else {}
    for i, variant in enumerate(variants):
        others[f"{GENERATED}, {variant.name}"] = [h.generated[i].vectors for h in heard]
    songs = [h.reference.song for h in heard]
    found = distances([h.rendering.vectors for h in heard], others, songs, seed)
    return None if found is None else {"embedding": embedding, **found}
