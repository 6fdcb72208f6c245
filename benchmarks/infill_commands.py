"""Requests on the way that a user takes: `stemwright compose` on songs on disk, with all that lies beside."""

import contextlib
import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from stemwright.assess.infilling.checks import Outcome, check, contradictions
from stemwright.assess.infilling.requests import LAYERS, NAMES, SECTIONS, TONICS, Rules, any_chord, attributes
from stemwright.cli.main import run
from stemwright.song.document import Song
from stemwright.song.harmony import Chord, Key
from stemwright.song.layers import is_drums
from stemwright.song.progression import parse_progression
from stemwright.song.score import Note, Score
from stemwright.store import SongFolder

A_SONG = 6
"""Requests to one song, each on what the one before left."""
NEW = "new"
USUAL = {"bass": (28, 60), "harmony": (36, 96), "lead": (45, 96)}
"""The range of a layer where none is typed."""


@dataclass(frozen=True)
class Options:
    """What is typed after `compose DIR LAYER... --bars A-B`."""

    seed: int
    span: tuple[int, int] | None
    voices: int | None
    in_key: bool
    on_beats: bool
    rhythm: bool
    chords: str
    attributes: dict[str, float]

    def words(self) -> list[str]:
        """As typed."""
        words = ["--seed", str(self.seed)]
        words += [] if self.span is None else ["--range", f"{self.span[0]}-{self.span[1]}"]
        words += [] if self.voices is None else ["--voices", str(self.voices)]
        words += ["--in-key"] * self.in_key + ["--chord-tones"] * self.on_beats
        words += ["--keep-rhythm"] * self.rhythm + (["--chords", self.chords] if self.chords else [])
        for name, value in self.attributes.items():
            words += [f"--{name}", f"{value:.2f}"]
        return words

    def rules(self, layer: str, old: Score, bars: frozenset[int], song: Song) -> Rules:
        """What it asks of a layer; of drums only a rhythm."""
        ticks = song.state.meter.ticks_per_bar
        rhythm = frozenset(n.onset for n in old.notes if n.onset // ticks in bars) if self.rhythm else None
        if is_drums(layer):
            return Rules(rhythm=rhythm)
        scale = frozenset(song.state.key.pitch_classes) if self.in_key else None
        return Rules(*(self.span or USUAL[layer]), scale, self.on_beats, self.voices, rhythm)

    def heard(self, before: Song, after: Song, bars: frozenset[int]) -> dict[int, Chord | None]:
        """The chords that are written to, by beat, as far as they are known."""
        known = dict(enumerate(after.state.chords))
        if self.chords:
            per_bar = before.state.meter.beats_per_bar
            known = {beat: chord for beat, chord in known.items() if beat // per_bar not in bars}
        if self.chords not in ("", NEW):
            given = parse_progression(self.chords, before.state, len(bars))
            known |= {min(bars) * per_bar + i: chord for i, chord in enumerate(given)}
        return known

    def clashes(self, rules: dict[str, Rules]) -> list[tuple[str, ...]]:
        """Which attributes go with none of the rules, in the words that a refusal has to name."""
        found: list[tuple[str, ...]] = []
        limits = (self.span, self.voices, self.in_key or None, self.on_beats or None)
        pitched = [layer for layer in rules if not is_drums(layer)]
        if not pitched:
            tonal = any(limit is not None for limit in limits) or {"register", "length"} & set(
                self.attributes
            )
            return [("drums",)] if tonal else []
        if self.rhythm:
            found += [
                (f"--{name}", "--keep-rhythm") for name in ("swing", "syncopation") if name in self.attributes
            ]
        register = self.attributes.get("register")
        for layer in pitched:
            if register is not None and not rules[layer].low <= register <= rules[layer].high:
                found.append(("--register", "range"))
            voices = self.voices if self.voices is not None else 99 if layer == "harmony" else 1
            if self.attributes.get("polyphony", 1) > voices:
                found.append(("--polyphony", "voices"))
        return found


def drawn_options(key: Key, bars: int, rng: Random) -> Options:
    """Any options, at times such as contradict each other."""
    low = rng.randint(24, 84)
    rhythm = rng.random() < 0.3
    wished = attributes(rng) if rng.random() < 0.4 else {}
    if rhythm:
        wished.pop("polyphony", None)  # a kept rhythm has as many voices as it needs
    return Options(
        rng.getrandbits(32),
        (low, low + rng.choice((-1, 0, 2, 12, 24, 36))) if rng.random() < 0.4 else None,
        rng.choice((0, 1, 1, 2, 3)) if rng.random() < 0.3 else None,
        rng.random() < 0.4,
        rng.random() < 0.4,
        rhythm,
        rng.choice(("", "", NEW, " | ".join(str(any_chord(key, rng)) for _ in range(bars)))),
        {name: round(value, 2) for name, value in wished.items()},
    )


def commands(count: int, seed: int, out: Outcome) -> None:
    """Commands until so many have been carried out."""
    number = 0
    while out.answered < count:
        with TemporaryDirectory() as scratch:
            path, rng = Path(scratch) / "song", Random(f"commands {seed} {number}")
            made(path, rng)
            for _ in range(A_SONG):
                if out.answered < count:
                    typed(number, path, rng, out)
                    number += 1


def made(path: Path, rng: Random) -> None:
    """A short song of the arranger, performed."""
    form = f"{rng.choice(SECTIONS)}:2 {rng.choice(SECTIONS)}:{rng.randint(2, 4)}"
    key = f"{rng.choice(TONICS)} {rng.choice(('major', 'minor', 'dorian'))}"
    words = ["--bpm", str(rng.randint(120, 200)), "--key", key, "--form", form]
    words += ["--meter", rng.choice(("4/4", "3/4", "6/8", "7/8")), "--style", rng.choice(NAMES)]
    for command in (["new", str(path), *words], ["generate", str(path)]):
        code, said = call(command)
        if code:
            raise SystemExit(f"{' '.join(command)}: {said}")


def call(words: list[str]) -> tuple[int, str]:
    """Exit code and all that a command says."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = run(words)
    return code, said.getvalue()


def typed(number: int, path: Path, rng: Random, out: Outcome) -> None:
    """One request, and what it did to the song."""
    before, old = SongFolder.open(path).load(), scores(path)
    files = {file: sha256(file) for file in (path / "objects").rglob("*") if file.is_file()}
    asked = rng.sample(LAYERS, rng.choice((1, 1, 1, 2)))
    first = rng.randint(1, before.state.bars)
    last = rng.randint(first, before.state.bars)
    ticks, bars = before.state.meter.ticks_per_bar, frozenset(range(first - 1, last))
    options = drawn_options(before.state.key, len(bars), rng)
    words = options.words()
    rules = {layer: options.rules(layer, old[layer], bars, before) for layer in asked}
    code, said = call(["compose", str(path), *asked, "--bars", f"{first}-{last}", *words])
    name = f"command {number} (compose {' '.join(asked)} --bars {first}-{last} {' '.join(words)})"
    after, new = SongFolder.open(path).load(), scores(path)
    moved = [str(file) for file, sha in files.items() if not file.is_file() or sha256(file) != sha]
    kept = {layer: outside(old[layer], bars, ticks) for layer in asked}
    known, why = options.heard(before, after, bars), options.clashes(rules)
    if code and options.chords == NEW and options.rhythm and options.on_beats:
        why.append(("rhythm", "chord"))  # of chords that were not kept
    for layer in asked:
        why += contradictions(layer, rules[layer], kept[layer], after.state, known)
    if code:
        out.refused += 1
        right = code == 2 and before == after and any(all(word in said for word in w) for w in why)
        out.wrong, out.changed = out.wrong + (not right), out.changed + len(moved)
        out.faults += [] if right else [f"{name}: {said}"]
        return
    out.answered, out.bars = out.answered + 1, out.bars + len(bars) * len(asked)
    out.wrong += bool(why)
    out.outside += len(files) + len(LAYERS)
    moved += [layer for layer in LAYERS if layer not in asked and before.layers[layer] != after.layers[layer]]
    moved += [layer for layer in asked if kept[layer] != outside(new[layer], bars, ticks)]
    moved += [layer for layer in asked if before.layers[layer].takes != after.layers[layer].takes]
    moved += ["chords"] * (other_chords(before, bars) != other_chords(after, bars))
    out.changed += len(moved)
    out.faults += [f"{name}: {what} moved" for what in moved] + [f"{name}: {w} not refused" for w in why]
    for layer in asked:
        written = [n for n in new[layer].notes if n.onset // ticks in bars]
        found = check(rules[layer], written, kept[layer], bars, after.state, after.state.chords)
        out.notes += len(written)
        out.checked, out.broken = out.checked + found[0], out.broken + found[1]
        out.faults += [f"{name}: {layer}: {kind} broken {n} x" for kind, n in found[1].items() if n]


def scores(path: Path) -> dict[str, Score]:
    """What stands in a song: given scores, else those of the active takes."""
    folder, found = SongFolder.open(path), {}
    for layer, entry in folder.load().layers.items():
        sha = entry.score_sha256 or (entry.active.score_sha256 if entry.active else None)
        if sha is not None:
            found[layer] = Score.from_bytes(folder.objects.get(sha))
    return found


def sha256(file: Path) -> str:
    """Of a file's bytes."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def outside(score: Score, bars: frozenset[int], ticks: int) -> tuple[Note, ...]:
    """The notes that begin in other bars."""
    return tuple(note for note in score.notes if note.onset // ticks not in bars)


def other_chords(song: Song, bars: frozenset[int]) -> list[str]:
    """The chords of other bars, in a song whose chords are decided."""
    per_bar = song.state.meter.beats_per_bar
    return [str(chord) for beat, chord in enumerate(song.state.chords) if beat // per_bar not in bars]
