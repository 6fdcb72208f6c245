import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.store import SongFolder, atomic, cache_key
from stemwright.store.verify import verify


def one_line(error) -> str:
    text = str(error.value)
    assert text and "\n" not in text
    return text


def test_create_load_save(tmp_path, song):
    folder = SongFolder.create(tmp_path / "a" / "s", song)
    assert SongFolder.open(folder.path).load() == song
    assert sorted(os.listdir(folder.path)) == [".gitattributes", ".gitignore", "history.json", "song.json"]
    assert verify(folder).ok


def test_objects(made):
    sha = made.folder.objects.put("tokens", b"abc")
    assert made.folder.objects.get(sha) == b"abc" and made.folder.objects.has(sha)
    assert made.folder.objects.put("tokens", b"abc") == sha
    made.folder.objects.file(sha).write_bytes(b"abd")
    with pytest.raises(StemwrightError) as error:
        made.folder.objects.get(sha)
    assert "damaged" in one_line(error) and sha[2:] in one_line(error)
    made.folder.objects.put("tokens", b"abc")
    assert made.folder.objects.get(sha) == b"abc"
    for bad in ("../../etc/passwd", "", "a" * 63, "A" * 64, "a" * 65):
        assert not made.folder.objects.has(bad)
        with pytest.raises(StemwrightError):
            made.folder.objects.get(bad)


def test_runs_are_a_chain(made):
    runs = made.folder.runs.list()
    assert [run["run"] for run in runs] == [1, 2, 3]
    assert [run["parent"] for run in runs] == [None, runs[0]["sha256"], runs[1]["sha256"]]
    with pytest.raises(StemwrightError):
        made.folder.runs.append({"parent": "x"})
    with pytest.raises(StemwrightError):
        made.folder.runs.append({"rtf": float("nan")})
    assert len(made.folder.runs.list()) == 3


def test_telemetry_is_a_chain(made):
    lines = made.folder.telemetry.list()
    assert [line["line"] for line in lines] == [1, 2, 3] and lines[0]["rtf"] == 0.31


def test_cache_reuses_only_what_is_whole(made):
    key = cache_key({"layer": "drums", "seed": 1})
    assert key == cache_key({"seed": 1, "layer": "drums"}) != cache_key({"seed": 2, "layer": "drums"})
    value = made.folder.cache.lookup(key)
    assert value is not None and value["seconds"] == 0.25
    assert made.folder.cache.lookup("0" * 64) is None
    assert made.folder.cache.lookup("../song") is None
    made.folder.objects.file(value["objects"][1]).unlink()
    assert made.folder.cache.lookup(key) is None
    made.folder.cache.remember(key, {"n": 1})
    made.folder.cache.file(key).write_bytes(b"{}")
    assert made.folder.cache.lookup(key) is None
    made.folder.cache.remember(key, {"n": 1})
    assert made.folder.cache.lookup(key) == {"n": 1}


def test_renders_are_replaced_together(made):
    with made.folder.renders.writing() as batch:
        for name in ("a.wav", "My Song_Mix_97.3bpm_F#min.wav"):
            batch.path(name).write_bytes(b"new")
    assert (made.path / "renders" / "a.wav").read_bytes() == b"new" and verify(made.folder).ok
    with pytest.raises(RuntimeError), made.folder.renders.writing() as batch:
        batch.path("b.wav").write_bytes(b"half")
        raise RuntimeError
    assert not (made.path / "renders" / "b.wav").exists() and verify(made.folder).ok
    assert not list(made.path.rglob(".tmp-*"))


def test_a_render_caught_between_index_and_rename_verifies(made, monkeypatch):
    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(made.folder.renders, "_save", _then(made.folder.renders._save, killed))
    with pytest.raises(KeyboardInterrupt):
        made.folder.renders.put("My Song_Mix_97.3bpm_F#min.wav", b"changed")
    assert verify(made.folder).ok
    monkeypatch.undo()
    made.folder.renders.put("My Song_Mix_97.3bpm_F#min.wav", b"changed")
    assert verify(made.folder).ok and len(made.folder.renders.index()["My Song_Mix_97.3bpm_F#min.wav"]) == 1


def _then(first, second):
    def both(*args):
        first(*args)
        second(*args)

    return both


BAD_NAMES = [
    "../x.wav",
    "a/b.wav",
    "",
    ".",
    "..",
    ".x",
    "con.wav",
    "a\0b",
    "a\nb",
    "x:y",
    "index.json",
    "a\\b",
    "x.",
]


@pytest.mark.parametrize("name", [*BAD_NAMES, "e" * 300, "\ud800.wav"])
def test_renders_stay_in_the_song(made, name):
    with pytest.raises(UsageError) as error:
        made.folder.renders.put(name, b"x")
    one_line(error)


def test_create_refuses_what_is_taken(tmp_path, song):
    (tmp_path / "file").write_text("x")
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("x")
    (tmp_path / "empty").mkdir()
    SongFolder.create(tmp_path / "empty", song)
    for name in ("file", "full", "empty"):
        with pytest.raises(UsageError) as error:
            SongFolder.create(tmp_path / name, song)
        assert name in one_line(error)
    with pytest.raises(StemwrightError) as error:
        SongFolder.create(tmp_path / "file" / "below", song)
    one_line(error)
    assert (tmp_path / "file").read_text() == "x" and os.listdir(tmp_path / "full") == ["x"]


def test_open_refuses_what_is_no_song(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "dir").mkdir()
    for name in ("file", "dir", "none"):
        with pytest.raises(UsageError) as error:
            SongFolder.open(tmp_path / name)
        assert name in one_line(error)


@pytest.mark.parametrize(
    "data", [b"", b"{", b"{}", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, b'{"schema": 99}']
)
def test_a_damaged_song_gives_one_line(made, data):
    (made.path / "song.json").write_bytes(data)
    with pytest.raises(StemwrightError) as error:
        made.folder.load()
    assert "song.json" in one_line(error) and error.value.exit_code == 1
    assert not verify(made.folder).ok


def test_a_hand_edited_song_gives_one_line(made):
    text = (made.path / "song.json").read_text()
    (made.path / "song.json").write_text(text.replace('"rock"', '"../x"'))
    with pytest.raises(StemwrightError) as error:
        made.folder.load()
    assert "song.json" in one_line(error)


def test_a_huge_song_is_refused_unread(made):
    with open(made.path / "song.json", "r+b") as file:
        file.truncate(1 << 30)
    with pytest.raises(StemwrightError) as error:
        made.folder.load()
    assert "large" in one_line(error)
    assert any("large" in line for line in verify(made.folder).problems)


def test_a_song_that_is_a_link_a_pipe_or_a_folder(made):
    path = made.path / "song.json"
    path.rename(made.path.parent / "elsewhere")
    path.symlink_to(made.path.parent / "elsewhere")
    with pytest.raises(StemwrightError):
        made.folder.load()
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(StemwrightError):
        made.folder.load()
    assert not verify(made.folder).ok
    path.unlink()
    path.mkdir()
    with pytest.raises(StemwrightError):
        made.folder.load()


def test_a_folder_that_links_out_is_refused(made, tmp_path):
    (made.path / "objects").rename(tmp_path / "outside")
    (made.path / "objects").symlink_to(tmp_path / "outside")
    with pytest.raises(StemwrightError) as error:
        SongFolder.open(made.path)
    assert "objects" in one_line(error)


@pytest.mark.parametrize(
    "code, word", [(errno.ENOSPC, "full"), (errno.EROFS, "writable"), (errno.EIO, "written")]
)
def test_a_failed_write_leaves_everything_as_it_was(made, monkeypatch, code, word):
    before = {path: path.read_bytes() for path in made.path.rglob("*") if path.is_file()}

    def fail(*_):
        raise OSError(code, os.strerror(code))

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(atomic.os, name, fail)
            for act in (
                lambda: made.folder.save(made.song),
                lambda: made.folder.objects.put("tokens", b"new"),
                lambda: made.folder.runs.append({}),
                lambda: made.folder.telemetry.append({}),
                lambda: made.folder.cache.remember("1" * 64, {}),
                lambda: made.folder.renders.put("x.wav", b"x"),
            ):
                with pytest.raises(StemwrightError) as error:
                    act()
                assert word in one_line(error)
    assert {path: path.read_bytes() for path in made.path.rglob("*") if path.is_file()} == before
    assert verify(made.folder).ok


def test_a_create_that_fails_leaves_no_folder(tmp_path, song, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(atomic.os, "replace", full)
    with pytest.raises(StemwrightError):
        SongFolder.create(tmp_path / "s", song)
    assert not (tmp_path / "s").exists()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(made):
    made.path.chmod(0o555)
    try:
        assert verify(made.folder).ok
        with pytest.raises(StemwrightError) as error:
            made.folder.save(made.song)
        assert "writable" in one_line(error)
    finally:
        made.path.chmod(0o755)


def test_two_writers(made):
    other = SongFolder.open(made.path)
    with made.folder.lock(), made.folder.lock():
        with pytest.raises(StemwrightError) as error:
            other.save(made.song)
        assert str(made.path) in one_line(error) and str(os.getpid()) in one_line(error)
        assert verify(other).ok
    other.save(made.song)
    assert ".lock" not in os.listdir(made.path)


def test_a_second_process_is_told_who_writes(made):
    code = f"""
import sys
from stemwright.errors import StemwrightError
from stemwright.store import SongFolder
try:
    SongFolder.open({str(made.path)!r}).objects.put("tokens", b"x")
except StemwrightError as error:
    print(error)
    sys.exit(error.exit_code)
"""
    with made.folder.lock():
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_env())
    assert done.returncode == 1 and f"pid {os.getpid()}" in done.stdout and str(made.path) in done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_neither_writes_nor_keeps_the_lock(made):
    read, write = os.pipe()
    with made.folder.lock():
        child = os.fork()
        if child == 0:
            try:
                made.folder.objects.put("tokens", b"x")
                os._exit(0)
            except StemwrightError:
                os.close(write)
                os.read(read, 1)
                os._exit(3)
    SongFolder.open(made.path).save(made.song)
    os.close(write)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 3
    os.close(read)


def _env() -> dict[str, str]:
    import stemwright

    return {**os.environ, "PYTHONPATH": str(Path(stemwright.__file__).parents[1])}
