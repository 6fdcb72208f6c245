"""`personal learn`: from recordings to a style that songs can be played in."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from stemwright.errors import UsageError, argument, shown
from stemwright.exchange.personal import check_consent, line_of_consent
from stemwright.models import Bundle, find, load_bundle
from stemwright.models.bundle import write_bundle
from stemwright.models.personal import load_style, require_new
from stemwright.recordings.source import file_sha256
from stemwright.song.layers import LAYERS
from stemwright.training.fit.run import Say
from stemwright.training.personal.learn import learn_style
from stemwright.training.personal.material import prepare
from stemwright.training.personal.trainer import StyleRecipe

MATERIAL = "material.json"


def learn_from_files(
    name: str,
    files: Sequence[Path],
    *,
    layer: str,
    midi: Sequence[Path] = (),
    data: Path | None = None,
    consent: str = "",
    minutes: float = 40.0,
    steps: int | None = None,
    seed: int = 0,
    threads: int | None = None,
    recipe: StyleRecipe | None = None,
    report: Say,
) -> Bundle:
    """Learn a style of a layer and put it where `--style-of NAME` finds it. Work lies beside it until it is
    done, and goes on where it was. UsageError for a name that is taken, or files that cannot be learnt from.
    """
    if layer not in LAYERS:
        raise UsageError(f"{argument('layer')} {shown(layer)}: must be one of {', '.join(LAYERS)}")
    home = require_new(name, layer).parent
    check_consent(consent)
    base, codec = find(layer), find("tone")
    performer, spoken = load_bundle(base, kind="performer"), load_bundle(codec, whole=False)
    if performer.manifest.codec_sha256 != spoken.tokens_sha256:
        raise UsageError(f"{base}: does not speak the tone codec's tokens; only performers that do can learn")
    work = home / f".{layer}.work"
    sources, remarks = _material(work, files, midi, layer, codec)
    for line in remarks:
        report(line)
    made = learn_style(
        work / "sound",
        base,
        work / "run",
        name=name,
        minutes=minutes,
        steps=steps,
        data=data,
        seed=seed,
        threads=threads,
        recipe=recipe,
        sources=sources,
        consent=line_of_consent(consent),
        report=report,
    )
    write_bundle(home / layer, made.manifest, {n: made.file(n) for n in made.manifest.files})
    shutil.rmtree(work)
    return load_style(home / layer)


def _material(
    work: Path, files: Sequence[Path], midi: Sequence[Path], layer: str, codec: Path
) -> tuple[list[str], list[str]]:
    """What to credit and to say of the clips, which are made unless those of the same files are there."""
    told = [f"{path.name} {file_sha256(path)}" for path in (*files, *midi) if path.is_file()]
    key = hashlib.sha256(json.dumps([told, layer]).encode()).hexdigest()
    note = work / MATERIAL
    if note.is_file():
        record = json.loads(note.read_text(encoding="utf-8"))
        if record["key"] == key:
            return record["sources"], record["remarks"]
    shutil.rmtree(work, ignore_errors=True)
    try:
        made = prepare(files, midi, layer, codec, work / "sound")
        note.parent.mkdir(parents=True, exist_ok=True)
        record = {"key": key, "sources": list(made.sources), "remarks": list(made.remarks)}
        note.write_text(json.dumps(record), encoding="utf-8")
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        if work.parent.is_dir() and not any(work.parent.iterdir()):
            work.parent.rmdir()
        raise
    return record["sources"], record["remarks"]
