"""Stems made beside the set: words, processes that die, and that only the copy changes."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.live.stems.stem import Prepared
from stemwright.live.worker import worker as module
from stemwright.live.worker.jobs import Job, Phrase, commands, known_words
from stemwright.live.worker.worker import Made, Worker, call
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.store.folder import SongFolder
from stemwright.store.verify import verify
from support.weights import _weights, weights

__all__ = ["_weights", "weights"]

SONG = Path("song")


def job(words: str, layer: str = "bass", seed: int = 7) -> Job:
    return Job(1, 0, layer, (0, 1), words, seed)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", ["generate song bass --bars 1-1 --seed 7 --arranger"]),
        ("jazzy bass", ["edit song --style jazz", "generate song bass --bars 1-1 --seed 7 --arranger"]),
        (
            "4-on-floor drums",
            ["edit song --style house", "generate song bass --bars 1-1 --seed 7 --arranger"],
        ),
        ("varied", ["vary song bass --bars 1-1 --amount 0.5 --seed 7"]),
        (
            "Sparse, loud",
            ["compose song bass --bars 1-1 --seed 7 --density 0.6 --velocity 110", "generate song bass"],
        ),
        (
            "busy funk",
            [
                "edit song --style funk",
                "compose song bass --bars 1-1 --seed 7 --density 3",
                "generate song bass",
            ],
        ),
    ],
)
def test_words_become_commands(words: str, expected: list[str]) -> None:
    assert [" ".join(command) for command in commands(SONG, job(words))] == expected


def test_a_phrase_is_made_of_all_its_layers_at_once() -> None:
    phrase = Phrase(3, 1, ("drums", "bass"), (4, 8), "jazzy", 9)
    made = "generate song drums bass --bars 5-8 --seed 9 --arranger"
    assert [" ".join(command) for command in commands(SONG, phrase)] == ["edit song --style jazz", made]
    varied = commands(SONG, Phrase(3, 1, ("drums", "bass"), (4, 8), "varied", 9))
    assert [command[2] for command in varied] == ["drums", "bass"]


def test_words_that_say_nothing_are_told_with_those_that_do() -> None:
    with pytest.raises(UsageError, match=r"words: 'purple' says nothing here; there are 4-on-floor, .*jazzy"):
        commands(SONG, job("purple bass"))
    for word in known_words():
        assert commands(SONG, job(word))


def prepared(layer: str, file: Path) -> Prepared:
    return Prepared(np.zeros((1, 2), np.float32), 1, str(file))


def wait(worker: Worker, count: int) -> list[Made]:
    found: list[Made] = []
    limit = time.monotonic() + 120
    while len(found) < count and time.monotonic() < limit:
        found += worker.results()
        time.sleep(0.02)
    return found


@pytest.mark.slow
def test_stems_are_made_in_the_copy_and_a_killed_process_costs_its_job_alone(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song, copy = tmp_path / "song", tmp_path / "copy"
    create(song, Wish(bpm="240", form="verse:2", seed=1, title="A Tune"))
    generate(song)
    before = (song / "song.json").read_bytes()
    call(["copy", str(song), str(copy)])
    worker = Worker(copy)
    try:
        worker.submit(job("varied"), prepared)
        while worker.pid is None:
            time.sleep(0.01)
        os.kill(worker.pid, signal.SIGKILL)
        worker.submit(job("varied", "lead"), prepared)
        worker.submit(job("jazzy"), prepared)
        with pytest.raises(UsageError):
            worker.submit(job("purple"), prepared)
        killed, lead, bass = wait(worker, 3)
    finally:
        worker.close()
    assert not killed.stems and killed.error.endswith("was ended by SIGKILL: ask for it again")
    assert [made.job.layers[0] for made in (killed, lead, bass)] == ["bass", "lead", "bass"]
    for stem in (lead.stems["lead"], bass.stems["bass"]):
        assert isinstance(stem, Prepared) and Path(stem.file).is_file()
    assert 1 < lead.run < bass.run
    assert (song / "song.json").read_bytes() == before
    assert verify(SongFolder.open(copy)).problems == []


def test_stems_are_read_in_the_workers_thread_before_the_next_job(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def called(words: list[str], started: object) -> dict[str, Any]:
        done.append(words[0])
        return {"runs": [], "stems": {"bass": "bass.wav"}}

    def read(layer: str, file: Path) -> Prepared:
        done.append(f"{file} by {threading.current_thread().name}")
        if len(done) < 6:
            raise UsageError("bass.wav: cannot be read as audio")
        if len(done) < 10:
            raise RuntimeError("a fault")
        return prepared(layer, file)

    monkeypatch.setattr(module, "call", called)
    worker = Worker(SONG)
    for _ in range(3):
        worker.submit(job("varied"), read)
    unread, faulty, good = wait(worker, 3)
    worker.close()
    read_here = "bass.wav by worker"
    steps = ["vary", "mix", read_here, "restore"]
    assert done == ["log", *steps, *steps, *steps[:3]]
    assert unread.stems == {"bass": "bass.wav: cannot be read as audio"} and not unread.error
    assert faulty.error == "fault: RuntimeError: a fault" and isinstance(good.stems["bass"], Prepared)


def test_what_a_command_refuses_is_its_line(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such folder") as caught:
        call(["show", str(tmp_path / "none")])
    assert "\n" not in str(caught.value)
