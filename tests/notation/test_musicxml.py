from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from stemwright.errors import UsageError
from stemwright.notation import xml_file
from stemwright.notation.musicxml import read_musicxml
from stemwright.notation.sheet import Bar, runs
from stemwright.song.harmony import Chord
from stemwright.song.meter import Meter
from stemwright.song.score import Note

HEAD = """<?xml version="1.0"?>
<!DOCTYPE score-partwise PUBLIC "-//Recordare//DTD MusicXML 3.1 Partwise//EN" "http://x/partwise.dtd">
<score-partwise><part-list><score-part id="P1"><part-name>Voice</part-name></score-part>
<score-part id="P2"><part-name>Piano</part-name></score-part></part-list>"""
ATTRIBUTES = """<attributes><divisions>2</divisions><key><fifths>-1</fifths><mode>minor</mode></key>
<time><beats>3</beats><beat-type>4</beat-type></time></attributes>"""


def note(step: str, octave: int, duration: int, extra: str = "", alter: str = "", before: str = "") -> str:
    return (
        f"<note>{before}<pitch><step>{step}</step>{alter}<octave>{octave}</octave></pitch>"
        f"<duration>{duration}</duration>{extra}</note>"
    )


def rest(duration: int) -> str:
    return f"<note><rest/><duration>{duration}</duration></note>"


def measure(*items: str) -> str:
    return f"<measure>{''.join(items)}</measure>"


def harmony(root: str, kind: str, bass: str = "") -> str:
    low = f"<bass><bass-step>{bass}</bass-step></bass>" if bass else ""
    return f"<harmony><root><root-step>{root}</root-step></root><kind>{kind}</kind>{low}</harmony>"


def save(path: Path, *parts: str) -> Path:
    """A score of parts, packed as `.mxl`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(f'<part id="P{i}">{part}</part>' for i, part in enumerate(parts, 1))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
        archive.writestr("score.xml", f"{HEAD}{body}</score-partwise>")
    return path


SONG = (
    measure(ATTRIBUTES, '<direction><sound tempo="90"/></direction>', note("A", 4, 2)),  # a pickup
    measure(
        harmony("D", "minor"),
        note("D", 5, 4, '<tie type="start"/>'),
        harmony("A", "dominant", "E"),
        note("C", 5, 2, alter="<alter>1</alter>"),
    ),
    measure(note("D", 5, 6, '<tie type="stop"/>')),
)
PIANO = (
    measure(ATTRIBUTES, rest(2)),
    measure(
        "<direction><direction-type><dynamics><ff/></dynamics></direction-type></direction>",
        note("F", 4, 6, "<staff>1</staff>"),
        note("A", 4, 6, "<staff>1</staff>", before="<chord/>"),
        "<backup><duration>6</duration></backup>",
        note("D", 3, 2, "<staff>2</staff>"),
        note("A", 3, 2, "<staff>2</staff>"),
        note("D", 2, 2, "<staff>2</staff>", before="<chord/>"),
        note("F", 3, 0, "<staff>2</staff>", before="<grace/>"),
    ),
    measure(note("F", 4, 6, "<staff>1</staff>")),
)


def test_notes_chords_ties_and_staves(tmp_path: Path) -> None:
    sheet = read_musicxml(save(tmp_path / "a.mxl", "".join(SONG), "".join(PIANO)))
    assert sheet.bpm == 90 and sheet.bars[0].fifths == -1
    assert [(b.start, b.length, b.whole) for b in sheet.bars] == [
        (0, 96, False), (96, 288, True), (384, 288, True)
    ]  # fmt: skip
    assert sheet.chords == [(96, Chord("D", "m")), (288, Chord("A", "7", "E"))]
    voice, piano = sheet.parts
    assert voice.sounding == [
        Note(0, 96, 69, 74), Note(96, 192, 74, 74), Note(288, 96, 73, 74), Note(384, 288, 74, 74)
    ]  # fmt: skip
    assert (voice.staves, piano.staves) == (1, 2)
    assert piano.on_staff(1) == [Note(96, 288, 65, 106), Note(96, 288, 69, 106), Note(384, 288, 65, 106)]
    assert piano.on_staff(2) == [Note(96, 96, 50, 106), Note(192, 96, 57, 106), Note(192, 96, 38, 106)]


def test_a_tie_joins_notes_across_the_bar(tmp_path: Path) -> None:
    tied = measure(ATTRIBUTES, note("D", 5, 6, '<tie type="start"/>'))
    tied += measure(note("D", 5, 4, '<tie type="stop"/><tie type="start"/>'), rest(2))
    sheet = read_musicxml(save(tmp_path / "a.mxl", tied))
    assert sheet.parts[0].sounding == [Note(0, 288 + 192, 74, 74)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><score-partwise/>', "entities"),
        ("<score-partwise>", "not XML"),
        ("<score-timewise/>", "score-timewise"),
        (
            "<score-partwise><part><measure><note><pitch><step>C</step><octave>x</octave></pitch>"
            "<duration>1</duration></note></measure></part></score-partwise>",
            "bad number",
        ),
        (
            "<score-partwise><part><measure><note><duration>1/0</duration></note></measure></part>"
            "</score-partwise>",
            "bad number",
        ),
    ],
)
def test_what_is_no_score_is_refused(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "a.musicxml"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        read_musicxml(path)


def test_files_that_are_no_archives_or_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.mxl"
    path.write_bytes(b"PK nonsense")
    with pytest.raises(UsageError, match=r"a\.mxl: cannot be read"):
        read_musicxml(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("META-INF/container.xml", "<container/>")
    with pytest.raises(UsageError, match="holds no score"):
        read_musicxml(path)
    save(path, "".join(SONG))
    monkeypatch.setattr(xml_file, "MAX_BYTES", 100)
    with pytest.raises(UsageError, match="larger than"):
        read_musicxml(path)


def test_stretches_are_whole_bars_of_one_meter() -> None:
    three, four = Meter(3, 4), Meter(4, 4)
    lengths = [(96, four), (384, four), (384, four), (192, four), (192, four), (384, four), (288, three)]
    bars = [Bar(0, length, meter) for length, meter in lengths]
    assert list(runs(bars)) == [(1, 3), (5, 6), (6, 7)]
    assert list(runs([])) == []
