"""Bad input: a clear line, exit code 2 or 1, nothing lost, no traceback."""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from stemwright.store import SongFolder
from support import midi
from support.runner import COMMAND, assert_refused, environment, run, run_json
from support.songs import SMALL, files, token_shas


@pytest.fixture
def song(tmp_path: Path, finished: Path) -> Path:
    """A song of its own to damage."""
    return Path(shutil.copytree(finished, tmp_path / "song"))


@pytest.mark.parametrize("command", ["new", "song"])
@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--bpm", "0", "bpm"),
        ("--bpm", "-5", "bpm"),
        ("--bpm", "1e9", "bpm"),
        ("--bpm", "nan", "bpm"),
        ("--bpm", "fast", "bpm"),
        ("--key", "H major", "key"),
        ("--meter", "4/3", "meter"),
        ("--form", "verse:0", "form"),
        ("--form", "verse", "form"),
        ("--form", "", "form"),
        ("--style", "polka-core", "style"),
        ("--seed", "-1", "seed"),
        ("--seed", "many", "seed"),
        ("--title", "../up", "title"),
        ("--bpm", "１２０", "bpm"),
        ("--timbre", "horn=plain", "drums, bass, harmony, lead"),
    ],
)
def test_wrong_wishes(tmp_path: Path, command: str, option: str, value: str, word: str) -> None:
    line = assert_refused(run(command, tmp_path / "song", option, value))
    assert word in line.lower()
    assert not (tmp_path / "song").exists(), "something was left behind"


@pytest.mark.parametrize(
    "arguments",
    [
        ["generate", "{song}", "trombone"],
        ["generate", "{song}", "--bars", "0-2"],
        ["generate", "{song}", "--bars", "2-1"],
        ["generate", "{song}", "--bars", "3-99"],
        ["generate", "{song}", "--bars", "two"],
        ["generate", "{song}", "--seed", "-3"],
        ["use", "{song}", "lead", "99"],
        ["use", "{song}", "trombone", "1"],
        ["takes", "{song}", "trombone"],
        ["mix", "{song}", "--out", "{song}/../mix.aac"],
        ["mix", "{song}", "--out", "{song}"],
        ["mix", "{song}", "--out", "{song}/renders/mix.wav"],
        ["export", "{song}", "--to", "{song}/stems"],
        ["generate", "{song}", "lead", "--timbre", "kazoo"],
        ["generate", "{song}", "--timbre", "bright"],
        ["song", "{song}", "--timbre", "lead=bright"],
        ["new", "{song}"],
        ["song", "{song}", "--bpm", "90"],
        ["song", "{song}", "--seed", "6"],
        ["nonsense"],
        ["generate"],
        ["generate", "{song}", "--loud"],
    ],
)
def test_wrong_requests(finished: Path, weights: Path, arguments: list[str]) -> None:
    before = files(finished)
    assert_refused(run(*(text.format(song=finished) for text in arguments), weights=weights))
    assert files(finished) == before


@pytest.mark.parametrize("command", ["show", "generate", "mix", "verify", "log", "takes", "export"])
def test_no_song_there(tmp_path: Path, command: str) -> None:
    assert_refused(run(command, tmp_path / "nowhere"))
    (tmp_path / "file").write_text("I am a file")
    assert_refused(run(command, tmp_path / "file"))
    assert_refused(run(command, tmp_path))


def test_new_where_something_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("I am a file")
    assert_refused(run("new", tmp_path / "file"))
    assert_refused(run("song", tmp_path / "file"))
    assert_refused(run("new", tmp_path))
    assert (tmp_path / "file").read_text() == "I am a file"


def without_power_over_permissions() -> None:
    """Root may write anywhere; without this capability, permissions hold for it too."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
            libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
def test_read_only_folder(song: Path, weights: Path) -> None:
    before = files(song)
    folders = [song, *(path for path in song.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        for arguments in (["generate", song, "lead", "--seed", "7"], ["mix", song], ["new", song / "inner"]):
            done = subprocess.run(
                [*COMMAND, *map(str, arguments)],
                capture_output=True,
                text=True,
                env=environment(weights),
                preexec_fn=without_power_over_permissions,
                check=False,
            )
            assert_refused(done, 1)
    finally:
        for folder in folders:
            folder.chmod(0o755)
    assert files(song) == before


def test_a_song_that_another_writes(song: Path, weights: Path) -> None:
    with SongFolder.open(song).lock():
        line = assert_refused(run("generate", song, "lead", "--seed", "7", weights=weights), 1)
        assert str(os.getpid()) in line
        assert run("show", song).returncode == 0


def edited(text: str) -> str:
    return text.replace('"seed": 5', '"seed": 6')


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        edited,
        lambda text: text.replace('"schema": 1', '"schema": 99'),
        lambda text: text.replace('"title": "Song"', '"title": "../../song"'),
        lambda text: "[" * 100_000,
        lambda text: "{}",
        lambda text: "\x00\xff",
    ],
    ids=["empty", "truncated", "edited", "schema", "path", "nested", "bare", "binary"],
)
def test_damaged_document(song: Path, weights: Path, damage: object) -> None:
    document = song / "song.json"
    changed = damage(document.read_text())  # type: ignore[operator]
    assert changed != document.read_text()
    document.write_text(changed)
    for command in ("show", "generate", "mix", "takes"):
        line = assert_refused(run(command, song, weights=weights), 1, 2)
        assert "song.json" in line
    found = run("verify", song, "--json")
    assert found.returncode == 1 and not json.loads(found.stdout)["ok"]
    assert document.read_text() == changed


def test_document_of_a_gigabyte(song: Path, weights: Path) -> None:
    with (song / "song.json").open("r+b") as file:
        file.truncate(1 << 30)
    assert "song.json" in assert_refused(run("show", song), 1, 2)
    assert_refused(run("generate", song, weights=weights), 1, 2)
    assert run("verify", song).returncode == 1


def active_object(song: Path, layer: str) -> Path:
    active = SongFolder.open(song).load().layers[layer].active
    assert active is not None
    return SongFolder.open(song).objects.file(active.tokens_sha256)


def test_object_deleted(song: Path, weights: Path) -> None:
    active_object(song, "bass").unlink()
    assert run("verify", song).returncode == 1
    assert "object" in assert_refused(run("mix", song, weights=weights), 1)
    assert run("generate", song, "lead", "--seed", "7", weights=weights).returncode == 0


def test_object_flipped(song: Path, weights: Path) -> None:
    file = active_object(song, "bass")
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(bytes(data))
    found = run("verify", song)
    assert found.returncode == 1 and file.name[:8] in found.stdout
    assert "damaged" in assert_refused(run("mix", song, weights=weights), 1)


def test_bundle_with_a_wrong_checksum(tmp_path: Path, song: Path, weights: Path) -> None:
    broken = Path(shutil.copytree(weights, tmp_path / "broken"))
    file = broken / "lead" / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[-5] ^= 1
    file.write_bytes(bytes(data))
    line = assert_refused(run("generate", song, "lead", "--seed", "7", weights=broken), 1, 2)
    assert "lead" in line and "SHA-256" in line
    assert run("doctor", weights=broken).returncode == 1


def test_bundle_with_a_wrong_shape(tmp_path: Path, song: Path, weights: Path) -> None:
    broken = Path(shutil.copytree(weights, tmp_path / "broken"))
    manifest = broken / "lead" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"ffn": 48', '"ffn": 64'))
    line = assert_refused(run("generate", song, "lead", "--seed", "7", weights=broken), 1, 2)
    assert "blocks.0" in line


def test_bundle_of_another_codec(tmp_path: Path, song: Path, weights: Path) -> None:
    broken = Path(shutil.copytree(weights, tmp_path / "broken"))
    manifest = broken / "codec" / "manifest.json"
    facts = json.loads(manifest.read_text())
    manifest.write_text(json.dumps({**facts, "steps": facts["steps"] + 1}))
    assert "codec" in assert_refused(run("generate", song, "lead", "--seed", "7", weights=broken), 1, 2)
    assert "codec" in assert_refused(run("mix", song, weights=broken), 1, 2)


def test_missing_bundle(tmp_path: Path, song: Path) -> None:
    (tmp_path / "none").mkdir()
    done = run("generate", song, "lead", "--seed", "7", weights=tmp_path / "none")
    if done.returncode:  # with shipped weights there is always one
        assert "lead" in assert_refused(done)


BAD_MIDI = {
    "not MIDI": b"RIFF....WAVE",
    "empty": b"",
    "truncated": midi.band()[:20],
    "type 2": midi.file(midi.chunk(midi.notes([60])), kind=2),
    "SMPTE": midi.file(midi.chunk(midi.notes([60])), division=0xE728),
    "100,000 notes": midi.file(midi.chunk(midi.notes([60, 62] * 50_000, ticks=1))),
    "no notes": midi.file(midi.chunk([(0, midi.tempo(500_000))])),
}


@pytest.mark.parametrize("what", BAD_MIDI)
def test_bad_midi(tmp_path: Path, finished: Path, what: str) -> None:
    file = tmp_path / "tune.mid"
    file.write_bytes(BAD_MIDI[what])
    before = files(finished)
    assert "tune.mid" in assert_refused(run("import", finished, file))
    assert "tune.mid" in assert_refused(run("import", tmp_path / "new", file))
    assert files(finished) == before and not (tmp_path / "new").exists()


def test_midi_that_is_not_there_or_does_not_fit(tmp_path: Path, finished: Path) -> None:
    assert_refused(run("import", finished, tmp_path / "none.mid"))
    (tmp_path / "long.mid").write_bytes(midi.band(bars=40))
    assert "bar 40" in assert_refused(run("import", finished, tmp_path / "long.mid"))
    (tmp_path / "tune.mid").write_bytes(midi.band())
    assert_refused(run("import", finished, tmp_path / "tune.mid", "--track", "9=bass"))
    assert_refused(run("import", finished, tmp_path / "tune.mid", "--track", "bass"))


def limited(size: int) -> None:
    """No file may grow beyond `size` bytes: what a full disk looks like to a program."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


@pytest.mark.parametrize("size", [0, 600, 2000, 30_000])
def test_full_disk(tmp_path: Path, weights: Path, finished: Path, size: int) -> None:
    path = tmp_path / "song"
    done = subprocess.run(
        [*COMMAND, "song", str(path), *SMALL, "--title", "Song"],
        capture_output=True,
        text=True,
        env=environment(weights),
        preexec_fn=lambda: limited(size),
        check=False,
    )
    assert_refused(done, 1)
    if (path / "song.json").exists():
        assert run_json("verify", path)["ok"]
    assert run("song", path, *SMALL, "--title", "Song", weights=weights).returncode == 0
    assert token_shas(path) == token_shas(finished)


def test_disk_that_is_really_full(tmp_path: Path, weights: Path, finished: Path) -> None:
    """A file system of 300 kB, where one can be made."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("no right to make a small file system")
    try:
        line = assert_refused(run("song", disk / "song", *SMALL, "--title", "Song", weights=weights), 1)
        assert "full" in line or "space" in line
        facts = run_json("verify", disk / "song")
        assert facts["ok"], facts["problems"]
        assert token_shas(disk / "song") in ({}, token_shas(finished))
        shutil.copytree(disk / "song", tmp_path / "song")
        assert run("song", tmp_path / "song", *SMALL, weights=weights).returncode == 0
        assert token_shas(tmp_path / "song") == token_shas(finished)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_wrong_settings(finished: Path, weights: Path) -> None:
    for name, value in (("STEMWRIGHT_ISA", "mmx"), ("STEMWRIGHT_THREADS", "some")):
        done = run("generate", finished, "lead", "--seed", "9", weights=weights, **{name: value})
        assert name in assert_refused(done)


def test_a_reader_that_leaves(finished: Path) -> None:
    """`stemwright log song | head -0` is no error."""
    process = subprocess.Popen(
        [*COMMAND, "log", str(finished)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait() == 0
    process.stderr.close()


@pytest.mark.parametrize("arguments", [["show", "{song}"], ["show", "{song}", "--json"], ["--version"]])
def test_closed_streams(finished: Path, arguments: list[str]) -> None:
    """`stemwright show song >&-`"""
    words = [*COMMAND, *(text.format(song=finished) for text in arguments)]
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&-', "sh", *words],
        stderr=subprocess.PIPE,
        env=environment(),
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_names_that_the_terminal_cannot_show(tmp_path: Path, finished: Path, weights: Path) -> None:
    song = Path(shutil.copytree(finished, os.fsdecode(bytes(tmp_path) + b"/caf\xe9 \xff\n")))
    assert run("show", song, PYTHONIOENCODING="ascii").returncode == 0
    facts = run_json("mix", song, weights=weights)
    assert Path(facts["mix"]).is_file()
