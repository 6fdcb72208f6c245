"""Layered music generation on a CPU, versioned like code. What is public, with examples: docs/python.md.

`import stemwright as sw` loads nothing yet: each name below is fetched when it is first asked for.
"""

TYPE_CHECKING = (
    False  # type checkers take a name like this as true; `typing` itself would take longer than all else
)

if TYPE_CHECKING:
    from stemwright.errors import StemwrightError as StemwrightError
    from stemwright.errors import UsageError as UsageError
    from stemwright.face.choices import explain as explain
    from stemwright.face.choices import styles as styles
    from stemwright.face.choices import timbres as timbres
    from stemwright.face.machine import doctor as doctor
    from stemwright.face.midi import import_midi as import_midi
    from stemwright.face.midi import list_tracks as list_tracks
    from stemwright.face.personal import personal_export as personal_export
    from stemwright.face.personal import personal_learn as personal_learn
    from stemwright.face.personal import personal_list as personal_list
    from stemwright.face.personal import personal_remove as personal_remove
    from stemwright.face.song import Song as Song
    from stemwright.face.start import make_song as make_song
    from stemwright.face.start import new as new
    from stemwright.face.start import open as open
    from stemwright.native.engine import Cancelled as Cancelled
    from stemwright.producer.record import saying as saying
    from stemwright.song.score import Note as Note
    from stemwright.song.score import Score as Score

__version__ = "0.1.0"

_HOMES = {
    "new": "face.start",
    "open": "face.start",
    "make_song": "face.start",
    "import_midi": "face.midi",
    "list_tracks": "face.midi",
    "explain": "face.choices",
    "styles": "face.choices",
    "timbres": "face.choices",
    "doctor": "face.machine",
    "personal_learn": "face.personal",
    "personal_list": "face.personal",
    "personal_remove": "face.personal",
    "personal_export": "face.personal",
    "Song": "face.song",
    "Score": "song.score",
    "Note": "song.score",
    "StemwrightError": "errors",
    "UsageError": "errors",
    "Cancelled": "native.engine",
    "saying": "producer.record",
}

if not TYPE_CHECKING:  # a type checker reads the names above, and finds the ones that are mistyped

    def __getattr__(name: str) -> object:
        """A public name, from the room that it is at home in."""
        if name not in _HOMES:
            raise AttributeError(f"module 'stemwright' has no attribute {name!r}")
        from importlib import import_module

        found = getattr(import_module(f"stemwright.{_HOMES[name]}"), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
