"""Songs as objects: what the command line does, and arrays."""

from __future__ import annotations

import json
import threading
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stemwright as sw
from stemwright.cli.main import run
from stemwright.face.typed import Result
from stemwright.shown import runtimes
from support import midi

LAYERS = ("drums", "bass", "harmony", "lead")


def printed(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    """What a command prints with `--json`."""
    assert run([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def unnamed(value: Any, where: str = "") -> list[str]:
    """Keys of `to_json()` that have no field, here and in all results inside."""
    if isinstance(value, Result):
        inside = {name: item for name, item in vars(value).items() if name != "_facts"}
        own = [f"{type(value).__name__}.{name}" for name in value.to_json() if name not in inside]
        return own + unnamed(inside)
    if isinstance(value, dict):
        return [name for item in value.values() for name in unnamed(item)]
    return [name for item in value for name in unnamed(item)] if isinstance(value, tuple) else []


def test_the_same_wish_makes_the_same_song(tmp_path: Path) -> None:
    song = sw.new(
        tmp_path / "one", bpm=97.3, key="D minor", meter="7/8", form=[("verse", 2)], style="funk", seed=7,
        title="One", timbre={}, chords=["Dm7", "Gm"],
    )  # fmt: skip
    assert song.path == tmp_path / "one" and repr(song) == f"Song({str(song.path)!r})"
    shown = song.show()
    assert (shown.bpm, shown.key, shown.meter, shown.style) == (97.3, "D minor", "7/8", "funk")
    assert (shown.seed, shown.title, shown.chords, shown.bars) == (7, "One", "Dm7 | Gm", 2)
    words = ["--bpm", "97.3", "--meter", "7/8", "--form", "verse:2", "--style", "funk", "--seed", "7"]
    words += ["--title", "One"]
    assert run(["new", str(tmp_path / "two"), "--key", "D minor", "--chords", "Dm7 | Gm", *words]) == 0
    assert (tmp_path / "one" / "song.json").read_bytes() == (tmp_path / "two" / "song.json").read_bytes()


def test_results_are_what_the_commands_print(song: sw.Song, capsys: pytest.CaptureFixture[str]) -> None:
    song.mix(stems=True)
    pairs: list[tuple[Result, tuple[object, ...]]] = [
        (song.show(), ("show", song.path)),
        (song.takes(), ("takes", song.path)),
        (song.takes("bass"), ("takes", song.path, "bass")),
        (song.log(), ("log", song.path)),
        (song.verify(), ("verify", song.path)),
        (song.generate(), ("generate", song.path)),
        (song.use("bass", 1), ("use", song.path, "bass", 1)),
        (song.export(midi=True), ("export", song.path, "--midi")),
        (sw.doctor(), ("doctor",)),
        (sw.styles(), ("styles",)),
        (sw.timbres(), ("timbres",)),
        (sw.timbres("lead-2"), ("timbres", "lead-2")),
    ]
    for result, words in pairs:
        assert result.to_json() == printed(capsys, *words), words
        assert unnamed(result) == [], "give these a field in face/results.py or face/facts.py"


def test_results_are_frozen_and_their_json_is_a_copy(song: sw.Song) -> None:
    shown = song.show()
    with pytest.raises(FrozenInstanceError):
        shown.bpm = 3  # type: ignore[misc]
    shown.to_json()["layers"].clear()
    assert list(shown.to_json()["layers"]) == list(LAYERS) == list(shown.layers)
    assert shown.sections[0].name == "verse" and shown.layers["bass"].takes == 1


def test_generating_again_keeps_the_rest(song: sw.Song) -> None:
    before = song.takes()
    seen: list[tuple[str, int, int]] = []
    made = song.generate("lead", seed=8, bars=(2, 2), progress=lambda *step: seen.append(step))
    assert made.layers["lead"].how == "made" and list(made.layers) == ["lead"] and made.run == 2
    assert {name for name, _, _ in seen} == {"lead"} and seen[-1][1] == seen[-1][2]
    after = song.takes()
    assert [take.active for take in after.layers["lead"]] == [False, True]
    assert after.layers["bass"] == before.layers["bass"]
    assert song.use("lead", 1).before == 2
    assert song.log().runs[-1].command == "use" and song.verify().ok
    assert song.perform().run is None and unnamed(made) == []


def test_arrays(song: sw.Song) -> None:
    shown = song.show()
    tokens = song.tokens("bass")
    assert tokens.dtype == np.uint16 and tokens.ndim == 2 and tokens.shape[1] == shown.frames
    rate = song.sample_rate()
    audio = song.audio("bass")
    assert audio.dtype == np.float32 and len(audio) == shown.frames * rate // 75
    assert 0 < np.abs(audio).max() <= 1
    score = song.score("bass")
    assert isinstance(score, sw.Score) and isinstance(score.notes[0], sw.Note)
    song.generate("bass", seed=9)
    assert song.score("bass", take=1) == score
    assert np.array_equal(song.tokens("bass", take=1), tokens)
    assert np.array_equal(song.audio("bass", take=1), audio)
    assert not np.array_equal(song.tokens("bass"), tokens)


def test_compose_and_variations(song: sw.Song, tmp_path: Path) -> None:
    before = song.score("lead")
    made = song.compose("lead", bars=2, seed=3, range=(60, 80), in_key=True)
    assert list(made.layers) == ["lead"] and made.seed == 3 and unnamed(made) == []
    first_bar = [note for note in before.notes if note.onset < 384]
    assert [note for note in song.score("lead").notes if note.onset < 384] == first_bar
    with pytest.raises(sw.UsageError, match="no active take"):
        song.tokens("lead")
    found = song.compose("lead", variations=2, out=tmp_path / "ideas", seed=1)
    assert [file.suffix for file in found.files.values()] == [".mid", ".mid"] and found.layers == {}
    assert all(file.is_file() for file in found.files.values()) and unnamed(found) == []
    with pytest.raises(sw.UsageError, match="belong together"):
        song.compose(variations=2)


def test_mix_and_export(song: sw.Song, tmp_path: Path) -> None:
    mixed = song.mix(out=tmp_path / "song.flac", quality="standard")
    assert mixed.mix == tmp_path / "song.flac" and mixed.mix.is_file() and unnamed(mixed) == []
    assert mixed.sample_rate == 24000 and mixed.true_peak_dbtp <= -1
    made = song.export(stems=True, to=str(tmp_path / "stems"), quality="standard")
    assert set(made.stems) == set(LAYERS) and all(file.is_file() for file in made.stems.values())


def test_kinds_of_files(song: sw.Song, tmp_path: Path) -> None:
    mixed = song.mix(stems=True, kind="flac", quality="standard")
    assert {file.suffix for file in (mixed.mix, *mixed.stems.values())} == {".flac"}
    made = song.export(stems=True, to=tmp_path / "stems", kind="flac", quality="standard")
    assert {file.suffix for file in made.stems.values()} == {".flac"}
    assert made.stale == () and unnamed(made) == []


def test_a_layer_is_taken_out_and_put_back(song: sw.Song) -> None:
    before = song.takes()
    gone = song.remove("bass")
    assert (gone.layer, gone.takes, gone.run) == ("bass", 1, 2) and unnamed(gone) == []
    assert list(song.show().layers) == ["drums", "harmony", "lead"]
    assert song.bring_back("bass").run == 3 and song.takes().layers == before.layers
    with pytest.raises(sw.UsageError, match="is in the song"):
        song.bring_back("bass")


def test_what_is_not_performed_yet_is_told_until_it_is(song: sw.Song) -> None:
    song.compose("lead", seed=3)
    mixed, shown = song.mix(quality="standard"), song.show()
    assert [(one.layer, one.reason, one.take) for one in mixed.stale] == [("lead", "unperformed", 1)]
    assert shown.stale == mixed.stale and "stemwright generate" in mixed.stale[0].next
    assert len(shown.remarks) == 1 and unnamed(mixed) == unnamed(shown) == []
    assert song.generate().stale == () == song.show().stale
    again = song.generate("lead", seed=4, arranger=True)
    assert "new notes by the arranger" in again.layers["lead"].remarks[0]


@pytest.mark.parametrize("named", [Path, lambda file: f"@{file}"])
def test_chords_from_a_file(named: Any, song: sw.Song, tmp_path: Path) -> None:
    file = tmp_path / "chart.txt"
    file.write_text("[Verse]\nH7 | Em", encoding="utf-8")
    german = "German note names: H is B, B is B flat"
    made = song.compose("lead", chords=named(file), seed=1)
    assert made.chart_remarks[0] == german and "sections passed over" in made.chart_remarks[1]
    assert made.to_json()["chart_remarks"] == list(made.chart_remarks) and song.show().chords == "B7 | Em"
    assert "chart_remarks" not in song.compose("lead", seed=2).to_json()
    assert sw.new(tmp_path / "new", chords=named(file)).show().chords == "B7 | Em"
    file.write_text("C | Xm", encoding="utf-8")
    for call in (song.compose, lambda chords: sw.new(tmp_path / "no", chords=chords)):
        with pytest.raises(sw.UsageError, match=r"chart\.txt: chords: bar 2, 'Xm'"):
            call(chords=named(file))
    assert not (tmp_path / "no").exists()


def test_a_list_of_chords_is_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("C | F").write_text("G", encoding="utf-8")
    assert sw.new("song", form="verse:2", chords=["C", "F"]).show().chords == "C | F"
    with pytest.raises(sw.UsageError, match="@x"):
        sw.new("no", chords=["@x"])


def test_a_whole_song_in_one_call(tmp_path: Path) -> None:
    made = sw.make_song(str(tmp_path / "song"), bpm="200", form="verse:1", seed=1)
    assert made.mix.is_file() and set(made.layers) == set(LAYERS) and unnamed(made) == []
    assert made.chart_remarks == () and "chart_remarks" not in made.to_json()
    again = sw.make_song(tmp_path / "song", chords=None)
    assert {layer.how for layer in again.layers.values()} == {"kept"}


def test_a_whole_song_needs_its_run_times(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the command does, it says so before anything is written."""
    monkeypatch.setitem(runtimes.TRIALS, "onnxruntime", ("raise ImportError('gone')", "install it"))
    with pytest.raises(sw.StemwrightError, match=r"onnxruntime cannot be loaded \(ImportError: gone\)"):
        sw.make_song(tmp_path / "song", form="verse:1")
    assert not (tmp_path / "song").exists()


@pytest.mark.parametrize("named", [Path, str, lambda file: f"@{file}"])
def test_a_midi_file_with_chords_from_a_file(named: Any, tmp_path: Path) -> None:
    tune, file = tmp_path / "tune.mid", tmp_path / "chart.txt"
    tune.write_bytes(midi.band())
    file.write_text("Key: G\nH7 | Em | C", encoding="utf-8")
    made = sw.import_midi(tmp_path / "song", tune, chords=named(file))
    assert sw.open(tmp_path / "song").show().chords == "B7 | Em | C" and made.sources["chords"] == "given"
    assert set(made.chart_remarks) == {
        "German note names: H is B, B is B flat",
        "key G major passed over: another one is given",
    }
    assert made.to_json()["chart_remarks"] == list(made.chart_remarks)
    file.write_text("C | Xm", encoding="utf-8")
    with pytest.raises(sw.UsageError, match=r"chart\.txt: chords: bar 2, 'Xm'"):
        sw.import_midi(tmp_path / "no", tune, chords=named(file))
    with pytest.raises(sw.UsageError, match="standard input is the MIDI file already"):
        sw.import_midi(tmp_path / "no", "-", chords="-")
    assert not (tmp_path / "no").exists()


def test_midi_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tune = tmp_path / "tune.mid"
    tune.write_bytes(midi.band())
    listed = sw.list_tracks(tune)
    assert len(listed.tracks) == 4 and not (tmp_path / "song").exists() and unnamed(listed) == []
    assert listed.to_json() == printed(capsys, "import", tmp_path / "song", tune, "--list")
    made = sw.import_midi(
        tmp_path / "song", tune, key="C", layer="lead", chords=["I", "vi IV", "V7"], style="funk"
    )
    assert made.style == "funk"
    tune.write_bytes(midi.band()[:-10])
    assert sw.list_tracks(tune).remarks
    for call in (sw.list_tracks, lambda file, strict: sw.import_midi(tmp_path / "no", file, strict=strict)):
        with pytest.raises(sw.UsageError, match=r"tune\.mid"):
            call(tune, strict=True)
    assert not (tmp_path / "no").exists()
    assert list(made.layers) == ["lead"] and made.sources["key"] == "given" and unnamed(made) == []
    assert sw.open(tmp_path / "song").show().chords == "C | Am F | G7"


def test_progress_can_stop_the_work_and_nothing_is_lost(song: sw.Song) -> None:
    def stop(name: str, done: int, of: int) -> None:
        raise sw.Cancelled("enough")

    before = song.log()
    for act in (song.generate, song.compose):
        with pytest.raises(sw.Cancelled, match="enough"):
            act("lead", seed=4, progress=stop)
    with pytest.raises(sw.Cancelled, match="enough"):
        song.mix(progress=stop)
    assert song.log() == before and song.verify().ok


def test_two_writers_of_one_song_are_refused(song: sw.Song) -> None:
    """While one thread writes, another may read; a second writer gets StemwrightError."""
    inside, leave = threading.Event(), threading.Event()

    def wait(name: str, done: int, of: int) -> None:
        inside.set()
        assert leave.wait(30)

    worker = threading.Thread(target=lambda: song.generate("lead", seed=4, progress=wait))
    worker.start()
    try:
        assert inside.wait(30)
        assert len(song.takes().layers["lead"]) == 1
        with pytest.raises(sw.StemwrightError, match="is being written"):
            song.use("lead", 1)
    finally:
        leave.set()
        worker.join()
    assert len(song.takes().layers["lead"]) == 2


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda song: sw.open(song.path / "nowhere"), "no such folder"),
        (lambda song: sw.new(song.path), "song"),
        (lambda song: song.generate("horns"), "horns"),
        (lambda song: song.generate("lead", bars=(3, 9)), "bars 1 to 2"),
        (lambda song: song.generate("lead", seed=-1), "seed"),
        (lambda song: song.score("lead", take=7), "no take 7 (there is: 1)"),
        (lambda song: song.tokens("horns"), "horns"),
        (lambda song: song.audio("lead", quality="best"), "best"),
        (lambda song: song.mix(out="mix.doc"), ".doc"),
        (lambda song: song.show(plot="x.bmp"), ".bmp"),
    ],
)
def test_wrong_uses_are_usage_errors(song: sw.Song, call: Any, said: str) -> None:
    with pytest.raises(sw.UsageError) as error:
        call(song)
    assert said in str(error.value) and "\n" not in str(error.value)
    assert isinstance(error.value, sw.StemwrightError)


@pytest.mark.parametrize(
    ("call", "command", "field", "said"),
    [
        (
            lambda song: song.generate("lead", bars="3-9"),
            "generate SONG lead --bars 3-9",
            "bars",
            "{} '3-9': the",
        ),
        (lambda song: song.generate("lead", seed=-1), "generate SONG lead --seed=-1", "seed", "{} -1: give"),
        (
            lambda song: song.compose("drums", in_key=True),
            "compose SONG drums --in-key",
            "in_key",
            "{}: drums have neither pitches",
        ),
        (
            lambda song: song.mix(quality="best"),
            "mix SONG --quality best",
            "quality",
            "{} 'best': is not known",
        ),
        (lambda song: song.mix(player="lead"), "mix SONG --player lead", "player", "{} 'lead': write LAYER="),
        (lambda song: song.show(plot="x.bmp"), "show SONG --plot x.bmp", "plot", "{} 'x.bmp': name a file"),
    ],
)
def test_errors_name_the_argument_as_each_door_does(
    song: sw.Song, call: Any, command: str, field: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(sw.UsageError) as error:
        call(song)
    assert error.value.field == field and str(error.value).startswith(said.format(field))
    assert run([str(song.path) if word == "SONG" else word for word in command.split()]) == 2
    option = "--" + field.replace("_", "-")
    assert f"error: {said.format(option)}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"bpm": "fast"}, "bpm"),
        ({"bpm": 1000}, "bpm"),
        ({"key": "Q"}, "key"),
        ({"meter": "4"}, "meter"),
        ({"form": "verse"}, "form"),
        ({"style": "!"}, "style"),
        ({"chords": ["Xm"]}, "chords"),
        ({"title": "a/b"}, "title"),
        ({"seed": 1.5}, "seed"),
        ({"timbre": {"lead": "kazoo"}}, "timbre"),
    ],
)
def test_errors_of_a_new_song_name_the_field(tmp_path: Path, wish: dict[str, Any], field: str) -> None:
    with pytest.raises(sw.UsageError) as error:
        sw.new(tmp_path / "song", **wish)
    assert error.value.field == field
    assert not (tmp_path / "song").exists()


def test_remarks_name_arguments_as_each_door_does(song: sw.Song, capsys: pytest.CaptureFixture[str]) -> None:
    song.compose("lead", seed=3)
    words = ["generate", str(song.path), "lead", "--seed", "4"]
    assert run([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)["layers"]["lead"]["remarks"][0]
    assert said.endswith("for others add --seed N and --arranger or --composer")
    (remark,) = song.generate("lead", seed=5).layers["lead"].remarks
    assert remark.endswith("for others add seed N and arranger or composer")


def test_a_song_whose_tempo_and_meter_change(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    song = sw.new(tmp_path / "one", bpm={1: 112, 3: 97.3}, meter={1: "4/4", 2: "3/4"}, form="a:4", seed=1)
    shown = song.show()
    assert (shown.bpm, shown.meter) == (112, "4/4")
    assert [(change.bar, change.bpm) for change in shown.tempos] == [(3, 97.3)]
    assert [(change.bar, change.meter) for change in shown.meters] == [(2, "3/4")]
    words = [
        "--bpm",
        "112, 3: 97.3",
        "--meter",
        "4/4, 2: 3/4",
        "--form",
        "a:4",
        "--seed",
        "1",
        "--title",
        "One",
    ]
    assert run(["new", str(tmp_path / "two"), *words]) == 0
    assert "112 (97.3 from bar 3) bpm, F# minor, 4/4 (3/4 from bar 2)" in capsys.readouterr().out
    assert (tmp_path / "one" / "song.json").read_bytes() == (tmp_path / "two" / "song.json").read_bytes()
    assert run(["new", str(tmp_path / "three"), "--bpm", "112, 30: 97.3"]) == 2
    assert "bpm: changes at bar 30, which is outside the song" in capsys.readouterr().err


def test_layers_as_text_and_as_a_list(tmp_path: Path) -> None:
    one = sw.new(tmp_path / "one", form="verse:1", seed=1, layers=["drums", "pad", "voice:lead"])
    two = sw.new(tmp_path / "two", form="verse:1", seed=1, layers="drums, pad,voice:lead")
    assert list(one.show().layers) == list(two.show().layers) == ["drums", "pad", "voice"]
    assert one.show().layers["pad"].kind == "harmony"
    assert {style.name: style.layers for style in sw.styles().styles}["punk"][-1] == "guitar2"
    with pytest.raises(sw.UsageError, match="layers: names no layer"):
        sw.new(tmp_path / "none", layers=[])
