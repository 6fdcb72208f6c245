"""Readers of charts: tiny files in the sets' own layouts, and files that are broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.corpus.charted import Part, mode_of, named
from stemwright.corpus.charts import charts
from stemwright.corpus.readers.billboard import billboard
from stemwright.corpus.readers.harmonix import harmonix
from stemwright.corpus.readers.progressions import progressions
from stemwright.corpus.readers.rs200 import rs200
from stemwright.corpus.readers.salami import salami
from stemwright.errors import UsageError

BILLBOARD = """# title: A Song
# artist: The Supremes
# metre: 4/4
# tonic: G

0.0\tsilence
0.5\tA, intro, | G:maj | C:maj/5 . D:7 G:maj |, (guitar)
4.5\tB, verse, | E:min7 D:sus4(b7,9) | . | x2
12.5\t| (2/4) N | D:maj6(9) |
16.5\tA, chorus, | Eb:hdim7 | A:1 | ->, voice)
20.5\tZ, fadeout
# tonic: A
24.5\tA, chorus, | A:maj(9) | E:7(#9) |
28.5\tend
"""
RS200 = """% A Song
A: I | IV |  % two bars
Vr: $A*2 ii65 | V7/V . bVII |
Ch: IVd7 |*2 | Vs4 |
S: [G] [4/4] R | $Vr $Ch*2 I | |
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_billboard(tmp_path: Path) -> None:
    song = billboard(write(tmp_path / "0001.txt", BILLBOARD))
    assert (song.title, song.family, song.mode, song.meter, song.bpm) == (
        "A Song",
        "soul",
        "major",
        "4/4",
        120,
    )
    assert song.parts == (
        Part("intro", 2, ("1", "4 . 5:7 1")),
        Part("verse", 6, ("6:m7 5:9sus4", "5:9sus4", "6:m7 5:9sus4", "5:9sus4", "N", "5:69")),
        Part("chorus", 2, ("b6:m7b5", "2:5")),
        Part("chorus", 2, ("1:add9", "5:7#9")),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has no line '# title: ...'"),
        (BILLBOARD.replace("tonic: G", "tonic: H"), "tonic 'H' is no note"),
        (BILLBOARD.replace("G:maj |", "Q:what |"), "line 7: 'Q:what' is not a chord"),
        (BILLBOARD.split("0.5")[0], "has no bars"),
    ],
)
def test_billboard_that_is_broken(tmp_path: Path, text: str, told: str) -> None:
    path = write(tmp_path / "0001.txt", text)
    with pytest.raises(UsageError) as error:
        billboard(path)
    assert (
        told in str(error.value) and str(error.value).startswith(str(path)) and "\n" not in str(error.value)
    )


def test_rs200(tmp_path: Path) -> None:
    song = rs200(write(tmp_path / "a_song_dt.har", RS200))
    assert (song.title, song.family, song.mode, song.meter) == ("a song", "rock", "major", "4/4")
    verse = ("1", "4", "1", "4", "2:m7", "2:7 . b7 .")
    chorus = ("4:7", "4:7", "4:7", "5:sus4")
    assert song.parts[1].chords[:5] == verse[:5]
    assert [(part.name, part.bars) for part in song.parts] == [
        ("", 1),
        ("verse", 6),
        ("chorus", 4),
        ("chorus", 4),
        ("", 2),
    ]
    assert song.parts[2].chords == chorus and song.parts[4].chords == ("1", "1")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Vr: I |", "has no line 'S: ...'"),
        ("S: $Vr", "part 'Vr' is named but not written"),
        ("A: $B |\nB: $A |\nS: $A", "parts name each other in a circle"),
        ("S: Q |", "'Q' is not a Roman numeral"),
        ("S: [C]", "has no bars"),
        ("S: I |*99999", "has more than 2000 bars"),
    ],
)
def test_rs200_that_is_broken(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        rs200(write(tmp_path / "a.har", text))
    assert told in str(error.value) and "\n" not in str(error.value)


def harmonix_in(folder: Path) -> Path:
    write(
        folder / "metadata.csv",
        "File,Title,BPM,Time Signature,Genre\n0001_a,A,120,4|4,Hip-Hop\n0002_b,B,90,4|4,Pop\n"
        "0003_c,C,90,4|4,Pop\n",
    )
    beats = "".join(
        f"{2 * bar + beat / 2}\t{beat + 1}\t{bar + 1}\n" for bar in range(12) for beat in range(4)
    )
    write(folder / "beats" / "0001_a.txt", beats)
    write(folder / "segments" / "0001_a.txt", "0.1 intro\n8.0 verse\n16.2 postchorus\n20 end\n24 silence\n")
    write(folder / "beats" / "0003_c.txt", "soon\t1\t1\n")
    write(folder / "segments" / "0003_c.txt", "0.1 intro\n")
    return folder


def test_harmonix(tmp_path: Path) -> None:
    song, fault = harmonix(harmonix_in(tmp_path / "harmonix"))
    assert not isinstance(song, UsageError) and isinstance(fault, UsageError)
    assert (song.title, song.family, song.bpm, song.meter) == ("A", "hiphop", 120, "4/4")
    assert song.parts == (Part("intro", 4), Part("verse", 6))
    assert "0003_c.txt: cannot be read" in str(fault)


def test_salami(tmp_path: Path) -> None:
    folder = tmp_path / "salami"
    write(
        folder / "metadata.csv",
        "SONG_ID,SONG_TITLE,CLASS,GENRE\n2,A_Song,popular,Jazz_-_Swing\n3,B,jazz,\n4,C,jazz,\n",
    )
    write(
        folder / "2_1.txt",
        "0.0\tSilence\n0.5\tA, a, Intro\n9.0\tB, b, Verse\n12\tC, c\n15\tB, b, Verse, (banjo\n20\tEnd\n",
    )
    write(folder / "3_2.txt", "soon\tA, a, Intro\n")
    song, fault = salami(folder)
    assert not isinstance(song, UsageError) and isinstance(fault, UsageError)
    assert (song.title, song.family) == ("A Song", "jazz")
    assert [part.name for part in song.parts] == ["intro", "verse", "verse"]
    assert "line 1 should begin with a time" in str(fault)


def test_progressions(tmp_path: Path) -> None:
    table = "mode\tchords\tmoods\nprog_maj\tI Idom7 IVmaj7 ii7 V7\tJoyful\nprog_min\ti VII VI\tSad\n"
    table += "prog_modal\tim bIIM\t\n"
    found = progressions(write(tmp_path / "p.tsv", table + "chord_types_maj\t7\t\n"))
    assert [song.parts[0].chords for song in found] == [
        ("1", "1:7", "4:maj7", "2:m7", "5:7"),
        ("1:m", "b7", "b6"),
        ("1:m", "b2"),
    ]
    assert [song.mode for song in found] == ["major", "minor", "minor"]
    with pytest.raises(UsageError, match=r"p\.tsv: line 2: 'Q' is not a Roman numeral"):
        progressions(write(tmp_path / "p.tsv", "mode\tchords\tmoods\nprog_maj\tI Q\t\n"))


def test_all_of_a_folder_and_what_is_broken(tmp_path: Path) -> None:
    write(tmp_path / "mcgill_billboard" / "0001.txt", BILLBOARD)
    write(tmp_path / "mcgill_billboard" / "0002.txt", "nothing")
    write(tmp_path / "rs200_harmony" / "a_song_dt.har", RS200)
    write(tmp_path / "salami" / "2_1.txt", "0.0\tSilence\n")
    harmonix_in(tmp_path / "harmonix")
    found = charts(tmp_path)
    assert [song.source for song in found.songs] == ["billboard", "rs200", "harmonix"]
    assert len(found.faults) == 3
    assert found.songs[0].held_out == found.songs[1].held_out  # one song, whoever wrote it down
    assert charts(tmp_path / "nothing").songs == ()


def test_labels_and_modes() -> None:
    assert [named(label) for label in ("Pre-Chorus", "verse2", "silence", "odd", "postchorus")] == [
        "prechorus",
        "verse",
        None,
        "",
        "+",
    ]
    assert mode_of(["1:m7", "4", "1"]) == "major" and mode_of(["1:m", "b6"]) == "minor"
    assert mode_of(["1:maj7"]) == "major" and mode_of([]) == "major"
