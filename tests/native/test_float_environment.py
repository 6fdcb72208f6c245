"""Rounding, denormals and traps that the host program has set change no bit, and are there afterwards."""

from __future__ import annotations

import ctypes
import ctypes.util
import platform
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import made_up
import numpy as np
import pytest
from test_oscillators import some_notes

from stemwright.native import options
from stemwright.native.engine import Engine
from stemwright.native.oscillators import pack, render

CONFIG = {**made_up.CONFIG, "kv_cache": "int8"}
TENSORS = made_up.tensors(CONFIG)
TENSORS["heads.0.scale"] *= np.float32(1e-38)  # logits below the normal range
FRAMES = 20
FEATURES = made_up.features(CONFIG, FRAMES + CONFIG["codebooks"] - 1)
# offset of the control word in fenv_t, and settings: name -> bits changed by exclusive or
WORDS: dict[str, tuple[int, dict[str, int]]] = {
    "x86_64": (
        28,
        {"up": 2 << 13, "down": 1 << 13, "to zero": 3 << 13, "no denormals": 0x8040, "traps": 0x0E80},
    ),
    "aarch64": (0, {"up": 1 << 22, "down": 2 << 22, "to zero": 3 << 22, "no denormals": 1 << 24}),
}  # fmt: skip
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in WORDS, reason="knows fenv_t of Linux alone"
)
OFFSET, SETTINGS = WORDS.get(platform.machine(), (0, {}))
_libm = ctypes.CDLL(ctypes.util.find_library("m"))


def control() -> int:
    """The calling thread's floating-point control word."""
    environment = (ctypes.c_uint32 * 16)()
    assert _libm.fegetenv(environment) == 0
    return environment[OFFSET // 4]


@contextmanager
def host(change: int) -> Iterator[int]:
    """A host program that has changed these bits of the control word."""
    before, changed = (ctypes.c_uint32 * 16)(), (ctypes.c_uint32 * 16)()
    assert _libm.fegetenv(before) == 0 and _libm.fegetenv(changed) == 0
    changed[OFFSET // 4] ^= change
    assert _libm.fesetenv(changed) == 0
    try:
        yield control()
    finally:
        assert _libm.fesetenv(before) == 0


def everything(isa: str, threads: int) -> bytes:
    """Logits of every way there is, and codes, of an engine made here and now."""
    engine = Engine(CONFIG, TENSORS, isa=isa, threads=threads)
    state = engine.state()
    codes = np.zeros((1, FRAMES, CONFIG["codebooks"]), dtype=np.int32)
    made = [state.prefill(codes, FEATURES[None, :FRAMES], logits=True)]
    made.append(engine.restore(state.save()).fork().step(codes[:, 0], FEATURES[:1]))
    made.append(engine.generate(FEATURES, FRAMES, seed=1, layer_id=1))
    return b"".join(array.tobytes() for array in made if array is not None)


@pytest.mark.parametrize("isa", options.available_isas())
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("setting", SETTINGS)
def test_the_host_s_settings_change_nothing(setting: str, threads: int, isa: str) -> None:
    wanted = everything(isa, threads)
    with host(SETTINGS[setting]) as word:
        made = everything(isa, threads)
        assert control() & 0xFFFFFFC0 == word & 0xFFFFFFC0 != 0
    assert made == wanted


@pytest.mark.parametrize("isa", options.available_isas())
@pytest.mark.parametrize("setting", SETTINGS)
def test_nor_for_the_oscillators(setting: str, isa: str) -> None:
    notes = pack(some_notes(2, 320), 2)
    wanted = render(notes, 2, 4000, -650, 320, 48.0, isa=isa)
    with host(SETTINGS[setting]) as word:
        made = render(notes, 2, 4000, -650, 320, 48.0, isa=isa)
        assert control() & 0xFFFFFFC0 == word & 0xFFFFFFC0 != 0
    assert made.tobytes() == wanted.tobytes()


def test_the_settings_would_matter() -> None:
    """They do reach this process's arithmetic: the test above is not empty."""
    third = np.float32(1) / np.full(1, 3, np.float32)
    with host(SETTINGS["up"]):
        up = np.float32(1) / np.full(1, 3, np.float32)
    with host(SETTINGS["down"]):
        down = np.float32(1) / np.full(1, 3, np.float32)
    assert up[0] != down[0] and third[0] in (up[0], down[0])
    tiny = np.full(1, 1e-40, np.float32)
    with host(SETTINGS["no denormals"]):
        assert (tiny * np.float32(1))[0] == 0
    assert (tiny * np.float32(1))[0] != 0


def test_a_thread_that_a_progress_callback_runs_on_has_its_own_settings() -> None:
    """Python called from the middle of a generation computes as its own thread always did."""
    engine, seen = Engine(CONFIG, TENSORS, threads=2), []

    def watch(done: int) -> None:
        seen.append(control() & 0xFFFFFFC0)

    def work() -> None:
        with host(SETTINGS["up"]) as word:
            engine.generate(FEATURES, FRAMES, seed=1, layer_id=1, progress=watch)
            seen.append(word & 0xFFFFFFC0)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(seen) == FRAMES + 1 and len(set(seen)) == 1
