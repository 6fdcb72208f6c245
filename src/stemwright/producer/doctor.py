"""`doctor`: what this machine has, what was chosen, and whether the bundles are whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError
from stemwright.producer import machine
from stemwright.song.layers import LAYERS


def examine() -> dict[str, Any]:
    """Everything worth knowing in a bug report. `ok`: this installation can make a song."""
    from stemwright.models import shipped

    found = shipped()
    bundles = {name: _examine(path) for name, path in sorted(found.items())}
    missing = [name for name in ("codec", *LAYERS) if name not in found]
    isa, available, problem = _isa()
    problems = [f"bundle {name!r} is not installed" for name in missing]
    problems += [entry["problem"] for entry in bundles.values() if not entry["ok"]]
    problems += [problem] if problem else []
    return {
        "ok": not problems,
        "problems": problems,
        "isa": isa,
        "isa_available": available,
        "threads": machine.threads(),
        "cores": machine.cores(),
        "processor": machine.processor(),
        "memory_mb": machine.memory_mb(),
        "versions": machine.versions(),
        "bundles": bundles,
    }


def _isa() -> tuple[str | None, list[str], str]:
    try:
        from stemwright.native.options import available_isas, choose_isa

        return choose_isa(), available_isas(), ""
    except StemwrightError as error:
        return None, [], str(error)


def _examine(path: Path) -> dict[str, Any]:
    from stemwright.models import load_bundle

    facts: dict[str, Any] = {
        "path": str(path),
        "ok": False,
        "problem": None,
        "kind": None,
        "preset": None,
        "timbres": [],
        "sha256": None,
    }
    try:
        bundle = load_bundle(path)
    except StemwrightError as error:
        return {**facts, "problem": str(error)}
    manifest = bundle.manifest
    return {
        **facts,
        "ok": True,
        "kind": manifest.kind,
        "preset": manifest.preset,
        "timbres": list(manifest.timbres),
        "sha256": bundle.sha256,
    }
