"""Signals ask a set to end; none cuts short what is done then."""

from __future__ import annotations

import os
import signal
import sys
import threading

import pytest

from stemwright.live.session.leaving import told_to_end


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_every_signal_asks_and_none_cuts_short(number: str) -> None:
    wanted, told = getattr(signal, number), list[str]()
    before = signal.getsignal(wanted)
    with told_to_end(lambda: told.append("ended")):
        for _ in range(2):
            os.kill(os.getpid(), wanted)
    assert told == ["ended"] * 2 and signal.getsignal(wanted) is before


def test_a_fault_within_gives_signals_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), told_to_end(lambda: None):
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_leave_signals_as_they_are() -> None:
    before, within = signal.getsignal(signal.SIGINT), list[object]()

    def other() -> None:
        with told_to_end(lambda: None):
            within.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert within == [before]
