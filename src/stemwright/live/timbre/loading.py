"""Timbres of a set: which bundles its inputs go through, and their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from stemwright.errors import UsageError, argument
from stemwright.live.desk.setup import InputTimbre
from stemwright.models import load_bundle, registry
from stemwright.models.timbre import TimbreFiles
from stemwright.models.timbre_files import read_timbre

KIND = "timbre"


def chosen(names: Sequence[str], inputs: int, seed: int) -> tuple[InputTimbre, ...]:
    """Those of the first inputs, in order: bundles by name or folder. UsageError for one that is not there,
    or more than there are inputs."""
    if len(names) > inputs:
        raise UsageError(
            f"{argument('timbre_model')}: {len(names)} timbres for {inputs} inputs; give each an input"
        )
    return tuple(_chosen(number, name, seed) for number, name in enumerate(names))


def _chosen(number: int, name: str, seed: int) -> InputTimbre:
    place = registry.find(name)
    bundle = load_bundle(place, kind=KIND)
    told = name if name in registry.shipped() else str(Path(place).absolute())
    return InputTimbre(number, told, bundle.sha256, seed + number)


def load_timbre(wanted: InputTimbre) -> TimbreFiles:
    """The files of an input's timbre. UsageError where it is not there or another than it was."""
    bundle = load_bundle(registry.find(wanted.bundle), kind=KIND)
    if bundle.sha256 != wanted.sha256:
        raise UsageError(
            f"{bundle.path}: is timbre {bundle.sha256[:12]}, the set has {wanted.sha256[:12]}: give that one"
        )
    return read_timbre(bundle)
