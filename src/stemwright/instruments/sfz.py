"""The text of SFZ files: headers and opcodes, what they inherit, `#define` and `#include`.

A file is not to be trusted: it and what it includes have a largest size, nothing outside its folder is named,
and reading takes time in proportion to its length. Reference: https://sfzformat.com/
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from stemwright.errors import UsageError, shown

MAX_SFZ_BYTES = 4_000_000
MAX_REGIONS = 20_000
MAX_INCLUDES = 64
_LEVELS = ("global", "master", "group", "region")
_HEADER = re.compile(r"<(\w+)>")
_OPCODE = re.compile(r"(?:^|(?<=\s))([\w$]+)=", re.M)
_INCLUDE = re.compile(r'^[ \t]*#include[ \t]+"([^"\n]*)"[^\n]*$', re.M)
_DEFINE = re.compile(r"^[ \t]*#define[ \t]+(\$\w+)[ \t]+(\S+)[^\n]*$", re.M)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)

Values = dict[str, str]


def sections(path: Path) -> Iterator[tuple[str, Values]]:
    """Headers and their own opcodes, in the order of the file. UsageError for what cannot be read."""
    text = _text(path, path.parent, [0, 0])
    text = _DEFINE.sub("", _defined(text, path.name))
    parts = _HEADER.split(text)
    for header, body in zip(parts[1::2], parts[2::2], strict=True):
        yield header, _values(body)


def regions(path: Path) -> list[Values]:
    """The opcodes of every region, with what it inherits from global, master and group. Where the file has a
    `<control>`, its opcodes come with a `control.` before their names.
    """
    levels: dict[str, Values] = {name: {} for name in _LEVELS}
    control: Values = {}
    out: list[Values] = []
    for header, values in sections(path):
        if header == "control":
            control.update({f"control.{name}": value for name, value in values.items()})
        if header not in levels:
            continue
        for below in _LEVELS[_LEVELS.index(header) :]:
            levels[below] = {}
        levels[header] = values
        if header == "region":
            out.append(control | {k: v for level in _LEVELS for k, v in levels[level].items()})
        if len(out) > MAX_REGIONS:
            raise UsageError(f"{path}: has more than {MAX_REGIONS} regions, not read")
    return out


def inside(folder: Path, relative: str, name: str, what: str = "sample") -> Path:
    """A file that an SFZ file names, which must lie in its folder. UsageError, with `name`, where not."""
    place = Path(relative.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or "\0" in relative:
        raise UsageError(f"{name}: {what} {shown(relative)} lies outside the folder of the SFZ file")
    return folder / place


def _text(path: Path, root: Path, spent: list[int]) -> str:
    """The file's text without comments, included files in their places. `spent`: bytes and files so far."""
    if not path.is_file():
        raise UsageError(f"{path}: no such SFZ file")
    spent[0] += path.stat().st_size
    spent[1] += 1
    if spent[0] > MAX_SFZ_BYTES:
        raise UsageError(f"{path}: larger than {MAX_SFZ_BYTES} bytes, not read")
    if spent[1] > MAX_INCLUDES:
        raise UsageError(f"{path}: includes more than {MAX_INCLUDES} files, or itself")
    text = _COMMENT.sub("", path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n"))
    if "#include" not in text:
        return text
    parts = _INCLUDE.split(text)
    for at in range(1, len(parts), 2):
        parts[at] = _text(inside(root, parts[at], path.name, "included file"), root, spent)
    return "\n".join(parts)


def _defined(text: str, name: str) -> str:
    """The text with the names of `#define` replaced, longest first."""
    names = dict(_DEFINE.findall(text))
    if not names:
        return text
    pattern = re.compile("|".join(re.escape(key) for key in sorted(names, key=len, reverse=True)))
    bare = _DEFINE.sub("", text)
    longest = max(len(value) for value in names.values())
    if len(bare) + bare.count("$") * longest > 2 * MAX_SFZ_BYTES:
        raise UsageError(f"{name}: grows too large by its #define")
    return pattern.sub(lambda found: names[found[0]], bare)


def _values(body: str) -> Values:
    """Opcodes of one header: a value goes to the next opcode or the end of its line."""
    found = list(_OPCODE.finditer(body))
    ends = [match.start() for match in found[1:]] + [len(body)]
    return {
        match[1]: body[match.end() : end].split("\n", 1)[0].strip()
        for match, end in zip(found, ends, strict=True)
    }
