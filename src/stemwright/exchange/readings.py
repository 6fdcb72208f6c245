"""What a MIDI file is read as: tempo, meter, key, form and chords, each from the file or as the user says.

Whatever of the file does not come through is told in `remarks`, one line each, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TYPE_CHECKING

from stemwright.errors import Message, UsageError, argument
from stemwright.exchange.changes import bars_of, key_remarks, tempos_of
from stemwright.producer.wish import DEFAULTS
from stemwright.song.bar_map import cut, map_text, plain, told
from stemwright.song.form import form_text, parse_form
from stemwright.song.harmony import Chord, Key
from stemwright.song.meter import parse_meters
from stemwright.song.midi_tempos import bar_tempos
from stemwright.song.progression import parse_progression
from stemwright.song.score import Score
from stemwright.song.state import GlobalState, bpm_text
from stemwright.song.tempo import parse_tempos

if TYPE_CHECKING:
    from stemwright.song.midi import MidiSong

BELIEVED = 0.8
"""Share of the notes that a key signature must hold; many programs write C major whatever is played."""


@dataclass(frozen=True, slots=True)
class Override:
    """What the user says of a file, as typed; None where the file is believed."""

    bpm: str | None = None
    key: str | None = None
    meter: str | None = None
    form: str | None = None
    chords: str | None = None
    style: str | None = None

    def given(self) -> dict[str, str]:
        """Option -> text, of those that were given."""
        named = {"bpm": self.bpm, "key": self.key, "meter": self.meter, "form": self.form}
        named |= {"chords": self.chords, "style": self.style}
        return {name: text for name, text in named.items() if text is not None}


@dataclass(slots=True)
class Reading:
    """The state that a file's notes are put into; where each part of it is from; what was left out."""

    state: GlobalState
    sources: dict[str, str]
    remarks: list[str] = field(default_factory=list)


def read_new(midi: MidiSong, over: Override, name: str, flatten: bool) -> Reading:
    """The state of a new song, its key still the file's, its chords still open. UsageError names `name`.

    `flatten`: changes of tempo and meter are dropped.
    """
    from stemwright.compose.styles import played

    lines, meter_remarks = bars_of(midi, over.meter, flatten)
    key = Key.parse(over.key) if over.key is not None else midi.key
    form = parse_form(over.form) if over.form is not None else midi.sections(lines)
    bars = sum(section.bars for section in form)
    (bpm, tempos), remarks = tempos_of(midi, over.bpm, flatten, lines, bars, name)
    remarks += meter_remarks + key_remarks(midi) + _mended(midi, bpm)
    if over.form is None and len(midi.markers) > len(form):
        remarks.append(f"{len(midi.markers)} markers gave {len(form)} section(s)")
    empty = midi.empty_bars_in(lines)
    if over.form is None and empty:
        left_out = (
            f"{empty} empty bar(s) after the last note left out (a longer {argument('form')} keeps them)"
        )
        remarks.append(Message(left_out))
    style = midi.style or DEFAULTS["style"] if over.style is None else played(over.style)
    try:
        meters = lines.meters if over.meter is not None else cut(lines.meter, lines.meters, 0, bars)[1]
        state = GlobalState(
            bpm, lines.meter, key or Key("C"), form, style=style, tempos=tempos, meters=meters
        )
    except UsageError as error:
        raise UsageError(f"{name}: {error.marked}", error.field) from None
    return Reading(state, _sources(midi, over), remarks)


def read_into(midi: MidiSong, over: Override, name: str, flatten: bool, state: GlobalState) -> Reading:
    """The state of a song that is there, for notes that a file adds. UsageError where they do not fit."""
    require_own(state, over)
    lines, remarks = bars_of(midi, over.meter, flatten)
    bars = min(midi.bars_in(lines), state.bars)
    has, own = (cut(each.meter, each.meters, 0, bars) for each in (lines, state.lines))
    if has != own and over.meter is None:
        raise UsageError(
            f"{name}: is in {told(*has)}, the song in {told(*own)}; "
            f'import it into a new folder, or say that it fits with {argument("meter")} "{state.meter_text}"'
        )
    remarks += key_remarks(midi) + _mended(midi, state.bpm)
    there = bar_tempos(midi.tempos or [(0, midi.bpm)], lines, bars).tempos
    if there != [state.timebase.bpm_of(bar) for bar in range(bars)]:
        tempos = plain(there[0], list(enumerate(there))[1:], "bpm", bars)
        its, own_tempo = told(there[0], tempos, bpm_text), told(state.bpm, state.tempos, bpm_text)
        remarks.append(f"it is at {its} BPM, the song at {own_tempo}")
    return Reading(state, dict.fromkeys(("bpm", "meter", "key"), "song"), remarks)


def settle_key(reading: Reading, midi: MidiSong, scores: Mapping[str, Score]) -> None:
    """The key of the notes, where the file names none or one that they are not in.

    A key that the user says holds; notes stay where they are, which is told where they are in another.
    """
    if reading.sources["key"] == "given":
        other = replace(reading, state=reading.state.with_(key=midi.key or Key("C")), remarks=[])
        other.sources = reading.sources | {"key": "file"}
        settle_key(other, midi, scores)
        if other.state.key != reading.state.key:
            reading.remarks.append(
                f"key {reading.state.key} as given, for {other.state.key}: a name only, no note was moved"
            )
        return
    from stemwright.compose.analysis import find_key, profile

    if midi.is_ours:
        return
    weights = profile(scores)
    total = float(weights.sum())
    found = find_key(weights)
    if midi.key is not None and (not total or _share(weights.tolist(), midi.key) >= BELIEVED):
        return
    if midi.key is not None:
        share = _share(weights.tolist(), midi.key)
        reading.remarks.append(
            f"its key signature says {midi.key}, but {share:.0%} of its notes fit: {found}"
        )
    reading.state = reading.state.with_(key=found)
    reading.sources["key"] = "notes" if total else "default"


def settle_chords(reading: Reading, midi: MidiSong, over: Override, scores: Mapping[str, Score]) -> None:
    """Chords where none are decided: the user's, else the file's, else those that fit the notes."""
    from stemwright.compose.analysis import settled_chords

    state = reading.state
    chords: tuple[Chord | None, ...]
    if over.chords is not None:
        chords, source = parse_progression(over.chords, state), "given"
    elif midi.chords:
        chords, source = _from_file(midi, state), "file"
    else:
        chords, source = settled_chords(scores, state.lines, state.bars, state.key), "notes"
    reading.state = state.with_(chords=chords)
    reading.sources["chords"] = source if chords else "none"


def require_own(state: GlobalState, over: Override) -> None:
    """UsageError where an existing song is to be read otherwise than it is."""
    from stemwright.compose.styles import name_now, played

    own = {"bpm": state.tempo_text, "key": str(state.key), "meter": state.meter_text, "form": state.form}
    own |= {"style": name_now(state.style)}
    asked = {
        "bpm": lambda text: map_text(*parse_tempos(text), bpm_text),
        "key": lambda text: str(Key.parse(text)),
        "meter": lambda text: map_text(*parse_meters(text)),
        "form": lambda text: form_text(parse_form(text)),
        "style": played,
    }
    for option, text in over.given().items():
        if option != "chords" and asked[option](text) != own[option]:
            raise UsageError(
                f"{argument(option)}: the song's is {own[option]}; leave it out, or import into a new folder"
            )
    if over.chords is not None and state.chords and parse_progression(over.chords, state) != state.chords:
        raise UsageError(
            f"{argument('chords')}: the song has its chords; leave it out, or import into a new folder"
        )


def _mended(midi: MidiSong, bpm: Fraction) -> list[str]:
    """Remarks on a file and notes that had to be mended, or moved."""
    mended = midi.mended
    told = (
        (mended.short, "shorter than a 96th of a quarter note: made as long"),
        (mended.cut, "struck again while they sounded: ended there"),
        (mended.doubled, "struck twice at once: made one"),
        (mended.open, "never ended: ended with their track"),
        (mended.held, "held by the pedal: they last until it goes up or they are struck again"),
    )
    remarks = midi.faults + [f"{count} note(s) {what}" for count, what in told if count]
    if midi.rounding:
        worst = float(midi.rounding * 60_000 / bpm)
        remarks.append(
            f"{midi.division} ticks a quarter note rounded to 96: notes moved by at most {worst:.1f} ms"
        )
    return remarks


def _sources(midi: MidiSong, over: Override) -> dict[str, str]:
    given = over.given()
    return {
        part: "given" if part in given else "file" if part in midi.says else "default"
        for part in ("bpm", "meter", "key")
    }


def _share(weights: list[float], key: Key) -> float:
    """Share of what sounds that lies in a key."""
    return sum(weights[pc] for pc in key.pitch_classes) / sum(weights)


def _from_file(midi: MidiSong, state: GlobalState) -> tuple[Chord | None, ...]:
    """The file's chords, each beat the one that has begun by its start; none before the first."""
    out: list[Chord | None] = []
    now: Chord | None = None
    waiting = list(midi.chords)
    for beat in range(state.total_beats):
        while waiting and waiting[0][0] <= state.lines.beat_tick(beat):
            now = waiting.pop(0)[1]
        out.append(now)
    return tuple(out)
