"""General MIDI programs and timbres, both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.exchange.programs import program_of, timbre_of_program
from stemwright.song.midi import read_midi
from support import midi

LEADS = ("electric guitar", "sax", "flute", "driven guitar", "violin", "clarinet")


@pytest.mark.parametrize(
    ("layer", "timbre", "program"),
    [
        ("lead", "sax", 65),
        ("harmony-2", "strings", 48),
        ("bass", "", 33),
        ("drums", "brush", 40),
        ("horns", "", 0),
        ("lead", "kazoo", 80),
    ],
)
def test_programs_follow_timbres(layer: str, timbre: str, program: int) -> None:
    assert program_of(layer, timbre) == program


@pytest.mark.parametrize(
    ("program", "timbre"),
    [
        (65, "sax"),
        (67, "sax"),
        (71, "clarinet"),
        (30, "driven guitar"),
        (26, "electric guitar"),
        (0, ""),
        (90, ""),
    ],
)
def test_the_nearest_timbre_of_the_family(program: int, timbre: str) -> None:
    assert timbre_of_program("lead", program, LEADS) == timbre
    assert timbre_of_program("horns", program, LEADS) == "" == timbre_of_program("lead", program, ())


def test_an_imported_layer_is_played_in_its_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stemwright.producer.bundles.timbres_of", lambda layer: LEADS)
    file = tmp_path / "tune.mid"
    events = [(0, bytes((0xC0, 66))), *midi.notes([64, 67, 69, 71])]
    file.write_bytes(midi.file(midi.chunk([(0, midi.name("Melody")), *events])))
    assert import_midi(tmp_path / "song", file)["layers"]["lead"]["timbre"] == "sax"
    back = read_midi(Path(export_song(tmp_path / "song", midi=True)["midi"]))
    assert [track.program for track in back.tracks] == [65]
    file.write_bytes(midi.file(midi.chunk([(0, midi.name("Melody")), *midi.notes([64, 67])])))
    assert import_midi(tmp_path / "other", file)["layers"]["lead"]["timbre"] == ""
