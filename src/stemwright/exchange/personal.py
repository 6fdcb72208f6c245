"""`personal`: what a style has learnt from notes, and all its parts listed, removed and passed on."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from stemwright.compose.stylebook.files import OWN, own_folder
from stemwright.errors import UsageError, argument
from stemwright.exchange import preferences
from stemwright.exchange.learning import check_out, read_files, write_style
from stemwright.models import personal as styles
from stemwright.models.bundle import file_sha256
from stemwright.models.merging import merge_style
from stemwright.models.personal import NOTES, NOTES_FILE
from stemwright.store.atomic import make_directory, write_bytes

PLAIN = 500
"""Letters of a note of consent."""
NO_CONSENT = "consent: whose music it is was not said; keep the style to yourself"


def learn_notes(
    name: str, midi: Sequence[Path], consent: str = "", report: Callable[[str], None] = lambda line: None
) -> dict[str, Any]:
    """Learn the notes of a style from MIDI files: the style file `my-NAME`, by `style learn`. What that
    found, and `held_out` (`preferences`). UsageError, and nothing written, for a name that is taken or files
    that tell nothing.
    """
    home, out = styles.folder_of(name), own_folder() / f"{OWN}{name}.toml"
    check_consent(consent)
    if styles.notes_of(name) is not None:
        raise UsageError(
            f"style {name!r}: has learnt notes already; stemwright personal remove {name} "
            f"{argument('layer')} {NOTES} first"
        )
    there = out.parent.is_dir()
    if there:
        check_out(out, False)
    read, unread = read_files(midi)
    for file, why in unread.items():
        report(f"{file}: not read: {why}")
    held_out = preferences.preferences([each.piece for each in read])
    make_directory(out.parent)
    found = write_style(read, out)
    told = {
        "style": out.stem,
        "sha256": file_sha256(out),
        "like": found["like"],
        "sources": [f"{each.file.name} {file_sha256(each.file)}" for each in read],
        "consent": consent,
        "held_out": held_out,
    }
    make_directory(home)
    write_bytes(home / NOTES_FILE, json.dumps(told, indent=1).encode("utf-8"))
    report(preferences.line(held_out))
    part = {"name": name, "layer": NOTES, "path": str(out), "sha256": told["sha256"]}
    return {**found, **part, "song_style": out.stem, "unread": unread, "held_out": held_out or {}}


def check_consent(consent: str) -> None:
    """UsageError for a note of consent that is no line."""
    if len(consent) > PLAIN or not consent.isprintable():
        raise UsageError(f"{argument('consent')}: must be one line of at most {PLAIN} letters")


def line_of_consent(consent: str) -> str:
    """What a manifest says of whose music it is."""
    return f"consent: {consent}" if consent else NO_CONSENT


def listed() -> list[dict[str, Any]]:
    """What there is to know of every part of every style, by name."""
    rows = [{**row, "style_file": None} for row in styles.described()]
    for name in styles.style_names():
        told = styles.notes_of(name)
        if told is not None:
            rows.append(
                {
                    "name": name,
                    "layer": NOTES,
                    "rank": None,
                    "timbre": "",
                    "base_sha256": None,
                    "gain_percent": _gain(told.get("held_out")),
                    "consent": [str(told.get("consent", ""))],
                    "sources": list(told.get("sources", ())),
                    "style_file": told["style"],
                }
            )
    return sorted(rows, key=lambda row: (row["name"], row["layer"]))


def _gain(held_out: object) -> float | None:
    """How much less surprising the user's chords are, in percent."""
    if not isinstance(held_out, dict):
        return None
    before, learnt = held_out.get("before"), held_out.get("learnt")
    if not isinstance(before, float) or not isinstance(learnt, float) or before <= 0:
        return None
    return round(100 * (learnt / before - 1), 1)


def remove(name: str, layer: str | None = None) -> tuple[list[str], list[str]]:
    """Take a style away, or one part of it; its parts, and what to say: a style file that was changed by hand
    stays. UsageError where there is no such.
    """
    told = styles.notes_of(name)
    if layer == NOTES and told is None:
        raise UsageError(f"style {name!r}: has learnt no notes")
    gone: list[str] = []
    if layer != NOTES and (layer is not None or told is None or styles.parts(name)):
        gone = styles.remove_style(name, layer)
    said: list[str] = []
    if told is not None and layer in (None, NOTES):
        file = own_folder() / f"{told['style']}.toml"
        (styles.folder_of(name) / NOTES_FILE).unlink()
        if file.is_file() and file_sha256(file) == told.get("sha256"):
            file.unlink()
        elif file.is_file():
            said.append(f"{file}: was changed since it was learnt, and stays")
        styles.sweep(name)
        gone.append(NOTES)
    return gone, said


def export(
    name: str, out: Path, layer: str | None = None, merged: tuple[float, int] | None = None
) -> dict[str, str]:
    """Write a part of a style to the new folder `out`: an adapter's bundle, the style file of its notes, or
    with `merged`, strength and seed, a performer that plays so by itself. UsageError where it is not clear
    which part, or `out` exists.
    """
    told, layers = styles.notes_of(name), styles.parts(name)
    if told is not None and layer is None and layers and merged is None:
        raise UsageError(
            f"style {name!r}: has parts for {', '.join([*layers, NOTES])}; name one with {argument('layer')}"
        )
    if told is not None and merged is None and (layer == NOTES or not layers):
        return _export_notes(told, out)
    part = styles.one_part(name, layer)
    bundle = styles.export_style(part, out) if merged is None else merge_style(part, out, *merged)
    return {"bundle": str(bundle.path), "kind": bundle.manifest.kind, "sha256": bundle.sha256}


def _export_notes(told: dict[str, Any], out: Path) -> dict[str, str]:
    file = own_folder() / f"{told['style']}.toml"
    if not file.is_file():
        raise UsageError(f"{file}: is not there any more; learn the notes again")
    if out.exists():
        raise UsageError(f"{out}: exists; choose another folder")
    make_directory(out)
    write_bytes(out / file.name, file.read_bytes())
    return {"bundle": str(out / file.name), "kind": "style", "sha256": file_sha256(file)}
