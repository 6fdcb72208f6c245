"""Reading what a song folder holds: sealed records, plain files within limits, checksums."""

import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import Any

from stemwright.errors import StemwrightError
from stemwright.song.sealed import MAX_BYTES, SHA_FIELD, seal, strict_json

_HEX64 = re.compile(r"[0-9a-f]{64}")
_SEAL_LINE = re.compile(rb'(,?)\n "sha256": "([0-9a-f]{64})"(,?)(?=\n)')  # of the outermost object: one blank


def is_sha(text: object) -> bool:
    """Whether `text` is 64 lower-case hex digits."""
    return isinstance(text, str) and _HEX64.fullmatch(text) is not None


def sha256(data: bytes) -> str:
    """SHA-256 of `data` as 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def unseal(data: bytes, name: str, *, pretty: bool = True) -> dict[str, Any]:
    """The record in `data`, its `sha256` included.

    StemwrightError naming `name` where a single bit is wrong.
    """
    try:
        record = strict_json(data)
    except (ValueError, RecursionError) as error:
        raise StemwrightError(f"{name}: not readable as a record (truncated or edited)") from error
    if not isinstance(record, dict) or not is_sha(record.get(SHA_FIELD)):
        raise StemwrightError(f"{name}: field sha256 is missing or malformed")
    try:
        exact = seal(record, pretty=pretty)
    except (StemwrightError, RecursionError) as error:
        raise StemwrightError(f"{name}: not readable as a record (truncated or edited)") from error
    if exact != data:
        raise StemwrightError(f"{name}: content does not match its sha256 (damaged or edited)")
    return record


def unseal_many(data: bytes, name: str) -> dict[str, Any]:
    """As `unseal`, for one of many records that are read: that every byte is as it was sealed is checked, and
    not that the one who sealed it wrote the canonical form, which takes ten times as long.
    """
    found = _SEAL_LINE.search(data)
    try:
        record = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise StemwrightError(f"{name}: not readable as a record (truncated or edited)") from error
    if found is None or not isinstance(record, dict):
        raise StemwrightError(f"{name}: field sha256 is missing or malformed")
    before, sealed, after = found.groups()
    start = found.start() if not after else found.start() + len(before)
    bare = data[:start] + data[found.end() :]
    if sha256(bare) != sealed.decode("ascii") or record.get(SHA_FIELD) != sealed.decode("ascii"):
        raise StemwrightError(f"{name}: content does not match its sha256 (damaged or edited)")
    return record


def read_limited(path: Path, name: str, limit: int = MAX_BYTES) -> bytes:
    """The content of the plain file `path`; its size is looked at before anything is read.

    FileNotFoundError passes through; StemwrightError for links, devices, oversize and unreadable files.
    """
    try:
        descriptor = os.open(
            path,
            os.O_RDONLY
            | getattr(os, "O_NOFOLLOW", 0)
            | getattr(os, "O_BINARY", 0)
            | getattr(os, "O_NONBLOCK", 0),
        )
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StemwrightError(f"{name}: cannot be read: {error.strerror or error}") from error
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise StemwrightError(f"{name}: is not a plain file")
    with os.fdopen(descriptor, "rb") as file:
        if status.st_size > limit:
            raise StemwrightError(
                f"{name}: is {status.st_size:,} bytes large, more than the {limit:,} allowed"
            )
        try:
            return file.read(status.st_size + 1)  # not the limit: Python would make room for all of it
        except OSError as error:
            raise StemwrightError(f"{name}: cannot be read: {error.strerror or error}") from error


def conversion(data: bytes, name: str) -> str:
    """What to say, with how to undo it, of a text of ours whose line ends are CRLF; "" where they are LF."""
    if b"\r\n" not in data:
        return ""
    return (
        f"{name}: line endings were converted to CRLF, as git does with core.autocrlf; restore the song "
        "from a copy, or in its folder run: git config core.autocrlf false && git rm -rq --cached . && "
        "git checkout HEAD -- ."
    )


def hash_file(path: Path, name: str) -> str:
    """SHA-256 of the plain file `path`, read in pieces. Errors as `read_limited`, without a size limit."""
    try:
        if path.is_symlink() or not path.is_file():
            if not os.path.lexists(path):
                raise FileNotFoundError(path)
            raise StemwrightError(f"{name}: is not a plain file")
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        raise
    except OSError as error:
        raise StemwrightError(f"{name}: cannot be read: {error.strerror or error}") from error
