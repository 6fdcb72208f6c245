"""Songs by the shipped composer, as `generate --composer` has them: what performers are to play at work."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import TYPE_CHECKING

from stemwright.song.layers import LAYERS
from stemwright.song.state import parse_form
from stemwright.training.sources import SourceSong, random_state

if TYPE_CHECKING:
    from stemwright.compose.composer.composer import Composer

SHORT_FORMS = (
    "verse:8", "chorus:8", "intro:4 verse:4", "verse:4 chorus:4", "verse:12", "verse:8 chorus:4",
    "intro:2 verse:4 chorus:4 outro:2", "intro:4 verse:8", "verse:8 chorus:8", "verse:8 bridge:4 chorus:4",
    "intro:4 verse:8 chorus:8 outro:4",
)  # fmt: skip
"""8 to 24 bars: composing costs time with every bar, and another song teaches more than a longer one."""
USUAL_SHARE = 0.6


def composed(rng: Random, layers: tuple[str, ...] = LAYERS) -> SourceSong:
    """A song by the installed composer over a random state: often one usual for its style, else any.

    UsageError where no composer is installed.
    """
    from stemwright.compose.arranger import decide
    from stemwright.compose.randomstate import random_state as usual_state
    from stemwright.producer.scores import compose_state

    seed = rng.getrandbits(32)
    state = usual_state(seed) if rng.random() < USUAL_SHARE else random_state(rng)
    decided = decide(state.with_(sections=parse_form(rng.choice(SHORT_FORMS))), seed)
    return SourceSong(
        "composed", f"composed-{seed:08x}", decided, compose_state(_composer(), decided, layers, seed)
    )


@cache
def _composer() -> Composer:
    """The installed composer, kept for the songs to come."""
    from stemwright.producer import bundles

    return bundles.composer()
