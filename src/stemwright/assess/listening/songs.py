"""The songs of the page: one a style, the first take of one seed; none was chosen by its sound."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from stemwright.producer import bundles
from stemwright.producer.wish import Wish
from stemwright.song.layers import LAYERS

SEED = 7
FORM = "verse:4 chorus:4"
JOIN = 4
"""The bar where the form turns."""


@dataclass(frozen=True, slots=True)
class Example:
    """A song as it is wished for. `timbres`: by layer, the one wanted first, then others that would do."""

    bpm: str
    key: str
    meter: str = "4/4"
    timbres: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def _timbres(drums: str, bass: str, harmony: str, lead: str) -> dict[str, tuple[str, ...]]:
    """Names with "/" between them, by layer."""
    return {
        layer: tuple(names.split("/"))
        for layer, names in zip(LAYERS, (drums, bass, harmony, lead), strict=True)
    }


EXAMPLES = {
    "pop": Example("112", "F# minor", timbres=_timbres("acoustic", "finger", "piano", "electric guitar")),
    "rock": Example(
        "126", "A major", timbres=_timbres("room", "pick", "clean guitar/nylon", "driven guitar")
    ),
    "funk": Example("104", "E minor", timbres=_timbres("standard", "slap/finger", "clavinet/epiano", "sax")),
    "jazz": Example("148", "Bb major", timbres=_timbres("brush/standard", "upright", "piano", "trumpet/sax")),
    "bossa": Example("126", "D minor", timbres=_timbres("room", "fretless/upright", "nylon", "flute")),
    "house": Example(
        "124", "C minor", timbres=_timbres("808", "synth", "polysynth/epiano", "square lead/synth lead")
    ),
    "hiphop": Example("88", "G minor", timbres=_timbres("808", "sine/synth", "epiano", "marimba/flute")),
    "ballad": Example(
        "96", "C major", "6/8", timbres=_timbres("acoustic", "fretless/finger", "strings", "violin/flute")
    ),
    "reggae": Example(
        "76", "A minor", timbres=_timbres("acoustic", "finger", "organ/piano", "harmonica/sax")
    ),
    "metal": Example("150", "D minor", timbres=_timbres("power/room", "pick", "strings", "driven guitar")),
    "blues": Example(
        "96", "E major", timbres=_timbres("vintage/room", "upright", "rock organ/piano", "electric guitar")
    ),
    "country": Example(
        "116", "G major", timbres=_timbres("acoustic", "pick", "steel guitar/nylon", "spanish guitar/sax")
    ),
}


def wish(style: str) -> Wish:
    """What to make of a style, in timbres that the shipped performers have."""
    example = EXAMPLES[style]
    chosen = {
        layer: first_of(names, bundles.performer(layer).manifest.timbres)
        for layer, names in example.timbres.items()
    }
    return Wish(
        bpm=example.bpm,
        key=example.key,
        meter=example.meter,
        form=FORM,
        style=style,
        seed=SEED,
        timbres=tuple(f"{layer}={name}" for layer, name in chosen.items() if name),
    )


def first_of(wanted: tuple[str, ...], have: tuple[str, ...]) -> str:
    """The first name of `wanted` among `have`, else the first of `have`; "" where there are none."""
    return next((name for name in wanted if name in have), have[0] if have else "")


def command(style: str, made: Wish) -> str:
    """The commands that make the same song."""
    wished = {"bpm": made.bpm, "key": f'"{made.key}"', "meter": made.meter, "form": f'"{made.form}"'}
    wished |= {"style": style, "seed": str(made.seed)}
    words = [*wished.items(), *(("timbre", f'"{timbre}"') for timbre in made.timbres)]
    return (
        f"stemwright new {style} {' '.join(f'--{name} {value}' for name, value in words)}\n"
        f"stemwright generate {style} && stemwright mix {style} --stems --quality high"
    )
