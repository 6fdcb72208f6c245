"""Frozen dataclasses as plain JSON values, and back with every value's type checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from stemwright.errors import StemwrightError, shown

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
_WORDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false", dict: "an object"}


def plain(value: DataclassInstance) -> dict[str, Any]:
    """The fields of a dataclass by name, tuples as lists."""
    return {field.name: _listed(getattr(value, field.name)) for field in fields(value)}


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def read(kind: type[T], value: object, where: str) -> T:
    """A `kind` from what `plain` gave. Fields that it does not know are passed over, and of those that may be
    left out the defaults are taken. StemwrightError, with `where` it stands, for anything else.
    """
    given = checked(dict[str, Any], value, where)
    found: dict[str, Any] = {}
    for name, (hint, required) in _fields(kind).items():
        if name in given:
            found[name] = checked(hint, given[name], f"{where}.{name}")
        elif required:
            raise StemwrightError(f"{where}.{name}: is missing; restore the file from a copy")
    return kind(**found)


def checked(hint: Any, value: object, where: str) -> Any:
    """A JSON value as a type hint has it, lists as tuples. StemwrightError where it is of another type."""
    if hint is Any:
        return value
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None and NoneType in inside:
            return None
        kinds = [kind for kind in inside if kind is not NoneType]
        return checked(next((kind for kind in kinds if _may_be(kind, value)), kinds[0]), value, where)
    if origin is dict and isinstance(value, Mapping):
        return {name: checked(inside[1], item, f"{where}.{name}") for name, item in value.items()}
    if origin is tuple and isinstance(value, list) and (inside[-1] is ... or len(inside) == len(value)):
        each = [inside[0]] * len(value) if inside[-1] is ... else inside
        return tuple(checked(kind, item, where) for kind, item in zip(each, value, strict=True))
    if origin or not _may_be(hint, value):
        size = f" of {len(inside)}" if origin is tuple and inside[-1] is not ... else ""
        wanted = _WORDS.get(origin or hint, f"a list{size}")
        raise StemwrightError(f"{where}: {shown(value)} is not {wanted}; restore the file from a copy")
    return value


def _may_be(hint: Any, value: object) -> bool:
    """Whether a value is of a type, whatever is in it: whole numbers are numbers, truth is none."""
    if get_origin(hint) is tuple:
        return isinstance(value, list)
    kind = get_origin(hint) or hint
    accepted = (int, float) if kind is float else kind
    return isinstance(value, accepted) and (kind is bool or not isinstance(value, bool))


def _fields(kind: type) -> dict[str, tuple[Any, bool]]:
    """Of each field its type, and whether it has no default."""
    hints = get_type_hints(kind)
    return {
        field.name: (hints[field.name], field.default is MISSING and field.default_factory is MISSING)
        for field in fields(kind)
    }
