import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemwright.errors import StemwrightError
from stemwright.store import SongFolder
from stemwright.store.folder import GIT_FILES
from stemwright.store.verify import verify


def files(root: Path) -> list[Path]:
    """The song's own; those for git are the user's to change."""
    return sorted(path for path in root.rglob("*") if path.is_file() and path.name not in GIT_FILES)


def problems(made) -> list[str]:
    report = verify(SongFolder.open(made.path))
    assert report.ok == (not report.problems)
    return report.problems


def test_a_whole_folder_is_ok(made):
    report = verify(made.folder)
    assert report.ok and report.problems == [] and report.objects == 6
    kinds = {path.relative_to(made.path).parts[0] for path in files(made.path)}
    assert kinds == {
        "song.json",
        "history.json",
        "system_telemetry.log",
        "runs",
        "objects",
        "cache",
        "renders",
    }


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_found(made, data):
    path = data.draw(st.sampled_from(files(made.path)))
    good = path.read_bytes()
    place = data.draw(st.integers(0, len(good) * 8 - 1))
    bad = bytearray(good)
    bad[place // 8] ^= 1 << place % 8
    path.write_bytes(bad)
    try:
        assert problems(made), (path, place)
    finally:
        path.write_bytes(good)
    assert not problems(made)


@pytest.mark.parametrize("name", ["song.json", "history.json", "system_telemetry.log", "runs/000003.json",
                                  "renders/index.json"])  # fmt: skip
def test_every_bit_of_the_text_files_is_found(made, name):
    """All bits of the last bytes (newlines, closing braces) and a sample of the others."""
    path = made.path / name
    good = path.read_bytes()
    places = set(range(len(good) * 8 - 80, len(good) * 8)) | set(
        random.Random(1).sample(range(len(good) * 8), 60)
    )
    for place in places:
        bad = bytearray(good)
        bad[place // 8] ^= 1 << place % 8
        path.write_bytes(bad)
        assert problems(made), place


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: b + b"\n", lambda b: b[: len(b) // 2], lambda b: b""]
)
def test_cut_and_lengthened_files_are_found(made, change):
    for path in files(made.path):
        good = path.read_bytes()
        path.write_bytes(change(good))
        assert problems(made), path
        path.write_bytes(good)


def test_every_deleted_file_is_found_but_renders_and_cache(made):
    spare = {"cache", "renders"}
    for path in files(made.path):
        good = path.read_bytes()
        path.unlink()
        found = problems(made)
        assert bool(found) != (path.parent.name in spare and path.name != "index.json"), path
        path.write_bytes(good)


def test_a_missing_object_is_named_with_its_take(made):
    sha = made.song.layers["bass"].active.tokens_sha256
    made.folder.objects.file(sha).unlink()
    assert any("layers.bass, take 1" in line and sha[2:] in line for line in problems(made))


def test_the_last_run_and_the_last_telemetry_lines_cannot_vanish(made):
    made.folder.runs.append({"command": "mix"})
    (made.path / "runs" / "000004.json").unlink()
    assert any("runs/000004.json" in line for line in problems(made))
    log = made.path / "system_telemetry.log"
    log.write_bytes(b"".join(log.read_bytes().splitlines(keepends=True)[:-1]))
    assert any("1 line(s) at the end are missing" in line for line in problems(made))


def test_runs_and_lines_cannot_change_places(made):
    runs = made.path / "runs"
    first, second = (runs / "000001.json").read_bytes(), (runs / "000002.json").read_bytes()
    (runs / "000001.json").write_bytes(second)
    (runs / "000002.json").write_bytes(first)
    assert len(problems(made)) >= 2


def test_a_run_sealed_anew_breaks_the_chain(made):
    from stemwright.song.sealed import seal

    record = made.folder.runs.read(2)
    (made.path / "runs" / "000002.json").write_bytes(seal({**record, "seed": 99}))
    assert any("parent" in line for line in problems(made))


STRANGERS = "runs/000001.json.bak runs/0000004.json objects/readme objects/ab/short cache/x.json"
GUESTS = """README.md .hidden ._song.json renders/other.wav renders/.DS_Store renders/Thumbs.db
    renders/My.wav.reapeaks renders/My.wav.asd renders/desktop.ini"""


@pytest.mark.parametrize("name", STRANGERS.split())
def test_what_does_not_belong_is_found(made, name):
    path = made.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert any(name.split("/")[-1] in line and "belong" in line for line in problems(made))


@pytest.mark.parametrize("name", GUESTS.split())
def test_files_of_other_programs_are_told_and_are_no_damage(made, name):
    (made.path / name).write_bytes(b"x")
    report = verify(made.folder)
    assert report.ok and report.notes == [f"{name}: is not the song's; left alone"]
    (made.path / "renders" / "My Song_Mix_97.3bpm_F#min.wav").write_bytes(b"RIFF another")
    assert any("was changed or damaged" in line for line in problems(made)), "damage stays damage"


def test_what_file_managers_leave_among_objects_is_no_damage(made):
    for directory in ("runs", "objects", "cache"):
        (made.path / directory / ".DS_Store").write_bytes(b"x")
        (made.path / directory / "._x").write_bytes(b"x")
    next(path for path in (made.path / "objects").iterdir() if path.is_dir()).joinpath("Thumbs.db").touch()
    assert not problems(made) and not verify(made.folder).notes


def test_converted_line_ends_are_told_with_how_to_undo_it(made):
    for path in files(made.path):
        if path.suffix == ".json":
            path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    (line,) = problems(made)
    assert line.startswith("song.json: line endings were converted to CRLF") and "git checkout HEAD" in line
    with pytest.raises(StemwrightError, match="git config core"):
        made.folder.load()


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_song_survives_git_with_autocrlf_and_an_old_one_can_be_mended(made, tmp_path):
    def git(where, command):
        who = "-c user.email=a@b -c user.name=n -c core.safecrlf=false"
        subprocess.run(f"git {who} {command}", shell=True, cwd=where, check=True, capture_output=True)

    def commit_and_clone(name):
        git(made.path, "add -A")
        git(made.path, "commit -qm x")
        git(tmp_path, f"clone -q -c core.autocrlf=true my-song {name}")
        return SongFolder.open(tmp_path / name)

    git(made.path, "init -q")
    clone = commit_and_clone("new")
    assert clone.load() == made.song and verify(clone).ok and not (clone.path / "renders").exists()
    (made.path / ".gitattributes").unlink()
    old = commit_and_clone("old")
    (line,) = verify(old).problems
    subprocess.run(line.split("run: ")[1], shell=True, cwd=old.path, check=True)
    assert old.load() == made.song and verify(old).ok


def test_links_are_not_followed(made, tmp_path):
    sha = made.song.layers["bass"].active.tokens_sha256
    file = made.folder.objects.file(sha)
    shutil.copy(file, tmp_path / "outside")
    file.unlink()
    file.symlink_to(tmp_path / "outside")
    assert any("plain file" in line for line in problems(made))


def test_temporary_files_and_git_are_no_problem(made):
    for directory in (
        made.path,
        made.path / "runs",
        made.path / "renders",
        made.path / "cache",
        made.path / "objects",
    ):
        (directory / ".tmp-123-0123456789abcdef").write_bytes(b"half")
    (made.path / ".git").mkdir()
    (made.path / ".lock").touch()
    (made.path / ".writer-123").touch()
    assert not problems(made)
    with made.folder.lock():
        pass
    assert not list(made.path.rglob(".tmp-*")) and not list(made.path.glob(".writer-*"))


def test_a_lock_file_with_content_is_found(made):
    (made.path / ".lock").write_bytes(b"1")
    assert any(".lock" in line for line in problems(made))


def test_verify_writes_nothing(made):
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(made.path)}
    names = sorted(os.listdir(made.path))
    verify(made.folder)
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(made.path)} == before
    assert sorted(os.listdir(made.path)) == names
