"""The styles that the arranger plays: which there are, and which one a name means. What a style is says
`style`, how its file is read the `stylebook`.
"""

from __future__ import annotations

from stemwright.compose.style import Style
from stemwright.compose.stylebook.files import OWN, is_own, own_files, own_folder, shipped_file
from stemwright.compose.stylebook.reading import read_style
from stemwright.errors import UsageError, argument
from stemwright.song.state import parse_style
from stemwright.song.style import canonical, nearest

NAMES = (
    "pop", "rock", "funk", "jazz", "bossa", "house", "hiphop", "ballad", "reggae", "metal", "blues",
    "country",
)  # fmt: skip
"""The first twelve: random states are drawn from these alone, so that a seed's state stays as it is."""
MORE = (
    "soul", "disco", "techno", "trance", "drumandbass", "lofi", "trap", "afrobeat", "salsa", "samba", "swing",
    "waltz", "ska", "punk", "synthwave", "cinematic", "folk", "latin", "electronic", "dance", "ambient",
)  # fmt: skip
"""The shipped styles that came after them; the last four are like others and differ in timbres."""
BOOK = (*NAMES, *MORE)


def resolve(name: str) -> str | None:
    """The table's name for a style as people write it ("Hip-Hop", "dnb"), or None where it has none."""
    if is_own(name):
        return name if name in own_files() else None
    found = canonical(name)
    found = "pop" if found == "" else found
    return found if found in BOOK else None


def name_now(style: str) -> str:
    """What a song's style is called by now: an old song may hold an alias."""
    return style if is_own(style) else canonical(style) or style


def played(text: str) -> str:
    """The name of a style that the arranger plays, as a new song stores it. UsageError for others, naming the
    nearest.
    """
    if text.lower().endswith(".toml"):
        raise UsageError(
            f"style: {text[:60]!r} is a file; put it into {own_folder()} as {OWN}NAME.toml and write "
            f"{argument('style')} {OWN}NAME"
        )
    name = parse_style(text)
    if is_own(name):
        return style_of(name).name
    known = canonical(name)
    if known is not None and resolve(known):
        return known
    near = nearest(text)
    hint = f"did you mean {near!r}? Use" if near is not None and resolve(near) else "use"
    raise UsageError(f"style: {text[:40]!r} is not known; {hint} one of {', '.join(BOOK)}", field="style")


def style_of(name: str) -> Style:
    """The style that `name` is played by; names that nobody knows are played as pop. UsageError where a
    style of the user's own has no file any more, or a faulty one.
    """
    if not is_own(name):
        return read_style(shipped_file(resolve(name) or "pop"))
    file = own_files().get(name)
    if file is None:
        raise UsageError(
            f"style: {name!r} is a style of your own, and {own_folder() / name}.toml is not there; put its "
            "file there, or bring the notes as MIDI"
        )
    return read_style(file)
