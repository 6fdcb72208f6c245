"""A program that reads the words: one that answers, and those that are silent, slow, mad or dead."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from stemwright.live.companion.locking import Steady
from stemwright.live.vibe.adviser import FAILURES, Adviser
from stemwright.live.vibe.listening import Listening, Said
from stemwright.live.vibe.mood import Mood

Start = Callable[..., Listening]


@pytest.fixture
def start(tmp_path: Path) -> object:
    """Starts a program of these lines, run for every question as `q`."""
    made: list[Adviser] = []

    def go(body: str, timeout: float = 10.0, head: str = "") -> Listening:
        path = tmp_path / "program.py"
        loop = f"import json, sys, time\n{head}\nfor line in sys.stdin:\n    q = json.loads(line)\n"
        path.write_text(loop + "".join(f"    {each}\n" for each in body.splitlines()), encoding="utf-8")
        made.append(Adviser(f"{sys.executable} -S {path}", timeout))
        return Listening(Mood(Steady(120)), made[-1])

    yield go
    for each in made:
        each.close()


def heard(listening: Listening, sample: int = 100) -> Said:
    """What comes of the words, within 20 s."""
    for _ in range(2000):
        found = listening.poll(sample)
        if found:
            return found[0]
        time.sleep(0.01)
    raise AssertionError("nothing came")


ANSWER = "print(json.dumps({'id': q['id'], 'changes': [{'parameter': 'tension', 'to': 0.9}]}), flush=True)"


def test_a_program_is_asked_and_heard(start: Start) -> None:
    listening = start(ANSWER)
    began = time.monotonic()
    assert listening.say(0, "like a storm") is None
    assert time.monotonic() - began < 0.2
    said = heard(listening)
    assert said.line == "" and listening.mood.value("tension", 10_000) == 0.9


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("pass", "gave no answer within 0.4 s"),
        ("time.sleep(60)", "gave no answer within 0.4 s"),
        ("print('make it darker!', flush=True)", "its answer is no JSON"),
        ("print('[1]', flush=True)", "should be one JSON object"),
        ("print(json.dumps({'id': q['id']}), flush=True)", "request.stages: should be a list"),
        ("print(json.dumps({'id': q['id'], 'changes': []}), flush=True)", "changes nothing"),
        (ANSWER.replace("0.9", "9"), "to 9 is outside 0 to 1"),
        (ANSWER.replace("'to': 0.9", "'to': float('nan')"), "no JSON"),
        ("sys.exit(3)", r"ended without an answer \(exit code 3\)"),
        ("print('{\"id\": 0}\\n' * 10000, flush=True)", "gave no answer within 0.4 s"),
    ],
)
def test_one_that_fails_leaves_it_to_the_table(start: Start, body: str, said: str) -> None:
    timeout = 0.4 if "0.4 s" in said else 10.0
    listening = start(body, timeout)
    listening.say(0, "darker, tra-la")
    found = heard(listening)
    assert said.replace("\\", "") in found.line
    assert "the table of words was used; not understood: tra-la" in found.line
    assert listening.mood.value("brightness", 10_000) == pytest.approx(0.3)


def test_a_late_answer_is_not_that_to_the_next_question(start: Start) -> None:
    listening = start(f"time.sleep(0.8 if q['id'] == 1 else 0)\n{ANSWER}", 0.5)
    listening.say(0, "darker")
    assert "gave no answer" in heard(listening).line
    assert listening.mood.value("tension", 10_000) == 0.5
    listening.say(20_000, "darker")
    assert heard(listening, 20_000).line == ""


def test_after_some_failures_it_is_asked_no_more(start: Start) -> None:
    listening = start("print('x', flush=True)")
    for _ in range(FAILURES):
        listening.say(0, "darker")
        heard(listening)
    for _ in range(200):
        if not listening.adviser.works:  # type: ignore[union-attr]
            break
        time.sleep(0.01)
    said = listening.say(0, "brighter")
    assert said is not None and said.line == "" and said.request.stages


def test_a_program_that_is_not_there_is_told() -> None:
    adviser = Adviser("/no/such/program")
    listening = Listening(Mood(Steady(120)), adviser)
    said = listening.say(0, "darker")
    said = said or heard(listening)
    assert said.request.stages
    adviser.close()


def test_without_a_program_the_table_answers_at_once() -> None:
    listening = Listening(Mood(Steady(120)))
    said = listening.say(0, "hmm")
    assert said is not None and said.line == "not understood: hmm"
    said = listening.say(0, "the")
    assert said is not None and said.line.startswith("nothing was understood; try")
