"""Logs of training runs, read on while they grow."""

from __future__ import annotations

import json
import os
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.assess.watch import follow
from stemwright.assess.watch.follow import Followed
from stemwright.errors import UsageError


def step(number: int, loss: float, **more: object) -> str:
    told = {"step": number, "seconds": number * 2.0, "done": number / 100, "loss": loss, "rate": 1e-3}
    return json.dumps({**told, "examples": 12.5, **more}) + "\n"


def held(number: int, value: float, **more: object) -> str:
    told = {"step": number, "seconds": number * 2.0, "done": number / 100, "held_out": value}
    return json.dumps({**told, "valid": [value], **more}) + "\n"


def test_a_log_is_read_on(tmp_path: Path) -> None:
    run, log = Followed(tmp_path), tmp_path / "log.jsonl"
    assert not run.read() and not run.facts()["there"] and not run.over
    log.write_text(held(0, 5.0) + step(25, 4.0))
    assert run.read() and not run.read()
    facts = run.facts()
    assert (facts["step"], facts["seconds"], facts["seconds_left"]) == (25, 50.0, 150.0)
    assert (facts["held_out"], facts["learning_rate"], facts["examples_per_second"]) == (5.0, 1e-3, 12.5)
    assert facts["figures"] == {"loss": 4.0}
    with log.open("a") as file:
        file.write(held(50, 3.0) + held(75, 3.5))
    assert run.read() and run.facts()["best"] == 3.0 and run.facts()["best_step"] == 50
    assert run.seen.held_out == [(0, 0.0, 5.0), (50, 100.0, 3.0), (75, 150.0, 3.5)]
    assert not run.over
    with log.open("a") as file:
        file.write(step(100, 1.0))
    assert run.read() and not run.over  # the last measurement is still to come
    with log.open("a") as file:
        file.write(held(100, 2.0))
    assert run.read() and run.over


@given(st.lists(st.integers(1, 40), max_size=30))
def test_half_a_line_waits_for_the_rest(tmp_path_factory: pytest.TempPathFactory, pieces: list[int]) -> None:
    folder = tmp_path_factory.mktemp("run")
    text = (held(0, 5.0) + step(1, 4.0) + held(2, 3.0)).encode()
    run = Followed(folder)
    with (folder / "log.jsonl").open("ab", buffering=0) as file:
        for size in pieces:
            file.write(text[:size])
            text = text[size:]
            run.read()
            assert run.seen.unreadable == 0
        file.write(text)
    run.read()
    assert [value for _, _, value in run.seen.held_out] == [5.0, 3.0]
    assert [value for _, _, value in run.seen.train] == [4.0]


def test_a_log_written_anew_is_read_anew(tmp_path: Path) -> None:
    """A run that goes on takes out what came after its checkpoint; one that begins anew has another log."""
    run, log = Followed(tmp_path), tmp_path / "log.jsonl"
    log.write_text(held(0, 5.0) + step(10, 4.0) + step(20, 3.0))
    run.read()
    (tmp_path / "new").write_text(held(0, 5.0) + step(10, 4.0))
    os.replace(tmp_path / "new", log)
    assert run.read() and run.facts()["step"] == 10 and len(run.seen.train) == 1
    log.write_text(held(0, 6.0))  # shorter, in the same file
    assert run.read() and run.facts()["held_out"] == 6.0 and run.seen.train == []
    log.unlink()
    assert not run.read() and run.facts()["held_out"] == 6.0


def test_steps_that_come_again_replace_the_first(tmp_path: Path) -> None:
    lines = [step(10, 4.0), step(20, 3.0), held(20, 9.0), step(30, 2.0), step(20, 3.5), held(20, 8.0)]
    (tmp_path / "log.jsonl").write_text("".join(lines))
    run = Followed(tmp_path)
    run.read()
    assert [(number, value) for number, _, value in run.seen.train] == [(10, 4.0), (20, 3.5)]
    assert [(number, value) for number, _, value in run.seen.held_out] == [(20, 8.0)]


def test_what_cannot_be_read_is_counted(tmp_path: Path) -> None:
    bad = ["nonsense", "[1]", "[" * 50_000, '{"step": 1}', '{"step": "x", "seconds": 1}', "\x00\xff"]
    bad += ['{"step": 1, "seconds": NaN}', '{"step": 1, "seconds": 1' + "0" * 5000 + "}", "x" * (3 << 16)]
    random.Random(0).shuffle(bad)
    text = (
        "\n".join(bad) + "\n\n" + step(10, 4.0) + held(10, float("nan")) + step(20, 3.0, **{"\x1b[2J": 1.0})
    )
    (tmp_path / "log.jsonl").write_bytes(text.encode())
    run = Followed(tmp_path / "log.jsonl")
    run.read()
    assert run.seen.unreadable == len(bad) and run.facts()["step"] == 20
    assert run.seen.held_out == [] and set(run.seen.figures) == {"loss"}


def test_a_line_too_long_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run, log = Followed(tmp_path), tmp_path / "log.jsonl"
    with log.open("a") as file:
        for part in ("x" * 70_000, "y" * 70_000, "z\n" + step(1, 2.0)):
            file.write(part)
            file.flush()
            run.read()
    assert run.seen.unreadable == 1 and run.facts()["step"] == 1
    monkeypatch.setattr(follow, "MAX_BYTES", 1000)
    with pytest.raises(UsageError, match="larger than 1000 bytes"):
        run.read()


@pytest.mark.parametrize(
    ("valid", "value"),
    [([1.0, 3.0], 2.0), ({"total": 1.5, "mel": 1.0}, 1.5), (0.5, 0.5), ([], None), ({}, None)],
)
def test_older_logs_have_no_total(tmp_path: Path, valid: object, value: float | None) -> None:
    (tmp_path / "log.jsonl").write_text(json.dumps({"step": 3, "seconds": 1.0, "valid": valid}) + "\n")
    run = Followed(tmp_path)
    run.read()
    assert run.facts()["held_out"] == value and run.facts()["seconds_left"] is None
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle" / "manifest.json").write_text("{}")
    assert run.over
