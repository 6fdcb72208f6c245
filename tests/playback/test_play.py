"""`play` through a device that keeps what it is given, and into files where there is none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from stemwright.cli.main import run
from stemwright.errors import StemwrightError, UsageError
from stemwright.native.devices import SoundDevice
from stemwright.playback import device
from stemwright.playback.play import play
from stemwright.producer.mix import mix_song
from stemwright.shown.log import history
from stemwright.shown.reports import check

BAR = 24_000


class Fake:
    """Keeps what it is given; at most `most` samples, then it is as if the user pressed Ctrl-C."""

    def __init__(self, most: int = 10**9) -> None:
        self.most, self.rate = most, 0
        self.heard = np.zeros((0, 2), np.float32)

    @contextmanager
    def open(self, rate: int) -> Iterator[device.Device]:
        self.rate = rate
        yield self

    def play(self, block: npt.NDArray[np.float32]) -> None:
        self.heard = np.concatenate([self.heard, block])
        if len(self.heard) >= self.most:
            raise KeyboardInterrupt


@contextmanager
def none(rate: int) -> Iterator[device.Device]:
    raise StemwrightError("no output device")
    yield Fake()


def test_what_is_played_is_the_mix(song: Path, tmp_path: Path) -> None:
    fake = Fake()
    runs = len(history(song)["runs"])
    facts = play(song, open_device=fake.open)
    mixed = soundfile.read(
        mix_song(song, out=tmp_path / "mix.wav", quality="standard")["mix"], dtype="float32"
    )
    np.testing.assert_allclose(fake.heard, mixed[0], atol=1e-6)
    assert (facts["file"], facts["stopped"], facts["seconds"], fake.rate) == (None, False, 4.0, BAR)
    assert len(history(song)["runs"]) == runs + 1, "only the mix is told"
    later = Fake()
    play(song, first=3, open_device=later.open)
    np.testing.assert_array_equal(later.heard, fake.heard[2 * BAR :])


def test_a_loop_goes_on_until_it_is_stopped(song: Path) -> None:
    whole, fake = Fake(), Fake(5 * BAR)
    play(song, open_device=whole.open)
    facts = play(song, loop="2-3", open_device=fake.open)
    assert facts["stopped"] and len(fake.heard) >= 5 * BAR
    np.testing.assert_array_equal(fake.heard[: 2 * BAR], whole.heard[BAR : 3 * BAR])
    np.testing.assert_array_equal(fake.heard[2 * BAR : 4 * BAR], fake.heard[: 2 * BAR])


def test_solo_and_click_leave_the_song_as_it_is(song: Path) -> None:
    before = (song / "song.json").read_bytes()
    alone, clicked = Fake(), Fake()
    play(song, solo=["voice"], open_device=alone.open)
    spectrum = np.abs(np.fft.rfft(alone.heard[:, 0]))
    assert spectrum[220 * 4] > 100 * spectrum[330 * 4]
    play(song, solo=["voice"], click=True, open_device=clicked.open)
    assert np.abs(clicked.heard).max() <= 1 and not np.array_equal(clicked.heard, alone.heard)
    assert (song / "song.json").read_bytes() == before


def test_without_a_device_it_is_written(song: Path, tmp_path: Path) -> None:
    facts = play(song, loop="2-3", open_device=none)
    audio, rate = soundfile.read(facts["file"])
    assert len(audio) == 2 * rate and any("no output device" in line for line in facts["remarks"])
    assert check(song)["ok"]
    facts = play(song, first=4, out=tmp_path / "end.flac", quality="high", open_device=none)
    assert not any("not played" in line for line in facts["remarks"])
    assert soundfile.info(facts["file"]).frames == 48_000


def test_refusals(song: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(UsageError, match="inside the song"):
        play(song, out=song / "renders" / "a.wav")
    for words in (
        ["--solo", "tuba"],
        ["--from", "9"],
        ["--loop", "3-9"],
        ["--out", "mix.doc"],
        ["--quality", "x"],
    ):
        assert run(["play", str(song), *words]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert run(["play", str(song), "--out", str(tmp_path / "a.wav"), "--from", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["seconds"] == 3.0


def test_without_any_device_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(server: str = "") -> None:
        raise StemwrightError("no server")

    monkeypatch.setattr(device.devices, "sound_names", list)
    monkeypatch.setattr(device.devices, "JackLook", none)
    with pytest.raises(StemwrightError, match="no output device is there"), device.output(BAR):
        pass


def test_blocks_are_played_one_after_the_other_without_a_gap() -> None:
    """On a device that plays into nothing, what was given is played out and forgotten."""
    player = device.Player(BAR, lambda graph: SoundDevice(graph, system="null"))
    try:
        blocks = np.random.default_rng(0).uniform(-0.5, 0.5, (6, 1200, 2)).astype(np.float32)
        for block in blocks:
            player.play(block)
        player.finish()
        assert player.graph.clips() <= 1
    finally:
        player.stop()


def test_what_is_heard_are_the_very_samples() -> None:
    """The same, on the virtual clock."""

    class Still:
        alive, trouble = True, ""

        def stop(self) -> None:
            pass

    player = device.Player(BAR, lambda graph: Still())  # type: ignore[arg-type,return-value]
    blocks = np.random.default_rng(0).uniform(-0.5, 0.5, (6, 1200, 2)).astype(np.float32)
    for block in blocks:
        player.play(block)
    start = round(device.LEAD * BAR)
    heard = np.concatenate([player.graph.render(640) for _ in range(18)])
    assert np.array_equal(heard[start : start + 7200], blocks.reshape(-1, 2))
    assert not heard[:start].any() and not heard[start + 7200 :].any()


def test_a_device_that_is_gone_is_an_error() -> None:
    class Gone:
        alive, trouble = False, "it was unplugged"

    player = device.Player(BAR, lambda graph: Gone())  # type: ignore[arg-type,return-value]
    with pytest.raises(StemwrightError, match="the output device failed \\(it was unplugged\\)"):
        for _ in range(3):
            player.play(np.zeros((BAR, 2), np.float32))
