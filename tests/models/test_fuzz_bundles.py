"""Damaged bundles are refused in one line each: no crash, no other exception, no hang, no growing memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from mutations import damaged, whole, whole_codec

from stemwright.models import load_bundle
from support.runner import environment

FUZZ = Path(__file__).with_name("fuzz_bundles.py")
CASES, SECONDS = 2000, 8.0
GROWTH_MB = 32  # the largest header is 1 MB of JSON


def test_whole_bundles_work(tmp_path: Path) -> None:
    from fuzz_bundles import outcome, write

    for case, kind in ((whole(), "performer"), (whole_codec(), "codec")):
        write(tmp_path, case)
        assert outcome(tmp_path) == "works" and load_bundle(tmp_path).manifest.kind == kind


def test_cases_are_the_same_for_good() -> None:
    assert [damaged(1, n) for n in range(50)] == [damaged(1, n) for n in range(50)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_damaged_bundles(seed: int) -> None:
    arguments = [sys.executable, str(FUZZ), str(seed), str(CASES), str(SECONDS)]
    done = subprocess.run(
        arguments, capture_output=True, text=True, timeout=120, env=environment(), check=False
    )
    last = done.stderr[-3000:]
    assert done.returncode == 0, f"seed {seed}: exit code {done.returncode} in the last case of\n{last}"
    found = json.loads(done.stdout)
    assert found["cases"] > 200 and set(found["outcomes"]) == {"works", "UsageError", "StemwrightError"}
    assert found["grown_mb"] < GROWTH_MB
