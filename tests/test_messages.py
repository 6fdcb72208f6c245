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
        str(path.relative_to(ROOT)): named
        for path in sorted(ROOT.rglob("*.py"))
        if path.relative_to(ROOT).parts[0] != "cli" and (named := options(path.read_text("utf-8")))
    }
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
