"""``--set field=value``: fields of a recipe by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from difflib import get_close_matches
from typing import Any, TypeVar, get_type_hints

from stemwright.errors import UsageError, argument, shown
from stemwright.training.fit.pace import Pace
from stemwright.training.fit.run_log import event_writer

R = TypeVar("R", bound=Pace)


def changed(recipe: R, settings: Sequence[str]) -> R:
    """The recipe with the fields that ``settings`` give another value. UsageError naming the field that there
    is not, or whose value is of another type; StemwrightError where `tensorboard` misses its package.
    """
    types = get_type_hints(type(recipe))
    given: dict[str, Any] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        known = [field.name for field in fields(recipe)]
        if not equals or name not in known:
            near = get_close_matches(name, known, 1)
            hint = f"did you mean {near[0]}?" if near else f"choose of {', '.join(sorted(known))}"
            raise UsageError(f"{argument('set')} {shown(setting)}: write FIELD=VALUE; {hint}")
        given[name] = _value(setting, text, types[name])
    made = replace(recipe, **given)
    if made.tensorboard:
        event_writer()
    return made


def _value(setting: str, text: str, wanted: object) -> object:
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    classes = _classes(wanted)
    if not isinstance(value, classes) or (isinstance(value, bool) and bool not in classes):
        raise UsageError(f"{argument('set')} {shown(setting)}: the value must be of type {wanted}")
    return value


def _classes(wanted: object) -> tuple[type, ...]:
    """The classes of a field's type: ``bool | None`` has two."""
    if isinstance(wanted, type):
        return (wanted,)
    return tuple(getattr(wanted, "__args__", ()))
