"""Of held-out clips: does a text find its clip and a clip its text, and are a clip's traits told by the text
that it is nearest to? In words that training never drew, beside those that it did.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stemwright.assess.text.hearing import ClipEncoder
from stemwright.codec.tone.hearing import ToneEncoder
from stemwright.dataset.described.captions import Caption, Wording, rng_of, told_of, training_wording
from stemwright.dataset.described.traits import FIELDS, STEPS, Described, described
from stemwright.errors import UsageError
from stemwright.models import Bundle, require_codec
from stemwright.text.sound import SoundEncoder
from stemwright.work.progress import Watch

Floats = npt.NDArray[np.float32]
NEAR = (1, 5, 10)
DRAWS = 4
"""Captions of each clip."""
NAMED = ("timbre", "style", *STEPS, "space", "drive", "pace", "mode")


def other_wording() -> Wording:
    """Words and templates that training never draws."""
    return Wording.read(Path(__file__).with_name("wording.toml"))


def assess_clips(
    clips: Bundle, text: Bundle, codec: Bundle, found: Sequence[Described], watch: Watch
) -> dict[str, Any]:
    """The report: `retrieval` by words and layer, `traits` by words, field and layer. UsageError where text
    and clip encoder do not belong together, StemwrightError where the codec does not.
    """
    if clips.manifest.architecture["text_sha256"] != text.sha256:
        raise UsageError(
            f"{clips.path}: was trained beside another text encoder than {text.path}: give its own"
        )
    require_codec(clips, codec)
    encoder, hearing, ears = SoundEncoder.load(text), ClipEncoder(clips), ToneEncoder(codec)
    heard = []
    for place, each in enumerate(found):
        watch("clips", place, len(found))
        heard.append(hearing.vector(ears.encode(each.clip.audio().astype(np.float32) / np.float32(32767))))
    vectors = np.stack(heard)
    watch("clips", len(found), len(found))
    words = {"others": other_wording(), "those of training": training_wording()}
    layers = {layer: [each.clip.layer == layer for each in found] for layer in _layers(found)}
    report: dict[str, Any] = {"retrieval": [], "traits": []}
    for name, wording in words.items():
        for layer, among in {**layers, "all": [True] * len(found)}.items():
            some = [each for each, yes in zip(found, among, strict=True) if yes]
            row = _retrieval(encoder, wording, some, vectors[np.asarray(among)])
            report["retrieval"].append({"words": name, "layer": layer, "clips": len(some), **row})
        for field in NAMED:
            rows = [_trait(encoder, wording, field, layer, found, vectors) for layer in layers]
            report["traits"] += [{"words": name, **row} for row in (*rows, _together(rows)) if row["clips"]]
    return report


def held_out(data: Path, layers: Sequence[str], split: str) -> list[Described]:
    """The clips of a split, described. UsageError where there are none."""
    found = described(data, layers, split)
    if not found:
        raise UsageError(f"{data}: no {split} clips: run `stemwright train data` first")
    return found


def _layers(found: Sequence[Described]) -> list[str]:
    return list(dict.fromkeys(each.clip.layer for each in found))


def _retrieval(
    encoder: SoundEncoder, wording: Wording, found: Sequence[Described], vectors: Floats
) -> dict[str, float]:
    """Recall at `NEAR` both ways, of chance, and as far as captions allow: they may be true of several
    clips.
    """
    sums: dict[str, float] = {}
    for draw in range(DRAWS):
        told = [told_of(wording, each.traits, rng_of(draw, each, 0), whole=True) for each in found]
        products = np.stack([encoder.vector(made.text) for made in told]) @ vectors.T
        true = np.asarray([[_holds(made, each) for each in found] for made in told])
        for near in NEAR:
            possible = np.minimum(1.0, near / true.sum(1)).mean()
            values = {
                f"to_clip_{near}": _recall(products, near), f"to_text_{near}": _recall(products.T, near),
                f"possible_{near}": possible, f"chance_{near}": min(1.0, near / len(found)),
            }  # fmt: skip
            for name, value in values.items():
                sums[name] = sums.get(name, 0.0) + float(value) / DRAWS
    return sums


def _recall(products: Floats, near: int) -> float:
    """How often row i has column i among its highest; of equals half come first."""
    own = np.diagonal(products)[:, None]
    better = (products > own).sum(1) + ((products == own).sum(1) - 1) / 2
    return float((better < near).mean())


def _holds(made: Caption, each: Described) -> bool:
    return all(told in ("", value) for told, value in zip(made.told, each.traits, strict=True))


def _trait(
    encoder: SoundEncoder,
    wording: Wording,
    field: str,
    layer: str,
    found: Sequence[Described],
    vectors: Floats,
) -> dict[str, Any]:
    """How often the nearest of the texts for all values of a field is that of the clip's own value."""
    at = FIELDS.index(field)
    values = {each.traits[at] for each in found if each.clip.layer == layer}
    texts = {value: _texts(wording, field, layer, value) for value in sorted(values)}
    known = {value: _mean(encoder, some) for value, some in texts.items() if some}
    places = [
        place for place, each in enumerate(found) if each.clip.layer == layer and each.traits[at] in known
    ]
    row: dict[str, Any] = {"field": field, "layer": layer, "clips": 0, "values": len(known)}
    if len(known) < 2 or not places:
        return row
    names = list(known)
    nearest = np.argmax(vectors[places] @ np.stack([known[name] for name in names]).T, axis=1)
    own = [found[place].traits[at] for place in places]
    right = [names[index] == value for index, value in zip(nearest.tolist(), own, strict=True)]
    most = max(own.count(name) for name in names) / len(own)
    return {**row, "clips": len(own), "right": float(np.mean(right)), "chance": 1 / len(names), "most": most}


def _together(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """All layers of a field, each clip counting once."""
    some = [row for row in rows if row["clips"]]
    count = sum(row["clips"] for row in some)
    means = {
        name: sum(row["clips"] * row[name] for row in some) / count
        for name in ("right", "chance", "most")
        if some
    }
    return {"field": some[0]["field"] if some else "", "layer": "all", "clips": count, "values": "", **means}


def _texts(wording: Wording, field: str, layer: str, value: str) -> list[str]:
    """Texts that tell a value of a field, each word in a text of its own."""
    if field == "timbre":
        return wording.nouns(layer, value)
    whose = wording.nouns(layer)
    if field == "style":
        rng = random.Random(value)
        return [
            f"{noun}, {wording.put('styles', rng, name)}" for noun in whose for name in wording.styles(value)
        ]
    after = [f"{noun} {word}" for noun in whose for word in wording.of("phrase", field, value)]
    return [f"{word} {noun}" for noun in whose for word in wording.of("adjective", field, value)] + after


def _mean(encoder: SoundEncoder, texts: Sequence[str]) -> Floats:
    total = np.sum([encoder.vector(text) for text in texts], axis=0)
    return np.asarray(total / max(1e-9, float(np.linalg.norm(total))), np.float32)
