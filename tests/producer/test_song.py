"""The producer in one process: import, export, recovery after a kill between any two steps."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stemwright.errors import StemwrightError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi
from stemwright.producer import record as commit
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.mix import mix_song
from stemwright.shown.log import history
from stemwright.shown.reports import check, describe
from stemwright.song.midi import read_midi
from stemwright.song.score import Score
from stemwright.store import SongFolder
from support import midi

WISH = Wish(bpm="240", form="verse:2", seed=1, title="A Tune")


@pytest.fixture
def song(tmp_path: Path) -> Path:
    path = tmp_path / "song"
    create(path, WISH)
    return path


def score(path: Path, layer: str) -> Score:
    sha = describe(path)["layers"][layer]["score_sha256"]
    return Score.from_bytes(SongFolder.open(path).objects.get(sha))


def test_a_given_score_wins(song: Path) -> None:
    generate(song, ("bass", "lead"))
    own = score(song, "bass"), score(song, "lead")
    file = song.parent / "tune.mid"
    file.write_bytes(midi.band(bars=2))
    facts = import_midi(song, file, tracks=("2=bass",))
    assert facts["layers"]["bass"]["notes"] == 16 and describe(song)["layers"]["bass"]["take"] is None
    generate(song)
    assert score(song, "lead") == own[1]
    assert score(song, "bass") != own[0]
    assert [note.pitch for note in score(song, "bass").notes] == [40, 43] * 8
    assert describe(song)["layers"]["bass"]["take"] == 2
    assert check(song)["ok"]


def test_import_makes_a_song(tmp_path: Path) -> None:
    file = tmp_path / "tune.mid"
    file.write_bytes(midi.band(bars=3))
    import_midi(tmp_path / "new-song", file)
    facts = describe(tmp_path / "new-song")
    assert (facts["bpm"], facts["meter"], facts["bars"], facts["title"]) == (120, "4/4", 3, "New Song")
    assert all(layer["score_sha256"] for layer in facts["layers"].values())
    assert check(tmp_path / "new-song")["ok"]


def test_what_is_arranged_fits_an_imported_melody(tmp_path: Path) -> None:
    tune = [64, 67, 64, 60] * 2 + [65, 69, 65, 60] * 2 + [67, 71, 67, 62] * 2 + [64, 67, 64, 60] * 2
    file = tmp_path / "tune.mid"
    file.write_bytes(midi.file(midi.chunk([(0, midi.name("Melody")), *midi.notes(tune)])))
    import_midi(tmp_path / "song", file)
    state = SongFolder.open(tmp_path / "song").load().state
    assert str(state.key) == "C major"
    assert [str(chord) for chord in state.chords[::4]] == ["C", "F", "G", "C"]
    generate(tmp_path / "song", ("harmony",))
    assert SongFolder.open(tmp_path / "song").load().state.chords == state.chords
    assert {note.pitch % 12 for note in score(tmp_path / "song", "harmony").notes} <= {0, 2, 4, 5, 7, 9, 11}


def test_decided_chords_stay_when_notes_are_imported(song: Path) -> None:
    generate(song)
    before = SongFolder.open(song).load().state
    file = song.parent / "tune.mid"
    file.write_bytes(midi.band(bars=2))
    import_midi(song, file, tracks=("4=lead",))
    assert SongFolder.open(song).load().state == before


def test_export_and_import_again(song: Path) -> None:
    generate(song)
    made = export_song(song, to=song.parent / "out")
    assert Path(made["midi"]).name == "A Tune_Score_240bpm_F#min.mid"
    assert {Path(file).name for file in made["stems"].values()} == {
        f"A Tune_{layer}_240bpm_F#min.wav" for layer in ("Drums", "Bass", "Harmony", "Lead")
    }
    tracks = read_midi(Path(made["midi"])).tracks
    assert [track.name for track in tracks] == ["drums", "bass", "harmony", "lead"]
    import_midi(song.parent / "again", Path(made["midi"]))
    assert score(song.parent / "again", "lead") == score(song, "lead").without_overlaps()
    assert check(song)["ok"]


@pytest.mark.parametrize(
    ("bpm", "meter", "bars"), [("240", "4/4", 2), ("97.3", "7/8", 3), ("299.99", "2/2", 1)]
)
def test_stems_have_the_length_of_their_bars(tmp_path: Path, bpm: str, meter: str, bars: int) -> None:
    import soundfile

    song = tmp_path / "song"
    create(song, Wish(bpm=bpm, meter=meter, form=f"verse:{bars}", seed=1))
    generate(song)
    made = mix_song(song, stems=True)
    frames = describe(song)["frames"]
    for file in (made["mix"], *made["stems"].values()):
        info = soundfile.info(file)
        assert (info.frames, info.samplerate, info.subtype) == (frames * 320, 24000, "PCM_24")
    assert made["true_peak_dbtp"] <= -1.0


STEPS = ("begin", "append", "save", "telemetry")


@pytest.mark.parametrize("step", STEPS)
def test_stopped_between_two_steps(song: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Stop the recording before a step; the next command finishes it, and nothing is made twice."""
    whole = song.parent / "whole"
    shutil.copytree(song, whole)
    generate(whole)

    class Stopped(Exception):
        pass

    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        if step == "begin":
            patch.setattr(commit, "_current", stop)
        elif step == "append":
            patch.setattr("stemwright.store.runs.Runs.append", stop)
        elif step == "save":
            patch.setattr("stemwright.store.folder.SongFolder.save", stop)
        else:
            patch.setattr("stemwright.store.telemetry.Telemetry.append", stop)
        with pytest.raises(Stopped):
            generate(song)
    assert check(song)["ok"]
    made = generate(song)
    if step in ("begin", "append"):
        assert {layer["how"] for layer in made["layers"].values()} == {"finished before"}
    else:
        assert made["run"] is None
    assert len(history(song)["runs"]) == 1
    assert len(SongFolder.open(song).telemetry.list()) == 1
    tokens = [
        describe(path)["layers"][name]["tokens_sha256"]
        for path in (song, whole)
        for name in ("drums", "lead")
    ]
    assert tokens[:2] == tokens[2:]
    assert check(song)["ok"]


def test_a_failing_layer_keeps_the_others(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from stemwright.perform import layer as perform

    monkeypatch.setenv("STEMWRIGHT_THREADS", "1")
    real = perform.perform_layer

    def fail(*args: object, **options: object) -> object:
        if options["layer"] == "lead":
            raise StemwrightError("no more")
        return real(*args, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(perform, "perform_layer", fail)
        with pytest.raises(StemwrightError, match="no more"):
            generate(song)
    how = {name: layer["how"] for name, layer in generate(song)["layers"].items()}
    assert how == {
        "drums": "finished before",
        "bass": "finished before",
        "harmony": "finished before",
        "lead": "made",
    }
