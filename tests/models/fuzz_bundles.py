"""Loads damaged bundles one after the other, as `test_fuzz_bundles` does for a short while. For longer:

    PYTHONPATH=src:tests/models python tests/models/fuzz_bundles.py SEED CASES SECONDS

Prints what came out of the cases as one line of JSON. A crash, a hang or an unexpected error ends the
process; the last number on standard error is that of the case.
"""

from __future__ import annotations

import collections
import faulthandler
import json
import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from mutations import Case, damaged

from stemwright.errors import StemwrightError
from stemwright.models import Bundle, load_bundle, require_codec
from stemwright.native.engine import Engine
from stemwright.perform.sampling import sampling_of

SECONDS_A_CASE = 2.0  # of the processor
PATIENCE = 60  # seconds by the clock: a busy machine may well take a while, for ever is a hang
ADDRESSES = 2 << 30  # bytes of address space: no case may ask for that much
MEMORY = Path("/dev/shm")  # a busy disk would take most of the time, and now and then all of it
WARM = 100  # cases before memory is measured
STEPS = 3


def write(folder: Path, case: Case) -> None:
    """The bundle as it would arrive."""
    (folder / "manifest.json").write_bytes(case.manifest)
    (folder / case.file).write_bytes(case.data)


def use(folder: Path) -> None:
    """What a song does with a bundle, in small."""
    bundle = load_bundle(folder)
    if bundle.manifest.kind != "performer":
        require_codec(Bundle(folder, replace(bundle.manifest, codec_sha256=bundle.tokens_sha256)), bundle)
        return
    config = bundle.manifest.architecture
    engine = Engine(config, bundle.tensors())
    features = np.zeros((STEPS + config["codebooks"] - 1, config["features"]), np.float32)
    engine.state().step(np.zeros((1, config["codebooks"]), np.int32), features[:1])
    engine.generate(features, STEPS, seed=1, layer_id=1, sampling=sampling_of(bundle), base=features)


def outcome(folder: Path) -> str:
    """ "works", or the class of the error that refuses the bundle in one short line. Others are raised."""
    try:
        use(folder)
    except StemwrightError as error:
        line = str(error)
        assert 10 < len(line) < 400 + len(str(folder)) and line.isprintable(), f"not one short line: {line!r}"
        return type(error).__name__
    return "works"


def watched(folder: Path) -> str:
    """`outcome`, in bounded time."""
    faulthandler.dump_traceback_later(PATIENCE, exit=True)
    began = time.process_time()
    found = outcome(folder)
    assert time.process_time() - began < SECONDS_A_CASE, f"{time.process_time() - began:.1f} s"
    faulthandler.cancel_dump_traceback_later()
    return found


def run(seed: int, cases: int, seconds: float) -> dict[str, object]:
    """Counts of outcomes, and by how many MB the process grew after its first cases."""
    end, counts, peak = time.monotonic() + seconds, collections.Counter[str](), 0
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        folder = Path(name)
        for number in range(cases):
            write(folder, damaged(seed, number))
            print(number, file=sys.stderr, flush=True)
            counts[watched(folder)] += 1
            if number <= WARM:
                peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            if time.monotonic() > end:
                break
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) / 1024
    return {"cases": counts.total(), "outcomes": counts, "grown_mb": round(grown, 1)}


if __name__ == "__main__":
    faulthandler.enable()
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))))
