"""Load and write bundles: a folder with `manifest.json` and the files it names."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from stemwright.errors import StemwrightError, UsageError, shown
from stemwright.models import (
    adapter,
    architecture,
    beat_tensors,
    clips,
    companion_tensors,
    flow,
    text_tensors,
    timbre,
)
from stemwright.models import manifest as manifests
from stemwright.models.manifest import Manifest
from stemwright.models.tensors import TensorFile, read_header
from stemwright.song.timebase import HOP, SAMPLE_RATE

MANIFEST = "manifest.json"
ENCODER = "encoder.onnx"  # decides a codec's tokens
TOKENS = "tokens.json"  # of a codec that speaks another codec's tokens: the manifest of that codec
CODEBOOKS = 8
MAX_FILE = 4 << 30
_CHUNK = 1 << 20

_verified: set[tuple[Path, str]] = set()
"""Files that had this checksum when this process first asked for them."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle on disk, whose files are verified before they are read."""

    path: Path
    manifest: Manifest

    @property
    def sha256(self) -> str:
        """Identity: SHA-256 of the canonical manifest, which holds the SHA-256 of every file."""
        return self.manifest.sha256

    @property
    def tokens_sha256(self) -> str:
        """Identity of a codec's tokens: that of the codec which first spoke them. Where it is equal, encoders
        are the same and decoders may differ."""
        return self.manifest.files.get(TOKENS, self.sha256)

    def file(self, name: str) -> Path:
        """Path of one of the bundle's files, whose checksum is verified the first time. UsageError where the
        bundle has no such file, StemwrightError where its content is another."""
        if name not in self.manifest.files:
            raise UsageError(f"{self.path / MANIFEST}: field 'files' has no {name!r}: get the bundle again")
        path, sha = self.path / name, self.manifest.files[name]
        if (path, sha) not in _verified:
            _verify(path, sha)
            _verified.add((path, sha))
        return path

    def tensors(self, name: str = architecture.WEIGHTS_FILE) -> TensorFile:
        """Name -> array of a safetensors file, each read only when asked for. UsageError where it is none."""
        return TensorFile(self.file(name))


def read_manifest(path: Path) -> Manifest:
    """What the bundle in a folder says it is; its files are not looked at. UsageError where it is none."""
    source = path / MANIFEST
    return manifests.loads(_read_limited(source), str(source))


def load_bundle(path: Path | str, *, kind: str | None = None, whole: bool = True) -> Bundle:
    """Read a bundle and verify checksums and, but for codecs, tensor names, types and shapes.

    Not `whole`: a file that is not read now is verified when it is asked for (`Bundle.file`), so that who
    only needs a codec's identity does not read its weights. Raises UsageError for a missing, foreign or
    malformed bundle, StemwrightError for a wrong checksum.
    """
    path = Path(path)
    manifest = read_manifest(path)
    if kind is not None and manifest.kind != kind:
        raise UsageError(
            f"{path / MANIFEST}: field 'kind' is {manifest.kind!r}, a {kind} is needed: choose another bundle"
        )
    for name, sha in manifest.files.items() if whole else ():
        _verify(path / name, sha)
        _verified.add((path / name, sha))
    bundle = Bundle(path, manifest)
    if manifest.kind in ("performer", "composer"):
        _verify_transformer(bundle)
    if manifest.kind == "companion":
        _verify_companion(bundle)
    if manifest.kind == "timbre":
        _verify_timbre(bundle)
    if manifest.kind == "adapter":
        _verify_adapter(bundle)
    if manifest.kind == "beats":
        _verify_beats(bundle)
    if manifest.kind == "flow":
        _verify_flow(bundle)
    if manifest.kind == "text":
        _verify_text(bundle)
    if manifest.kind == "clips":
        _verify_clips(bundle)
    if manifest.kind in ("codec", "tone") and TOKENS in manifest.files:
        _verify_tokens(bundle)
    return bundle


def require_codec(model: Bundle, codec: Bundle) -> None:
    """Refuse a codec whose tokens a performer or a wide decoder was not trained on (StemwrightError)."""
    expected = model.manifest.codec_sha256
    if expected != codec.tokens_sha256:
        raise StemwrightError(
            f"{model.path}: trained on tokens of codec {str(expected)[:12]}, but {codec.path} speaks "
            f"those of {codec.tokens_sha256[:12]}: "
            f"use the codec it was trained on or train the {model.manifest.kind} again"
        )
    for field in ("codebooks", "codebook_size"):
        mine, its = (bundle.manifest.architecture.get(field) for bundle in (model, codec))
        if its is not None and mine != its:
            raise StemwrightError(
                f"{model.path}: field 'architecture.{field}' is {shown(mine)}, "
                f"its codec's is {shown(its)}: get the bundle again"
            )


def require_frames(codec: Bundle) -> None:
    """Refuse a codec of other frames than songs and performers have (UsageError); one may be imported."""
    need = {"sample_rate": SAMPLE_RATE, "hop": HOP, "codebooks": CODEBOOKS}
    found = {field: codec.manifest.architecture.get(field) for field in need}
    if found != need:
        said = [shown(value) for value in found.values()]
        raise UsageError(
            f"{codec.path}: a codec of {said[0]} Hz, {said[1]} samples a frame and {said[2]} codebooks; "
            f"songs and performers need {SAMPLE_RATE} Hz, {HOP} and {CODEBOOKS}: choose another codec"
        )


def tokens_of(codec: Bundle) -> dict[str, bytes | Path]:
    """The files that make a codec speak the tokens of this one: its encoder, and the manifest as proof."""
    root = codec.file(TOKENS) if TOKENS in codec.manifest.files else manifests.dumps(codec.manifest)
    return {ENCODER: codec.file(ENCODER), TOKENS: root}


def write_bundle(path: Path | str, manifest: Manifest, files: Mapping[str, bytes | Path]) -> Bundle:
    """Write a bundle so that `path` holds either the old bundle or the whole new one.

    `manifest.files` is filled in from `files` (name -> content or a path to copy).
    """
    path = Path(path).absolute()
    if path.exists() and (not path.is_dir() or (any(path.iterdir()) and not (path / MANIFEST).is_file())):
        raise UsageError(f"{path}: exists and is not a bundle: choose another folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
    try:
        shas = {name: _place(work / name, content) for name, content in sorted(files.items())}
        full = replace(manifest, files=shas)
        manifests.validate(full, str(path / MANIFEST))
        _place(work / MANIFEST, manifests.dumps(full))
        load_bundle(work)
        work.chmod(0o755)
        _swap(work, path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return Bundle(path, full)


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, read in chunks."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _read_limited(source: Path) -> bytes:
    try:
        if source.exists() and not source.is_file():  # a pipe would be waited on for ever
            raise UsageError(f"{source}: is not a file: give a bundle's folder")
        with source.open("rb") as stream:
            return stream.read(manifests.MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{source}: cannot be read ({error.strerror}): give a bundle's folder") from None


def _verify(path: Path, sha: str) -> None:
    if path.is_symlink() or not path.is_file():
        raise StemwrightError(f"{path}: is missing or not a plain file: get the bundle again")
    if path.stat().st_size > MAX_FILE:
        raise StemwrightError(f"{path}: larger than {MAX_FILE} bytes: get the bundle again")
    try:
        found = file_sha256(path)
    except OSError as error:
        raise StemwrightError(f"{path}: cannot be read ({error.strerror}): get the bundle again") from None
    if found != sha:
        raise StemwrightError(
            f"{path}: SHA-256 is {found[:12]}, the manifest says {sha[:12]}: get the bundle again"
        )


def _verify_transformer(bundle: Bundle) -> None:
    """A performer, or a composer: the same network, which says beside it what events it speaks."""
    config = bundle.manifest.architecture
    if bundle.manifest.kind == "composer":
        config = {name: value for name, value in config.items() if name != "events"}
    architecture.validate_performer(config, str(bundle.path / MANIFEST))
    _verify_tensors(bundle.file(architecture.WEIGHTS_FILE), architecture.performer_tensors(config))


def _verify_companion(bundle: Bundle) -> None:
    config = bundle.manifest.architecture
    companion_tensors.validate_companion(config, str(bundle.path / MANIFEST))
    _verify_tensors(bundle.file(architecture.WEIGHTS_FILE), companion_tensors.companion_tensors(config))


def _verify_timbre(bundle: Bundle) -> None:
    config = bundle.manifest.architecture
    timbre.validate_timbre(config, str(bundle.path / MANIFEST))
    for name in timbre.FILES:
        bundle.file(name)
    _verify_tensors(bundle.file(timbre.MEMORY), timbre.memory_tensors(config))


def _verify_adapter(bundle: Bundle) -> None:
    config, path = bundle.manifest.architecture, bundle.path / adapter.ADAPTER_FILE
    adapter.validate_adapter(config, str(bundle.path / MANIFEST))
    if path.is_file():
        adapter.check_size(path, path.stat().st_size)
    weights = bundle.file(adapter.ADAPTER_FILE)
    try:
        _verify_tensors(weights, adapter.adapter_tensors(config, config["rank"]))
    except StemwrightError as error:  # users pass styles on: what is wrong with one is a matter of input
        raise UsageError(error.marked) from None
    adapter.check_finite(weights)


def require_base(style: Bundle, performer: Bundle) -> None:
    """Refuse an adapter that was learnt beside another performer (UsageError)."""
    base = style.manifest.architecture["base_sha256"]
    if base != performer.sha256:
        raise UsageError(
            f"{style.path}: learnt beside the performer {base[:12]}, and {performer.path} is "
            f"{performer.sha256[:12]}: learn it again, or bring that performer back"
        )


def _verify_beats(bundle: Bundle) -> None:
    config = bundle.manifest.architecture
    beat_tensors.validate_beats(config, str(bundle.path / MANIFEST))
    _verify_tensors(bundle.file(architecture.WEIGHTS_FILE), beat_tensors.beat_tensors(config))


def _verify_flow(bundle: Bundle) -> None:
    config = bundle.manifest.architecture
    flow.validate_flow(config, str(bundle.path / MANIFEST))
    bundle.file(flow.VELOCITY)
    _verify_tensors(bundle.file(flow.SPACE), flow.space_tensors(config))


def _verify_text(bundle: Bundle) -> None:
    config = bundle.manifest.architecture
    text_tensors.validate_text(config, str(bundle.path / MANIFEST))
    _verify_tensors(bundle.file(architecture.WEIGHTS_FILE), text_tensors.text_tensors(config))


def _verify_clips(bundle: Bundle) -> None:
    config = bundle.manifest.architecture
    clips.validate_clips(config, str(bundle.path / MANIFEST))
    bundle.file(clips.ENCODER)
    _verify_tensors(bundle.file(clips.SPACE), flow.space_tensors(config))


def _verify_tensors(weights: Path, wanted: Mapping[str, tuple[str, tuple[int, ...]]]) -> None:
    """That a weight file has these tensors (name -> type and shape), and no others."""
    found = read_header(weights)
    for name, (dtype, shape) in wanted.items():
        if name not in found:
            raise StemwrightError(f"{weights}: tensor {name!r} is missing: get the bundle again")
        if (found[name].dtype, found[name].shape) != (dtype, shape):
            has = f"{found[name].dtype} {list(found[name].shape)}"
            raise StemwrightError(
                f"{weights}: tensor {name!r} is {has}, must be {dtype} {list(shape)}: get the bundle again"
            )
    extra = sorted(set(found) - set(wanted))
    if extra:
        raise StemwrightError(f"{weights}: unknown tensor {extra[0][:80]!r}: get the bundle again")


def _verify_tokens(bundle: Bundle) -> None:
    """That the codec whose tokens are claimed has this very encoder (if there is one) and as many codes, and
    is of the same kind."""
    source = bundle.file(TOKENS)
    root = manifests.loads(_read_limited(source), str(source))
    for field in ("codebooks", "codebook_size"):
        if root.architecture.get(field) != bundle.manifest.architecture.get(field):
            raise UsageError(
                f"{source}: field 'architecture.{field}' differs from {MANIFEST}'s: get the bundle again"
            )
    if root.kind != bundle.manifest.kind or root.sha256 != bundle.tokens_sha256 or TOKENS in root.files:
        raise UsageError(
            f"{source}: not the manifest of a {bundle.manifest.kind} with tokens of its own: get the "
            "bundle again"
        )
    if bundle.manifest.files.get(ENCODER, root.files.get(ENCODER)) != root.files.get(ENCODER):
        raise UsageError(f"{source}: is of a codec with another {ENCODER}: get the bundle again")


def _place(target: Path, content: bytes | Path) -> str:
    """Write or copy one file, flushed to disk; returns its SHA-256."""
    with target.open("xb") as stream:
        if isinstance(content, Path):
            with content.open("rb") as origin:
                shutil.copyfileobj(origin, stream, _CHUNK)
        else:
            stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    return file_sha256(target)


def _swap(work: Path, path: Path) -> None:
    """Move the finished folder to its place; an old bundle is moved aside first and put back on failure."""
    if not path.exists():
        os.replace(work, path)
        return
    aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.old.", dir=path.parent))
    try:
        os.replace(path, aside / "bundle")
        try:
            os.replace(work, path)
        except OSError:
            os.replace(aside / "bundle", path)
            raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
