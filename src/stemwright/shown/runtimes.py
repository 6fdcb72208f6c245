"""The two run times, tried in a process of their own: a damaged library may end the process that loads it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from stemwright.errors import StemwrightError

TRIALS = {
    "onnxruntime": (
        "import onnxruntime; onnxruntime.InferenceSession",
        "pip install --force-reinstall onnxruntime",
    ),
    "the native engine": (
        "from stemwright.native.options import available_isas; available_isas()",
        "pip install --force-reinstall stemwright, or scripts/build_native.sh",
    ),
}
SECONDS = 60


def broken() -> list[str]:
    """One line for each run time that cannot be loaded here, with how to install it again."""
    return [
        f"{name} cannot be loaded ({why}); install it again: {mend}"
        for name, (code, mend) in TRIALS.items()
        if (why := _failure(code))
    ]


def require_runtimes() -> None:
    """StemwrightError for the first run time that cannot be loaded."""
    for line in broken():
        raise StemwrightError(line)


def _failure(code: str) -> str:
    """Why `code` failed in a fresh process; "" where it did not."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], env=env, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {SECONDS} s"
    if done.returncode < 0:
        return f"the process ended with {signal.Signals(-done.returncode).name}"
    last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
    return (last or ["no reason given"])[0] if done.returncode else ""
