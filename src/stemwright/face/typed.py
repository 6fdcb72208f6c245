"""Results as frozen dataclasses, read from the plain values that the producer gives."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Self, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class Result:
    """What a call gave. Its fields are typed; `to_json()` is what the command prints with `--json`."""

    _facts: dict[str, Any] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @classmethod
    def read(cls, facts: dict[str, Any]) -> Self:
        """The result that plain values describe. What has no field is in `to_json()` alone."""
        hints = get_type_hints(cls)
        named = [item.name for item in fields(cls) if item.name in facts]
        return cls(**{name: _typed(hints[name], facts[name]) for name in named}, _facts=copy.deepcopy(facts))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: the object that the command of the same name prints with `--json`."""
        return copy.deepcopy(self._facts)


def _typed(hint: Any, value: Any) -> Any:
    """A plain value as its field has it: objects as results, lists as tuples, names of files as paths."""
    if value is None:
        return None
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
        return hint.read(value)
    return value
