"""The page's text: the words of page.md with tables and figures put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any

from stemwright.assess.listening import bad
from stemwright.assess.listening.excerpts import Bars
from stemwright.assess.listening.figures import FIGURES, MIX, Figure, Row, markdown, means, side_mean
from stemwright.assess.listening.looks import Look
from stemwright.assess.listening.songs import SEED
from stemwright.assess.means import mean
from stemwright.assess.tables import number

TEMPLATE = Path(__file__).with_name("page.md")
CODEC = (
    Figure("mel", "mel distance"),
    Figure("attack_loss_db", "attack loss, dB", "{:.1f}"),
    Figure("note_f", "note F"),
    Figure("roughness_db", "roughness, dB", "{:.1f}"),
    Figure("partials_db", "partials over rest, dB", "{:.1f}"),
    Figure("side_db", "side over middle, dB", "{:.1f}"),
)
WHAT = {
    "rendering": "rendering",
    "codec": "the same through the codec",
    "performer": "what the performer plays",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A song on the page: its report of `measuring.measure`, which bars are heard, rows of its codec."""

    style: str
    meter: str
    report: Row
    shown: Bars
    heard: Mapping[str, Bars]
    command: str
    codec: Sequence[Row] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page says of how it was made. `control`: its name, or why there is none."""

    bundles: Mapping[str, str]
    control: str
    controlled: bool
    kbit: float
    looks: Sequence[Look] = field(default=())


def page(folder: str, entries: Sequence[Entry], facts: Facts) -> str:
    """The whole page; sounds and pictures are in `folder` beside it."""
    stems = [(entry.style, row) for entry in entries for row in entry.report["layers"]]
    mixes = [(entry.style, entry.report["mix"]) for entry in entries]
    judges, notes = entries[0].report["judges"], entries[0].report["notes"]
    words = {
        "count": str(len(entries)),
        "seed": str(SEED),
        "kbit": f"{facts.kbit:.0f}",
        "bundles": ", ".join(f"{name} `{sha[:12]}`" for name, sha in facts.bundles.items()),
        "judges": ", ".join(f"{name} {version}" for name, version in judges.items()) or "none is installed",
        "missing": "".join(f"\n- Left out here: {note}" for note in notes),
        "control": f"{facts.control}; through no codec" if facts.controlled else f"none ({facts.control})",
        "sounds": sounds(folder, entries),
        "overview": overview(stems),
        "mixes": mix_table(mixes),
        "worse": bad.worse_than_control(stems),
        "faults": bad.faults(stems),
        "levels": bad.levels(mixes),
        "looks": looks(folder, facts) if facts.looks else "",
        "codec": codec(folder, entries),
        "songs": "\n\n".join(song(folder, entry) for entry in entries),
        "answers": answers(facts) if facts.looks else "",
    }
    text = Template(TEMPLATE.read_text(encoding="utf-8")).substitute(words)
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def sounds(folder: str, entries: Sequence[Entry]) -> str:
    """One line a style: everything that can be heard of it."""
    layers = [row["layer"] for row in entries[0].report["layers"]]
    rows = []
    for entry in entries:
        timbres = {row["layer"]: row["timbre"] or "hear" for row in entry.report["layers"]}
        links = [f"[{timbres[layer]}]({folder}/{entry.style}-{layer}.mp3)" for layer in layers]
        rows.append([f"[{entry.style}](#{entry.style})", f"[mix]({folder}/{entry.style}-mix.mp3)", *links])
    return markdown(["style", "mix", *layers], rows)


def overview(stems: bad.Stems) -> str:
    """Means over the songs: of each layer the stems, the controls and the floor."""
    rows = []
    for layer in dict.fromkeys(row["layer"] for _, row in stems):
        mine = [row for _, row in stems if row["layer"] == layer]
        for what in ("song", "control", "floor"):
            found = side_mean(mine, what)
            if any(found.get(figure.key) is not None for figure in FIGURES):
                name = f"**{layer}**" if what == "song" else ""
                rows.append([name, what, *(figure.text(found) for figure in FIGURES)])
    return markdown(["layer", "what", *(figure.title for figure in FIGURES)], rows)


def mix_table(mixes: bad.Mixes) -> str:
    """The mixes' figures, means last."""
    rows = [[style, *(figure.cell(side) for figure in MIX)] for style, side in mixes]
    rows.append(["**mean**", *(figure.cell(means([side for _, side in mixes])) for figure in MIX)])
    return markdown(["mix", *(figure.title for figure in MIX)], rows)


def song(folder: str, entry: Entry) -> str:
    """A song's section."""
    report = entry.report
    facts = f"{report['bpm']:g} BPM, {report['key']}, {entry.meter}, {report['bars']} bars"
    head = ["hear", "timbre", "bars", *(figure.title for figure in FIGURES), "LUFS", "rests, dBFS", "faults"]
    rows = [
        [
            f"[{row['layer']}]({folder}/{entry.style}-{row['layer']}.mp3)",
            row["timbre"],
            str(entry.heard[row["layer"]]),
            *(figure.cell(row) for figure in FIGURES),
            number(row["song"]["loudness_lufs"], "{:.1f}"),
            number(row["song"]["quiet_db"], "{:.0f}"),
            ", ".join(row["faults"]) or "none",
        ]
        for row in report["layers"]
    ]
    return "\n\n".join(
        [
            f"### {entry.style}",
            f"{facts}. **[Mix]({folder}/{entry.style}-mix.mp3)**, bars {entry.shown}.",
            markdown(head, rows),
            f"![Spectrograms of the layers of the {entry.style} song]({folder}/{entry.style}.png)",
            f"<details><summary>Make it yourself</summary>\n\n```\n{entry.command}\n```\n\n</details>",
        ]
    )


def looks(folder: str, facts: Facts) -> str:
    """The blind looks."""
    said = f"""## A blind look

Each picture has two panels of the same bars: one is the stem of the song, the other
{facts.control}. Which one did the performers not play? The order was drawn by
a fixed seed; the [answers](#which-was-which) are folded in at the end of the page.
"""
    for number_, look in enumerate(facts.looks, 1):
        picture = f"![Two spectrograms, A and B: {look.title}]({folder}/{look.file})"
        said += f"\n**{number_}.** {look.title}, bars {look.bars}\n\n{picture}\n"
    return said + "\n"


def answers(facts: Facts) -> str:
    """What the blind looks were."""
    said = ", ".join(
        f"{number_} ({look.title}): **{'A' if look.control_first else 'B'}**"
        for number_, look in enumerate(facts.looks, 1)
    )
    return f"""## Which was which

<details><summary>The panels that the song's performers did not make</summary>

{said}

</details>
"""


def codec(folder: str, entries: Sequence[Entry]) -> str:
    """Renderings, the codec's and the performers': means over the songs, sounds of the first one."""
    if not entries[0].codec:
        return ""
    first, rows = entries[0].style, []
    for layer, what in dict.fromkeys((row["layer"], row["what"]) for row in entries[0].codec):
        found = [_numbers(r) for e in entries for r in e.codec if (r["layer"], r["what"]) == (layer, what)]
        end = "" if what == "performer" else f"-{what}"
        link = f"[hear]({folder}/{first}-{layer}{end}.mp3)"
        name = f"**{layer}**" if what == "rendering" else ""
        rows.append([name, WHAT[what], link, *(figure.text(mean(found)) for figure in CODEC)])
    table = markdown(["layer", "what", f"in {first}", *(figure.title for figure in CODEC)], rows)
    return f"""## What the codec alone does

The control, the same as the codec's tokens and back, and the stem. What the codec loses, no performer can
bring back; what is worse than the codec's line, the performer lost. Means over the songs; mel distance and
attack loss (0 is best) are to the rendering.

{table}

"""


def _numbers(row: Row) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value is None or isinstance(value, int | float)}
