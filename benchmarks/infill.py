"""Are the composer's constraints met, and does nothing move that was not asked for? Random requests, checked.

    python benchmarks/infill.py [--requests 1000] [--commands 30] [--seed 0] [--corpus FOLDER] [--json FILE]

Each request has a song in which all layers stand (made by the arranger, or a piece of a held-out song of
`train corpus`), bars of some layers to be rewritten, and constraints of all kinds. The installed composer
writes them; every rule is then read off the notes by code that shares nothing with the composer's own, and
every other bar, layer and chord is compared by SHA-256. Requests that contradict themselves have to be
refused in words that name what contradicts; they come on top of the number asked for. `--commands` go the
whole way, `stemwright compose` on songs on disk, where all other layers' scores, takes and token files are
compared. Exit code 1 if anything is broken.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
from infill_commands import commands

from stemwright.assess.infilling.checks import KINDS, Outcome, check, contradictions, digest
from stemwright.assess.infilling.requests import Request, Rules, drawn, from_corpus
from stemwright.cli.output import lines, table
from stemwright.errors import UsageError
from stemwright.producer import bundles
from stemwright.song.score import Note
from stemwright.symbolic.composer.composer import Composer, Wishes
from stemwright.symbolic.composer.controls import CONTROLS, scaled
from stemwright.symbolic.composer.draft import CHORDS, Draft, Place
from stemwright.symbolic.composer.limits import AllLimits, Limits
from stemwright.symbolic.events.vocabulary import PARTS, part_of


def stands(request: Request, layer: str) -> tuple[Note, ...]:
    """A layer's notes outside the bars that are written, as they are."""
    ticks = request.state.meter.ticks_per_bar
    return tuple(n for n in request.scores[layer].notes if n.onset // ticks not in request.bars[layer])


def limits_of(rules: Rules, kept: tuple[Note, ...]) -> Limits:
    """Rules as the composer takes them."""
    return Limits(
        rules.low, rules.high, rules.scale, rules.on_beats, rules.voices, rules.rhythm, rules.silent, kept
    )


def wishes_of(request: Request) -> Wishes:
    """How to write it. UsageError where rules contradict themselves."""
    limits = {layer: limits_of(rules, stands(request, layer)) for layer, rules in request.rules.items()}
    controls = np.full((len(PARTS), request.state.bars, len(CONTROLS)), np.nan, np.float32)
    for layer, asked in request.attributes.items():
        for name, value in asked.items():
            controls[part_of(layer), :, CONTROLS.index(name)] = scaled(name, value)
    human = frozenset(part_of(layer) for layer in request.human)
    return Wishes(AllLimits(limits), controls if request.attributes else None, human=human)


def digests(draft: Draft) -> dict[Place, str]:
    """SHA-256 of every place of a draft."""
    found = {(part, bar): digest(n or ()) for part, bars in draft.notes.items() for bar, n in enumerate(bars)}
    return found | {(CHORDS, bar): digest(chords or ()) for bar, chords in enumerate(draft.chords)}


def answer(composer: Composer, number: int, request: Request, out: Outcome) -> None:
    """Have a request written, and check it."""
    draft = Draft.of(request.state, request.scores)
    before = digests(draft)
    places = [(part_of(layer), bar) for layer, bars in request.bars.items() for bar in bars]
    places += [(CHORDS, bar) for bar in request.chord_bars]
    try:
        composer.write(draft, places, request.seed, wishes_of(request))
    except UsageError as error:
        judge_refusal(number, request, draft, str(error), out)
        return
    out.answered += 1
    after = digests(draft)
    others = [place for place in before if place not in places]
    moved = [place for place in others if before[place] != after[place]]
    out.outside, out.changed = out.outside + len(others), out.changed + len(moved)
    out.faults += [f"request {number}: {PARTS[part]}, bar {bar + 1} moved" for part, bar in moved]
    out.bars, out.chords = out.bars + len(places), out.chords + len(request.chord_bars)
    chords = [chord for bar in draft.chords for chord in bar or ()]
    for layer, bars in request.bars.items():
        written = [n for bar in sorted(bars) for n in draft.notes[part_of(layer)][bar] or ()]
        out.notes += len(written)
        rules = request.rules[layer]
        made, broken = check(rules, written, stands(request, layer), bars, request.state, chords)
        said = contradictions(layer, rules, stands(request, layer), request.state, dict(enumerate(chords)))
        out.checked, out.broken = out.checked + made, out.broken + broken
        out.faults += [f"request {number}: {layer}: {kind} broken {n} x" for kind, n in broken.items() if n]
        out.faults += [f"request {number}: {layer}: {words} were not refused" for words in said]
        out.wrong += bool(said)


def judge_refusal(number: int, request: Request, draft: Draft, said: str, out: Outcome) -> None:
    """A refusal is right where something contradicts, and its words name what."""
    out.refused += 1
    beats, known = request.state.meter.beats_per_bar, {}
    for bar, chords in enumerate(draft.chords):
        known |= {bar * beats + i: chord for i, chord in enumerate(chords or ())}
    reasons = [
        words
        for layer, rules in request.rules.items()
        for words in contradictions(layer, rules, stands(request, layer), request.state, known)
    ]
    if not any(all(word in said for word in words) for words in reasons):
        out.wrong += 1
        out.faults.append(f"request {number}: refused ({said}), found {reasons}")


def tell(direct: Outcome, typed: Outcome, seconds: tuple[float, float]) -> None:
    """Print what was found."""
    both = (("composer", direct, seconds[0]), ("command", typed, seconds[1]))
    head = ("through", "requests", "bars", "notes", "chords", "refused", "wrongly", "seconds")
    table(
        head,
        [
            (name, o.answered, o.bars, o.notes, o.chords, o.refused, o.wrong, f"{took:.0f}")
            for name, o, took in both
        ],
    )
    lines([""])
    rows = [(k, direct.checked[k], direct.broken[k], typed.checked[k], typed.broken[k]) for k in KINDS]
    rows.append(("moved outside", direct.outside, direct.changed, typed.outside, typed.changed))
    table(("constraint", "checked", "broken", "by command", "broken"), rows)
    lines(["", *direct.faults[:20], *typed.faults[:20]])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--commands", type=int, default=30)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--corpus", type=Path, help="of `train corpus`; default: songs of the arranger")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    corpus = from_corpus(options.corpus) if options.corpus else []
    composer, direct, typed, number = bundles.composer(), Outcome(), Outcome(), 0
    begun = time.perf_counter()
    while direct.answered < options.requests:
        answer(composer, number, drawn(options.seed, number, corpus), direct)
        number += 1
        if number % 100 == 0:
            print(f"{number} requests, {direct.answered} written", file=sys.stderr, flush=True)
    half = time.perf_counter()
    commands(options.commands, options.seed, typed)
    seconds = half - begun, time.perf_counter() - half
    tell(direct, typed, seconds)
    if options.json:
        found = {"composer": direct.to_json(), "command": typed.to_json(), "seconds": seconds}
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    sys.exit(0 if direct.is_good and typed.is_good else 1)


if __name__ == "__main__":
    main()
