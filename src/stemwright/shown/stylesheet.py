"""`style check`: what a style file holds, or everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.compose.parts import PARTS
from stemwright.compose.style import LEVELS, Style
from stemwright.compose.stylebook.files import own_folder
from stemwright.compose.stylebook.reading import examine
from stemwright.compose.styles import style_of
from stemwright.producer import bundles
from stemwright.shown.catalogue import sheet
from stemwright.song.layers import role_of
from stemwright.song.rhythm import swing_text


def check_style(path: Path) -> dict[str, Any]:
    """What is in a style file as plain values, and where it belongs (`folder`); of a faulty one `faults`
    alone, a line each. UsageError where it cannot be read.
    """
    style, found = examine(path)
    faults = [*found, *_unknown_timbres(style)]
    if faults:
        return {"file": str(path), "faults": faults}
    facts = {**sheet(style), "swing": swing_text(style.swing), "holds": _counts(style)}
    return {"file": str(path), "faults": [], "folder": str(own_folder()), **facts}


def _unknown_timbres(style: Style) -> list[str]:
    """Timbres of the file's own that no performer here has, a line each; where a performer is missing nobody
    can say.
    """
    faults: list[str] = []
    others = style_of(style.like).timbres if style.like else {}
    for layer, timbre in style.timbres.items():
        if others.get(layer) == timbre:
            continue
        part = PARTS.get(layer)
        known = bundles.timbres_of(role_of(layer, part.kind if part else None))
        if known and timbre not in known:
            faults.append(f"timbres.{layer}: {timbre[:40]!r} is not known; use one of {', '.join(known)}")
    return faults


def _counts(style: Style) -> dict[str, int]:
    """How many patterns there are, by the field that they stand in."""
    layers = {"drums": style.grooves, "bass": style.bass, "harmony": style.comps}
    counts = {f"{name}.{level}": len(found[level]) for name, found in layers.items() for level in LEVELS}
    chords = {"major": style.major, "minor": style.minor, "cadences": style.cadences}
    counts |= {f"chords.{name}": len(found) for name, found in chords.items()}
    counts |= {"drums.fills": len(style.fills), "lead.rhythms": len(style.motifs)}
    further = {"percussion": style.percussion, **style.parts}
    return counts | {
        f"{name}.{level}": len(rows) for name, at in further.items() for level, rows in at.items()
    }
