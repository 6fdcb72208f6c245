"""docs/commands.md: every command with its arguments and options, read from the command tree itself.

`python -m stemwright.cli.commands_page > docs/commands.md` writes it. Commands and parameters are click's,
which newer versions of typer bring under another name: so they are known here by what they have.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from stemwright.cli.app import build

REMAKE = "python -m stemwright.cli.commands_page > docs/commands.md"
HEAD = f"""# Commands

Made from the command line itself, by `{REMAKE}`.
`stemwright COMMAND --help` shows the same. Exit codes: 0 done, 1 could not, 2 used wrongly, 130 interrupted.
"""


def commands_page() -> str:
    """The whole page, as Markdown."""
    root = typer.main.get_command(build())
    return "\n".join([HEAD, *(line for name, command in leaves(root) for line in _section(name, command))])


def leaves(command: Any, name: str = "stemwright") -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    if hasattr(command, "commands"):
        for word, inner in command.commands.items():
            if not getattr(inner, "hidden", False):
                yield from leaves(inner, f"{name} {word}")
    else:
        yield name, command


def _section(name: str, command: Any) -> Iterator[str]:
    yield f"## {name.removeprefix('stemwright ')}"
    yield ""
    yield " ".join((command.help or "").split())
    yield ""
    if command.epilog:
        yield f"`{' '.join(command.epilog.split()).removeprefix('Example: ')}`"
        yield ""
    yield "| argument or option | |"
    yield "| --- | --- |"
    for parameter in command.params:
        if not getattr(parameter, "hidden", False):
            yield f"| `{_written(parameter)}` | {_cell(_help(parameter))} |"
    yield ""


def _written(parameter: Any) -> str:
    """A parameter as it is typed: "DIR", "--seed N", "--stems"."""
    metavar = _cell(parameter.metavar or (parameter.name or "").upper())
    if _is_argument(parameter):
        return metavar
    names = "/".join([*parameter.opts, *parameter.secondary_opts])
    return names if parameter.is_flag else f"{names} {metavar}"


def _help(parameter: Any) -> str:
    text = " ".join((parameter.help or "").split())
    if _is_argument(parameter) or parameter.is_flag:
        return text
    if parameter.show_default and parameter.default is not None and "Default:" not in text:
        text += f" Default: {parameter.default}."
    return f"{text} Must be given." if parameter.required else text


def _is_argument(parameter: Any) -> bool:
    return str(parameter.param_type_name) == "argument"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(commands_page(), end="")
