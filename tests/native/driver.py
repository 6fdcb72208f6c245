"""Builds and runs `driver.cpp`, the engine without Python, and says what it must give."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import made_up
import numpy as np
from test_oscillators import ARRAYS, some_notes
from test_state import KEEP

from stemwright.models.architecture import WHOLE
from stemwright.native.engine import Engine, Retention, Sampling
from stemwright.native.oscillators import pack, render

ROOT = Path(__file__).resolve().parents[2]
CONFIG = made_up.CONFIG
LAST = 45  # driver.cpp's kLast
STEPS, BOOKS, SIZE = 64, CONFIG["codebooks"], CONFIG["codebook_size"]
FRAMES = STEPS - BOOKS + 1
RANK = 3
CACHES = ("float32", "int8")
LIVE = "79f350f4b77a54db"
"""What `live_driver sound` prints on every machine."""


def build(folder: Path, *options: str, target: str = "engine_driver") -> Path:
    """A driver, built in `folder` with these CMake options."""
    configure = ["cmake", "-S", str(ROOT), "-B", str(folder), "-DSTEMWRIGHT_DRIVER=ON", *options]
    for command in (configure, ["cmake", "--build", str(folder), "--target", target, "--parallel", "2"]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
    return folder / target


def run(command: Sequence[str], request: Path, isa: str, threads: int) -> dict[str, np.ndarray]:
    """The arrays that the driver writes; `command` is the driver, with what it must be run under."""
    out = request.with_name(f"{isa}{threads}.out")
    words = [*command, isa, str(threads), str(request), str(out)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{' '.join(words)}: {done.returncode}\n{done.stderr[:8000]}"
    return read(out)


def read(path: Path) -> dict[str, np.ndarray]:
    """Arrays as `driver_arrays.h` writes them."""
    arrays = {}
    with path.open("rb") as file:
        while line := file.readline().split():
            name, dtype, rows, columns = (
                line[0].decode(),
                np.dtype(line[1].decode()),
                int(line[2]),
                int(line[3]),
            )
            data = file.read(rows * columns * dtype.itemsize + 1)
            arrays[name] = np.frombuffer(data[:-1], dtype).reshape(rows, columns)
    return arrays


def write_request(path: Path) -> Path:
    """The made-up performer and what to do with it."""
    arrays = {
        "config": np.array([CONFIG[name] for name in WHOLE], dtype=np.int32),
        "tokens": tokens("tokens"),
        "other_tokens": tokens("other"),
        "features": features(),
        "base": base(),
        "prefix": codes("float32")["codes"],
        "recent": np.array([KEEP.recent], dtype=np.int32),
        "spans": np.array(KEEP.spans, dtype=np.int32),
    }
    notes = pack(some_notes(2, 320), 2)
    arrays |= {f"notes.{name}": getattr(notes, name) for name in ARRAYS}
    arrays |= made_up.tensors(CONFIG) | made_up.adapter(CONFIG, RANK)
    with path.open("wb") as file:
        for name, array in arrays.items():
            rows, columns = (*array.shape, 1)[:2]
            file.write(f"{name} {array.dtype.name} {rows} {columns}\n".encode() + array.tobytes() + b"\n")
    return path


def tokens(name: str) -> np.ndarray:
    """Codes [STEPS, codebooks], "empty" among them."""
    return (made_up.words(name, STEPS * BOOKS) % np.uint64(SIZE + 1)).astype(np.int32).reshape(STEPS, BOOKS)


def features() -> np.ndarray:
    return made_up.features(CONFIG, STEPS)


def base() -> np.ndarray:
    """The features without every other column."""
    return features() * (np.arange(CONFIG["features"]) % 2).astype(np.float32)


@functools.cache
def engine(cache: str) -> Engine:
    return Engine({**CONFIG, "kv_cache": cache}, made_up.tensors(CONFIG), threads=1)


@functools.cache
def adapted(cache: str) -> Engine:
    return engine(cache).adapted(made_up.adapter(CONFIG, RANK), 0.75)


def in_steps(
    cache: str, codes: np.ndarray, keep: Retention | None = None, of: Callable[[str], Engine] = engine
) -> np.ndarray:
    """Logits [STEPS, codebooks * size] of one row, a step at a time."""
    state = of(cache).state(keep=keep)
    made = [state.step(codes[i : i + 1], features()[i : i + 1]) for i in range(STEPS)]
    return np.concatenate(made).reshape(STEPS, -1)


@functools.cache
def codes(cache: str) -> dict[str, np.ndarray]:
    wish: dict[str, Any] = {"seed": 2**63 + 5, "layer_id": 9}
    plain = engine(cache).generate(features(), FRAMES, **wish)[0]
    guided = engine(cache).generate(
        features(), FRAMES, **wish, takes=(2, 1), base=base(), sampling=Sampling(guidance=2.5), stop=24
    )
    return {"codes": plain, "guided": guided.reshape(-1, 24)}


@functools.cache
def expected() -> dict[str, np.ndarray]:
    """What the driver must write on any machine: what the simplest calls give on this one."""
    wanted = {}
    for cache in CACHES:
        here, other = tokens("tokens"), tokens("other")
        steps = in_steps(cache, here)
        turned = [in_steps(cache, np.concatenate([here[:at], other[at:]]))[at:] for at in (30, 10)]
        forced = engine(cache).generate(
            features(), FRAMES, seed=2**63 + 5, layer_id=9, prefix=codes("float32")["codes"][:, :20]
        )
        made = {
            "steps": steps,
            "prefill": steps,
            "chunks": steps,
            "forked": np.concatenate([steps[:LAST], turned[0][: LAST - 30]]),
            "neighbours": np.concatenate([steps[10:25], turned[1][:15]]),
            "truncated": steps[12:LAST],
            "restored": steps[30:LAST],
            "kept": in_steps(cache, here, KEEP),
            "adapted": in_steps(cache, here, of=adapted),
            **codes(cache),
            "continued": forced[0],
        }
        wanted |= {f"{cache}.{name}": array for name, array in made.items()}
    sound = render(some_notes(2, 320), 2, 4000, -650, 320, 48.0)
    return wanted | {"oscillators.whole": sound, "oscillators.chunks": sound}


def compare(made: dict[str, np.ndarray]) -> None:
    """Every array has the bits it must have; what was damaged or overflowed was noticed, or could be used."""
    for cache in CACHES:
        assert made.pop(f"{cache}.overflows") == 1
        restored, refused = made.pop(f"{cache}.damaged")[0]
        assert restored + refused == 100 and restored > 10 and refused > 10
    rendered, refused = made.pop("oscillators.any")[0]
    assert rendered + refused == 400 and rendered > 100 and refused > 50
    assert set(made) == set(expected())
    different = [name for name, array in expected().items() if made[name].tobytes() != array.tobytes()]
    assert not different, f"other bits in {', '.join(different)}"
