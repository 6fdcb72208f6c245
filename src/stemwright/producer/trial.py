"""A codec's bundle tried out: a few frames of tokens have to give sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from stemwright.models import Bundle

FRAMES = 8


def has_trial(bundle: Bundle) -> bool:
    """Whether a bundle is of a kind that :func:`trial` tries."""
    return bundle.manifest.kind in _TRIALS


def trial(bundle: Bundle) -> None:
    """Decode a few frames; UsageError or StemwrightError in one line where that fails. Bundles that do not
    decode are not tried.
    """
    if has_trial(bundle):
        _TRIALS[bundle.manifest.kind](bundle)


def _codec(bundle: Bundle) -> None:
    from stemwright.codec.codec import Codec

    codec = Codec(bundle)
    codec.decode(np.zeros((codec.codebooks, FRAMES), np.uint16))


def _wide(bundle: Bundle) -> None:
    from stemwright.codec.codec import CODEBOOKS
    from stemwright.codec.wide import WideDecoder

    WideDecoder(bundle).decode(np.zeros((CODEBOOKS, FRAMES), np.uint16))


def _tone(bundle: Bundle) -> None:
    """One note, so that every graph is run."""
    from stemwright.codec.tone.decoder import Part, ToneDecoder
    from stemwright.song.score import Note, Score
    from stemwright.song.state import GlobalState

    decoder = ToneDecoder(bundle)
    tokens = np.zeros((decoder.codebooks, FRAMES), np.uint16)
    score = Score.from_notes([Note(0, 96, 60, 100)])
    decoder.decode(Part("lead", tokens, score, GlobalState.create().timebase, ""), wide=True)


_TRIALS = {"codec": _codec, "decoder": _wide, "tone": _tone}
