"""The page's text: the words of page.md with tables and figures put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from listening.codec_alone import Pair
from listening.excerpts import Bars
from listening.songs import SEED
from stemwright.assess.means import mean
from stemwright.assess.tables import number

Row = Mapping[str, Any]

TEMPLATE = Path(__file__).with_name("page.md")
GOALS = {"drums": 0.95, "bass": 0.92, "harmony": 0.85, "lead": 0.92}
"""Onset F1."""
PITCH_GOAL = 0.95
OF_CONTROL = 0.95
"""What agreement with the chords should be, of the control's."""
MIX_LUFS, LUFS_CLOSE = -14.0, 0.5
CONTROL = ", in brackets: the same score played by the training instruments and sent through the codec."
NO_CONTROL = " (the training instruments through the codec) needs the samples and was not measured here."
CODEC = """## What the codec alone does

The training instruments' rendering of a score, and the same through the codec: what is lost here, no
performer can bring back. Mel distance and SI-SNR as in [evaluation](evaluation.md), over the whole song.

"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A song on the page: its report of `assess_song`, and which bars are heard."""

    style: str
    meter: str
    report: Row
    shown: Bars
    heard: Mapping[str, Bars]
    command: str


def page(folder: str, entries: Sequence[Entry], bundles: Mapping[str, str], pairs: Sequence[Pair]) -> str:
    """The whole page; sounds and pictures are in `folder` beside it."""
    stems = [(entry.style, row) for entry in entries for row in entry.report["layers"]]
    controlled = any(row["control"] for _, row in stems)
    words = {
        "count": str(len(entries)),
        "seed": str(SEED),
        "bundles": ", ".join(f"{name} `{sha[:12]}`" for name, sha in bundles.items()),
        "control": CONTROL if controlled else NO_CONTROL,
        "overview": overview(folder, entries),
        "codec": CODEC + codec_table(folder, pairs) + "\n\n" if pairs else "",
        "songs": "\n\n".join(song(folder, entry) for entry in entries),
        **bad(entries),
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(words)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def overview(folder: str, entries: Sequence[Entry]) -> str:
    """One line a style; bold: below the goal."""
    head = ["style", "mix"]
    layers = [row["layer"] for row in entries[0].report["layers"]]
    for layer in layers:
        head += [f"{layer}: onset F1"] + [
            f"{layer}: {title}" for key, title in _TITLES if _judged(layer, key)
        ]
    rows = []
    for entry in entries:
        cells = [f"[{entry.style}](#{entry.style})", f"[hear]({folder}/{entry.style}-mix.mp3)"]
        for row in entry.report["layers"]:
            keys = ["f1", *(key for key, _ in _TITLES if _judged(row["layer"], key))]
            cells += [figure(row, key) for key in keys]
        rows.append([*cells, ", ".join(_faults(entry)) or "none"])
    summary = ["**mean**", ""]
    floors = ["floor", ""]
    for layer in layers:
        found = [row for entry in entries for row in entry.report["layers"] if row["layer"] == layer]
        floors.append(number(_mean(found, "floor_f1")))
        summary.append(f"**{number(_mean(found, 'f1'))}**")
        for key, _ in _TITLES:
            if _judged(layer, key):
                summary.append(f"**{number(_mean(found, key))}**")
                floors.append("")
    table = markdown([*head, "faults"], [*rows, [*summary, ""], [*floors, ""]])
    return table + "\n\n**Bold** in a style's line: below the goal."


def song(folder: str, entry: Entry) -> str:
    """A song's section."""
    report = entry.report
    mixed = next(row for row in report["mixes"] if row["of"] == "song")
    facts = f"{report['bpm']:g} BPM, {report['key']}, {entry.meter}, {report['bars']} bars"
    sound = f"{mixed['loudness_lufs']:.1f} LUFS, true peak {mixed['true_peak_dbtp']:.1f} dBTP"
    rows = [
        [
            f"[{row['layer']}]({folder}/{entry.style}-{row['layer']}.mp3)",
            row["timbre"] or "-",
            str(entry.heard[row["layer"]]),
            figure(row, "f1"),
            number(row["floor_f1"]),
            figure(row, "pitch", ""),
            figure(row, "chroma", ""),
            number(row["loudness_lufs"], "{:.1f}"),
            number(row["quiet_db"], "{:.0f}"),
            ", ".join(row["faults"]["faults"]) or "none",
        ]
        for row in report["layers"]
    ]
    head = ["hear", "timbre", "bars", "onset F1", "floor", "pitch right", "in chords", "LUFS", "rests, dBFS"]
    return "\n\n".join(
        [
            f"### {entry.style}",
            f"{facts}. **[Mix]({folder}/{entry.style}-mix.mp3)**, bars {entry.shown}: {sound}.",
            markdown([*head, "faults"], rows),
            f"![Spectrograms of the layers of the {entry.style} song]({folder}/{entry.style}.png)",
            f"<details><summary>Make it yourself</summary>\n\n```\n{entry.command}\n```\n\n</details>",
        ]
    )


def codec_table(folder: str, pairs: Sequence[Pair]) -> str:
    """Rendering and codec of each layer."""
    head = ["layer", "timbre", "rendering", "through the codec", "mel distance", "SI-SNR, dB"]
    rows = [
        [
            pair.layer,
            pair.timbre,
            *(f"[hear]({folder}/{name})" for name in pair.files),
            f"{pair.mel_distance:.2f}",
            f"{pair.si_snr_db:.1f}",
        ]
        for pair in pairs
    ]
    return markdown(head, rows)


def figure(row: Row, key: str, unknown: str = "-") -> str:
    """A figure of a layer, bold where it is below its goal, the control's in brackets where there is one."""
    value, control = row.get(key), (row["control"] or {}).get(key)
    if value is None:
        return unknown
    text = number(value)
    goal = goal_of(row, key)
    if goal is not None and value < goal:
        text = f"**{text}**"
    return text if control is None else f"{text} ({number(control)})"


def goal_of(row: Row, key: str) -> float | None:
    """What a figure of a layer should reach; None where nobody said."""
    if key == "f1":
        return GOALS.get(row["layer"])
    if key == "pitch":
        return PITCH_GOAL
    control = (row["control"] or {}).get(key)
    return None if control is None else OF_CONTROL * float(control)


def bad(entries: Sequence[Entry]) -> dict[str, str]:
    """The figures within the words on what is still bad."""
    stems = [(entry.style, row) for entry in entries for row in entry.report["layers"]]
    pitched = [(style, row) for style, row in stems if row.get("pitch") is not None]
    grid = [
        r for entry in entries for r in entry.report["rhythm"] if (r["of"], r["beats"]) == ("song", "grid")
    ]
    return {
        "stems": str(len(stems)),
        "f1_means": _by_layer(stems, "f1", GOALS),
        "f1_below": str(_below(stems, "f1")),
        "f1_lowest": _lowest(stems, "f1"),
        "pitched": str(len(pitched)),
        "pitch_means": _by_layer(stems, "pitch", {}),
        "pitch_below": str(_below(pitched, "pitch")),
        "pitch_lowest": _lowest(pitched, "pitch"),
        "chroma_mean": number(_mean([row for _, row in stems], "chroma")),
        "chroma_lowest": _lowest(stems, "chroma"),
        "cbs": number(_mean(grid, "cbs"), "{:.3f}"),
        "irs": number(_mean(grid, "irs"), "{:.3f}"),
        "cbd": number(_mean(grid, "cbd_ms"), "{:.1f}"),
        "faults": _all_faults(entries, len(stems)),
        "levels": _levels(entries),
    }


_TITLES = (("pitch", "pitch"), ("chroma", "in chords"))


def _judged(layer: str, key: str) -> bool:
    return layer in (("bass", "lead") if key == "pitch" else ("harmony",))


def _mean(rows: Sequence[Row], key: str) -> float | None:
    return mean([{key: row.get(key)} for row in rows])[key] if rows else None


def _by_layer(stems: Sequence[tuple[str, Row]], key: str, goals: Mapping[str, float]) -> str:
    said = []
    for layer in dict.fromkeys(row["layer"] for _, row in stems):
        value = _mean([row for _, row in stems if row["layer"] == layer], key)
        if value is not None:
            goal = f" (goal {goals[layer]:.2f})" if layer in goals else ""
            said.append(f"{layer} {number(value)}{goal}")
    return ", ".join(said) or "-"


def _below(stems: Sequence[tuple[str, Row]], key: str) -> int:
    return sum(
        1
        for _, row in stems
        if row.get(key) is not None and (goal := goal_of(row, key)) is not None and row[key] < goal
    )


def _lowest(stems: Sequence[tuple[str, Row]], key: str) -> str:
    known = [
        (row[key], row["layer"], row["timbre"], style) for style, row in stems if row.get(key) is not None
    ]
    if not known:
        return "not known"
    value, layer, timbre, style = min(known)
    return (
        f"the {layer} ({timbre}) in {style}, {number(value)}"
        if timbre
        else f"the {layer} in {style}, {value:.2f}"
    )


def _faults(entry: Entry) -> list[str]:
    return [f"{row['layer']} {fault}" for row in entry.report["layers"] for fault in row["faults"]["faults"]]


def _all_faults(entries: Sequence[Entry], stems: int) -> str:
    found = [f"{fault} ({entry.style})" for entry in entries for fault in _faults(entry)]
    if not found:
        return f"none of the {stems} stems is silent where it should sound, clips, hums or ends in noise"
    faulty = sum(1 for entry in entries for row in entry.report["layers"] if row["faults"]["faults"])
    return f"{faulty} of the {stems} stems: {', '.join(found)}"


def _levels(entries: Sequence[Entry]) -> str:
    mixes = [(entry.style, row) for entry in entries for row in entry.report["mixes"] if row["of"] == "song"]
    short = [
        f"{style} ({row['loudness_lufs']:.1f})"
        for style, row in mixes
        if abs(row["loudness_lufs"] - MIX_LUFS) > LUFS_CLOSE
    ]
    if not short:
        return f"all {len(mixes)} mixes are within {LUFS_CLOSE:g} LU of {MIX_LUFS:g} LUFS"
    return f"{len(short)} of {len(mixes)} mixes are not at {MIX_LUFS:g} LUFS: {', '.join(short)}"
