"""A set played again from its log: the same to the last bit, whatever came late, was cancelled or killed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stemwright.errors import UsageError
from stemwright.live.desk.desk import Desk
from stemwright.live.desk.journal import FILE, SessionLog
from stemwright.live.desk.replay import read_log, replay
from stemwright.live.desk.setup import Setup
from stemwright.native import live_commands as lc

SETUP = Setup(columns=("drums", "bass"), players=1, cv=1)


def noise(frames: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-0.4, 0.4, (frames, 2)).astype(np.float32)


Turn = tuple[str, int, int, int]
TURNS = st.lists(
    st.tuples(
        st.sampled_from(["launch", "stop", "gain", "note", "cancel", "late", "load", "voices", "click"]),
        st.integers(-2000, 9000),
        st.integers(0, 1),
        st.integers(1, 3000),
    ),
    max_size=25,
)


def play(folder: Path, turns: list[Turn]) -> np.ndarray:
    """Play by hand, a turn and a block after the other; what was heard."""
    folder.mkdir()
    log = SessionLog(folder, SETUP, {"seed": 1})
    desk = Desk(SETUP, log)
    clips = [desk.load(noise(2000, 1), "one")]
    heard, last = [], 1
    for what, ahead, which, frames in turns:
        at, column = max(0, desk.graph.sample + ahead), desk.columns[which]
        assert column.source is not None
        match what:
            case "launch":
                last = desk.tickets.next()
                desk.post(
                    [
                        lc.launch(
                            column.source,
                            clips[-1],
                            at=at,
                            ticket=last,
                            flags=lc.Flag.LOOP,
                            offset=frames % 500,
                        )
                    ]
                )
            case "late":
                desk.post(
                    [
                        lc.launch(
                            column.source, clips[0], at=at, ticket=desk.tickets.next(), flags=lc.Flag.ON_TIME
                        )
                    ]
                )
            case "stop":
                desk.post([lc.stop(column.source, at=at)])
            case "gain":
                desk.post([lc.set_to(column.strip, lc.Parameter.GAIN, frames / 3000, at=at)])
            case "note":
                voices = desk.players[0].source
                if voices is not None:
                    desk.post([lc.note(voices, 60, 100, at=at, length=frames)])
            case "cancel":
                desk.post([lc.cancel(last)])
            case "load":
                clips.append(desk.load(noise(500 + frames, frames), "more"))
            case "voices":
                desk.give_voices(0, [clips[0]] * 128, [1.0] * 128, 0.01)
            case "click":
                assert desk.click.source is not None
                desk.post([lc.note(desk.click.source, lc.CLICK_BEAT, 90)])
        heard.append(desk.graph.render(frames))
        desk.pump()
    log.close(desk.graph.sample)
    return np.concatenate(heard) if heard else np.zeros((0, 3), np.float32)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(turns=TURNS, block=st.sampled_from([64, 777, 4096]))
def test_a_set_is_played_again_to_the_last_bit(
    tmp_path_factory: pytest.TempPathFactory, turns: list[Turn], block: int
) -> None:
    folder = tmp_path_factory.mktemp("sets") / "set"
    heard = play(folder, turns)
    again = [np.zeros((0, 3), np.float32)]
    replay(folder, lambda desk, sound: again.append(sound), block=block)
    assert np.array_equal(np.concatenate(again), heard)


def test_a_log_that_was_cut_off_is_played_as_far_as_it_goes(tmp_path: Path) -> None:
    turns = [("launch", 0, 0, 1000), ("gain", 10, 0, 1000), ("stop", 0, 0, 500)]
    heard = play(tmp_path / "set", turns)
    file = tmp_path / "set" / FILE
    lines = file.read_bytes().splitlines(keepends=True)
    assert json.loads(lines[-1]) == {"end": 2500}
    file.write_bytes(b"".join(lines[:-1]) + b'{"post": [[12')
    again: list[np.ndarray] = []
    replay(tmp_path / "set", lambda desk, sound: again.append(sound))
    made = np.concatenate(again)
    assert len(made) >= 2000 and np.array_equal(made, heard[: len(made)])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{}", "line 1: is no log of version 1"),
        ("not json", "line 1: is not JSON"),
        ("[]", "line 1: should be an object"),
        ('{"version": 1, "setup": {}}', "setup: .* should have rate, columns"),
        ('{"version": 1, "post": [[1]]}', "is no command"),
        ('{"version": 1, "post": [[1, 2, 3, 4, 5, 6, 7, 8, "x"]]}', "is no command"),
    ],
)
def test_what_is_no_log_is_told_in_a_line(tmp_path: Path, line: str, said: str) -> None:
    (tmp_path / FILE).write_text(line + "\n", encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_log(tmp_path)


def test_sounds_outside_of_the_session_are_not_opened(tmp_path: Path) -> None:
    play(tmp_path / "set", [("launch", 0, 0, 1000)])
    file = tmp_path / "set" / FILE
    text = file.read_text(encoding="utf-8")
    name = text.split('"file":"')[1].split('"')[0]
    for bad in ("../../etc/passwd", "/etc/passwd", "sounds/none.npy"):
        file.write_text(text.replace(name, bad), encoding="utf-8")
        with pytest.raises(UsageError, match="is no file of a sound"):
            replay(tmp_path / "set", lambda desk, sound: None)
    file.write_text(text, encoding="utf-8")
    (tmp_path / "set" / name).write_bytes(b"no array")
    with pytest.raises(UsageError, match="cannot be read"):
        replay(tmp_path / "set", lambda desk, sound: None)
