"""Choosing an instruction set and threads, and refusing weights that do not fit."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import made_up
import numpy as np
import pytest

from stemwright.errors import UsageError
from stemwright.native import options
from stemwright.native.engine import Engine

TENSORS = made_up.tensors(made_up.CONFIG)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("STEMWRIGHT_ISA", "STEMWRIGHT_THREADS"):
        monkeypatch.delenv(name, raising=False)
    assert options.choose_isa() == options.available_isas()[0]
    assert options.available_isas()[-1] == "generic"
    assert options.choose_threads() == 1


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMWRIGHT_ISA", "generic")
    monkeypatch.setenv("STEMWRIGHT_THREADS", "3")
    engine = Engine(made_up.CONFIG, TENSORS)
    assert (engine.isa, engine.threads) == ("generic", 3)
    assert options.choose_threads(2) == 2


@pytest.mark.parametrize("threads", ["0", "65", "10000", "-1", "two", "1.5", "9" * 5000])
def test_bad_threads(threads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMWRIGHT_THREADS", threads)
    with pytest.raises(UsageError, match="STEMWRIGHT_THREADS"):
        options.choose_threads()


def test_bad_isa(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEMWRIGHT_ISA", "sse9")
    with pytest.raises(UsageError, match="STEMWRIGHT_ISA"):
        options.choose_isa()
    lacking = next(isa for isa in options.ISAS if isa not in options.available_isas())
    with pytest.raises(UsageError, match=f"no {lacking}"):
        options.choose_isa(lacking)
    with pytest.raises(UsageError, match="threads"):
        options.choose_threads(0)


@pytest.mark.parametrize("name, tensor", [
    ("blocks.1.q.weight", None),
    ("embed.0.weight", np.zeros((100, 96), np.int8)),
    ("heads.3.scale", np.full(100, np.nan, np.float32)),
    ("norm.weight", np.full(96, np.inf, np.float32)),
    ("blocks.0.down.weight", np.zeros((96, 176), np.float32)),
    ("cond.weight", np.zeros((96, 13), np.int8)),
])  # fmt: skip
def test_bad_tensors(name: str, tensor: np.ndarray | None) -> None:
    tensors = {k: v for k, v in TENSORS.items() if k != name}
    if tensor is not None:
        tensors[name] = tensor
    with pytest.raises(UsageError, match=name.split(".weight")[0]):
        Engine(made_up.CONFIG, tensors)


@pytest.mark.parametrize("field, value", [("d_model", 97), ("kv_heads", 4), ("window", 0), ("layers", None),
                                          ("norm_eps", float("nan")), ("features", 10**9)])  # fmt: skip
def test_bad_config(field: str, value: Any) -> None:
    with pytest.raises(UsageError, match=field):
        Engine({**made_up.CONFIG, field: value}, TENSORS)


def test_transposed_tensors_are_taken_as_they_read() -> None:
    twisted = {k: np.asfortranarray(v) for k, v in TENSORS.items()}
    step = [np.zeros((1, 4), np.int32), made_up.features(made_up.CONFIG, 1)]
    one, two = (Engine(made_up.CONFIG, t).state().step(*step) for t in (TENSORS, twisted))
    assert one.tobytes() == two.tobytes()


def test_the_package_imports_nothing_heavy() -> None:
    code = "import stemwright.native, stemwright.native.options, sys; print('numpy' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"
