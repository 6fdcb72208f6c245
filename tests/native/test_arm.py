"""The golden hashes on 64-bit Arm, built with a cross compiler and run under an emulator.

Needs g++-aarch64-linux-gnu and qemu-user (Debian's names); skipped where they are missing.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
from pathlib import Path

import made_up
import numpy as np
import pytest
import test_engine

from stemwright.native.weights import WHOLE, wanted_tensors

ROOT = Path(__file__).resolve().parents[2]
COMPILER, EMULATOR = "aarch64-linux-gnu-g++", "qemu-aarch64"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (shutil.which(COMPILER) and shutil.which(EMULATOR) and shutil.which("cmake")),
        reason=f"needs cmake, {COMPILER} and {EMULATOR}",
    ),
    pytest.mark.skipif(platform.machine() == "aarch64", reason="the other tests run on Arm here"),
]


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = tmp_path_factory.mktemp("arm")
    options = ["-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64", "-DSTEMWRIGHT_DRIVER=ON"]
    command = ["cmake", "-S", str(ROOT), "-B", str(build), f"-DCMAKE_CXX_COMPILER={COMPILER}", *options]
    subprocess.run(command, check=True, capture_output=True)
    subprocess.run(["cmake", "--build", str(build), "--parallel", "2"], check=True, capture_output=True)
    return build / "engine_driver"


@pytest.fixture(scope="module")
def request_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    config = np.array([made_up.CONFIG[name] for name in WHOLE], dtype=np.int32)
    arrays = {"config": config, "tokens": test_engine.tokens(), "features": test_engine.FEATURES}
    arrays |= {wanted.name: test_engine.TENSORS[wanted.name] for wanted in wanted_tensors(made_up.CONFIG)}
    path = tmp_path_factory.mktemp("request") / "request"
    with path.open("wb") as file:
        for name, array in arrays.items():
            rows, columns = (*array.shape, 1)[:2]
            file.write(f"{name} {array.dtype.name} {rows} {columns}\n".encode() + array.tobytes() + b"\n")
    return path


@pytest.mark.parametrize("isa, threads", [("neon", 1), ("neon", 3), ("generic", 1)])
def test_golden_hashes_on_arm(driver: Path, request_file: Path, isa: str, threads: int) -> None:
    out = request_file.with_name(f"{isa}{threads}")
    command = [
        EMULATOR,
        "-L",
        "/usr/aarch64-linux-gnu",
        str(driver),
        isa,
        str(threads),
        str(request_file),
        str(out),
    ]
    subprocess.run(command, check=True, timeout=300)
    data = out.read_bytes()
    size = 2 * made_up.CONFIG["codebooks"] * test_engine.FRAMES
    assert hashlib.sha256(data[:-size]).hexdigest() == test_engine.LOGITS_SHA256
    assert hashlib.sha256(data[-size:]).hexdigest() == test_engine.TOKENS_SHA256
