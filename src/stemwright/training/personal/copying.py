"""Whether a style gives back pieces of the recordings that it learnt from.

Notes it cannot copy: it plays scores that it is given. So codes are compared, frame by frame (75 a second):
held-out scores are performed with the style as it was learnt, and without it by the same seed (the control).
How long is the longest run of frames whose codes follow one another in a learnt recording, too? Beside it,
what the held-out recordings themselves share with the learnt ones: that much a player repeats of himself.

Two readings: *all* codebooks of a frame, and the *first* one alone, which holds the sound's coarse shape and
repeats much sooner. Runs that hold a sound unchanged are no copies (`evaluation.symbolic.originality`).
*notes*: the most notes that begin within a run of that length.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from stemwright.evaluation.symbolic.originality import Hashes, Others, Steps, mixed
from stemwright.models import Bundle
from stemwright.perform.layer import perform_layer
from stemwright.song.timebase import FRAME_RATE, HOP
from stemwright.training.performer.data import ClipSet
from stemwright.work.cores import threads

CLIPS = 8
"""Held-out clips that are performed, at most."""
MOST_NOTES = 12
"""A run of more notes than the control has is a copy from here on."""
READINGS = ("all", "first")
Codes = npt.NDArray[np.uint16]
Figures = dict[str, dict[str, dict[str, int]]]
"""Reading -> who played -> "frames" and "notes" of the longest run."""


def frame_steps(codes: Codes, books: int) -> Hashes:
    """One number a frame, of its first `books` codes, from codes [K, T]."""
    steps = np.zeros(codes.shape[1], np.uint64)
    for row in codes[:books].astype(np.uint64):
        steps = mixed(steps + row)
    return steps


def longest(codes: Codes, onsets: Sequence[int], learnt: Others, books: int) -> dict[str, int]:
    """Frames of the longest run of codes [K, T] that learnt clips have too, and the most notes that begin in
    one of that length; `onsets`: frames in which notes begin.
    """
    steps = Steps(frame_steps(codes, books))
    frames = learnt.longest(steps)
    if not frames:
        return {"frames": 0, "notes": 0}
    sums = np.concatenate([[0], np.cumsum(np.bincount(onsets, minlength=len(steps))[: len(steps)])])
    starts = np.flatnonzero(learnt.shared(steps, frames))
    return {"frames": frames, "notes": int((sums[starts + frames] - sums[starts]).max())}


def copied(performer: Bundle, adapter: Bundle, learnt: ClipSet, held: ClipSet, seed: int) -> Figures:
    """The longest runs of the "style", the control "without" it and of one's "own" held-out recordings."""
    known = [np.asarray(clip.tokens()) for clip in learnt.clips]
    found: Figures = {}
    for reading, books in zip(READINGS, (held.codebooks, 1), strict=True):
        others = Others([frame_steps(codes, books) for codes in known], drums=False)
        found[reading] = {}
        for who, played in _performances(performer, adapter, held, seed).items():
            runs = [longest(codes, onsets, others, books) for codes, onsets in played]
            best = max(runs, key=lambda run: (run["frames"], run["notes"]))
            found[reading][who] = best
    return found


def _performances(
    performer: Bundle, adapter: Bundle, held: ClipSet, seed: int
) -> dict[str, list[tuple[Codes, list[int]]]]:
    """Codes and onsets of the first held-out clips, by who plays them."""
    made: dict[str, list[tuple[Codes, list[int]]]] = {"style": [], "without": [], "own": []}
    for index, clip in enumerate(held.clips[:CLIPS]):
        timebase, features = clip.state().timebase, held.features(index)
        onsets = sorted({timebase.tick_sample(note.onset) // HOP for note in clip.score().notes})
        for who, style in (("style", (adapter, 1.0)), ("without", None)):
            codes = perform_layer(
                performer, features, seed=seed, layer=held.layer, take=index + 1, timebase=timebase,
                style=style, threads=threads(),
            )  # fmt: skip
            made[who].append((codes, onsets))
        made["own"].append((np.asarray(clip.tokens()), onsets))
    return made


def line(found: Figures) -> str:
    """What a user should hear of it."""
    style, without, own = (found["all"][who] for who in ("style", "without", "own"))
    said = (
        f"longest run of frames that your recordings have too: {style['frames']} with the style "
        f"({style['frames'] / FRAME_RATE:.2f} s, {style['notes']} notes), {without['frames']} without it, "
        f"{own['frames']} in what you held out"
    )
    if style["notes"] >= MOST_NOTES and style["notes"] > without["notes"]:
        said += "; the style has learnt pieces of them by heart: learn it in fewer steps"
    return said
