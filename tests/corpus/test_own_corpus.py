"""A corpus of anybody's files, and one whose building was stopped."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from stemwright.cli.main import run
from stemwright.corpus import sources as corpus_sources
from stemwright.corpus.build import build_corpus
from stemwright.corpus.kept import NAME, Kept
from stemwright.corpus.read import songs
from stemwright.corpus.readers.own import own_songs
from stemwright.corpus.song import CorpusSong
from stemwright.corpus.sources import File, files
from stemwright.errors import UsageError
from support import midi as m
from support import printed as p

FILES = ("train.jsonl", "valid.jsonl", "manifest.json")


def tune(seed: int) -> list[int]:
    rng = Random(seed)
    return [rng.randint(65, 84) for _ in range(64)]


def lead_sheet(seed: int) -> list[str]:
    """Eight bars of quarters over F."""
    names = [p.note(f"{'CDEFGAB'[pitch % 7]}5", 2) for pitch in tune(seed)]
    head = p.attributes()
    return [
        p.bar(head if i == 0 else "", p.symbol("F", "major"), *names[4 * i : 4 * i + 4], number=i + 1)
        for i in range(8)
    ]


def piano() -> list[str]:
    """Eight bars: the right hand holds a chord, the left plays halves under it."""
    left = "<backup><duration>8</duration></backup>"
    right = [p.note("E4", 8, staff=1), p.note("G4", 8, staff=1, chord=True)]
    low = [p.note("C2", 4, staff=2), p.note("G2", 4, staff=2)]
    return [
        p.bar(p.attributes() if i == 0 else "", *right, left, *low, number=i + 1)
        for i in range(8)
    ]  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Any folder: bands, a lead sheet, a song with piano, and files that are nothing."""
    place = tmp_path / "stuff"
    for seed, name in enumerate(("Funk/a.mid", "Funk/b.MID", "c.mid", "more/deep blues/d.mid")):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        melody = m.chunk([(0, m.name("Melody")), *m.notes(tune(seed), channel=3)])
        bass = m.chunk([(0, m.name("Bass")), *m.notes([40, 43] * 32, channel=1)])
        (place / name).write_bytes(m.file(melody, bass, m.chunk(m.notes([36, 42, 38, 42] * 16, channel=9))))
    p.save(place / "sheets" / "e.mxl", lead_sheet(5))
    p.save(place / "sheets" / "f.mxl", lead_sheet(6), piano())
    (place / "broken.mid").write_bytes(b"nothing")
    (place / "short.mid").write_bytes(m.file(m.chunk(m.notes([60] * 4))))
    (place / "readme.txt").write_text("hello")
    return place


def test_a_corpus_of_own_files_alone(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "c"
    assert run(["train", "corpus", str(out), "--sources", str(folder)]) == 0
    said = capsys.readouterr().out
    assert "passed over: broken.mid: " in said and "passed over: short.mid: " in said
    assert "has no song" in said and "8/8 " in said
    found = {song.name: song for split in ("train", "valid") for song in songs(out, split)}
    assert set(found) == {
        "Funk/a.mid",
        "Funk/b.MID",
        "c.mid",
        "more/deep blues/d.mid",
        "sheets/e.mxl",
        "sheets/f.mxl",
    }
    assert {song.source for song in found.values()} == {"own"}
    styles = {name: song.state.style for name, song in found.items() if song.state.style}
    assert styles == {"Funk/a.mid": "funk", "Funk/b.MID": "funk", "more/deep blues/d.mid": "blues"}
    assert set(found["c.mid"].scores) == {"drums", "bass", "lead"} and found["c.mid"].chords == "found"
    assert set(found["sheets/e.mxl"].scores) == {"lead"} and found["sheets/e.mxl"].chords == "given"
    assert set(found["sheets/f.mxl"].scores) == {"bass", "harmony", "lead"}
    held = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert held["counts"]["valid"]["own"]["songs"] >= 1 and set(held["sources"]) == {"own"}


def test_own_files_lie_beside_known_sets(folder: Path) -> None:
    p.save(folder / "symbolic" / "openewld" / "Somebody" / "S" / "S.mxl", lead_sheet(9))
    (folder / "c.mid").rename(folder / "symbolic" / "c.mid")
    found = [
        (file.source, file.name) for split in ("train", "valid") for file in files(folder / "symbolic", split)
    ]
    assert found == [("openewld", "openewld/Somebody/S/S.mxl"), ("own", "c.mid")]


def test_a_song_of_several_meters_is_several_songs(tmp_path: Path) -> None:
    def part(beats: int, pitches: list[int]) -> list[tuple[int, bytes]]:
        return [(0, bytes((0xFF, 0x58, 4, beats, 2, 24, 8))), *m.notes(pitches, ticks=96)]

    path = tmp_path / "x.mid"
    path.write_bytes(m.file(m.chunk(part(4, tune(1)) + part(3, tune(2)[:48]))))
    made = list(own_songs(path, "jazz/x.mid"))
    assert [(s.name, str(s.state.meter), s.state.style) for s in made] == [
        ("jazz/x.mid", "4/4", "jazz"), ("jazz/x.mid#2", "3/4", "jazz")
    ]  # fmt: skip
    path.write_bytes(m.file(m.chunk(m.notes([60] * 4))))
    with pytest.raises(UsageError, match=r"x\.mid: has no song"):
        list(own_songs(path, "x.mid"))


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read, in their order."""
    done: list[str] = []
    read = File.songs

    def counted(file: File) -> Iterator[CorpusSong]:
        done.append(file.name)
        return read(file)

    monkeypatch.setattr(File, "songs", counted)
    return done


def test_a_stopped_build_goes_on_and_gives_the_same_bytes(
    folder: Path, tmp_path: Path, reads: list[str]
) -> None:
    whole = build_corpus(folder, tmp_path / "whole")
    order = list(reads)
    reads.clear()

    def stop(done: int, total: int, what: str) -> None:
        if done == 3:
            raise KeyboardInterrupt

    out = tmp_path / "stopped"
    with pytest.raises(KeyboardInterrupt):
        build_corpus(folder, out, stop)
    assert reads == order[:3] and not (out / "train.jsonl").exists()
    with (out / NAME).open("ab") as file:
        file.write(b'{"file":"c.mid","sha256":"0","skip')  # killed while it wrote
    assert build_corpus(folder, out) == whole and reads == order
    assert all((out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes() for name in FILES)
    assert build_corpus(folder, out) == whole and reads == order, "nothing is read twice"


def test_what_changed_or_was_damaged_is_read_again(folder: Path, tmp_path: Path, reads: list[str]) -> None:
    out = tmp_path / "c"
    whole = build_corpus(folder, out)
    reads.clear()
    (folder / "c.mid").write_bytes((folder / "Funk" / "a.mid").read_bytes())
    changed = build_corpus(folder, out)
    assert reads == ["c.mid"] and changed != whole
    lines = (out / NAME).read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(i for i, line in enumerate(lines) if line.startswith('{"file":"more/'))
    lines[place] = lines[place].replace('"key":"', '"kee":"')
    other = 'no line of ours\n{"file":3,"songs":[]}\n{"file","songs":[]}\n'
    (out / NAME).write_text(other + "".join(lines), encoding="utf-8")
    reads.clear()
    assert build_corpus(folder, out) == changed and reads == ["more/deep blues/d.mid"]


def test_another_reader_reads_anew(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file, *_) = files(folder, "train")
    with Kept(tmp_path) as kept:
        assert kept.read(file) == kept.read(file)
    before = file.sha256()
    monkeypatch.setattr(corpus_sources, "READING", 0)
    assert file.sha256() != before
