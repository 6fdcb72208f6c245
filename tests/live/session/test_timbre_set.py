"""A set whose input goes through a timbre: actions, equal bytes, replay."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

pytest.importorskip("torch")
pytest.importorskip("onnx")

from stemwright.errors import UsageError
from stemwright.live.desk.replay import replay
from stemwright.live.desk.setup import InputTimbre, Setup
from stemwright.live.session.heard import read_inputs
from stemwright.live.session.live_set import LiveSet, Parts
from stemwright.live.session.offline import render
from stemwright.live.session.opening import Opened
from stemwright.live.session.script import read_script
from stemwright.live.timbre.loading import chosen
from support.timbres import phrase, write_timbre

RATE = 48_000
SCRIPT = """
0.1s  timbre.blend 0.6
0.3s  timbre.latent 1 -1.5
0.4s  timbre.walk 0.3
0.5s  timbre.latent 63 1
0.8s  end
"""


@pytest.fixture(scope="module")
def timbre(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_timbre(tmp_path_factory.mktemp("timbres") / "one").path


def played(opened: Opened, folder: Path, timbres: tuple[InputTimbre, ...], block: int = 128) -> LiveSet:
    folder.mkdir()
    setup = Setup(RATE, opened.columns, inputs=1, timbres=timbres)
    live = LiveSet(opened, folder, setup, Parts(seed=3, is_offline=True))
    live.start()
    try:
        script = read_script(SCRIPT, "set.txt", opened.columns)
        sound = phrase(0.7)[:, None]
        render(live, script, folder / "main.wav", block, lambda done, of: None, sound)
    finally:
        live.end()
    return live


def heard(folder: Path) -> np.ndarray:
    return soundfile.read(folder / "main.wav", dtype="float32")[0]


def test_actions_blocks_and_replay(opened: Opened, tmp_path: Path, timbre: Path) -> None:
    timbres = chosen([str(timbre)], 1, 4)
    live = played(opened, tmp_path / "one", timbres)
    said = [message.text for message in live.messages if message.severity != "note"]
    assert said == ["timbre.latent: index 63: is none; numbers are 0 to 3"]
    main = heard(tmp_path / "one")
    assert np.abs(main).max() > 0.01
    played(opened, tmp_path / "two", timbres, 999)
    assert (tmp_path / "two/main.wav").read_bytes() == (tmp_path / "one/main.wav").read_bytes()
    again: list[np.ndarray] = []
    replay(tmp_path / "one", lambda desk, sound: again.append(sound))
    assert np.array_equal(np.concatenate(again), main)
    plain = played(opened, tmp_path / "three", ())
    assert sum("begin the set with one" in message.text for message in plain.messages) == 4
    assert not np.array_equal(heard(tmp_path / "three"), main)


def test_another_bundle_is_not_taken_for_it(opened: Opened, tmp_path: Path, timbre: Path) -> None:
    (one,) = chosen([str(timbre)], 1, 0)
    with pytest.raises(UsageError, match="give that one"):
        played(opened, tmp_path / "set", (InputTimbre(0, one.bundle, "0" * 64),))
    with pytest.raises(UsageError, match="for 0 inputs"):
        chosen([str(timbre)], 0, 0)
    with pytest.raises(UsageError, match="not found"):
        chosen(["nothing"], 1, 0)


def test_setups_as_logs_have_them() -> None:
    setup = Setup(inputs=2, timbres=(InputTimbre(1, "timbre-x", "0" * 64, 9),))
    assert Setup.from_json(setup.to_json()) == setup
    old = {name: value for name, value in Setup(inputs=2).to_json().items() if name != "timbres"}
    assert Setup.from_json(old) == Setup(inputs=2)
    for wrong in (5, [5], [{"input": 1}], [{**setup.to_json()["timbres"][0], "sha256": "x"}]):
        with pytest.raises(UsageError, match=r"setup\.timbres"):
            Setup.from_json({**setup.to_json(), "timbres": wrong})
    with pytest.raises(UsageError, match=r"setup\.timbres"):
        Setup(inputs=1, timbres=setup.timbres)


def test_recordings_that_inputs_hear(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "two.wav", np.zeros((4410, 2)), 44100)
    assert read_inputs(tmp_path / "two.wav", RATE).shape == (4800, 2)
    (tmp_path / "none.wav").write_text("nothing")
    with pytest.raises(UsageError, match="cannot be read"):
        read_inputs(tmp_path / "none.wav", RATE)
    soundfile.write(tmp_path / "nan.wav", np.full((10, 1), np.nan), RATE, subtype="FLOAT")
    with pytest.raises(UsageError, match="numbers that are none"):
        read_inputs(tmp_path / "nan.wav", RATE)
