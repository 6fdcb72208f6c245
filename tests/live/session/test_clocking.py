"""Sets that go by the clock of others."""

from __future__ import annotations

import json
import time
from fractions import Fraction
from pathlib import Path

import pytest

from stemwright.errors import StemwrightError, UsageError
from stemwright.live.clock.transport import Transport
from stemwright.live.desk.desk import Desk
from stemwright.live.desk.setup import Setup
from stemwright.live.session import clocking
from stemwright.live.session.clocking import Clocking
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.offline import render
from stemwright.live.session.opening import Opened
from stemwright.live.session.script import read_script
from support.beats import clicks

RATE = 48_000


class Peer:
    """A Link session of others, who play at 100 BPM and began at sample 0."""

    bpm, peers, closed = 100.0, 2, False

    def __init__(self) -> None:
        self.sample = 0
        self.asked: list[float] = []

    @property
    def beat(self) -> float:
        return self.sample * self.bpm / 60 / RATE

    def set_bpm(self, bpm: float) -> None:
        self.asked.append(bpm)

    def close(self) -> None:
        self.closed = True


def test_a_set_follows_a_midi_clock(opened: Opened, tmp_path: Path) -> None:
    """The song is of 240 BPM, the clock of 200: its stems begin with the clock's bars."""
    step = 60 * RATE / (200 * 24)
    pulses = "\n".join(f"@{round(n * step)} midi 2 f8" for n in range(24 * 14))
    text = f"""
    1 transport.clock midi
    1 scene.launch 0
    @{round(24 * step) - 20} midi 2 fa
    {pulses}
    @100000 midi 1 f8 f8 f8 f8
    @150000 transport.tempo 90
    @{round(24 * 12 * step) + 10} midi 2 fc
    4.2s end
    """
    folder = tmp_path / "set"
    folder.mkdir()
    live = LiveSet(opened, folder, Setup(RATE, opened.columns), Parts(is_offline=True))
    lines = "\n".join(line.strip() for line in text.splitlines())
    render(live, read_script(lines, "set", opened.columns), folder / "main.wav", 480, lambda done, of: None)
    live.end()
    said = [message.text for message in live.messages]
    assert any("locked at 200.0 BPM" in line for line in said)
    assert any("transport.tempo: a MIDI clock holds" in line for line in said)
    assert not live.transport.playing(live.now)
    log = [json.loads(line) for line in (folder / "session.jsonl").read_text().splitlines()]
    bars = [line["bar"]["at"] for line in log if "bar" in line]
    assert len(bars) == 3
    for number, at in enumerate(bars):
        assert abs(at - (24 + 96 * number) * step) < 0.006 * RATE


def test_a_link_session_is_joined_and_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    peer, said = Peer(), list[str]()
    monkeypatch.setattr(clocking, "join", lambda bpm: peer)
    transport = Transport(Fraction(120))
    following = Clocking(transport, said.append, Desk(Setup()), False)
    following.choose("link", 0)
    limit = time.monotonic() + 5
    while not said and time.monotonic() < limit:
        following.tick(0)
        time.sleep(0.01)
    assert said == ["Link: joined; 2 others, 100.0 BPM"] and following.source == "link"
    peer.sample = 1000
    start = following.start(1000)
    assert start == 4 * 28_800  # the next of its bars
    transport.play(start)
    for sample in range(start, start + 10 * RATE, RATE // 20):
        peer.sample = sample
        following.tick(sample)
    assert transport.tempo.bpm(start + 10 * RATE) == 100
    assert abs(float(transport.position(start + 9 * RATE)) - 15) < 0.01
    following.tempo(start + 10 * RATE, Fraction(90))
    assert peer.asked == [90.0]
    following.choose("internal", start + 10 * RATE)
    assert peer.closed and following.source == "internal"


def test_what_cannot_be_followed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    transport = Transport(Fraction(120))
    with pytest.raises(UsageError, match="no virtual clock"):
        Clocking(transport, said.append, Desk(Setup()), True).choose("link", 0)
    following = Clocking(transport, said.append, Desk(Setup()), False)
    with pytest.raises(UsageError, match="this set has no input"):
        following.choose("beats", 0)

    def none(bpm: Fraction) -> Peer:
        raise StemwrightError("Ableton Link needs one of two packages")

    monkeypatch.setattr(clocking, "join", none)
    following.choose("link", 0)
    limit = time.monotonic() + 5
    while not said and time.monotonic() < limit:
        following.tick(0)
        time.sleep(0.01)
    assert said == ["Ableton Link needs one of two packages"] and following.source == "internal"


def test_one_clock_at_a_time_and_other_messages_are_not_its(monkeypatch: pytest.MonkeyPatch) -> None:
    transport = Transport(Fraction(120))
    following = Clocking(transport, lambda line: None, Desk(Setup()), False)
    assert not following.hear(0, 0, 0, b"\xf8")
    following.choose("midi", 0)
    assert not following.hear(0, 0, 0, b"\x90\x3c\x40")
    assert following.hear(0, 0, 0, b"\xf2\x08\x00")
    assert transport.position(0) == 2
    assert following.hear(0, 0, 0, b"\xf8") and following.hear(1, 5, 0, b"\xfc")


def test_a_drummer_is_followed_and_bars_are_not_his() -> None:
    """He plays at 118 BPM, a third of a beat beside the transport, which begins at 112."""
    transport = Transport(Fraction(112))
    desk = Desk(Setup(inputs=1))
    following = Clocking(transport, lambda line: None, desk, False)
    following.choose("beats", 0)
    transport.play(0)
    beats = [0.2 + n * 60 / 118 for n in range(50)]
    sound = clicks(beats, 24.0, RATE)[:, None]
    for start in range(0, len(sound), 480):
        desk.graph.render(480, sound[start : start + 480])
        desk.pump()
        following.tick(desk.graph.sample)
    assert abs(float(transport.tempo.bpm(desk.graph.sample)) - 118) < 1.5
    off = [(float(transport.position(round(beat * RATE))) + 0.5) % 1 - 0.5 for beat in beats[24:]]
    assert max(abs(each) for each in off) * 60 / 118 < 0.035
    following.choose("internal", desk.graph.sample)
    desk.graph.render(480, sound[:480])
    assert len(desk.heard()) <= 480
