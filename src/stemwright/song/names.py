"""Titles of songs, and the file names that producers expect of what is exported."""

from __future__ import annotations

import re

from stemwright.errors import UsageError
from stemwright.song.state import GlobalState, bpm_text

MAX_TITLE = 100
MAX_NAME_BYTES = 200
"""Of an exported file's name; file systems allow 255."""


def check_title(title: str) -> str:
    """`title`, where it is printable, 1..100 characters and holds no path; UsageError otherwise."""
    path = any(sign in title for sign in ("/", "\\", ".."))
    if path or not title.isprintable() or title != title.strip() or not 1 <= len(title) <= MAX_TITLE:
        raise UsageError(
            f"title: {title[:40]!r} is not allowed; use 1 to {MAX_TITLE} characters without / \\ and ..",
            field="title",
        )
    return title


def file_stem(title: str, part: str, state: GlobalState) -> str:
    """Name without ending for an exported part: "My Song_Drums_112bpm_F#min"; < > : " | ? * become -."""
    plain = re.sub(r'[<>:"/\\|?*]', "-", title).strip(" .") or "Song"
    return f"{plain}_{part[:1].upper()}{part[1:]}_{bpm_text(state.bpm)}bpm_{state.key.short}"


def exported_name(title: str, part: str, state: GlobalState, end: str) -> str:
    """`file_stem` with an ending, the title shortened until the name has at most MAX_NAME_BYTES in UTF-8."""
    while len((name := file_stem(title, part, state) + end).encode()) > MAX_NAME_BYTES and title:
        title = title[:-1].rstrip()
    return name
