"""Which files the sources have, and in which split each is: by composer, by drummer, or by name."""

from __future__ import annotations

import csv
import hashlib
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

VALID_COMPOSERS = frozenset({
    "Scott Joplin", "George Gershwin", "Fats Waller", "Jerome Kern", "Stephen Foster", "Victor Herbert",
    "Hugo Wolf", "Gabriel Fauré", "Fanny Hensel", "Josephine Lang",
})  # fmt: skip
"""Whoever is among a work's authors puts it into the validation split; printed sets follow this one list."""
LATER_AUTHORS = frozenset({"Andrew Lloyd Webber", "Campino", "Don George"})
"""Traditional tunes under the names of authors whose own work may still be protected: left out."""
VALID_BANDS = (
    "d_dm25", "d_dm30", "d_dm32",  # rostuhan
    "d_map03", "d_map12", "d_map13", "d_map26",  # Discoholic, and what is Samuel Oliver's
    "d_dm09", "d_dm24",  # Matias Roldan
    "d_map16", "d_e4m2", "Boss 3",  # Scragadelic, Proxy-MIDI, Someoneman
)  # fmt: skip
"""Band songs held out: all that their composers wrote; no remix of one is among the others."""
KNOWN = frozenset({"openewld", "lieder", "freedoom", "easyrpg", "tanner_helland", "mutopia_popular"})
"""Folders of known sets beside Groove MIDI: what lies in them is nobody's own."""
MIDI, MUSICXML = (".mid", ".midi", ".kar"), (".mxl", ".musicxml", ".xml")
ONE_IN = 20
"""Of so many own files one is held out."""


def authors(folder: str) -> frozenset[str]:
    """The people in a folder's name, "Con_Conrad-Sidney_Clare" or "Schumann,_Clara", as plain names."""
    found = []
    for person in unicodedata.normalize("NFC", folder).replace("_", " ").split("-"):
        last, comma, first = person.partition(", ")
        found.append(f"{first} {last}" if comma else person)
    return frozenset(found)


@cache
def sheet_files(folder: Path, split: str) -> tuple[Path, ...]:
    """The files of OpenEWLD's or the Lieder's folder that belong to a split, by their composers."""
    found = []
    for path in sorted(folder.rglob("*.mxl")):
        people = authors(path.relative_to(folder).parts[0])
        if not people & LATER_AUTHORS and (split == "valid") == bool(people & VALID_COMPOSERS):
            found.append(path)
    return tuple(found)


@cache
def gmd_rows(folder: Path, split: str) -> tuple[dict[str, str], ...]:
    """Rows of GMD's ``info.csv`` for one official split, without fills; none where there is no such table."""
    return _gmd(folder, split, "beat")


@cache
def gmd_fills(folder: Path, split: str) -> tuple[dict[str, str], ...]:
    """The rows of fills, as `gmd_rows`."""
    return _gmd(folder, split, "fill")


def _gmd(folder: Path, split: str, kind: str) -> tuple[dict[str, str], ...]:
    info = folder / "info.csv"
    if not info.is_file():
        return ()
    wanted = {"train": "train", "valid": "validation"}[split]
    with info.open(newline="", encoding="utf-8") as file:
        rows = [r for r in csv.DictReader(file) if r["split"] == wanted and r["beat_type"] == kind]
    return tuple(r for r in rows if (folder / r["midi_filename"]).is_file())


@cache
def band_files(folder: Path, split: str) -> tuple[Path, ...]:
    """The MIDI files of a folder of bands that belong to a split."""
    found = sorted(folder.glob("*.mid"))
    return tuple(path for path in found if (split == "valid") == path.name.startswith(VALID_BANDS))


@cache
def own_files(symbolic: Path, split: str) -> tuple[Path, ...]:
    """The MIDI and MusicXML files of no known set that belong to a split, by their paths below the folder:
    about one of ONE_IN is held out, and at least one of two.
    """
    known = KNOWN | ({"gmd"} if (symbolic / "gmd" / "info.csv").is_file() else set())
    found: dict[str, Path] = {}
    for path in sorted(symbolic.rglob("*")):
        parts = path.relative_to(symbolic).parts
        hidden = any(part.startswith((".", "__MACOSX")) for part in parts)
        foreign = hidden or (len(parts) > 1 and parts[0] in known)
        if path.suffix.lower() in (*MIDI, *MUSICXML) and not foreign and path.is_file():
            found["/".join(parts)] = path
    held = held_out(list(found))
    return tuple(path for name, path in found.items() if (split == "valid") == (name in held))


def held_out(names: Sequence[str]) -> frozenset[str]:
    """About one of ONE_IN names, by their hashes; of two or more at least one, and never all."""
    ranked = sorted(names, key=_place)
    count = sum(_place(name) < 2**64 // ONE_IN for name in ranked)
    return frozenset(ranked[: max(1, min(count, len(ranked) - 1))] if len(ranked) > 1 else ())


def _place(name: str) -> int:
    return int.from_bytes(hashlib.sha256(unicodedata.normalize("NFC", name).encode()).digest()[:8], "big")
