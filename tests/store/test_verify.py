import os
import random
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemwright.store import SongFolder


def files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file())


def problems(made) -> list[str]:
    report = SongFolder.open(made.path).verify()
    assert report.ok == (not report.problems)
    return report.problems


def test_a_whole_folder_is_ok(made):
    report = made.folder.verify()
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
    from stemwright.store.records import seal

    record = made.folder.runs.read(2)
    (made.path / "runs" / "000002.json").write_bytes(seal({**record, "seed": 99}))
    assert any("parent" in line for line in problems(made))


STRANGERS = """evil.py .hidden runs/000001.json.bak runs/0000004.json objects/readme objects/ab/short
    cache/x.json renders/other.wav renders/.hidden"""


@pytest.mark.parametrize("name", STRANGERS.split())
def test_what_does_not_belong_is_found(made, name):
    path = made.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    assert any(name.split("/")[-1] in line and "belong" in line for line in problems(made))


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
    made.folder.verify()
    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in files(made.path)} == before
    assert sorted(os.listdir(made.path)) == names
