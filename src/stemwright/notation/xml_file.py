"""MusicXML files as trees of elements: plain or packed, read within limits and without entities.

Packed files (.mxl) are ZIP archives whose META-INF/container.xml names the score.
Reference: https://www.w3.org/2021/06/musicxml40/tutorial/compressed-mxl-files/
"""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from stemwright.errors import UsageError

MAX_BYTES = 30_000_000
"""Of a score, unpacked."""
MAX_RATIO = 200
"""How many times smaller a packed score may be: real ones are up to 60 times."""
MAX_ENTRIES = 1000
MAX_DEPTH = 60
MAX_ELEMENTS = 2_000_000
_CONTAINER = "META-INF/container.xml"
_SCORES = (".xml", ".musicxml")


def score_root(source: Path | bytes, name: str) -> Element:
    """The root of a score, plain or packed. UsageError (naming `name`) for anything else, and too much."""
    data = source if isinstance(source, bytes) else _bytes(source, name)
    _require_small(data, name)
    if data[:4] == b"PK\x03\x04" or (isinstance(source, Path) and source.suffix.lower() == ".mxl"):
        data = _unpacked(data, name)
        _require_small(data, name)
    return _root(data, name)


def _require_small(data: bytes, name: str) -> None:
    if len(data) > MAX_BYTES:
        raise UsageError(f"{name}: is larger than {MAX_BYTES} bytes, not read; split the score")


def _bytes(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read ({error.strerror or error}); give a score") from None


def _unpacked(data: bytes, name: str) -> bytes:
    """The score in an archive, at most MAX_BYTES and one byte of it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if len(archive.infolist()) > MAX_ENTRIES:
                raise UsageError(f"{name}: holds over {MAX_ENTRIES} files; it is no packed score")
            entry = archive.getinfo(_score_name(archive, name))
            if entry.file_size > MAX_BYTES or entry.file_size > MAX_RATIO * max(1, entry.compress_size):
                raise UsageError(
                    f"{name}: its score is {entry.file_size} bytes out of {entry.compress_size}, not read; "
                    "save it unpacked, as .musicxml"
                )
            with archive.open(entry) as packed:
                return packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, ValueError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        said = "there is no such file in it" if isinstance(error, KeyError) else error
        raise UsageError(f"{name}: cannot be read ({said}); save it again as .mxl or .musicxml") from None


def _score_name(archive: zipfile.ZipFile, name: str) -> str:
    """The score among the files of an archive: what its container names, else the first that could be one."""
    names = archive.namelist()
    scores = [entry for entry in names if entry.endswith(_SCORES) and not entry.startswith("META-INF/")]
    named = _named(archive)
    if named in names:
        return named
    if not scores:
        raise UsageError(f"{name}: holds no score (no .musicxml or .xml file); save it again as MusicXML")
    return scores[0]


def _named(archive: zipfile.ZipFile) -> str:
    """What the container says the score is; "" where it says nothing, or is itself no XML, as those that some
    programs write are not where a title has signs of XML.
    """
    try:
        entry = archive.getinfo(_CONTAINER)
        if entry.file_size > 1 << 16:
            return ""
        files = [item for item in _root(archive.read(entry), "").iter() if item.tag == "rootfile"]
    except (KeyError, UsageError):
        return ""
    return next((path for item in files if (path := item.get("full-path", ""))), "")


class _Builder(TreeBuilder):
    """Builds a tree, no deeper and no larger than a score needs."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = self.count = 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > MAX_DEPTH or self.count > MAX_ELEMENTS:
            raise _TooMuch("is nested too deep" if self.depth > MAX_DEPTH else "has too many elements")
        return super().start(tag.rpartition("}")[2], attrs)

    def end(self, tag: str, /) -> Element:
        self.depth -= 1
        return super().end(tag.rpartition("}")[2])


class _TooMuch(Exception):
    """A tree that no score has."""


def _root(data: bytes, name: str) -> Element:
    parser = DefusedXMLParser(target=_Builder(), forbid_dtd=False, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise UsageError(f"{name}: declares entities, not read; save it again as MusicXML") from None
    except _TooMuch as error:
        raise UsageError(f"{name}: {error}, not read; it is no score") from None
    except (ParseError, LookupError, ValueError) as error:
        raise UsageError(f"{name}: is not XML ({error}); save it again as MusicXML") from None
    return root
