"""Stretching: to the song's tempo, told in the take; by a stand-in, and by pedalboard where that is there."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from stemwright.editing.recorded import Recorded, add_recording
from stemwright.errors import StemwrightError, UsageError
from stemwright.producer.create import Wish, create
from stemwright.recordings.stretch import stretched
from stemwright.shown.log import history
from stemwright.shown.reports import check, describe
from stemwright.store import SongFolder

RATE = 48_000


def clicks(bpm: float, seconds: float) -> npt.NDArray[np.float32]:
    """A burst of noise on each beat."""
    rng = np.random.default_rng(0)
    burst = rng.normal(0, 0.2, 2400) * np.exp(-np.arange(2400) / 400)
    out = np.zeros(round(seconds * RATE), np.float32)
    for beat in range(int(seconds * bpm / 60)):
        at = round(beat * 60 / bpm * RATE)
        out[at : at + 2400] += burst[: len(out) - at].astype(np.float32)
    return out


def attacks(audio: npt.NDArray[np.float32]) -> list[int]:
    """Where it becomes loud after silence."""
    loud = np.flatnonzero(np.abs(audio) > 0.05)
    return [int(at) for at, gap in zip(loud, np.diff(loud, prepend=-RATE), strict=True) if gap > RATE // 10]


def stand_in(audio: npt.NDArray[np.float32], rate: float, stretch_factor: float) -> npt.NDArray[np.float32]:
    places = np.arange(round(audio.shape[1] / stretch_factor)) * stretch_factor
    return audio[:, np.minimum(places.astype(int), audio.shape[1] - 1)]


@pytest.fixture
def song(tmp_path: Path) -> Path:
    create(tmp_path / "song", Wish(bpm="112", form="verse:8", seed=1, title="A Tune"))
    soundfile.write(tmp_path / "take.wav", clicks(118.0, 20.0), RATE)
    return tmp_path / "song"


def stored(path: Path) -> npt.NDArray[np.float32]:
    folder = SongFolder.open(path)
    take = folder.load().layers["voice"].active
    assert take is not None and take.audio_sha256 is not None
    return soundfile.read(io.BytesIO(folder.objects.get(take.audio_sha256)), dtype="float32")[0]


def beats_of(path: Path) -> list[int]:
    timebase = SongFolder.open(path).load().state.timebase
    return [timebase.tick_sample(96 * beat) * 2 for beat in range(32)]


def check_stretched(song: Path, within: int) -> None:
    made = add_recording(song, "voice", Recorded(song.parent / "take.wav", at=2, stretched=True))
    assert any("5.1% slower" in line for line in made["remarks"]), made["remarks"]
    found, beats = attacks(stored(song)), beats_of(song)[4:]
    assert len(found) > 25
    assert max(abs(at - beat) for at, beat in zip(found, beats, strict=False)) < within
    player = describe(song)["layers"]["voice"]["player"]
    assert player["preset"].startswith("stretched x1.05") and check(song)["ok"]
    (last,) = SongFolder.open(song).runs.list()[-1:]
    assert last["details"]["voice"]["stretched"] == pytest.approx(118 / 112, rel=1e-3)


def test_beats_lie_on_the_songs(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pedalboard", SimpleNamespace(time_stretch=stand_in))
    check_stretched(song, within=RATE // 50)


def test_with_rubber_band(song: Path) -> None:
    pytest.importorskip("pedalboard")
    check_stretched(song, within=RATE // 50)


def test_without_the_package(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pedalboard", None)
    runs = len(history(song)["runs"])
    with pytest.raises(StemwrightError, match="pip install pedalboard"):
        add_recording(song, "voice", Recorded(song.parent / "take.wav", stretched=True))
    assert len(history(song)["runs"]) == runs and "voice" not in describe(song)["layers"]


def test_what_cannot_be_stretched(song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pedalboard", SimpleNamespace(time_stretch=stand_in))
    noise = np.random.default_rng(0).normal(0, 0.1, RATE * 6).astype(np.float32)
    soundfile.write(tmp_path / "noise.wav", noise, RATE)
    with pytest.raises(UsageError, match="no clear beat; say its tempo"):
        add_recording(song, "voice", Recorded(tmp_path / "noise.wav", stretched=True))
    with pytest.raises(UsageError, match="bpm 500"):
        Recorded(tmp_path / "noise.wav", stretched=True, bpm=500)
    with pytest.raises(UsageError, match=r"0\.18 times"):
        add_recording(song, "voice", Recorded(tmp_path / "noise.wav", stretched=True, bpm=20))
    made = add_recording(song, "voice", Recorded(tmp_path / "noise.wav", stretched=True, bpm=56))
    assert np.abs(stored(song)[3 * RATE + 100 :]).max() == 0 and made["take"] == 1
    create(tmp_path / "changing", Wish(bpm="100, 5: 120", form="verse:8", seed=1))
    with pytest.raises(UsageError, match="tempo changes after bar 2"):
        add_recording(
            tmp_path / "changing", "voice", Recorded(tmp_path / "noise.wav", 2, stretched=True, bpm=90)
        )
    late = Recorded(tmp_path / "noise.wav", 5, stretched=True, bpm=120)
    assert add_recording(tmp_path / "changing", "voice", late)["take"] == 1


@pytest.mark.parametrize("ratio", [0.1, 5.0, float("nan"), float("inf")])
def test_ratios_have_bounds(ratio: float) -> None:
    with pytest.raises(UsageError, match="times as long"):
        stretched(lambda: iter(()), ratio, 100)
