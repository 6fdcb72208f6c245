"""Captions for training, of what is known of a style (`facts.toml`), its names, and the state of a song.

Each is drawn from its number alone. Attributes are left out at random, so that a style is known by its
instruments, its places or its feel where it is not named; tempo, key, meter and fillers are there so that
they come to mean nothing.
"""

from __future__ import annotations

import random
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from stemwright.compose.styles import BOOK, style_of
from stemwright.song.harmony import MODES
from stemwright.text.styles import kinds

FIELDS = ("plays", "scenes", "who", "does", "feels")
NAMED = 0.45
"""The share of captions that name their style."""
PROSE = 0.35
"""The share in whole sentences."""
_SENTENCES = {
    "plays": (
        "The instruments are {}.", "One hears {} throughout.", "There is {} in the background.",
        "It features {}, played by a small group.", "{} can be heard, and later again.",
    ),
    "scenes": (
        "It would suit {}.", "One thinks of {}.", "This could be the sound of {}.", "It brings {} to mind.",
    ),
    "who": ("It resembles {}.", "Fans of {} will know this sound.", "{} might have written it."),
    "does": ("It is built on {}.", "The arrangement has {}.", "Underneath lies {}.", "The part is {}."),
    "feels": ("The mood is {}.", "It feels {} and direct.", "The atmosphere is {}.", "It sounds {}."),
}  # fmt: skip
_CALLED = ("This is {}.", "A {} piece.", "The genre is {}.", "It belongs to {}.", "A {} song, recorded live.")
_EMPTY = (
    "A man sings in front.", "A woman's voice carries the tune.", "Nobody sings.", "The tempo is moderate.",
    "The recording is old and a little noisy.", "The sound quality is poor.", "It was recorded in one room.",
    "The guitar plays chords.", "The bass follows the roots.", "The drums keep a simple beat.",
    "A keyboard accompanies.", "The piano plays along.", "The melody repeats.", "It begins softly.",
    "There is some reverb.", "The music is in stereo.", "Background voices join in the refrain.",
    "The percussion is steady.", "A synthesizer holds long notes.", "Strings accompany the singer.",
    "It is an instrumental.", "The rhythm is regular.", "It could be used in a film or an advert.",
    "People are talking in the background.", "The audience claps.", "The tempo is slow.",
    "The tempo is fast.", "It is a tutorial.", "An electric guitar plays a short line.",
    "An acoustic guitar is strummed.", "Two voices sing in harmony.", "The drums come in later.",
    "Someone demonstrates an instrument.", "It is an amateur recording.", "The volume rises and falls.",
)  # fmt: skip
_WANT = (
    "make me {}", "i want {}", "something with {}", "{}", "{}", "{}", "a track with {}", "we need {}",
    "give me {}", "could you do {}", "looking for {}", "music with {}", "write {}", "generate {}",
    "an instrumental, {}", "{} please",
)  # fmt: skip
_FRAMES = {
    "plays": ("{}", "with {}", "featuring {}", "{} up front", "lots of {}", "{} and not much else"),
    "scenes": ("for {}", "like {}", "music for {}", "reminds me of {}", "{}", "as heard at {}", "set in {}"),
    "who": (
        "like {}",
        "in the style of {}",
        "{} style",
        "{}",
        "inspired by {}",
        "{} type beat",
        "think {}",
        "{}-ish",
    ),
    "does": ("{}", "with {}", "that has {}", "built on {}"),
    "feels": ("{}", "{} feel", "really {}", "something {}", "{} mood", "very {}"),
}
_NAMES = (
    "{}",
    "{} track",
    "{} song",
    "a {} tune",
    "{} music",
    "some {}",
    "{} groove",
    "proper {}",
    "{} beat",
    "{} piece",
)
_FILLERS = (
    "for my video", "for a podcast intro", "for youtube", "nice and simple", "about two minutes", "no vocals",
    "with a good ending", "instrumental", "for a game", "thanks", "you know what i mean", "nothing too long",
    "short", "loopable", "with a clear melody", "no drums", "no lead", "only bass and drums",
    "verse and chorus",
)  # fmt: skip
_PACES = ("slow", "fast", "mid tempo", "medium", "not too fast", "uptempo", "laid back", "quick", "moderate")
_NOTES = (
    "C",
    "D",
    "E",
    "F",
    "G",
    "A",
    "B",
    "Bb",
    "Eb",
    "Ab",
    "Db",
    "F#",
    "C#",
    "E flat",
    "B flat",
    "F sharp",
)
_METERS = ("4/4", "3/4", "6/8", "5/4", "7/8", "12/8")


@dataclass(frozen=True, slots=True)
class Caption:
    """A text, and the place of its style in `BOOK`."""

    text: str
    style: int


@lru_cache(maxsize=1)
def facts() -> dict[str, dict[str, list[str]]]:
    """What is known of each style, by field."""
    return tomllib.loads(Path(__file__).with_name("facts.toml").read_text(encoding="utf-8"))


def caption(seed: int, number: int) -> Caption:
    """The caption of a number."""
    rng = random.Random(f"{seed} {number}")
    style = rng.randrange(len(BOOK))
    name = BOOK[style]
    named = rng.random() < NAMED
    if rng.random() < PROSE:
        return Caption(_prose(rng, name, named), style)
    parts = _parts(rng, name, named)
    rng.shuffle(parts)
    text = rng.choice((", ", " ", ", ", " and ", ". ")).join(parts)
    return Caption(rng.choice(_WANT).format(text), style)


def plain_facts() -> list[Caption]:
    """Every fact and name of each style by itself."""
    known = facts()
    return [
        Caption(text, style)
        for style, name in enumerate(BOOK)
        for text in (*kinds()[name], *(text for field in FIELDS for text in known[name][field]))
    ]


def _prose(rng: random.Random, name: str, named: bool) -> str:
    """A caption in whole sentences, as of who describes a recording; some of them say nothing."""
    known = facts()[name]
    told = [rng.choice(_SENTENCES[field]).format(rng.choice(known[field])) for field in rng.sample(FIELDS, 3)]
    if named:
        told.append(rng.choice(_CALLED).format(rng.choice(kinds()[name])))
    told += rng.sample(_EMPTY, rng.randint(1, 4))
    rng.shuffle(told)
    return " ".join(told)


def _parts(rng: random.Random, name: str, named: bool) -> list[str]:
    known = facts()[name]
    parts = [rng.choice(_NAMES).format(rng.choice(kinds()[name]))] if named else []
    count = rng.choice((0, 1, 1, 2, 3) if named else (1, 1, 2, 2, 3, 4))
    for field in rng.choices(FIELDS, weights=(3, 3, 2, 2, 3), k=count):
        parts.append(rng.choice(_FRAMES[field]).format(rng.choice(known[field])))
    if rng.random() < 0.1:
        parts.append(style_of(name).about)
    return parts + _state(rng)


def _state(rng: random.Random) -> list[str]:
    """What says nothing of the style: any tempo, key, meter and filler."""
    out = []
    if rng.random() < 0.3:
        mode = rng.choice(("major", "minor", "minor", *MODES))
        out.append(rng.choice(("{} {}", "in {} {}", "key of {} {}")).format(rng.choice(_NOTES), mode))
    if rng.random() < 0.3:
        out.append(rng.choice(("{} bpm", "tempo {}", "around {}", "{}bpm")).format(rng.randint(60, 190)))
    if rng.random() < 0.1:
        out.append(rng.choice(_METERS))
    if rng.random() < 0.15:
        out.append(rng.choice(_PACES))
    if rng.random() < 0.25:
        out.append(rng.choice(_FILLERS))
    return out
