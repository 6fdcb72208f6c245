"""All that the engine and the live graph offer, on 64-bit Arm: built across, run under an emulator.

`make test-arm` installs what it needs and runs it (Debian's g++-aarch64-linux-gnu, qemu-user, cmake).
"""

from __future__ import annotations

import platform
import shutil
import subprocess
from pathlib import Path

import driver
import pytest
import test_golden_hashes
from test_golden_hashes import sha

COMPILER, EMULATOR = "aarch64-linux-gnu-g++", "qemu-aarch64"
LIBRARIES = "/usr/aarch64-linux-gnu"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which(COMPILER) and shutil.which(EMULATOR) and shutil.which("cmake")),
        reason=f"needs cmake, {COMPILER} and {EMULATOR}: `make test-arm` installs them",
    ),
    pytest.mark.skipif(platform.machine() == "aarch64", reason="the other tests run on Arm here"),
]


def built_for_arm(folder: Path, target: str) -> list[str]:
    """A driver as a command that runs here."""
    system = ["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64"]
    made = driver.build(folder, *system, f"-DCMAKE_CXX_COMPILER={COMPILER}", target=target)
    return [EMULATOR, "-L", LIBRARIES, str(made)]


def test_the_same_sound_of_the_live_graph(tmp_path: Path) -> None:
    command = [*built_for_arm(tmp_path, "live_driver"), "sound"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == driver.LIVE


def test_the_same_bits_on_arm(tmp_path: Path) -> None:
    """One test for all runs: the driver is built once, whichever process of the tests gets it."""
    command = built_for_arm(tmp_path, "engine_driver")
    request = driver.write_request(tmp_path / "request")
    for isa, threads in (("neon", 1), ("neon", 3), ("generic", 1)):
        made = driver.run(command, request, isa, threads)
        for cache in driver.CACHES:
            for case, name in ((cache, "steps"), (f"{cache}, kept", "kept")):
                wanted = test_golden_hashes.LOGITS[case]
                assert sha(made[f"{cache}.{name}"]) == wanted, (isa, threads, case)
            assert sha(made[f"{cache}.codes"]) == test_golden_hashes.CODES[cache], (isa, threads, cache)
        driver.compare(made)
