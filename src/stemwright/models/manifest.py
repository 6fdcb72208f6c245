"""The manifest of a bundle: what a model is, what it belongs to, where it came from.

A manifest is canonical JSON (sorted keys, UTF-8, LF). It names every file of the bundle with its SHA-256,
so the SHA-256 of the canonical manifest identifies the whole bundle.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.song.sealed import canonical_json, strict_json

SCHEMA = 1
KINDS = (
    "codec", "tone", "performer", "decoder", "companion", "composer", "patterns", "beats", "timbre", "flow",
    "text", "clips", "adapter",
)  # fmt: skip
MAX_BYTES = 1 << 20
MAX_FILES = 64
MAX_TIMBRES = 48
MAX_DEPTH = 16

_SHA = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_FILE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a bundle's `manifest.json` says; `files` maps plain file names to SHA-256."""

    kind: str
    name: str
    preset: str
    architecture: dict[str, Any]
    codec_sha256: str | None = None
    conditioning_version: int | None = None
    timbres: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    steps: int = 0
    device: str = ""
    held_out: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    schema: int = SCHEMA

    @property
    def sha256(self) -> str:
        """The bundle's identity: SHA-256 of the canonical manifest."""
        return hashlib.sha256(dumps(self)).hexdigest()


def dumps(manifest: Manifest) -> bytes:
    """Canonical JSON of a manifest: sorted keys, two-space indent, UTF-8, a final LF."""
    record = {f.name: getattr(manifest, f.name) for f in fields(manifest)}
    return canonical_json(record, indent=2) + b"\n"


def loads(data: bytes, where: str = "manifest.json") -> Manifest:
    """Read and validate a manifest; `where` is named in errors.

    Raises UsageError in one line for anything that is not a manifest of this schema.
    """
    record = _parse(data, where)
    schema = record.get("schema")
    if schema != SCHEMA or isinstance(schema, bool):
        raise UsageError(
            f"{where}: schema is {shown(schema)}, this version reads schema {SCHEMA}: update stemwright"
        )
    known = {f.name for f in fields(Manifest)}
    unknown = sorted(set(record) - known)
    if unknown:
        raise UsageError(f"{where}: unknown field {shown(unknown[0])}: remove it or update stemwright")
    missing = sorted(known - set(record))
    if missing:
        raise UsageError(f"{where}: field {missing[0]!r} is missing: get the bundle again")
    manifest = Manifest(
        **{**record, **{k: _strings(record, k, where) for k in ("timbres", "licences", "sources")}}
    )
    validate(manifest, where)
    try:
        dumps(manifest)
    except StemwrightError:  # half a surrogate pair, 1e999
        raise UsageError(
            f"{where}: holds text or numbers that no manifest can: get the bundle again"
        ) from None
    return manifest


def validate(manifest: Manifest, where: str = "manifest.json") -> None:
    """Check every field; raises UsageError naming the first bad one."""
    _need(manifest.kind in KINDS, where, "kind", f"must be one of {', '.join(KINDS)}")
    _need(_matches(_NAME, manifest.name), where, "name", "must match [a-z][a-z0-9_-]{0,31}")
    _need(
        isinstance(manifest.preset, str) and len(manifest.preset) <= 64,
        where,
        "preset",
        "must be a short text",
    )
    _need(
        isinstance(manifest.device, str) and len(manifest.device) <= 200,
        where,
        "device",
        "must be a short text",
    )
    _need(isinstance(manifest.architecture, dict), where, "architecture", "must be an object")
    _need(isinstance(manifest.held_out, dict), where, "held_out", "must be an object")
    _need(_whole(manifest.steps), where, "steps", "must be a whole number, 0 or more")
    _need(len(manifest.timbres) <= MAX_TIMBRES, where, "timbres", f"must hold at most {MAX_TIMBRES} names")
    if manifest.kind in ("performer", "decoder", "flow", "clips", "adapter"):
        _need(_matches(_SHA, manifest.codec_sha256), where, "codec_sha256", "must be 64 hexadecimal digits")
    if manifest.kind in ("performer", "composer", "flow", "adapter"):
        _need(_whole(manifest.conditioning_version), where, "conditioning_version", "must be a whole number")
    _validate_files(manifest.files, where)


def _validate_files(files: object, where: str) -> None:
    if not isinstance(files, dict) or len(files) > MAX_FILES:
        raise UsageError(
            f"{where}: field 'files' must be an object of at most {MAX_FILES} files: get the bundle again"
        )
    for name, sha in files.items():
        ok = _matches(_FILE, name) and name != "manifest.json"
        _need(ok, where, "files", f"holds {shown(name)}, which is not a plain file name")
        _need(_matches(_SHA, sha), where, f"files.{name}", "must be 64 hexadecimal digits")


def _parse(data: bytes, where: str) -> Mapping[str, Any]:
    if len(data) > MAX_BYTES:
        raise UsageError(f"{where}: larger than {MAX_BYTES} bytes, not a manifest: get the bundle again")
    try:
        record = strict_json(data)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{where}: not valid JSON ({ascii(str(error)[:80])[1:-1]}): get the bundle again"
        ) from None
    if not isinstance(record, dict) or not _shallow(record, MAX_DEPTH):
        raise UsageError(
            f"{where}: must hold a JSON object, nested at most {MAX_DEPTH} deep: get the bundle again"
        )
    return record


def _shallow(value: object, left: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left >= 0 and all(_shallow(v, left - 1) for v in inside)


def _strings(record: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = record[key]
    ok = isinstance(value, list) and len(value) <= 4096 and all(isinstance(v, str) for v in value)
    _need(ok, where, key, "must be a list of texts")
    return tuple(value)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _need(ok: bool, where: str, name: str, what: str) -> None:
    if not ok:
        raise UsageError(f"{where}: field {name!r} {what}: correct it or get the bundle again")
