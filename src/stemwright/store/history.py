"""`history.json`: how far the two chains of a song reach, so that a deleted end is noticed.

Runs and telemetry lines each name their predecessor, which proves everything but the last one. This sealed
file names the last run and the last telemetry line. It is written after them: a process killed in between
leaves a chain that is longer than this file says, which is fine; a chain that is shorter has lost something.
"""

from dataclasses import asdict, dataclass
from pathlib import Path

from stemwright.errors import StemwrightError
from stemwright.song.sealed import seal
from stemwright.store import atomic
from stemwright.store.records import is_sha, read_limited, unseal

HISTORY_NAME = "history.json"
SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Head:
    """Number and SHA-256 of the last run and of the last telemetry line (0 and None: none yet)."""

    run: int = 0
    run_sha256: str | None = None
    telemetry_lines: int = 0
    telemetry_sha256: str | None = None


class History:
    """The head file of the song folder `root`."""

    def __init__(self, root: Path) -> None:
        self.path = root / HISTORY_NAME

    def load(self) -> Head:
        """The recorded ends. StemwrightError where the file is missing or damaged."""
        try:
            record = unseal(read_limited(self.path, HISTORY_NAME), HISTORY_NAME)
        except FileNotFoundError:
            raise StemwrightError(f"{HISTORY_NAME}: is missing") from None
        if record.get("schema") != SCHEMA:
            raise StemwrightError(f"{HISTORY_NAME}: schema {record.get('schema')!r} is not {SCHEMA}")
        head = Head(*(record.get(field) for field in Head.__dataclass_fields__))  # type: ignore[arg-type]
        for count, sha in ((head.run, head.run_sha256), (head.telemetry_lines, head.telemetry_sha256)):
            if not isinstance(count, int) or count < 0 or (is_sha(sha) != (count > 0)):
                raise StemwrightError(f"{HISTORY_NAME}: holds an impossible head")
        return head

    def save(self, head: Head) -> None:
        """Record `head`."""
        atomic.write_bytes(self.path, seal({"schema": SCHEMA, **asdict(head)}))

    def load_or_begin(self) -> Head:
        """As `load`, but an empty head where the file is missing or damaged (`verify` tells)."""
        try:
            return self.load()
        except StemwrightError:
            return Head()
