"""A companion of one's own, learnt from MIDI files with a tiny base: better at them, resumable."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

import stemwright as sw
from stemwright.cli.main import run
from stemwright.compose.arranger import arrange
from stemwright.errors import UsageError
from stemwright.face.facts import LearntStyle
from stemwright.models import load_bundle
from stemwright.models.architecture import WEIGHTS_FILE
from stemwright.models.personal import companion_of, folder_of, parts, style_layers
from stemwright.song.midi import write_midi
from stemwright.song.state import GlobalState
from stemwright.symbolic.companion import Companion
from stemwright.training.companion.trainer import Trainer
from support.companions import write_companion

TINY = {"batch": 4, "length": 16, "arranged": 2, "learning_rate": 0.01, "most": 10.0}


@pytest.fixture
def tunes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path / "weights"))
    write_companion(tmp_path / "weights")
    out = []
    for seed in range(4):
        made = arrange(GlobalState.create("100", "C", form="verse:4", style="rock"), seed=seed)
        out.append(tmp_path / f"tune {seed}.mid")
        out[-1].write_bytes(write_midi(made.state, made.scores))
    return out


def learnt(tunes: list[Path], said: list[str] | None = None) -> LearntStyle:
    lines = [] if said is None else said
    return sw.personal_learn(
        "mine", tunes, layer="companion", steps=8, seed=2, threads=1, settings=TINY, report=lines.append
    )


def test_it_is_learnt_listed_passed_on_and_removed(tmp_path: Path, tunes: list[Path]) -> None:
    said: list[str] = []
    made = learnt(tunes, said)
    held = made.held_out
    assert held["user_after_mean"] < held["user_before_mean"] and held["user_valid_songs"] == 1
    assert any(line.startswith("your songs, held out: ") for line in said)
    bundle = load_bundle(companion_of("mine"), kind="companion")
    assert "consent" in bundle.manifest.licences[-1] and bundle.manifest.sources[-1].startswith("tune 3.mid ")
    assert Companion.load(bundle, 1).steps == 0
    assert parts("mine").keys() == {"companion"} and not style_layers("mine")
    (row,) = sw.personal_list().styles
    assert (row.layer, row.rank) == ("companion", None) and row.gain_percent is not None
    assert sw.personal_export("mine", tmp_path / "out").kind == "companion"
    with pytest.raises(UsageError, match="has learnt companion already"):
        learnt(tunes)
    with pytest.raises(UsageError, match="only adapters can be merged"):
        sw.personal_export("mine", tmp_path / "merged", merge=True)
    assert sw.personal_remove("mine").layers == ("companion",) and not folder_of("mine").exists()


def test_a_stopped_run_goes_on_to_the_same_weights(
    tmp_path: Path, tunes: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    learnt(tunes)
    whole = load_bundle(companion_of("mine"), kind="companion").manifest.files[WEIGHTS_FILE]
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "other"))
    step = Trainer.step

    def stopping(self: Trainer, *args: object) -> dict[str, float]:
        if self.progress.step == 5:
            raise KeyboardInterrupt
        return step(self, *args)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "step", stopping)
        with pytest.raises(KeyboardInterrupt):
            learnt(tunes)
    said: list[str] = []
    learnt(tunes, said)
    assert "going on from step 5" in said
    assert load_bundle(companion_of("mine"), kind="companion").manifest.files[WEIGHTS_FILE] == whole


def test_bad_wishes_are_one_line(
    tmp_path: Path, tunes: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    for files, layer, said in (
        (tunes[:1], "companion", "needs two files"),
        (tunes, "bass", "learns from recordings"),
        ([tmp_path / "no.mid"], "companion", "cannot be learned from"),
    ):
        with pytest.raises(UsageError, match=said):
            sw.personal_learn("mine", files, layer=layer)
    assert not folder_of("mine").exists()
    with pytest.raises(UsageError, match="not known"):
        companion_of("mine")
    sw.personal_learn("mine", tunes)
    with pytest.raises(UsageError, match="has learnt no companion"):
        companion_of("mine")
    script = tmp_path / "set.txt"
    script.write_text("1 end\n")
    for options in (["--style-of", "mine"], ["--companions", "harmony", "--style-of", "mine"]):
        assert (
            run(["live", "render", "song", "--script", str(script), "--out", str(tmp_path / "o"), *options])
            == 2
        )
    assert not (tmp_path / "o").exists()
    err = capsys.readouterr().err
    assert "is for companions; add --companions NAME" in err and "has learnt no companion" in err
