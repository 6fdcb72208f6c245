"""A bundle tried out: a codec has to give sound of a few frames, a performer tokens of one."""

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
    """Run a bundle for a few frames; UsageError or StemwrightError in one line where that fails. Of a kind
    that :func:`has_trial` does not know, nothing is tried.
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


def _performer(bundle: Bundle) -> None:
    """One frame of a song of one bar."""
    from stemwright.conditioning import frame_features
    from stemwright.perform.layer import perform_layer
    from stemwright.song.score import Note, Score
    from stemwright.song.state import GlobalState

    state, layer = GlobalState.create(form="verse:1"), bundle.manifest.name
    features = frame_features(state, layer, Score.from_notes([Note(0, 96, 60, 100)]))
    perform_layer(bundle, features, seed=0, layer=layer, take=1, timebase=state.timebase, stop=1)


def _composer(bundle: Bundle) -> None:
    """Its weights, as the engine takes them."""
    from stemwright.symbolic.composer.composer import Composer

    Composer.load(bundle)


_TRIALS = {
    "codec": _codec, "decoder": _wide, "tone": _tone, "performer": _performer, "composer": _composer,
}  # fmt: skip
