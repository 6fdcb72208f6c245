"""MusicXML by hand: bars of a few notes with marks, packed as the corpora pack them."""

from __future__ import annotations

import zipfile
from pathlib import Path

HEAD = """<?xml version="1.0"?><score-partwise><part-list>
<score-part id="P1"><part-name>Voice</part-name></score-part>
<score-part id="P2"><part-name>Piano</part-name></score-part></part-list>"""


def attributes(fifths: int = 0, meter: str = "4/4", mode: str = "") -> str:
    beats, unit = meter.split("/")
    said = f"<mode>{mode}</mode>" if mode else ""
    return (
        f"<attributes><divisions>2</divisions><key><fifths>{fifths}</fifths>{said}</key>"
        f"<time><beats>{beats}</beats><beat-type>{unit}</beat-type></time></attributes>"
    )


def note(name: str, duration: int, staff: int = 0, chord: bool = False) -> str:
    """A note "C4" or "F#5" of so many eighths."""
    alter = "<alter>1</alter>" if "#" in name else ""
    return (
        f"<note>{'<chord/>' if chord else ''}<pitch><step>{name[0]}</step>{alter}"
        f"<octave>{name[-1]}</octave></pitch><duration>{duration}</duration>"
        f"{f'<staff>{staff}</staff>' if staff else ''}</note>"
    )


def symbol(root: str, kind: str, degree: str = "") -> str:
    """A chord symbol; `degree` "9 -1" adds one."""
    value, _, alter = degree.partition(" ")
    more = (
        f"<degree><degree-value>{value}</degree-value><degree-alter>{alter}</degree-alter>"
        "<degree-type>add</degree-type></degree>"
        if degree
        else ""
    )
    return f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind>{more}</harmony>"


def bar(*items: str, number: int | str = "", begin: str = "", end: str = "") -> str:
    """A measure. `begin` and `end` hold what stands at its barlines: "repeat", "ending 1", "times 3"."""
    left = f'<barline location="left">{_marks(begin, "forward", "start")}</barline>' if begin else ""
    right = f'<barline location="right">{_marks(end, "backward", "stop")}</barline>' if end else ""
    return f'<measure number="{number}">{left}{"".join(items)}{right}</measure>'


def _marks(text: str, direction: str, kind: str) -> str:
    out = ""
    for word in text.split(";"):
        name, _, value = word.strip().partition(" ")
        if name == "ending":
            out += f'<ending number="{value}" type="{kind}"/>'
        else:
            times = f' times="{value}"' if name == "times" else ""
            out += f'<repeat direction="{direction}"{times}/>'
    return out


def words(text: str) -> str:
    return f"<direction><direction-type><words>{text}</words></direction-type></direction>"


def sound(**attributes_: str) -> str:
    return "<sound " + " ".join(f'{name}="{value}"' for name, value in attributes_.items()) + "/>"


def save(path: Path, *parts: list[str]) -> Path:
    """A score of parts, each a list of measures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(f'<part id="P{i}">{"".join(bars)}</part>' for i, bars in enumerate(parts, 1))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("score.xml", f"{HEAD}{body}</score-partwise>")
    return path
