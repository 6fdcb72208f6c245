"""`doctor`: what this machine has, what was chosen, and whether the bundles are whole and give sound.

A song needs a performer of each known layer, and the codecs whose tokens these speak: the waveform codec
(`codec`), the tone codec (`tone`), or both.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from stemwright.errors import StemwrightError
from stemwright.shown.runtimes import broken
from stemwright.shown.trial import has_trial, trial
from stemwright.song.layers import LAYERS
from stemwright.work import machine
from stemwright.work.cores import cores, threads

if TYPE_CHECKING:
    from stemwright.models import Bundle

CODECS = ("tone", "codec")


def examine() -> dict[str, Any]:
    """Everything worth knowing in a bug report. `ok`: this installation can make a song."""
    from stemwright.models import shipped

    found = shipped()
    unloaded = broken()
    examined = {name: _examine(path, try_it=not unloaded) for name, path in sorted(found.items())}
    bundles = {name: facts for name, (facts, _) in examined.items()}
    isa, available, problem = _isa() if not unloaded else (None, [], "")
    problems = [f"bundle {name!r} is not installed" for name in LAYERS if name not in found]
    problems += [facts["problem"] for facts in bundles.values() if not facts["ok"]]
    problems += _unspoken({name: bundle for name, (_, bundle) in examined.items()})
    problems += [problem] if problem else []
    problems += unloaded
    return {
        "ok": not problems,
        "problems": problems,
        "isa": isa,
        "isa_available": available,
        "threads": threads(),
        "cores": cores(),
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


def _unspoken(bundles: Mapping[str, Bundle | None]) -> list[str]:
    """What is wrong with the codecs that performers need; `bundles`: those installed, None where damaged."""
    there = [name for name in CODECS if name in bundles]
    if not there:
        return ["neither bundle 'tone' nor 'codec' is installed"]
    codecs = [bundle for name in there if (bundle := bundles[name]) is not None]
    if len(codecs) < len(there):
        return []  # what a damaged one speaks is not known, and it is named already
    needed: dict[str, list[Bundle]] = {}
    for layer in LAYERS:
        performer = bundles.get(layer)
        if performer is not None and performer.manifest.kind == "performer":
            needed.setdefault(str(performer.manifest.codec_sha256), []).append(performer)
    return [said for sha, performers in needed.items() if (said := _need(sha, performers, codecs))]


def _need(sha: str, performers: list[Bundle], codecs: list[Bundle]) -> str:
    """What is wrong with the codec `sha` that performers speak; "" for nothing."""
    from stemwright.models import require_codec, require_frames

    codec = next((codec for codec in codecs if codec.tokens_sha256 == sha), None)
    if codec is None:
        names = ", ".join(repr(performer.manifest.name) for performer in performers)
        return (
            f"codec {sha[:12]}, whose tokens {names} speak, is not installed: install it or train them again"
        )
    try:
        if codec.manifest.kind == "codec":
            require_frames(codec)
        for performer in performers:
            require_codec(performer, codec)
    except StemwrightError as error:
        return str(error)
    return ""


def _examine(path: Path, try_it: bool) -> tuple[dict[str, Any], Bundle | None]:
    """Facts of a bundle, and the bundle itself where it is whole. `tried`: it gave sound just now."""
    from stemwright.models import load_bundle

    facts: dict[str, Any] = {
        "path": str(path),
        "ok": False,
        "problem": None,
        "kind": None,
        "preset": None,
        "timbres": [],
        "sha256": None,
        "tried": False,
    }
    try:
        bundle = load_bundle(path)
        if try_it:
            trial(bundle)
    except StemwrightError as error:
        return {**facts, "problem": str(error)}, None
    manifest = bundle.manifest
    facts |= {
        "ok": True,
        "kind": manifest.kind,
        "preset": manifest.preset,
        "timbres": list(manifest.timbres),
        "sha256": bundle.sha256,
        "tried": try_it and has_trial(bundle),
    }
    return facts, bundle
