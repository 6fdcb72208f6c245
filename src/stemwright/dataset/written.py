"""Songs that are written here: by the arranger, as etudes, and what the arranger plays to a lead sheet."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from stemwright.compose.arranger import arrange
from stemwright.compose.randomstate import random_state as usual_state
from stemwright.compose.styles import style_of
from stemwright.corpus.song import CorpusSong
from stemwright.dataset.etudes import etude
from stemwright.song.harmony import Key
from stemwright.song.layers import LAYERS
from stemwright.song.meter import Meter
from stemwright.song.state import GlobalState, parse_form

METERS = ("4/4",) * 14 + ("3/4",) * 3 + ("6/8",) * 2 + ("5/4", "7/8", "12/8")
MODES = ("major",) * 6 + ("minor",) * 6 + ("dorian", "mixolydian", "phrygian", "lydian")
STYLES = (
    "pop",
    "rock",
    "funk",
    "jazz",
    "bossa",
    "house",
    "hiphop",
    "ballad",
    "reggae",
    "metal",
    "blues",
    "country",
    "",
)
FORMS = (
    "intro:4 verse:8 chorus:8", "verse:8 chorus:8", "verse:16 chorus:8", "verse:8",
    "intro:2 verse:8 bridge:4 chorus:8 outro:4", "verse:8 chorus:8 verse:8 chorus:8",
    "intro:4 verse:12 chorus:12", "chorus:8 bridge:8 chorus:8",
    "intro:8 verse:16", "verse:12 solo:12 outro:4", "intro:4 chorus:16 outro:4",
)  # fmt: skip
SHEET_STYLES = ("jazz", "jazz", "ballad", "pop", "country", "blues", "bossa")


def random_state(rng: Random, form: str | None = None) -> GlobalState:
    """A random state: tempo 60-180 BPM, mostly 4/4, all keys, modes and styles; chords and rhythm open."""
    slow, fast = rng.choice(((60, 180), (80, 140)))
    bpm = rng.choice((Fraction(rng.randint(slow, fast)), Fraction(rng.randint(slow * 10, fast * 10), 10)))
    key = Key.from_pc(rng.randrange(12), rng.choice(MODES))
    meter = Meter.parse(rng.choice(METERS))
    return GlobalState(bpm, meter, key, parse_form(form or rng.choice(FORMS)), style=rng.choice(STYLES))


def arranged(rng: Random, layers: tuple[str, ...] = LAYERS) -> CorpusSong:
    """A song from the arranger with a random state: often one usual for its style, else any."""
    seed = rng.getrandbits(32)
    state = usual_state(seed) if rng.random() < 0.6 else random_state(rng)
    made = arrange(state, layers, seed)
    return CorpusSong(made.state, made.scores, source="arranger", name=f"arranger-{seed:08x}")


def arranged_state(rng: Random, form: str, layer: str) -> CorpusSong:
    """A layer that the arranger writes to a random state of this form."""
    made = arrange(random_state(rng, form), (layer,), rng.getrandbits(32))
    return CorpusSong(made.state, made.scores, source="arranger", name="arranger")


def etudes(rng: Random, layers: tuple[str, ...] = LAYERS) -> CorpusSong:
    """A random song for every layer (the layers have nothing to do with each other)."""
    name = f"etude-{rng.getrandbits(32):08x}"
    state = random_state(rng, "etude:16")
    scores = {layer: etude(state, layer, rng) for layer in layers}
    return CorpusSong(state, scores, source="etudes", name=name)


def is_sheet(song: CorpusSong) -> bool:
    """Whether a song is a melody with chord symbols and nothing else."""
    return set(song.scores) == {"lead"} and song.chords == "given"


def accompanied(song: CorpusSong, rng: Random) -> CorpusSong:
    """A lead sheet as the arranger's drums, bass and harmony play it over its chords: in a style of those
    that such tunes are played in, at a tempo of that style.
    """
    style = rng.choice(SHEET_STYLES)
    low, high = style_of(style).bpm
    state = song.state.with_(style=style, bpm=Fraction(rng.randint(low * 10, high * 10), 10))
    made = arrange(state, ("drums", "bass", "harmony"), rng.getrandbits(32))
    return replace(song, state=made.state, scores=made.scores | song.scores)
