"""`compose` used wrongly, MIDI files that do not fit a song, as typed: one line that says what, exit 2."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.cli.main import run
from support import midi
from support.bundles import write_all
from support.composers import write_composer
from support.songs import files


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("weights")
    write_all(folder)
    write_composer(folder / "composer")
    return folder


@pytest.fixture(scope="module")
def composed(tmp_path_factory: pytest.TempPathFactory, weights: Path) -> Path:
    """Four bars in D minor with a lead."""
    path = tmp_path_factory.mktemp("songs") / "song"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
        assert run(["new", str(path), "--key", "D minor", "--form", "verse:4", "--seed", "3"]) == 0
        assert run(["compose", str(path), "lead", "--seed", "1"]) == 0
    return path


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("lead --range 60-50", "range 60-50: give two pitches from 0 to 127, the lower first"),
        ("lead --range C5-C4", "--range 'C5-C4': write the lowest and the highest pitch"),
        ("lead --range 48", "--range '48'"),
        ("lead --voices 0", "layer 'lead': voices: 0 given; give 1 or more"),
        ("lead --in-key --range 61-61", "scale and range 61-61: no note of the scale lies in the range"),
        ("lead --density -1", "--density -1: give 0 to 15"),
        ("lead --density nan", "--density nan"),
        ("lead --register 40 --range 60-72", "--register 40 lies outside the range 60-72"),
        ("lead --polyphony 4 --voices 2", "--polyphony 4, but at most 2 sound at once"),
        ("lead --swing 0.6 --keep-rhythm", "--swing and --keep-rhythm"),
        ("lead --rest 3-9", "--rest '3-9': the song has bars 1 to 4"),
        ("lead --rest 1-4 --keep-rhythm", "layer 'lead': rhythm and silence"),
        ("bass --keep-rhythm", "--keep-rhythm: layer 'bass' has no score yet"),
        ("drums --in-key", "--in-key: drums have neither pitches nor lengths"),
        ("bass --bars 1-2", "--bars: layer 'bass' has no score yet"),
        ("lead --bars 4-2", "--bars '4-2': the song has bars 1 to 4"),
        ("lead --bars 0-2", "--bars '0-2'"),
        ("lead --bars 9999", "--bars '9999': the song has bars 1 to 4"),
        ("lead --bars 1-3,2-4", "--bars '1-3,2-4': give one span"),
        ("lead --chords C|Xm", "bar 2, 'Xm' (character 3)"),
        ("lead --bars 1-2 --chords C|F|G", "3 bars are given for 2"),
        ("trombone", "trombone"),
        ("lead --variations 2", "--variations and --out"),
    ],
)
def test_what_cannot_be_asked(
    composed: Path,
    weights: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: str,
    told: str,
) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    before = files(composed)
    assert run(["compose", str(composed), *words.split()]) == 2
    shown = capsys.readouterr()
    assert told in shown.err and shown.err.startswith("error: ") and len(shown.err.splitlines()) == 1
    assert not shown.out and files(composed) == before


def test_a_rhythm_that_no_pitch_fits_names_bar_and_limits(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    file, song = tmp_path / "tune.mid", tmp_path / "song"
    file.write_bytes(midi.file(midi.chunk(midi.notes([60, 62, 64, 65] * 4))))
    assert run(["import", str(song), str(file), "--track", "1=lead"]) == 0
    before = files(song)
    capsys.readouterr()
    words = ["lead", "--keep-rhythm", "--chord-tones", "--range", "61-61", "--chords", "C"]
    assert run(["compose", str(song), *words]) == 2
    said = capsys.readouterr().err
    assert "lead, bar " in said and "rhythm" in said and "range 61-61 and the chord's tones" in said
    assert files(song) == before


def test_changes_of_a_file_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ramp = [(0, midi.tempo(500_000)), *((96, midi.tempo(480_000 - 1000 * i)) for i in range(8))]
    keys = [(0, b"\xff\x59\x02\x00\x00"), (384, b"\xff\x59\x02\x02\x00")]
    meters = [(0, b"\xff\x58\x04\x04\x02\x18\x08"), (384, b"\xff\x58\x04\x03\x02\x18\x08")]
    file, song = tmp_path / "tune.mid", tmp_path / "song"
    tracks = (ramp, keys, meters, midi.notes([60, 62, 64, 65, 67, 69, 71, 72] * 4))
    file.write_bytes(midi.file(*(midi.chunk(events) for events in tracks)))
    assert run(["import", str(song), str(file)]) == 0
    shown = capsys.readouterr().out
    assert "4/4 (3/4 from bar 2) (file)" in shown and "123.903 (126." in shown
    assert "note:     tempo: 6 change(s) inside bars mapped to 3 bar(s)" in shown
    assert run(["import", str(song.with_name("flat")), str(file), "--ignore-tempo-changes"]) == 0
    shown = capsys.readouterr().out
    for note in ("8 tempo change(s) dropped", "1 meter change(s) dropped", "1 key change(s) dropped"):
        assert f"note:     {note}" in shown


def test_a_note_of_many_hours_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "tune.mid"
    events = [(0, bytes((0x90, 60, 90))), (0x0FFFFFFF, bytes((0x80, 60, 0)))]
    file.write_bytes(midi.file(midi.chunk(events)))
    assert run(["import", str(tmp_path / "song"), str(file)]) == 2
    said = capsys.readouterr().err
    assert "tune.mid" in said and not (tmp_path / "song").exists()


def test_chords_from_a_file_are_named_by_it(
    composed: Path,
    weights: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(weights))
    chart = tmp_path / "chart.txt"
    chart.write_text("[Verse]\nC | Xm", encoding="utf-8")
    before = files(composed)
    assert run(["compose", str(composed), "lead", "--chords", f"@{chart}"]) == 2
    assert f"{chart}: chords: bar 2, 'Xm'" in capsys.readouterr().err
    assert files(composed) == before
