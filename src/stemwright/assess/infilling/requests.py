"""Random requests to the composer: a song in any state, bars of any layers to rewrite, any constraints."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import NAMES
from stemwright.corpus.read import songs
from stemwright.song.harmony import MODES, QUALITIES, Chord, Key
from stemwright.song.layers import LAYERS, is_drums
from stemwright.song.score import Note, Score
from stemwright.song.state import GlobalState, Section
from stemwright.symbolic.composer.controls import CONTROLS

METERS = ("4/4",) * 5 + ("3/4", "6/8", "7/8", "5/4", "12/8", "2/4")
SECTIONS = ("intro", "verse", "prechorus", "chorus", "bridge", "solo", "outro")
TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
ATTRIBUTES = {
    "density": (0.2, 6.0), "register": (30.0, 90.0), "polyphony": (1.0, 5.0), "syncopation": (0.0, 3.0),
    "velocity": (20.0, 120.0), "length": (0.1, 4.0), "swing": (0.45, 0.72),
}  # fmt: skip
assert set(ATTRIBUTES) == set(CONTROLS)


@dataclass(frozen=True)
class Rules:
    """What the notes of a layer have to keep to, as `compose.composer.limits.Limits` has it."""

    low: int = 0
    high: int = 127
    scale: frozenset[int] | None = None
    on_beats: bool = False
    voices: int | None = None
    rhythm: frozenset[int] | None = None
    silent: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Request:
    """`bars`: layer -> bars (from 0) to be written anew; `chord_bars`: those whose chords are written too;
    `human`: layers whose notes may lie beside the grid. `given`: whether some bars have new chords.
    """

    state: GlobalState
    scores: dict[str, Score]
    bars: dict[str, frozenset[int]]
    rules: dict[str, Rules]
    seed: int
    chord_bars: frozenset[int] = frozenset()
    given: bool = False
    attributes: dict[str, dict[str, float]] = field(default_factory=dict)
    human: frozenset[str] = frozenset()


def drawn(seed: int, number: int, corpus: list[tuple[GlobalState, dict[str, Score]]]) -> Request:
    """Request `number`, the same whenever it is asked for."""
    rng = Random(f"{seed} {number}")
    state, scores = rng.choice(corpus) if corpus else arranged(rng)
    if corpus:
        state, scores = piece(state, scores, rng)
    if rng.random() < 0.3:
        scores = {layer: played(score, state, rng) for layer, score in scores.items()}
    whole = rng.random() < 0.1
    spans = bars_of(state, rng, whole)
    layers = rng.sample(sorted(scores), rng.randint(1, len(scores)))
    apart = rng.random() < 0.3
    bars = {layer: bars_of(state, rng, whole) if apart else spans for layer in layers}
    chords = rng.choice(("kept", "kept", "given", "written"))
    if chords == "given":
        state = with_chords(state, spans, rng)
    rules = {layer: rules_for(layer, state, scores[layer], bars[layer], rng) for layer in layers}
    return Request(
        state,
        scores,
        bars,
        rules,
        rng.getrandbits(32),
        spans if chords == "written" else frozenset(),
        chords == "given",
        {layer: attributes(rng) for layer in layers if rng.random() < 0.5},
        frozenset(layer for layer in layers if is_drums(layer) or rng.random() < 0.2),
    )


def from_corpus(folder: Path) -> list[tuple[GlobalState, dict[str, Score]]]:
    """Held-out songs of at least 4 bars with the layers that a request may ask for."""
    found = []
    for song in songs(folder, "valid"):
        scores = {layer: score for layer, score in song.scores.items() if layer in LAYERS}
        if scores and song.state.bars >= 4:
            found.append((song.state, scores))
    return found


def arranged(rng: Random) -> tuple[GlobalState, dict[str, Score]]:
    """A song of 4 to 16 bars by the arranger."""
    left, form = rng.randint(4, 16), []
    while left:
        size = min(left, rng.choice((1, 2, 4, 8)))
        form.append(f"{rng.choice(SECTIONS)}:{size}")
        left -= size
    state = GlobalState.create(
        bpm=f"{rng.uniform(50, 200):.1f}",
        key=f"{rng.choice(TONICS)} {rng.choice(sorted(MODES))}",
        meter=rng.choice(METERS),
        form=" ".join(form),
        style=rng.choice(NAMES),
    )
    made = arrange(state, seed=rng.getrandbits(32))
    return made.state, made.scores


def piece(state: GlobalState, scores: dict[str, Score], rng: Random) -> tuple[GlobalState, dict[str, Score]]:
    """4 to 16 bars of a song, as one section."""
    size = min(rng.randint(4, 16), state.bars)
    first = rng.randint(0, state.bars - size)
    beats, ticks = state.meter.beats_per_bar, state.meter.ticks_per_bar
    cut = replace(
        state,
        sections=(Section(state.section_of_bar(first)[1].name, size),),
        chords=state.chords[first * beats : (first + size) * beats],
        rhythm=None,
    )
    return cut, {layer: s.slice(first * ticks, (first + size) * ticks) for layer, s in scores.items()}


def played(score: Score, state: GlobalState, rng: Random) -> Score:
    """A score beside the grid, some of its notes held on."""
    end, out = state.total_ticks, []
    for note in score.notes:
        onset = min(max(0, note.onset + rng.randint(-4, 4)), end - 1)
        duration = note.duration * (rng.choice((3, 8)) if rng.random() < 0.1 else 1) + rng.randint(-5, 5)
        out.append(Note(onset, min(max(1, duration), end - onset), note.pitch, note.velocity))
    return Score.from_notes(out)


def bars_of(state: GlobalState, rng: Random, whole: bool) -> frozenset[int]:
    """Neighbouring or scattered bars."""
    if whole:
        return frozenset(range(state.bars))
    count = rng.randint(1, min(5, state.bars))
    if rng.random() < 0.5:
        return frozenset(rng.sample(range(state.bars), count))
    first = rng.randint(0, state.bars - count)
    return frozenset(range(first, first + count))


def with_chords(state: GlobalState, bars: frozenset[int], rng: Random) -> GlobalState:
    """The state with other chords in some bars."""
    chords, per_bar = list(state.chords or (None,) * state.total_beats), state.meter.beats_per_bar
    for bar in bars:
        for beat in range(per_bar):
            if beat == 0 or rng.random() < 0.3:
                now = None if rng.random() < 0.1 else any_chord(state.key, rng)
            chords[bar * per_bar + beat] = now
    return state.with_(chords=tuple(chords))


def any_chord(key: Key, rng: Random) -> Chord:
    """Any root, quality and, at times, bass."""
    bass = key.spell(rng.randrange(12)) if rng.random() < 0.2 else None
    return Chord(key.spell(rng.randrange(12)), rng.choice(sorted(QUALITIES)), bass)


def attributes(rng: Random) -> dict[str, float]:
    """Some of what can be wished for."""
    return {name: rng.uniform(*span) for name, span in ATTRIBUTES.items() if rng.random() < 0.4}


def rules_for(layer: str, state: GlobalState, old: Score, bars: frozenset[int], rng: Random) -> Rules:
    """Constraints of a layer, at times such as contradict each other."""
    rules = Rules()
    if rng.random() < 0.5:
        low = rng.randint(20, 90)
        rules = replace(rules, low=low, high=min(127, low + rng.choice((0, 3, 7, 12, 24, 40))))
    if not is_drums(layer):
        if rng.random() < 0.5:
            some = frozenset(rng.sample(range(12), rng.randint(1, 7)))
            rules = replace(rules, scale=rng.choice((frozenset(state.key.pitch_classes), some)))
        rules = replace(rules, on_beats=rng.random() < 0.4)
    if rng.random() < 0.5:
        rules = replace(rules, voices=rng.randint(1, 4))
    if rng.random() < 0.3:
        rules = replace(rules, rhythm=rhythm(state, old, bars, rng))
    if rng.random() < 0.35:
        rules = replace(rules, silent=silences(state, bars, rules.rhythm or (), rng))
    if rng.random() < 0.03:
        wrong = {"low": rules.high, "high": rules.low - 1}, {"voices": 0}, {"silent": ((96, 96),)}
        rules = replace(rules, **rng.choice(wrong))
    return rules


def rhythm(state: GlobalState, old: Score, bars: frozenset[int], rng: Random) -> frozenset[int]:
    """The ticks at which the old notes of the bars begin, or any ticks."""
    ticks = state.meter.ticks_per_bar
    if rng.random() < 0.6:
        return frozenset(n.onset for n in old.notes if n.onset // ticks in bars)
    return frozenset(bar * ticks + rng.randrange(ticks) for bar in bars for _ in range(rng.randint(0, 12)))


def silences(
    state: GlobalState, bars: frozenset[int], rhythm: frozenset[int] | tuple[()], rng: Random
) -> tuple[tuple[int, int], ...]:
    """Whole bars or any ticks in which nothing may sound, mostly where the rhythm has no note."""
    ticks, found = state.meter.ticks_per_bar, []
    for bar in rng.sample(sorted(bars), rng.randint(1, len(bars))):
        first = bar * ticks + (0 if rng.random() < 0.4 else rng.randrange(ticks))
        last = min(first + rng.choice((ticks, ticks // 2, rng.randint(1, ticks))), state.total_ticks)
        if rng.random() < 0.1 or not any(first <= tick < last for tick in rhythm):
            found.append((first, last))
    return tuple(found)
