"""The feature vector, block by block. The order here is the order of the columns.

Drums and pitched layers share every block but the score's. "Scaled" values lie about in -1..1. A frame's
place in the song is that of its first sample. Whatever is absent or dropped is zero, and its flag, where
there is one, is zero too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from stemwright.song.drums import DRUM_PIECES
from stemwright.song.harmony import MODES
from stemwright.song.layers import is_drums

SECTION_KINDS = ("intro", "verse", "prechorus", "chorus", "bridge", "solo", "break", "outro", "other")
STYLES = (
    "pop", "rock", "funk", "jazz", "latin", "house", "hiphop", "ballad", "reggae", "metal",
    "soul", "country", "blues", "folk", "electronic", "other",
)  # fmt: skip
METER_UNITS = (2, 4, 8, 16)
MODE_NAMES = tuple(MODES)
FIRST_TIMBRES, MORE_TIMBRES = 16, 32
TIMBRE_SLOTS = FIRST_TIMBRES + MORE_TIMBRES
LOWEST_KEY, KEYS = 21, 88
BEAT_SLOTS = 16
BAR_BITS = 5
TRACE_FRAMES = 12
"""Frames (160 ms) over which a drum's trace falls from its velocity to zero."""
NEAR_FRAMES = 75
"""Frames (1 s) beyond which the last and the next onset are no longer seen."""

TAIL_FRAMES = 30
"""Frames (0.4 s) after a note's end in which its release may still be heard."""
HARMONICS = 8

CONDITIONING_VERSION = 3
"""Raised whenever a feature changes. Blocks are only ever appended, so that an older performer takes the
first columns of today's features; one of a later version is refused."""

DROPS = ("score", "chords", "rhythm", "style", "timbre")
"""Groups of blocks that can be dropped: set to zero."""


@dataclass(frozen=True, slots=True)
class Block:
    """`size` columns; `group`: the drop that clears it, or "" where it is always there; `since`: the
    version that brought it."""

    name: str
    size: int
    meaning: str
    group: str = ""
    since: int = 1


_COMMON = (
    Block("beat_phase", 3, "place in the beat (1/d note): saw 0..1, triangle, triangle a quarter turn later"),
    Block("bar_phase", 3, "place in the bar: saw 0..1, triangle, triangle a quarter turn later"),
    Block("step_in_beat", 8, "16th-note step in the beat, one-hot (a beat of a half note has 8)"),
    Block("step_phase", 1, "place in the 16th-note step, saw 0..1"),
    Block("beat_in_bar", BEAT_SLOTS, "beat in the bar, one-hot; the last slot holds all later beats"),
    Block("bar_bits", BAR_BITS, "bar index modulo 32, in bits, lowest first"),
    Block("section", len(SECTION_KINDS), "kind of section, one-hot: " + ", ".join(SECTION_KINDS)),
    Block(
        "section_place", 4, "place in the section 0..1; bars to its end / 16, at most 1; first bar; last bar"
    ),
    Block("tempo", 3, "BPM / 150 - 1; seconds of a quarter note; seconds of a beat"),
    Block("meter", 5, "beats a bar / 16; unit of the beat, one-hot: 2, 4, 8, 16"),
    Block("key_tonic", 12, "pitch class of the tonic, one-hot from C"),
    Block("key_mode", len(MODE_NAMES), "mode, one-hot: " + ", ".join(MODE_NAMES)),
    Block("chord_flag", 2, "chords are known; a chord sounds (0: no chord)", "chords"),
    Block("chord_root", 12, "pitch class of the beat's chord root, one-hot from C", "chords"),
    Block("chord_chroma", 12, "pitch classes of the beat's chord, from C", "chords"),
    Block("chord_bass", 12, "pitch class of the beat's lowest note, one-hot from C", "chords"),
    Block("next_chroma", 12, "pitch classes of the next beat's chord, from C", "chords"),
    Block(
        "rhythm",
        4,
        "rhythm map is known; accent of this step / 9; of the next step / 9; (swing - 1/2) x 4",
        "rhythm",
    ),
    Block("style", len(STYLES), "style, one-hot: " + ", ".join(STYLES), "style"),
    Block(
        "timbre",
        FIRST_TIMBRES,
        "slot of the timbre, one-hot, in the order of the bundle's `timbres`",
        "timbre",
    ),
    Block("score_flag", 1, "a score is given", "score"),
    Block(
        "score_time",
        4,
        "latest onset's velocity / 127; its place inside this frame (0 in frames without onset); "
        "nearness of the latest onset, 1 now .. 0 a second away; nearness of the next onset",
        "score",
    ),
)

_DRUMS = (
    Block(
        "drum_onset",
        len(DRUM_PIECES),
        "velocity / 127 in the onset's frame: " + ", ".join(DRUM_PIECES),
        "score",
    ),
    Block(
        "drum_trace", len(DRUM_PIECES), "velocity / 127 falling to 0 within 12 frames, same pieces", "score"
    ),
    Block("drum_place", len(DRUM_PIECES), "place of the onset inside its frame 0..1, same pieces", "score"),
)

_PITCHED = (
    Block(
        "key_onset",
        KEYS,
        "velocity / 127 in the onset's frame, pitches 21 to 108 (others by octaves)",
        "score",
    ),
    Block(
        "key_sustain", KEYS, "velocity / 127 from the onset's frame to the note's end, same pitches", "score"
    ),
    Block(
        "note_time",
        2,
        "of the newest note (of several the lowest), to 0.4 s after its end: 8 / (8 + frames since its "
        "onset); after its end, 1 falling to 0 within 30 frames",
        "score",
        since=2,
    ),
    Block(
        "note_phase",
        2 * HARMONICS,
        "of the same note: triangles -1..1 at 1 to 8 times its frequency from its onset on, each as it is "
        "and a quarter turn later",
        "score",
        since=2,
    ),
)

_LATER = (
    Block(
        "timbre_more",
        MORE_TIMBRES,
        f"slot of the timbre from the {FIRST_TIMBRES + 1}th on, one-hot",
        "timbre",
        since=3,
    ),
)

LAYOUT: dict[str, tuple[Block, ...]] = {
    "drums": _COMMON + _DRUMS + _LATER,
    "pitched": _COMMON + _PITCHED + _LATER,
}
"""Kind of layer -> its blocks in column order."""


def layout(layer: str) -> tuple[Block, ...]:
    """The blocks of a layer."""
    return LAYOUT["drums" if is_drums(layer) else "pitched"]


def feature_size(layer: str, version: int = CONDITIONING_VERSION) -> int:
    """Columns of a layer's features; of an older version: how many of today's it knows, the first ones."""
    return sum(block.size for block in layout(layer) if block.since <= version)


def knows(layer: str, version: int | None, features: int) -> bool:
    """Whether today's features hold those of a performer that was made for so many columns of a version."""
    if version is None or not 1 <= version <= CONDITIONING_VERSION:
        return False
    return features == feature_size(layer, version)


@lru_cache(maxsize=256)
def columns(layer: str) -> dict[str, slice]:
    """Block name -> its columns."""
    found: dict[str, slice] = {}
    start = 0
    for block in layout(layer):
        found[block.name] = slice(start, start + block.size)
        start += block.size
    return found


def timbre_columns(layer: str) -> tuple[int, ...]:
    """The column of every timbre slot, in order."""
    where = columns(layer)
    return tuple(
        column for name in ("timbre", "timbre_more") for column in range(where[name].start, where[name].stop)
    )


def markdown() -> str:
    """The layout as Markdown tables, for the documentation."""
    lines: list[str] = []
    for kind, blocks in LAYOUT.items():
        total = sum(block.size for block in blocks)
        lines += [
            f"### {kind} ({total} columns)",
            "",
            "| columns | block | meaning | dropped with |",
            "| --- | --- | --- | --- |",
        ]
        start = 0
        for block in blocks:
            span = f"{start}" if block.size == 1 else f"{start}-{start + block.size - 1}"
            lines.append(f"| {span} | `{block.name}` | {block.meaning} | {block.group or '-'} |")
            start += block.size
        lines.append("")
    return "\n".join(lines)
