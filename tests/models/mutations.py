"""Seeded damage to a bundle: lies in its manifest, its tensors' header and its numbers.

A case is two byte strings, the manifest and the weights. Checksums are made right again afterwards, most of
the time, so that a mutation reaches the parser behind the checksum.
"""

from __future__ import annotations

import functools
import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from safetensors.numpy import save

from stemwright.models import Manifest
from stemwright.models import manifest as manifests
from stemwright.models.architecture import performer_tensors

CONFIG: dict[str, Any] = {
    "d_model": 16, "layers": 1, "heads": 2, "kv_heads": 1, "head_dim": 16, "ffn": 16, "codebooks": 2,
    "codebook_size": 4, "features": 3, "window": 8, "rope_base": 10000.0, "norm_eps": 1e-5, "lookahead": 2,
    "sampling": {"temperature": 0.8},
}  # fmt: skip

NUMBERS: list[Any] = [0, 1, -1, 2, 7, 255, 1 << 20, 1 << 31, 1 << 32, 1 << 63, 10**400, 0.5, 1e308, -0.0]
TEXTS = ["", "x", "codec", "a" * 5000, "../x", "\x00", "\n", "é\u2028", "\ud800", "int8", "float32", "NaN"]
FLOATS = [np.nan, np.inf, -np.inf, 3e38, -3e38, 1e-45, 0.0, -1.0]


@dataclass(frozen=True)
class Case:
    """What is written to disk: the manifest and a file. `keep_sums` leaves a wrong checksum wrong."""

    manifest: bytes
    data: bytes
    file: str = "model.safetensors"
    keep_sums: bool = False


@functools.cache
def whole() -> Case:
    """An undamaged bundle of a very small performer."""
    draw, tensors = np.random.default_rng(5), {}
    for name, (dtype, shape) in performer_tensors(CONFIG).items():
        if dtype == "I8":
            tensors[name] = draw.integers(-127, 128, shape, dtype=np.int8)
        else:
            tensors[name] = np.full(shape, 0.01, np.float32)
    manifest = Manifest("performer", "drums", "tiny", CONFIG, codec_sha256="a" * 64, conditioning_version=1)
    return with_sums(Case(manifests.dumps(manifest), save(tensors)))


@functools.cache
def whole_codec() -> Case:
    """An undamaged codec, without its graphs, that speaks another codec's tokens."""
    shape = {"codebooks": 2, "codebook_size": 4}
    first, second = (manifests.dumps(Manifest("codec", "codec", name, shape)) for name in ("old", "new"))
    return with_sums(Case(second, first, "tokens.json"))


def with_sums(case: Case) -> Case:
    """The manifest says the file's SHA-256, where it still can."""
    try:
        facts = json.loads(case.manifest)
        facts["files"][case.file] = hashlib.sha256(case.data).hexdigest()
    except (ValueError, TypeError, KeyError, RecursionError):
        return case
    return replace(case, manifest=to_json(facts))


def to_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, indent=2).encode()


def json_value(rng: random.Random, depth: int = 0) -> Any:
    """Any JSON value, ordinary or not."""
    kind = rng.randrange(8 if depth < 3 else 5)
    if kind <= 1:
        return rng.choice(NUMBERS)
    if kind == 2:
        return rng.choice(TEXTS)
    if kind <= 4:
        return rng.choice([None, True, False, float("nan"), float("inf")])
    if kind == 5:
        return {rng.choice(TEXTS): json_value(rng, depth + 1) for _ in range(rng.randrange(4))}
    return [json_value(rng, depth + 1) for _ in range(rng.randrange(4))]


# --- bytes ---


def flipped(rng: random.Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 8])):
        out[rng.randrange(len(out))] ^= 1 << rng.randrange(8)
    return bytes(out)


def cut(rng: random.Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data))]


def spliced(rng: random.Random, data: bytes) -> bytes:
    """A piece is repeated, dropped or replaced by noise."""
    a, b = sorted(rng.randrange(len(data) + 1) for _ in range(2))
    middle = rng.choice(
        [data[a:b] * 2, b"", rng.randbytes(min(b - a, 64)), b"\xff\xfe", b"[" * 3000, b'{"a":' * 3000]
    )
    return data[:a] + middle + data[b:]


def bytes_of(rng: random.Random, data: bytes) -> bytes:
    return rng.choice([flipped, cut, spliced])(rng, data) if data else b"\x00"


def damage_manifest_bytes(rng: random.Random, case: Case) -> Case:
    return replace(case, manifest=bytes_of(rng, case.manifest))


def damage_data_bytes(rng: random.Random, case: Case) -> Case:
    return replace(case, data=bytes_of(rng, case.data))


def wrong_sums(rng: random.Random, case: Case) -> Case:
    return replace(case, keep_sums=True)


# --- the manifest ---


def damage_manifest(rng: random.Random, case: Case) -> Case:
    """A field, at the top or in an object, is replaced, dropped, renamed, added or written twice."""
    try:
        facts = json.loads(case.manifest)
        holder = rng.choice([facts, facts["architecture"], facts["architecture"]])
        holder = rng.choice([holder, facts["files"], facts["architecture"]["sampling"], holder, holder])
        text = edited(rng, facts, holder)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return damage_manifest_bytes(rng, case)
    return replace(case, manifest=text)


def edited(rng: random.Random, whole: object, holder: dict[str, Any]) -> bytes:
    name = rng.choice(sorted(holder))
    how = rng.randrange(6)
    if how <= 2:
        holder[name] = json_value(rng)
    elif how == 3:
        del holder[name]
    elif how == 4:
        holder[rng.choice([*TEXTS, "kv_cache", "guidance", "manifest.json"])] = json_value(rng)
    else:  # the same key twice: only the text can say it
        holder["twice"] = json_value(rng)
        return to_json(whole).replace(b'"twice"', json.dumps(name).encode())
    return to_json(whole)


# --- the header of the tensors ---


def split(weights: bytes) -> tuple[dict[str, Any], bytes]:
    length = int.from_bytes(weights[:8], "little")
    return json.loads(weights[8 : 8 + length]), weights[8 + length :]


def joined(header: bytes, data: bytes, length: int | None = None) -> bytes:
    return (len(header) if length is None else length).to_bytes(8, "little") + header + data


def lie_entry(rng: random.Random, header: dict[str, Any], name: str) -> None:
    """One tensor's type, shape or place is not what it was."""
    entry, other = header[name], header[rng.choice(sorted(header))]
    field = rng.choice(["dtype", "shape", "data_offsets"])
    how = rng.randrange(6)
    if how == 0:
        entry[field] = json_value(rng)
    elif how == 1:
        del entry[field]
    elif how == 2:
        entry[field] = other[field]
    elif field == "dtype":
        entry["dtype"] = rng.choice(["I8", "U8", "F16", "F32", "F64", "I64", "BOOL", "F8_E4M3", "i8", ""])
    elif field == "shape":
        shape = entry["shape"]
        shape[rng.randrange(len(shape))] = rng.choice(NUMBERS)
        shape += rng.choice([[], [], [1], [rng.choice(NUMBERS)], [1] * 2000, [10**4000] * 300])
    else:
        place = entry["data_offsets"]
        place[rng.randrange(2)] += rng.choice([1, -1, 4, 16, -16, 1 << 20, 1 << 63])


def damage_header(rng: random.Random, case: Case) -> Case:
    """The header of the tensors lies, or is no header."""
    try:
        header, data = split(case.data)
        name = rng.choice(sorted(header))
        how = rng.randrange(9)
        if how <= 2:
            lie_entry(rng, header, name)
        elif how == 3:
            header[name] = json_value(rng)
        elif how == 4:
            header[rng.choice([*TEXTS, "blocks.0.q.weight\n", "__metadata__"])] = header.pop(name)
        elif how == 5:
            header["__metadata__"] = json_value(rng)
        elif how == 6:
            header["twice"] = json_value(rng) if rng.random() < 0.3 else header[rng.choice(sorted(header))]
            text = json.dumps(header).replace('"twice"', json.dumps(name)).encode()
            return replace(case, data=joined(text, data))
        elif how == 7:
            header |= {f"more{i}": header[name] for i in range(rng.choice([1, 3000]))}
        else:
            text = json.dumps(header).encode()
            length = rng.choice([0, 1, len(text) - 1, len(text) + 1, 1 << 24, 1 << 63, (1 << 64) - 1])
            return replace(case, data=joined(text, data, length))
        return replace(case, data=joined(json.dumps(header).encode(), data))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return damage_data_bytes(rng, case)


# --- the numbers ---


def damage_numbers(rng: random.Random, case: Case) -> Case:
    """Weights and scales that are no numbers, infinite, huge, tiny or noise."""
    try:
        header, data = split(case.data)
        name = rng.choice(sorted(n for n in header if n != "__metadata__"))
        start, end = header[name]["data_offsets"]
        if not 0 <= start <= end <= len(data):
            raise ValueError("a lie of before")
        out = bytearray(data)
        if header[name]["dtype"] == "F32":
            values = np.frombuffer(bytes(out[start:end]), "<f4").copy()
            values[rng.randrange(len(values)) :: rng.choice([1, 1000])] = rng.choice(FLOATS)
            out[start:end] = values.tobytes()
        else:
            out[start:end] = rng.choice([b"\x80" * (end - start), rng.randbytes(end - start)])
        return replace(case, data=joined(json.dumps(header).encode(), bytes(out)))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        return damage_data_bytes(rng, case)


MUTATIONS: list[Callable[[random.Random, Case], Case]] = [
    damage_manifest, damage_manifest, damage_manifest_bytes, damage_header, damage_header, damage_header,
    damage_data_bytes, damage_numbers, damage_numbers, wrong_sums,
]  # fmt: skip


def damage_tokens(rng: random.Random, case: Case) -> Case:
    """A codec's other file is a manifest too."""
    return replace(case, data=damage_manifest(rng, replace(case, manifest=case.data)).manifest)


CODEC_MUTATIONS = [
    damage_manifest,
    damage_manifest_bytes,
    damage_tokens,
    damage_tokens,
    damage_data_bytes,
    wrong_sums,
]


def damaged(seed: int, number: int) -> Case:
    """Case `number` of a seed: one to three mutations of a whole bundle, every tenth time of a codec's."""
    rng = random.Random(f"{seed}/{number}")
    case, mutations = (whole(), MUTATIONS) if number % 10 else (whole_codec(), CODEC_MUTATIONS)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        case = rng.choice(mutations)(rng, case)
    return case if case.keep_sums else with_sums(case)
