"""JSON in one canonical form, and documents that carry their own SHA-256: no change to a byte goes unseen.

Canonical form: keys sorted, UTF-8, no NaN, floats in their shortest writing; indented, or all on one line. A
sealed document ends in one LF, and its `sha256` is over the same document without that field. A reader takes
only the exact bytes that `seal` would write.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, NoReturn

from stemwright.errors import StemwrightError, UsageError

MAX_BYTES = 16 * 1024 * 1024
"""Of a sealed document."""
SHA_FIELD = "sha256"


def canonical_json(value: object, *, indent: int | None = 1) -> bytes:
    """The one byte form of a value, without a newline at its end (Decimals are written as floats).

    StemwrightError for what JSON cannot hold.
    """
    separators = (",", ":") if indent is None else (",", ": ")
    try:
        text = json.dumps(
            value,
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
            indent=indent,
            separators=separators,
            default=_plain,
        )
        return text.encode("utf-8")
    except (TypeError, ValueError) as error:
        raise StemwrightError(f"a record cannot be written as JSON: {error}") from error


def strict_json(data: bytes | str, *, parse_float: Callable[[str], object] = float) -> Any:
    """What JSON (bytes: in UTF-8) says; RecursionError where it is too deep.

    ValueError for anything else, for NaN, and for a name that is there twice in one object: of the two,
    readers would choose differently.
    """
    text = data if isinstance(data, str) else data.decode("utf-8")
    return json.loads(text, parse_float=parse_float, parse_constant=_refuse, object_pairs_hook=_once)


def seal(document: Mapping[str, Any], *, pretty: bool = True) -> bytes:
    """Canonical bytes of the document with its own SHA-256 in it; `pretty` puts each field on a line, for
    diffs. StemwrightError for what JSON cannot hold."""
    indent = 1 if pretty else None
    bare = {name: value for name, value in document.items() if name != SHA_FIELD}
    own = hashlib.sha256(canonical_json(bare, indent=indent) + b"\n").hexdigest()
    return canonical_json({**bare, SHA_FIELD: own}, indent=indent) + b"\n"


def parse_object(data: bytes, name: str, max_bytes: int = MAX_BYTES) -> dict[str, Any]:
    """The JSON object in `data`, floats as Decimal. UsageError (naming `name`) for anything else."""
    if len(data) > max_bytes:
        raise UsageError(
            f"{name}: has {len(data)} bytes, at most {max_bytes} are allowed; is it the right file?"
        )
    if not data.strip():
        raise UsageError(f"{name}: is empty; restore it from a copy or make the song again")
    try:
        document = strict_json(data, parse_float=Decimal)
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
    except (StemwrightError, RecursionError, ArithmeticError):
        whole = False
    if not whole:
        raise UsageError(f"{name}: was edited or damaged ({SHA_FIELD} does not fit); restore it from a copy")


def _plain(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name is there twice in one object")
    return made


def _refuse(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")
