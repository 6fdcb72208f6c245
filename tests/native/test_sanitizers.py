"""All that the engine and the live graph offer, watched by sanitizers: memory, undefined behaviour, races."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import driver
import pytest

from stemwright.native.options import available_isas

MEMORY = "address,undefined,float-cast-overflow"
RACES = "thread"
STILL = ("setarch", "-R")  # ThreadSanitizer cannot live with addresses as random as some kernels make them
pytestmark = pytest.mark.slow


def runs(folder: Path, sanitizer: str) -> tuple[str, ...] | None:
    """What a sanitized program must be run under on this machine, or None where it cannot be run at all."""
    source, program = folder / "try.cpp", folder / "try"
    source.write_text("int main() {}")
    compiler = os.environ.get("CXX", "c++")
    if not shutil.which("cmake") or not shutil.which(compiler):
        return None
    build = [compiler, f"-fsanitize={sanitizer}", str(source), "-o", str(program)]
    if subprocess.run(build, capture_output=True, check=False).returncode:
        return None
    for under in ((), STILL):
        if under and not shutil.which(under[0]):
            continue
        if subprocess.run([*under, str(program)], capture_output=True, check=False).returncode == 0:
            return under
    return None


def sanitized(folder: Path, sanitizer: str, target: str = "engine_driver") -> Sequence[str]:
    """A driver with a sanitizer, as a command."""
    under = runs(folder, sanitizer)
    if under is None:
        pytest.skip(f"no cmake, or this compiler or machine has no -fsanitize={sanitizer}")
    return [*under, str(driver.build(folder, f"-DSTEMWRIGHT_SANITIZE={sanitizer}", target=target))]


def test_memory_and_undefined_behaviour(tmp_path: Path) -> None:
    """One test for all runs: the driver is built once, whichever process of the tests gets it."""
    command = sanitized(tmp_path, MEMORY)
    request = driver.write_request(tmp_path / "request")
    fastest, *others = available_isas()
    for isa, threads in ((fastest, 3), (fastest, 1), *((isa, 1) for isa in others)):
        driver.compare(driver.run(command, request, isa, threads))


def test_races(tmp_path: Path) -> None:
    command = sanitized(tmp_path, RACES)
    request = driver.write_request(tmp_path / "request")
    driver.compare(driver.run(command, request, available_isas()[0], 3))


@pytest.mark.parametrize("sanitizer", [MEMORY, RACES])
def test_the_live_graph_on_two_threads(tmp_path: Path, sanitizer: str) -> None:
    """One thread makes blocks, the other posts, reads and drops; every note that began has ended."""
    command = sanitized(tmp_path, sanitizer, "live_driver")
    sound = subprocess.run([*command, "sound"], capture_output=True, text=True, check=False)
    assert sound.stdout.strip() == driver.LIVE, sound.stderr[:8000]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr[:8000]}"


def test_a_sanitizer_is_heard(tmp_path: Path) -> None:
    """A program that reads beyond its memory does not end well: the runs above could fail."""
    if runs(tmp_path, MEMORY) is None:
        pytest.skip(f"this compiler has no -fsanitize={MEMORY}")
    source, program = tmp_path / "bad.cpp", tmp_path / "bad"
    source.write_text(
        "int main(int n, char**) { int* p = new int[1]; int x = p[n]; delete[] p; return x * 0; }"
    )
    compiler = os.environ.get("CXX", "c++")
    subprocess.run([compiler, f"-fsanitize={MEMORY}", str(source), "-o", str(program)], check=True)
    assert b"heap-buffer-overflow" in subprocess.run([program], capture_output=True, check=False).stderr
