"""Tokens and their container.

Tokens are ``uint16 [codebooks, frames]``. The container is little-endian:

====== ===== =======================================================
offset bytes what
====== ===== =======================================================
0      4     magic ``SWTK``
4      1     version, 1
5      1     codebooks K, 1 to 32
6      2     codebook size V, 2 to 65535; every code is below it
8      4     frames T
12     2KT   codes as 16-bit numbers, codebook by codebook
12+2KT 32    SHA-256 of everything before
====== ===== =======================================================
"""

from __future__ import annotations

import hashlib
import struct

import numpy as np
import numpy.typing as npt

from stemwright.errors import UsageError

Tokens = npt.NDArray[np.uint16]

MAGIC = b"SWTK"
VERSION = 1
MAX_CODEBOOKS = 32
MAX_FRAMES = 75 * 3600 * 4
_HEADER = struct.Struct("<4sBBHI")
_CANONICAL = struct.Struct("<III")
_DIGEST = 32


def validate(tokens: npt.NDArray[np.integer], codebook_size: int, name: str = "tokens") -> Tokens:
    """The tokens as uint16; UsageError unless they are whole numbers ``[1..32, T]`` below the codebook
    size.
    """
    if not 2 <= codebook_size <= 65535:
        raise UsageError(f"{name}: codebook size is {codebook_size}; it must be 2 to 65535")
    if tokens.ndim != 2 or not 1 <= tokens.shape[0] <= MAX_CODEBOOKS or tokens.shape[1] > MAX_FRAMES:
        raise UsageError(
            f"{name}: shape is {list(tokens.shape)}; it must be [codebooks, frames], "
            f"at most [{MAX_CODEBOOKS}, {MAX_FRAMES}]"
        )
    if not np.issubdtype(tokens.dtype, np.integer):
        raise UsageError(f"{name}: type is {tokens.dtype}; codes must be whole numbers")
    if tokens.size and (int(tokens.max()) >= codebook_size or int(tokens.min()) < 0):
        raise UsageError(
            f"{name}: holds a code outside 0 to {codebook_size - 1}; they are of another codec or damaged"
        )
    return tokens.astype(np.uint16, copy=False)


def pack(tokens: npt.NDArray[np.integer], codebook_size: int = 1024) -> bytes:
    """Tokens ``[K, T]`` to container bytes (the same tokens give the same bytes)."""
    codes = validate(tokens, codebook_size)
    body = _HEADER.pack(MAGIC, VERSION, codes.shape[0], codebook_size, codes.shape[1])
    body += np.ascontiguousarray(codes, dtype="<u2").tobytes()
    return body + hashlib.sha256(body).digest()


def unpack(data: bytes, name: str = "tokens") -> Tokens:
    """Container bytes to tokens ``[K, T]``. UsageError, naming ``name``, for anything but an undamaged
    container.
    """
    return unpack_sized(data, name)[0]


def unpack_sized(data: bytes, name: str = "tokens") -> tuple[Tokens, int]:
    """As :func:`unpack`, and the codebook size."""
    if len(data) < _HEADER.size + _DIGEST or data[:4] != MAGIC:
        raise UsageError(
            f"{name}: is not a token file ({len(data)} bytes); restore it or generate the layer again"
        )
    _, version, codebooks, size, frames = _HEADER.unpack_from(data)
    if version != VERSION:
        raise UsageError(
            f"{name}: token format is version {version}, this program reads {VERSION}; update stemwright"
        )
    if not 1 <= codebooks <= MAX_CODEBOOKS or frames > MAX_FRAMES or size < 2:
        raise UsageError(
            f"{name}: header says {codebooks} codebooks of {size} and {frames} frames; restore the file"
        )
    if len(data) != _HEADER.size + 2 * codebooks * frames + _DIGEST:
        raise UsageError(
            f"{name}: has {len(data)} bytes, its header says "
            f"{_HEADER.size + 2 * codebooks * frames + _DIGEST}; truncated or damaged: restore it"
        )
    if hashlib.sha256(data[:-_DIGEST]).digest() != data[-_DIGEST:]:
        raise UsageError(
            f"{name}: its SHA-256 does not match; damaged: restore it or generate the layer again"
        )
    codes = np.frombuffer(data, dtype="<u2", count=codebooks * frames, offset=_HEADER.size)
    return validate(codes.reshape(codebooks, frames).astype(np.uint16), size, name), size


def canonical_bytes(tokens: npt.NDArray[np.integer], codebook_size: int = 1024) -> bytes:
    """What a song's objects hold: shape and codebook size as three u32, then the codes, all little-endian."""
    codes = validate(tokens, codebook_size)
    head = _CANONICAL.pack(codes.shape[0], codes.shape[1], codebook_size)
    return head + np.ascontiguousarray(codes, dtype="<u2").tobytes()


def rearranged(data: bytes, frames: npt.NDArray[np.int64], name: str = "tokens") -> bytes:
    """The canonical bytes of tokens made of other tokens' frames. UsageError, naming ``name``, for damaged
    ones.
    """
    codes = from_canonical(data, name)
    return canonical_bytes(codes[:, frames], _CANONICAL.unpack_from(data)[2])


def from_canonical(data: bytes, name: str = "tokens") -> Tokens:
    """The tokens whose canonical bytes these are. UsageError, naming ``name``, for anything else."""
    if len(data) < _CANONICAL.size:
        raise UsageError(f"{name}: is too short for tokens ({len(data)} bytes); generate the layer again")
    codebooks, frames, size = _CANONICAL.unpack_from(data)
    if not 1 <= codebooks <= MAX_CODEBOOKS or frames > MAX_FRAMES or not 2 <= size <= 65535:
        raise UsageError(
            f"{name}: header says {codebooks} codebooks of {size} and {frames} frames; generate "
            "the layer again"
        )
    if len(data) != _CANONICAL.size + 2 * codebooks * frames:
        raise UsageError(
            f"{name}: has {len(data)} bytes, its header says "
            f"{_CANONICAL.size + 2 * codebooks * frames}; generate the layer again"
        )
    codes = np.frombuffer(data, dtype="<u2", offset=_CANONICAL.size).reshape(codebooks, frames)
    return validate(codes.astype(np.uint16), size, name)


def canonical_sha256(tokens: npt.NDArray[np.integer], codebook_size: int = 1024) -> str:
    """SHA-256 over shape, codebook size and little-endian 16-bit codes: it does not depend on the
    container.
    """
    return hashlib.sha256(canonical_bytes(tokens, codebook_size)).hexdigest()
