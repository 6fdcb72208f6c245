"""Of captions: how often the right style comes first, or among three; whether what they say is understood.

Beside the encoder stand grammar alone, both together as `song --prompt` has them, and a sentence model, which
takes the style whose description is nearest (its names and what its file says of it).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from stemwright.assess.text.captions import Caption
from stemwright.compose.styles import BOOK, style_of
from stemwright.errors import StemwrightError, UsageError
from stemwright.models import Bundle
from stemwright.text.encoder import TextEncoder
from stemwright.text.read import read_prompt
from stemwright.text.styles import kinds
from stemwright.text.understood import Understood
from stemwright.text.vector import styled
from stemwright.work.progress import Watch

Ranking = Callable[[str], Sequence[str]]
NEAR = 3
ROUNDS = 5
"""How often each caption is read for the clock; its fastest time counts."""


def assess_text(bundle: Bundle, captions: Sequence[Caption], watch: Watch) -> dict[str, Any]:
    """The report: rows by method, of all captions and of those that name no style; fields; cost."""
    encoder = TextEncoder.load(bundle)
    read = [_read(caption.caption) for caption in captions]
    watch("captions", 1, 3)
    methods: dict[str, list[Sequence[str]]] = {
        "grammar alone": [found.ranking if found else () for found in read],
        "encoder alone": [encoder.ranking(caption.caption, BOOK) for caption in captions],
        "grammar and encoder": [styled(found, encoder, BOOK).ranking if found else () for found in read],
    }
    remarks = []
    try:
        methods["sentence model alone"] = _teacher([caption.caption for caption in captions])
    except StemwrightError as error:
        remarks.append(f"the sentence model is left out: {error}")
    watch("captions", 2, 3)
    named = np.asarray([bool(found and found.style and not found.weak) for found in read])
    sets = {"all": np.ones(len(captions), bool), "no style named": ~named}
    rows = [
        {"method": name, "captions": kind, "count": int(chosen.sum()), **_recall(captions, ranked, chosen)}
        for name, ranked in methods.items()
        for kind, chosen in sets.items()
    ]
    report = {
        "styles": rows,
        "fields": [_field(name, captions, read) for name in ("bpm", "key", "meter")],
        "cost": _cost(bundle, encoder, captions),
        "remarks": remarks,
    }
    watch("captions", 3, 3)
    return report


def _read(text: str) -> Understood | None:
    """What grammar finds; None where it refuses the text."""
    try:
        return read_prompt(text, BOOK)
    except UsageError:
        return None


def _recall(captions: Sequence[Caption], ranked: list[Sequence[str]], chosen: Any) -> dict[str, float | None]:
    """R@1 and R@3 of the captions that are chosen."""
    pairs = [(c.style, r) for c, r, yes in zip(captions, ranked, chosen.tolist(), strict=True) if yes]
    if not pairs:
        return {"r1": None, "r3": None}
    first = sum(style in ranking[:1] for style, ranking in pairs)
    three = sum(style in ranking[:NEAR] for style, ranking in pairs)
    return {"r1": first / len(pairs), "r3": three / len(pairs)}


def _field(name: str, captions: Sequence[Caption], read: Sequence[Understood | None]) -> dict[str, Any]:
    """How many captions say a field, and how many of them are understood exactly."""
    pairs = [(getattr(c, name), getattr(found, name, None)) for c, found in zip(captions, read, strict=True)]
    said = [(wanted, found) for wanted, found in pairs if wanted]
    right = sum(_equal(wanted, found) for wanted, found in said)
    return {"field": name, "said": len(said), "right": right, "share": right / len(said) if said else None}


def _equal(wanted: str, found: Any) -> bool:
    low, dash, high = wanted.partition("-")
    if found is None or not dash:
        return found is not None and str(found) == wanted
    return float(low) <= float(found) <= float(high)


def _teacher(texts: Sequence[str]) -> list[Sequence[str]]:
    """Rankings by the sentence model. StemwrightError where it is not installed."""
    from stemwright.evaluation.judges.sentences import Sentences

    judge = Sentences()
    described = [f"{name}: {', '.join(kinds()[name])}; {style_of(name).about}" for name in BOOK]
    order = np.argsort(-(judge(texts) @ judge(described).T), axis=1, kind="stable")
    return [[BOOK[place] for place in row] for row in order.tolist()]


def _cost(bundle: Bundle, encoder: TextEncoder, captions: Sequence[Caption]) -> dict[str, float]:
    """Milliseconds a caption takes in all, the median and the slowest; megabytes of the bundle."""
    times = []
    for caption in captions:
        runs = []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            found = _read(caption.caption)
            if found:
                styled(found, encoder, BOOK)
            runs.append(time.perf_counter() - begun)
        times.append(1000 * min(runs))
    size = sum(bundle.file(name).stat().st_size for name in bundle.manifest.files)
    return {
        "median_ms": round(float(np.median(times)), 3),
        "slowest_ms": round(max(times), 3),
        "megabytes": round(size / 1e6, 3),
    }
