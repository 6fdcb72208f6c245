"""JSON documents that carry their own SHA-256, in one canonical form: no change to a byte goes unseen.

Canonical form: keys sorted, indent of one blank, UTF-8, LF at line ends and at the end of the file; floats in
their shortest writing. `sha256` is over the canonical form of the document without that field.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NoReturn

from stemwright.errors import UsageError

MAX_BYTES = 16 * 1024 * 1024
SHA_FIELD = "sha256"


def canonical_json(document: Mapping[str, Any]) -> bytes:
    """The one byte form of a document (Decimals are written as floats)."""
    text = json.dumps(document, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False, default=_plain)
    return text.encode("utf-8") + b"\n"


def seal(document: Mapping[str, Any]) -> bytes:
    """Canonical bytes of the document with its own SHA-256 in it."""
    bare = {name: value for name, value in document.items() if name != SHA_FIELD}
    return canonical_json({**bare, SHA_FIELD: hashlib.sha256(canonical_json(bare)).hexdigest()})


def parse_object(data: bytes, name: str, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The JSON object in `data`, floats as Decimal. UsageError (naming `name`) for anything else."""
    if len(data) > max_bytes:
        raise UsageError(
            f"{name}: has {len(data)} bytes, at most {max_bytes} are allowed; is it the right file?"
        )
    if not data.strip():
        raise UsageError(f"{name}: is empty; restore it from a copy or make the song again")
    try:
        document = json.loads(data.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, RecursionError, ArithmeticError) as error:
        at = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(
            f"{name}: is not whole JSON{at} (truncated or damaged); restore it from a copy"
        ) from None
    if not isinstance(document, dict):
        raise UsageError(f"{name}: should be a JSON object; is it the right file?")
    return document


def check_seal(document: Mapping[str, Any], data: bytes, name: str) -> None:
    """UsageError unless `data` is exactly what `seal` makes of the document parsed from it."""
    if SHA_FIELD not in document:
        raise UsageError(f"{name}: {SHA_FIELD} is missing; restore the file from a copy")
    try:
        whole = seal(document) == data
    except (ValueError, RecursionError, ArithmeticError):
        whole = False
    if not whole:
        raise UsageError(f"{name}: was edited or damaged ({SHA_FIELD} does not fit); restore it from a copy")


def _plain(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")


def _refuse(text: str) -> NoReturn:
    raise ValueError(text)
