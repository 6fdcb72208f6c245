"""`import` of printed music: what comes in, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

import hashlib
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.errors import StemwrightError, UsageError
from stemwright.exchange.exports import export_song
from stemwright.exchange.files import read_source
from stemwright.exchange.imports import import_midi, inspect_midi, read_piece
from stemwright.exchange.readings import Override
from stemwright.notation import unfold
from stemwright.notation.musicxml_write import write_musicxml
from stemwright.notation.sheet import Syllable
from stemwright.shown.reports import check, describe
from stemwright.song.document import LayerEntry, Song
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState
from stemwright.store import SongFolder
from support import printed as p

DRUMS = """<score-part id="P1"><part-name>Kit</part-name>
<score-instrument id="K"><instrument-name>Kick</instrument-name></score-instrument>
<midi-instrument id="K"><midi-channel>10</midi-channel><midi-unpitched>36</midi-unpitched></midi-instrument>
</score-part>"""


def score(path: Path, layer: str) -> list[tuple[int, int, int]]:
    sha = describe(path)["layers"][layer]["score_sha256"]
    notes = Score.from_bytes(SongFolder.open(path).objects.get(sha)).notes
    return [(note.onset, note.duration, note.pitch) for note in notes]


def xml(tmp_path: Path, *measures: str, parts: str = "", name: str = "tune.musicxml") -> Path:
    """A file of one part of some measures."""
    listed = parts or '<score-part id="P1"><part-name>lead</part-name></score-part>'
    file = tmp_path / name
    file.write_text(
        f"<score-partwise><part-list>{listed}</part-list>"
        f"<part id='P1'>{''.join(measures)}</part></score-partwise>"
    )
    return file


def files_of(path: Path) -> dict[str, str]:
    return {
        str(file.relative_to(path)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in path.rglob("*")
        if file.is_file()
    }


def test_a_score_makes_a_song(tmp_path: Path) -> None:
    rehearsal = "<direction><direction-type><rehearsal>A</rehearsal></direction-type></direction>"
    file = p.save(
        tmp_path / "tune.mxl",
        [
            p.bar(
                p.attributes(-1, "3/4", "minor"), rehearsal, p.sound(tempo="90"), p.symbol("D", "minor"),
                p.note("D4", 6), begin="repeat",
            ),
            p.bar(p.note("E4", 6), begin="ending 1", end="ending 1;repeat"),
            p.bar(p.symbol("A", "dominant"), p.note("F4", 6), begin="ending 2", end="ending 2"),
        ],
        [p.bar(p.attributes(-1, "3/4"), p.note("D3", 6)), p.bar(p.note("A3", 6)), p.bar(p.note("D3", 6))],
    )  # fmt: skip
    facts = import_midi(tmp_path / "song", file, tracks=("1=lead", "2=bass"))
    found = describe(tmp_path / "song")
    assert (found["bpm"], found["key"], found["meter"], found["bars"]) == (90, "D minor", "3/4", 4)
    assert found["chords"] == "Dm | % | % | A7" and facts["sources"]["key"] == "file"
    assert SongFolder.open(tmp_path / "song").load().state.form == "A:2 A:2"
    assert score(tmp_path / "song", "lead") == [(0, 288, 62), (288, 288, 64), (576, 288, 62), (864, 288, 65)]
    assert score(tmp_path / "song", "bass") == [(0, 288, 50), (288, 288, 57), (576, 288, 50), (864, 288, 50)]
    assert check(tmp_path / "song")["ok"]


def test_transposing_parts_come_in_as_they_sound(tmp_path: Path) -> None:
    attributes = p.attributes(2).replace(
        "</attributes>", "<transpose><chromatic>-2</chromatic></transpose></attributes>"
    )
    file = xml(tmp_path, p.bar(attributes, p.symbol("D", "major"), p.note("D5", 8)))
    piece, _ = read_piece(file)
    assert piece.state.key.tonic == "C" and str(piece.state.chords[0]) == "C"
    assert [note.pitch for note in piece.scores["lead"].notes] == [72]


def test_a_transposed_signature_that_comes_first_is_moved_too(tmp_path: Path) -> None:
    """<key> stands before <transpose> in the schema."""
    text = (
        "<attributes><divisions>2</divisions><key><fifths>2</fifths></key>"
        "<transpose><chromatic>-2</chromatic></transpose></attributes>"
    )
    piece, _ = read_piece(xml(tmp_path, p.bar(text, p.note("D5", 8))))
    assert piece.state.key.fifths == 0


def test_grace_notes_sound_before_their_note(tmp_path: Path) -> None:
    grace = "<note><grace/><pitch><step>D</step><octave>5</octave></pitch></note>"
    file = xml(tmp_path, p.bar(p.attributes(), p.note("C5", 4), grace, p.note("E5", 4)))
    assert [(n.onset, n.duration, n.pitch) for n in read_piece(file)[0].scores["lead"].notes] == [
        (0, 180, 72), (180, 12, 74), (192, 192, 76),
    ]  # fmt: skip


def test_drums_by_their_instruments_and_by_their_places(tmp_path: Path) -> None:
    def hit(step: str, octave: int, more: str) -> str:
        place = f"<display-step>{step}</display-step><display-octave>{octave}</display-octave>"
        return f"<note><unpitched>{place}</unpitched><duration>2</duration>{more}</note>"

    file = xml(
        tmp_path,
        p.bar(
            p.attributes(), hit("C", 4, '<instrument id="K"/>'), hit("C", 5, ""),
            hit("G", 5, "<notehead>x</notehead>"),
            hit("A", 5, "<notehead>x</notehead>"),
        ),
        parts=DRUMS,
    )  # fmt: skip
    assert [n.pitch for n in read_piece(file)[0].scores["drums"].notes] == [35, 38, 42, 49]


def test_voices_may_be_tracks(tmp_path: Path) -> None:
    def voiced(name: str, voice: int) -> str:
        return p.note(name, 8).replace("</note>", f"<voice>{voice}</voice></note>")

    back = "<backup><duration>8</duration></backup>"
    file = xml(tmp_path, p.bar(p.attributes(), voiced("C5", 1), back, voiced("C3", 2)))
    assert len(inspect_midi(file)["tracks"]) == 1
    assert [track["name"] for track in inspect_midi(file, split_voices=True)["tracks"]] == [
        "lead staff 1 voice 1", "lead staff 1 voice 2",
    ]  # fmt: skip
    import_midi(tmp_path / "song", file, tracks=("1=lead", "2=bass"), split_voices=True)
    assert score(tmp_path / "song", "bass") == [(0, 384, 48)]


def test_syllables_come_with_their_layer(tmp_path: Path) -> None:
    sung = '<lyric number="{}"><syllabic>{}</syllabic><text>{}</text></lyric></note>'
    one = p.note("C4", 4).replace("</note>", sung.format(1, "begin", "Hel"))
    two = p.note("D4", 4).replace("</note>", sung.format(1, "end", "lo"))
    file = xml(tmp_path, p.bar(p.attributes(), one, two))
    assert read_piece(file)[1]["lead"].syllables == (Syllable(0, "Hel", True), Syllable(192, "lo"))
    told = import_midi(tmp_path / "song", file)["remarks"]
    assert told == ["lyrics: 1 lines, sung to lead"]


def test_bars_of_their_own_length(tmp_path: Path) -> None:
    """A pickup is a whole bar that begins with a rest; a bar cut short in the middle keeps its length."""
    file = xml(
        tmp_path,
        p.bar(p.attributes(), p.note("G4", 2)),
        p.bar(p.note("C5", 8)),
        p.bar(p.note("D5", 3)),
        p.bar(p.note("E5", 8)),
    )
    piece, _ = read_piece(file)
    assert piece.state.meter_text == "4/4, 3: 3/8, 4: 4/4"
    assert [note.onset for note in piece.scores["lead"].notes] == [288, 384, 768, 912]


def test_a_swung_score_is_played_swung(tmp_path: Path) -> None:
    swing = "<sound><swing><first>2</first><second>1</second></swing></sound>"
    direction = f"<direction><direction-type><words>Swing</words></direction-type>{swing}</direction>"
    file = xml(tmp_path, p.bar(p.attributes(), direction, p.note("C4", 1), p.note("D4", 1), p.note("E4", 6)))
    assert [note.onset for note in read_piece(file)[0].scores["lead"].notes] == [0, 64, 96]


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.musicxml", b"<score-partwise>", "is not XML"),
        ("a.musicxml", b"", "is not XML"),
        ("a.xml", b"<html></html>", "is <html>, not a <score-partwise>"),
        ("a.musicxml", b"<score-partwise/>", "has no measures"),
        (
            "a.musicxml",
            b'<!DOCTYPE x [<!ENTITY a "b">]><score-partwise>&a;</score-partwise>',
            "declares entities",
        ),
        (
            "a.musicxml",
            b'<!DOCTYPE x [<!ENTITY a "aa"><!ENTITY b "&a;&a;&a;">]><score-partwise>&b;</score-partwise>',
            "declares entities",
        ),
        (
            "a.musicxml",
            b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><score-partwise>&a;</score-partwise>',
            "declares entities",
        ),
        ("a.mxl", b"PK\x03\x04 no", "cannot be read"),
        ("a.mxl", b"hello", "cannot be read"),
        ("a.musicxml", b"<a>" * 100 + b"</a>" * 100, "nested too deep"),
        ("a.abc", b"X:1\nM:4/4\nK:C\n", "has no"),
        ("a.abc", b"X:1\nM:5/5\nK:C\nC", "line 2"),
        ("a.abc", b"MThd", "has no tune"),
    ],
)
def test_refused_in_one_line_and_nothing_changed(tmp_path: Path, name: str, data: bytes, says: str) -> None:
    song = tmp_path / "song"
    import_midi(song, xml(tmp_path, p.bar(p.attributes(), p.note("C4", 8))))
    before = files_of(song)
    file = tmp_path / name
    file.write_bytes(data)
    for path in (song, tmp_path / "new"):
        with pytest.raises(UsageError) as refused:
            import_midi(path, file)
        told = str(refused.value)
        assert says in told and told.startswith(name) and len(told.splitlines()) == 1
    assert files_of(song) == before and not (tmp_path / "new").exists()


def refusal(file: Path, **kinds: object) -> str:
    with pytest.raises(UsageError) as refused:
        read_source(file, **kinds)  # type: ignore[arg-type]
    return str(refused.value)


def test_compressed_bombs_and_wrong_containers(tmp_path: Path) -> None:
    file = tmp_path / "a.mxl"

    def pack(**entries: bytes) -> Path:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in entries.items():
                archive.writestr(name.replace("_", "/", 1).replace("META/INF", "META-INF"), data)
        return file

    assert "not read; save it unpacked" in refusal(pack(**{"score.xml": b" " * 20_000_000}))
    assert "save it unpacked" in refusal(pack(**{"score.xml": b" " * 40_000_000}))
    assert "holds no score" in refusal(pack(**{"readme.txt": b"x"}))
    note = p.note("C4", 8)
    good = f"<score-partwise><part><measure>{note}</measure></part></score-partwise>".encode()
    container = b'<container><rootfiles><rootfile full-path="%s"/></rootfiles></container>'
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("META-INF/container.xml", container % b"../../etc/passwd")
        archive.writestr("first.xml", good)
    assert len(read_source(file).midi.tracks) == 1  # what is not in the archive is not looked for
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("META-INF/container.xml", container % b"second.xml")
        archive.writestr("first.xml", b"<no/>")
        archive.writestr("second.xml", good)
    assert len(read_source(file).midi.tracks) == 1


def test_too_many_bars_and_strange_meters(tmp_path: Path) -> None:
    bars = [p.bar(p.attributes(), p.note("C4", 8)), *(p.bar(p.note("C4", 8)) for _ in range(9_999))]
    assert refusal(xml(tmp_path, *bars)) == (
        "tune.musicxml: plays over 4096 bars, more than a song can have; cut it"
    )
    strange = p.attributes().replace("<beats>4</beats>", "<beats>x</beats>")
    file = xml(tmp_path, p.bar(strange, p.note("C4", 5)))
    source = read_source(file)
    assert source.midi.meter == GlobalState.create(meter="5/8").meter
    assert source.midi.faults == [
        "measure 1: its time signature is none that a song can have: bars are as long as what is in them"
    ]
    assert refusal(file, strict=True).startswith("tune.musicxml: measure 1: its time signature")


def test_a_bad_number_names_its_measure(tmp_path: Path) -> None:
    bad = p.note("C4", 4).replace("<duration>4<", "<duration>many<")
    file = xml(tmp_path, p.bar(p.attributes(), p.note("C4", 8), number=1), p.bar(bad, number=2))
    assert refusal(file).startswith("tune.musicxml: part 1, measure 2: has a bad number")
    huge = p.note("C4", 4).replace("<duration>4<", "<duration>1e999999999<")
    assert "bad number" in refusal(xml(tmp_path, p.bar(p.attributes(), huge)))


def test_repeats_cannot_make_notes_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfold, "MAX_NOTES", 1000)
    notes = "".join(p.note("C4", 1) for _ in range(100))
    bars = [
        p.bar(p.attributes(), notes, begin="repeat", end="times 8"),
        p.bar(p.note("C4", 8), end="times 8"),
    ]
    assert "plays over 1000 notes with its repeats; split" in refusal(xml(tmp_path, *bars, *bars))


def test_options_that_do_not_fit_the_file(tmp_path: Path) -> None:
    file = xml(tmp_path, p.bar(p.attributes(), p.note("C4", 8)))
    assert refusal(file, tune=2).startswith("tune: tune.musicxml is no ABC file")


def test_what_is_exported_is_imported_again(tmp_path: Path) -> None:
    state = GlobalState.create("99.5", "Bb minor", "3/4, 2: 4/4", "intro:1 verse:2")
    notes = Score.from_notes(Note(96 * i, 96, 70 + i % 5, 60 + i) for i in range(11))
    file = tmp_path / "a.musicxml"
    file.write_bytes(write_musicxml(state, {"lead": notes}, title="My song"))
    song = tmp_path / "song"
    import_midi(song, file, over=Override(chords="Bbm | Ebm7 F7 | Bbm"))
    made = export_song(song, musicxml=True, lead_sheet=True, abc=True, midi=True, to=tmp_path / "out")
    names = sorted(Path(made[kind]).name for kind in ("musicxml", "lead_sheet", "abc", "midi"))
    assert names == [
        f"My song_{part}_99.5bpm_Bbmin{end}"
        for part, end in (
            ("Lead sheet", ".abc"),
            ("Lead sheet", ".musicxml"),
            ("Score", ".mid"),
            ("Score", ".musicxml"),
        )
    ]
    for kind in ("musicxml", "lead_sheet", "abc"):
        import_midi(tmp_path / kind, Path(made[kind]), tracks=("1=lead",))
        found = describe(tmp_path / kind)
        assert (found["bpm"], found["key"]) == (99.5, "Bb minor")
        assert SongFolder.open(tmp_path / kind).load().state.form == "intro:1 verse:2"
        assert found["chords"] == describe(song)["chords"] and found["title"] == "My song"
        assert score(tmp_path / kind, "lead") == score(song, "lead")


def test_a_lead_sheet_needs_a_lead_or_chords(tmp_path: Path) -> None:
    state = GlobalState.create(form="a:1")
    SongFolder.create(tmp_path / "song", Song("Empty", state, 1, {"lead": LayerEntry()}))
    with pytest.raises(UsageError, match="neither a lead nor chords"):
        export_song(tmp_path / "song", abc=True)
    with pytest.raises(UsageError, match="no scores yet"):
        export_song(tmp_path / "song", musicxml=True)


SMALL_XML = write_musicxml(
    GlobalState.create(form="a:1 b:1", key="E minor", meter="3/4"),
    {
        "lead": Score.from_notes([Note(0, 64, 60, 80), Note(64, 32, 63, 80), Note(200, 250, 70, 80)]),
        "drums": Score.from_notes([Note(0, 10, 36, 80), Note(96, 10, 42, 80)]),
    },
    lyrics={"lead": [Syllable(0, "la", True)]},
)
SMALL_ABC = b"""X:1
T:Tune
M:6/8
L:1/8
Q:3/8=80
K:D dorian
V:1 name="A"
|:"Am"A>B{cd}c (3def|1 [CE]3-[CE]3:|2 z6|]
w:la la-la_
P:B
[V:2] C2 & E2 | Z | "G7/B"^f=g_a !D.C.!|
"""
PIECES = [
    b"<",
    b">",
    b"/",
    b"0",
    b"-1",
    b"9999999999",
    b"|:",
    b":|",
    b"[",
    b"]",
    b'"',
    b"(3",
    b"&",
    b"V:2",
    b"\n",
]


@given(st.sampled_from([(".musicxml", SMALL_XML), (".abc", SMALL_ABC)]), st.data())
@settings(max_examples=120, deadline=None)
def test_mutated_files_are_read_or_refused(small: tuple[str, bytes], data: st.DataObject) -> None:
    ending, text = small
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        end = at + data.draw(st.integers(0, 12))
        kind = data.draw(st.sampled_from(["cut", "put", "copy", "digits"]))
        if kind == "cut":
            text = text[:at] + text[end:]
        elif kind == "put":
            text = text[:at] + data.draw(st.sampled_from(PIECES) | st.binary(max_size=4)) + text[at:]
        elif kind == "copy":
            text = text[:end] + text[at:end] * data.draw(st.integers(1, 3)) + text[end:]
        else:
            number = str(data.draw(st.integers(-(10**6), 10**12))).encode()
            digits = [i for i in range(len(text)) if text[i : i + 1].isdigit()]
            place = data.draw(st.sampled_from(digits)) if digits else 0
            text = text[:place] + number + text[place + 1 :]
    _try(ending, text)


def _try(ending: str, text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"tune{ending}"
        file.write_bytes(text)
        try:
            read_piece(file)
        except StemwrightError as error:
            assert len(str(error).splitlines()) == 1 and "tune" in str(error)
