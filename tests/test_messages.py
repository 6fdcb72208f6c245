"""Errors and remarks name arguments; only the command line knows dashes."""

from __future__ import annotations

import ast
import copy
import pickle
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import stemwright
from stemwright.cli.output import in_options
from stemwright.errors import Message, StemwrightError, UsageError, argument

ROOT = Path(stemwright.__file__).parent
OPTION = re.compile(r"(?<![\w-])--[a-z]")
COMMAND = re.compile(r"\b(stemwright|pip install|git|[a-z]+ DIR) [^;,)]*")
"""A command to run, which is written out in messages."""
PROGRAMS = {"opusenc", "opusdec"}
DRIVERS = {"keep/song.py", "session/opening.py", "voices/making.py", "worker/jobs.py", "worker/worker.py"}
"""Files of `live` that give commands to processes of their own, whose options are words by themselves."""

PLAIN = st.text(st.characters(exclude_categories=("Co", "Cs")))
NAMES = st.from_regex(r"[a-z]+(_[a-z]+)*", fullmatch=True)


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every text of a module but its docstrings and the calls of other programs; "{}" for what is put in."""
    passed = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and getattr(node.args[0], "value", None) in PROGRAMS:
            passed.update(map(id, node.args))
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            passed.update(map(id, node.values))
            yield node.lineno, "".join(map(str, parts))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.lineno, node.value


def options(source: str) -> list[str]:
    """The texts of a module that name an option outside of a command to run."""
    return [
        f"{line}: {text}" for line, text in texts(ast.parse(source)) if OPTION.search(COMMAND.sub("", text))
    ]


def test_only_the_command_line_knows_dashes() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): named
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] != "cli" and (named := options(path.read_text("utf-8")))
    }
    for name in DRIVERS:
        said = found.pop(f"live/{name}")
        assert all(re.fullmatch(r"\d+: --[a-z]+", each) for each in said), said
    assert found == {}


def test_what_counts_as_an_option() -> None:
    assert options('x = "give --bars too"') and options('f"--bars {x}"; x = f"{x}: leave --bars out"')
    assert options('x = f"--{name}"') == [] == options('"""Of `--bars`."""\nx = "a--b", "1-----a-"')
    assert (
        options('x = "next: stemwright generate DIR bass --bars 1"; y = f"stemwright use {x} --undo"') == []
    )
    assert options('call("opusenc", "--quiet")') == [] != options('call("x", "--quiet")')


@given(PLAIN, NAMES, PLAIN)
def test_an_argument_reads_as_python_and_as_an_option(before: str, name: str, after: str) -> None:
    message = Message(f"{before} {argument(name)}: {after}")
    assert message == f"{before} {name}: {after}" and message.arguments == [name]
    assert in_options(message) == f"{before} --{name.replace('_', '-')}: {after}"
    assert in_options({"a": [message, 1, None]}) == {"a": [in_options(message), 1, None]}
    assert in_options(str(message)) == str(message)


@given(PLAIN)
def test_texts_of_users_stay_as_they_are(text: str) -> None:
    assert Message(text) == text == in_options(Message(text)) and Message(text).arguments == []


@pytest.mark.parametrize("kind", [UsageError, StemwrightError])
def test_errors_carry_the_field(kind: type[StemwrightError]) -> None:
    error = kind(f"{argument('bars')}: give {argument('seed')} too")
    assert str(error) == "bars: give seed too" and error.field == "bars"
    assert kind("bpm: is wrong").field is None and kind("bpm: is wrong", field="bpm").field == "bpm"
    for again in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):  # as from another process
        assert (str(again), again.field) == (str(error), "bars")
        assert in_options(again.message) == "--bars: give --seed too"


def _names(node: ast.AST | None) -> set[str]:
    return {found.id for found in ast.walk(node) if isinstance(found, ast.Name)} if node else set()


def _plainly(handler: ast.ExceptHandler) -> Iterator[int]:
    """Lines of a handler that raise an error with the caught one's plain text in it."""
    for found in ast.walk(handler):
        if not isinstance(found, ast.Raise):
            continue
        for part in ast.walk(found):
            put = isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name)
            if put and part.value.id == handler.name:  # type: ignore[attr-defined]
                yield found.lineno


def test_an_error_in_another_one_keeps_the_arguments_that_it_names() -> None:
    """Else the command line would say `low` where its option is `--low`."""
    ours = {"UsageError", "StemwrightError"}
    handlers = [
        (path, node)
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and _names(node.type) and _names(node.type) <= ours
    ]
    assert len(handlers) > 30
    assert [(path.name, line) for path, handler in handlers for line in _plainly(handler)] == []
    inner = UsageError(f"{argument('low')} 3: is too low")
    outer = UsageError(f"layer 'lead': {inner.marked}", inner.field)
    assert in_options(outer.message) == "layer 'lead': --low 3: is too low"
    assert str(outer) == "layer 'lead': low 3: is too low"
