"""Import, then export, every MIDI file of some folders: do the same notes, tempo and meter come back?

    python benchmarks/roundtrip.py --sources FOLDER [--every-track] [--json FILE]

Each file becomes a song and a file again as a user would do it (`import --ignore-tempo-changes`, `export
--midi`); both files are then read by mido, not by Stemwright. A song's grid has 96 ticks a quarter note, so a
note counts as the same where its beginning and end are the original's on the nearest tick (a note of under a
tick lasts one) and pitch and velocity are equal; how far that moved it is given in milliseconds. "as a list":
every note comes back as often as it was there; "as a set": but for notes of two tracks of one layer that are
the same. A channel has one voice a pitch: struck again, it ends; struck twice at once, it is one note; the
next note-off ends it. Where notes of one pitch overlap on one channel, MIDI does not say which note-off is
whose: so many notes are "unclear".
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import mido

from stemwright.cli.output import lines, table
from stemwright.errors import UsageError
from stemwright.exchange.exports import export_song
from stemwright.exchange.imports import import_midi

PPQ = 96
Note = tuple[int, int, int, int, bool]
"""Beginning and end on the grid of 96, pitch, velocity, whether on channel 10."""


@dataclass
class Heard:
    """A file as mido reads it. `moved_ms`: how far the grid moves each beginning and end."""

    notes: Counter[Note]
    tempos: list[int]
    meters: list[tuple[int, int]]
    moved_ms: list[float]
    unclear: int = 0


@dataclass
class Outcome:
    """How one file came back."""

    source: str
    name: str
    refused: str = ""
    notes: int = 0
    unclear: int = 0
    lost: int = 0
    gained: int = 0
    as_list: bool = False
    as_set: bool = False
    tempo: bool = False
    meter: bool = False
    tempo_changes: int = 0
    meter_changes: int = 0
    worst_ms: float = 0.0
    sum_ms: float = 0.0


def hear(path: Path) -> Heard:
    """The notes, tempos and meters of a file."""
    file = mido.MidiFile(path, clip=False)
    heard = Heard(Counter(), [], [], [])
    found: list[tuple[int, int, int, int, bool]] = []
    tempos: dict[int, int] = {}
    meters: dict[int, tuple[int, int]] = {}
    for track in file.tracks:
        found += track_notes(track, tempos, meters, heard)
    heard.tempos = changes(tempos) or [500_000]
    heard.meters = changes(meters) or [(4, 4)]
    micros = heard.tempos[0]
    for on, off, pitch, velocity, drums in found:
        start, end = grid(on, file.ticks_per_beat), grid(off, file.ticks_per_beat)
        heard.notes[(start, max(end, start + 1), pitch, velocity, drums)] += 1
        for tick, near in ((on, start), (off, end)):
            heard.moved_ms.append(abs(tick / file.ticks_per_beat - near / PPQ) * micros / 1000)
    return heard


def track_notes(
    track: mido.MidiTrack, tempos: dict[int, int], meters: dict[int, tuple[int, int]], heard: Heard
) -> Iterator[tuple[int, int, int, int, bool]]:
    """(on, off, pitch, velocity, drums) of a track in its file's ticks; its tempos and meters by the way."""
    sounding: dict[tuple[int, int], tuple[int, int]] = {}
    late: set[tuple[int, int, int]] = set()
    tick = 0
    for message in track:
        tick += message.time
        if message.type == "set_tempo":
            tempos[tick] = message.tempo
        elif message.type == "time_signature":
            meters[tick] = (message.numerator, message.denominator)
        if message.type not in ("note_on", "note_off"):
            continue
        key = message.channel, message.note
        on, loudest = sounding.pop(key, (-1, 0))
        if message.type == "note_on" and message.velocity:
            sounding[key] = tick, max(message.velocity, loudest if on == tick else 0)
            heard.unclear += on >= 0
            if 0 <= on < tick:
                late.add((*key, tick))
                yield on, tick, key[1], loudest, key[0] == 9
        elif (*key, tick) in late:  # of the note that ended here
            sounding[key] = on, loudest
            late.discard((*key, tick))
            heard.unclear -= 1
        elif on >= 0:
            yield on, tick, key[1], loudest, key[0] == 9
    for (channel, pitch), (on, velocity) in sounding.items():
        yield on, tick, pitch, velocity, channel == 9


def grid(tick: int, division: int) -> int:
    """The nearest tick of 96 a quarter note, half up."""
    return (2 * tick * PPQ + division) // (2 * division)


def changes(values: dict[int, Any]) -> list[Any]:
    """Values in order of time, without those that were there already."""
    out: list[Any] = []
    for _, value in sorted(values.items()):
        if not out or out[-1] != value:
            out.append(value)
    return out


def round_trip(path: Path, source: str, every_track: bool) -> Outcome:
    """One file, through a song and back."""
    outcome = Outcome(source, path.name)
    before = hear(path)
    with TemporaryDirectory() as folder:
        song = Path(folder) / "song"
        try:
            import_midi(song, path, every_track=every_track, ignore_tempo_changes=True)
            after = hear(Path(export_song(song, midi=True)["midi"]))
        except UsageError as error:
            outcome.refused = str(error)
            return outcome
    outcome.notes = before.notes.total()
    outcome.unclear = before.unclear
    outcome.lost = (before.notes - after.notes).total()
    outcome.gained = (after.notes - before.notes).total()
    outcome.as_list = before.notes == after.notes
    outcome.as_set = set(before.notes) == set(after.notes)
    outcome.tempo = after.tempos[0] in before.tempos and len(after.tempos) == 1
    outcome.meter = after.meters[0] in before.meters and len(after.meters) == 1
    outcome.tempo_changes, outcome.meter_changes = len(before.tempos) - 1, len(before.meters) - 1
    outcome.worst_ms, outcome.sum_ms = max(before.moved_ms, default=0.0), sum(before.moved_ms)
    return outcome


def summary(source: str, found: list[Outcome]) -> tuple[object, ...]:
    """A row of the table."""
    done = [o for o in found if not o.refused]
    notes = sum(o.notes for o in done)
    whole = [o for o in done if not o.tempo_changes and not o.meter_changes]
    return (
        source,
        len(found),
        len(found) - len(done),
        notes,
        sum(o.unclear for o in done),
        sum(o.as_list for o in done),
        sum(o.as_set for o in done),
        sum(o.lost for o in done),
        sum(o.gained for o in done),
        f"{sum(o.tempo and o.meter for o in whole)}/{len(whole)}",
        len(done) - len(whole),
        sum(o.sum_ms for o in done) / max(1, 2 * notes),
        max((o.worst_ms for o in done), default=0.0),
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=Path, required=True, help="a folder of folders with MIDI files")
    parser.add_argument("--every-track", action="store_true", help="a layer for each track")
    parser.add_argument("--json", type=Path, help="write every file's outcome here")
    wanted = parser.parse_args()
    start = time.perf_counter()
    outcomes: dict[str, list[Outcome]] = {}
    for folder in sorted(path for path in wanted.sources.iterdir() if path.is_dir()):
        for path in sorted(folder.rglob("*.mid")):
            outcomes.setdefault(folder.name, []).append(round_trip(path, folder.name, wanted.every_track))
    head = (
        "source",
        "files",
        "refused",
        "notes",
        "unclear",
        "as a list",
        "as a set",
        "lost",
        "gained",
        "tempo+meter",
    )
    table(
        (*head, "with changes", "mean ms", "worst ms"),
        (summary(name, found) for name, found in outcomes.items()),
    )
    every = [outcome for found in outcomes.values() for outcome in found]
    for outcome in every:
        if outcome.refused or not outcome.as_set or not (outcome.tempo and outcome.meter):
            lines([f"{outcome.source}/{outcome.name}: {outcome.refused or difference(outcome)}"])
    lines([f"{len(every)} files in {time.perf_counter() - start:.0f} s"])
    if wanted.json:
        wanted.json.write_text(json.dumps([asdict(outcome) for outcome in every], indent=1))


def difference(outcome: Outcome) -> str:
    """Why a file is not the same, in words."""
    parts = [f"{outcome.lost} notes lost, {outcome.gained} gained of {outcome.notes}"] * (not outcome.as_set)
    parts += ["tempo differs"] * (not outcome.tempo) + ["meter differs"] * (not outcome.meter)
    return "; ".join(parts)


if __name__ == "__main__":
    main()
