"""Lines that come while a stream plays."""

import os
import threading
import time
from io import FileIO

from quick_pieces import piece

from stemwright.stream.ahead import Ahead
from stemwright.stream.phrases import Piece
from stemwright.stream.prompts import LONGEST, listening, texts


class Told:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def piece(self, piece: Piece) -> None:
        self.heard.append(piece.song.state.style)

    def lines(self, lines: tuple[str, ...]) -> None:
        self.heard += lines


def test_lines_are_prompts_and_wrong_ones_are_told() -> None:
    reading, writing = os.pipe()
    ahead, told = Ahead(piece, "funk"), Told()
    with FileIO(reading, "rb") as lines, listening(lines, ahead, told):
        os.write(writing, b"tech")
        os.write(writing, b"no\n\n  \nno drums no bass no harmony no lead\n\xff\xfe\x00\nbossa")
        os.close(writing)
        until = time.monotonic() + 10
        while len(told.heard) < 4 and time.monotonic() < until:
            time.sleep(0.01)
    ahead.close()
    assert [line.partition(":")[0] for line in told.heard] == [
        "techno", "prompt not taken", "prompt not taken", "bossa",
    ]  # fmt: skip
    assert all("\n" not in line for line in told.heard)


def test_it_ends_though_nobody_closed_the_pipe() -> None:
    reading, writing = os.pipe()
    ahead, before = Ahead(piece, "funk"), threading.active_count()
    with FileIO(reading, "rb") as lines:
        with listening(lines, ahead, Told()):
            assert threading.active_count() > before
        assert not any(thread.name == "prompts" for thread in threading.enumerate())
    os.close(writing)
    ahead.close()


def test_endless_lines_are_cut() -> None:
    reading, writing = os.pipe()

    def write() -> None:
        os.write(writing, b"a" * 40_000)
        os.write(writing, b"b" * 60_000 + b"\ntechno")
        os.close(writing)

    writer = threading.Thread(target=write)
    writer.start()
    with FileIO(reading, "rb") as lines:
        found = list(texts(lines, threading.Event()))
    writer.join()
    assert [len(line) for line in found] == [LONGEST, 6]
