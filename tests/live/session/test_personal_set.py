"""`live render --style-of`: companions are the personal style's."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.models.personal import folder_of
from support.companions import write_companion

SCRIPT = """
1    transport.play
1.2  midi 0 90 3c 64
1.4  midi 0 80 3c 00
2.2  midi 0 90 43 64
2.4  midi 0 80 43 00
4    end
"""


@pytest.mark.usefixtures("weights")
def test_a_style_of_ones_own_plays(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    write_companion(folder_of("mine"), seed=9)
    script = tmp_path / "set.txt"
    script.write_text(SCRIPT)
    sounds = []
    for number, options in enumerate(([], ["--style-of", "mine"], ["--style-of", "mine"])):
        out = tmp_path / str(number)
        command = ["live", "render", str(made), "--script", str(script), "--out", str(out)]
        assert run([*command, "--companions", "rhythm-section", "--seed", "3", *options]) == 0
        sounds.append((out / "main.wav").read_bytes())
    assert sounds[0] != sounds[1] == sounds[2]
