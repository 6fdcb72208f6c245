"""Results as frozen dataclasses, read from the plain values that the producer gives."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Self, Union, get_args, get_origin, get_type_hints

_PLAIN = (bool, int, float)


@dataclass(frozen=True)
class Result:
    """What a call gave. Its fields are typed; `to_json()` is what the command prints with `--json`."""

    _facts: dict[str, Any] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Self:
        """The result that plain values describe. What has no field is in `to_json()` alone."""
        return cls._of(_copied(facts))

    @classmethod
    def _of(cls, facts: dict[str, Any]) -> Self:
        """The result of values that nobody else changes."""
        known: Any = cls  # mypy holds that a class may not be hashed where its objects may not
        hints = _hints(known)
        return cls(
            **{name: _typed(hint, facts[name]) for name, hint in hints.items() if name in facts}, _facts=facts
        )

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: the object that the command of the same name prints with `--json`."""
        copied: dict[str, Any] = _copied(self._facts)
        return copied


@cache
def _hints(cls: Any) -> dict[str, Any]:
    """The types of a result's fields; working them out takes longer than reading a hundred results."""
    hints = get_type_hints(cls)
    return {item.name: hints[item.name] for item in fields(cls) if item.name != "_facts"}


def _copied(value: Any) -> Any:
    """Plain values with dicts and lists of their own."""
    if isinstance(value, dict):
        return {name: _copied(item) for name, item in value.items()}
    return [_copied(item) for item in value] if isinstance(value, list) else value


def _typed(hint: Any, value: Any) -> Any:
    """A plain value as its field has it: objects as results, lists as tuples, names of files as paths."""
    if value is None or hint is str or (hint is not Path and isinstance(value, _PLAIN)):
        return value
    origin, inside = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        kinds = [kind for kind in inside if kind is not NoneType]
        return _typed(kinds[0], value) if len(kinds) == 1 else value
    if origin is dict:
        return {name: _typed(inside[1], item) for name, item in value.items()}
    if origin is tuple:
        return tuple(_typed(inside[0], item) for item in value)
    if hint is Path:
        return Path(value)
    if is_dataclass(hint) and isinstance(hint, type) and issubclass(hint, Result):
        return hint._of(value)
    return value
