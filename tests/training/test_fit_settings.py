"""`--set field=value` changes what a recipe has, and says what is wrong with anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from stemwright.cli.main import run
from stemwright.errors import UsageError

pytest.importorskip("torch")
from stemwright.training.fit.settings import changed
from stemwright.training.performer.trainer import Recipe


def test_fields_take_values_of_their_type() -> None:
    made = changed(Recipe(), ["noise=0.25", "batch=2", "onset=1", "compile=false"])
    assert (made.noise, made.batch, made.onset, made.compile) == (0.25, 2, 1.0, False)
    assert isinstance(made.onset, float)
    assert changed(made, ["compile=null"]).compile is None and changed(Recipe(), []) == Recipe()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("nois=0.25", "did you mean noise"),
        ("noise", "write FIELD=VALUE"),
        ("zzz=1", "choose of accumulate, batch, clip"),
        ("batch=0.5", "must be of type"),
        ("batch=true", "must be of type"),
        ("noise=much", "must be of type"),
        ("noise=", "must be of type"),
    ],
)
def test_what_is_no_setting_is_refused(setting: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        changed(Recipe(), [setting])
    assert str(caught.value).startswith(f"set {setting!r}")


@pytest.mark.parametrize("name", ["tone", "codec", "wide", "performer", "composer", "companion"])
def test_every_training_takes_them(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip of the pen is said before anything is read or written."""
    out = tmp_path / "out"
    more = {"performer": ["--layer", "drums"], "wide": ["--codec", str(tmp_path)]}.get(name, [])
    assert run(["train", name, str(tmp_path), str(out), *more, "--set", "bach=3"]) == 2
    assert "did you mean batch?" in capsys.readouterr().err
    assert not out.exists()
