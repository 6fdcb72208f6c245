"""Grooves, fills and the feel of drums, from bars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from stemwright.compose.learning.bars import Heard, Struck, cells_of
from stemwright.compose.learning.patterns import Bar, commonest, is_of_two, spaced, units
from stemwright.compose.style import LEVELS
from stemwright.song.drums import DRUM_PIECES, piece_of

Place = tuple[str, int]
"""A drum piece and the mark of a bar that it is struck on."""
_SKINS = ("snare", "high_tom", "mid_tom", "low_tom")
_FILL = {"high_tom": "h", "mid_tom": "m", "low_tom": "l", "snare": "s", "clap": "p", "rim": "r", "kick": "k"}
_LEANS = 0.75
"""Ticks from which on a drum or a layer leans."""
_GHOST, _MOST_GROOVES, _MOST_FILLS = 50, 3, 8


def piece_name(struck: Struck) -> str:
    """The drum piece that is struck."""
    return DRUM_PIECES[piece_of(struck.note.pitch)]


def placed(heard: Heard, bar: int) -> dict[Place, int]:
    """What is struck in a bar, and how loud (velocity); crashes, which open sections, aside."""
    out: dict[Place, int] = {}
    for struck in heard.bars_of("drums").get(bar, ()):
        mark = cells_of(heard.grid(bar), struck.step)
        if mark is not None and piece_name(struck) != "crash":
            place = piece_name(struck), mark
            out[place] = max(out.get(place, 0), struck.note.velocity)
    return out


def _rows(heard: Heard, level: str) -> list[list[dict[Place, int]]]:
    """Runs of bars of a level that no section's end interrupts."""
    rows: list[list[dict[Place, int]]] = [[]]
    for bar, found in enumerate(heard.levels):
        if found == level and bar not in heard.ends:
            rows[-1].append(placed(heard, bar))
        else:
            rows.append([])
    return [row for row in rows if row]


def _loud(velocity: int) -> bool:
    return velocity > _GHOST


def grooves(pieces: Sequence[Heard]) -> dict[str, list[dict[str, str]]]:
    """The commonest grooves by level: drum -> pattern. Levels without any are not there."""
    out: dict[str, list[dict[str, str]]] = {}
    for level in LEVELS:
        rows = [row for heard in pieces for row in _rows(heard, level)]
        sets: list[list[Bar[Place]]] = [[_set(bar) for bar in row] for row in rows]
        two = is_of_two(sets)
        struck = [tuple(unit) for row in rows for unit in _cut(row, two)]
        found = commonest(units(sets, two), _MOST_GROOVES)
        lines = [_groove(unit, [struck[place] for place in places]) for unit, places in found]
        if lines:
            out[level] = [line for line in lines if line]
    return out


def _cut(row: Sequence[dict[Place, int]], two: bool) -> list[Sequence[dict[Place, int]]]:
    size = 2 if two else 1
    return [row[at : at + size] for at in range(0, len(row) - size + 1, size)]


def _set(bar: Mapping[Place, int]) -> Bar[Place]:
    """What makes a groove: ghosts of the snare come and go."""
    return frozenset(place for place, velocity in bar.items() if _loud(velocity) or place[0] != "snare")


def _groove(unit: Sequence[Bar[Place]], alike: Sequence[Sequence[Mapping[Place, int]]]) -> dict[str, str]:
    """A groove's patterns: where most bars like it strike, as loud as they do on the mean."""
    pieces = {piece for bar in unit for piece, _ in bar}
    out: dict[str, str] = {}
    for piece in sorted(pieces, key=DRUM_PIECES.index):
        loud = [v for bars in alike for bar in bars for (name, _), v in bar.items() if name == piece]
        usual = sum(loud) // len(loud)
        line = ""
        for number, bar in enumerate(unit):
            for mark in range(16):
                heard = [bars[number][piece, mark] for bars in alike if (piece, mark) in bars[number]]
                sounds = 2 * len(heard) > len(alike) or ((piece, mark) in bar and 3 * len(heard) > len(alike))
                line += _mark(sum(heard) // len(heard), usual) if sounds else "."
        if set(line) != {"."}:
            out[piece] = spaced(line)
    return out


def _mark(velocity: int, usual: int) -> str:
    if velocity <= _GHOST and velocity < usual - 15:
        return "g"
    return "X" if velocity >= max(usual + 7, 92) else "s" if velocity < usual - 10 else "x"


def fills(pieces: Sequence[Heard]) -> list[str]:
    """The commonest ends of sections (and of four bars) that leave the groove for snare and toms."""
    found: Counter[str] = Counter()
    for heard in pieces:
        for bar in range(len(heard.levels)):
            text = _fill(heard, bar)
            if text:
                found[text] += 1 + 2 * (bar in heard.ends)
    return [spaced(text) for text, _ in found.most_common(_MOST_FILLS)]


def _fill(heard: Heard, bar: int) -> str:
    """A bar's fill from the quarter on from which all have two strokes on skins, or a tom; "" for none."""
    struck = placed(heard, bar)
    cells: list[str] = []
    for quarter in reversed(range(4)):
        marks = range(4 * quarter, 4 * quarter + 4)
        skins = [p for p in _SKINS for m in marks if _loud(struck.get((p, m), 0))]
        toms = [piece for piece in skins if piece != "snare"]
        if not (toms or len(skins) >= 3) and not (cells and len(skins) >= 2):
            break
        cells.insert(0, "".join(_stroke(struck, mark) for mark in marks))
    text = "".join(cells)
    told = bar in heard.ends or bar % 4 == 3 or set(text) & set("hml")
    return text if told and len(text.replace(".", "")) >= 2 else ""


def _stroke(struck: Mapping[Place, int], mark: int) -> str:
    return next((sign for piece, sign in _FILL.items() if _loud(struck.get((piece, mark), 0))), ".")


def crash_of(pieces: Sequence[Heard]) -> str:
    """What opens sections: the crash where any of them begins with one, else "none"."""
    for heard in pieces:
        for bar in heard.bars_of("drums"):
            if bar - 1 in heard.ends and any(
                piece_name(s) == "crash" and s.step == 0 for s in heard.bars_of("drums")[bar]
            ):
                return "crash"
    return "none"


def ghosts_of(pieces: Sequence[Heard]) -> int:
    """Percent: twice the share of weak sixteenths with a soft snare, of those without kick and snare where no
    groove has one.
    """
    free: Counter[tuple[str, int]] = Counter()
    soft: Counter[tuple[str, int]] = Counter()
    for heard in pieces:
        for bar, level in enumerate(heard.levels):
            struck = placed(heard, bar)
            if level == "sparse" or not any(piece == "snare" for piece, _ in struck):
                continue
            for mark in range(1, 16, 2):
                snare = struck.get(("snare", mark), 0)
                free[level, mark] += not _loud(snare) and ("kick", mark) not in struck
                soft[level, mark] += 0 < snare <= _GHOST
    loose = [place for place in free if 4 * soft[place] < free[place]]
    return min(100, 200 * sum(soft[place] for place in loose) // max(1, sum(free[place] for place in loose)))


def steady_of(pieces: Sequence[Heard]) -> bool:
    """Whether bars inside sections have the kicks of the bar before, nearly always."""
    same = total = 0
    for heard in pieces:
        for level in LEVELS:
            for row in _rows(heard, level):
                kicks = [frozenset(mark for piece, mark in bar if piece == "kick") for bar in row]
                same += sum(a == b for a, b in pairwise(kicks))
                total += max(0, len(kicks) - 1)
    return total > 0 and same >= 0.9 * total


def feel(pieces: Sequence[Heard]) -> tuple[int, dict[str, int]]:
    """How loose the timing is (ticks), and which drums and layers lean: ticks late beside kick and hats."""
    late: dict[str, list[int]] = {}
    for heard in pieces:
        for bar in heard.bars_of("drums").values():
            for struck in bar:
                if abs(struck.late) <= 11:
                    late.setdefault(piece_name(struck), []).append(struck.late)
        for layer in ("bass", "harmony", "lead"):
            for bar in heard.bars_of(layer).values():
                late.setdefault(layer, []).extend(s.late for s in bar if abs(s.late) <= 11)
    steady = [tick for name in ("kick", "closed_hat", "ride") for tick in late.get(name, ())]
    base = sum(steady) / len(steady) if steady else 0.0
    means = {name: sum(ticks) / len(ticks) for name, ticks in late.items() if len(ticks) >= 12}
    lean = {
        name: max(-12, min(12, round(mean - base)))
        for name, mean in means.items()
        if abs(mean - base) >= _LEANS
    }
    away = [tick - means[name] for name in means for tick in late[name]]
    exact = sum(abs(ticks) < 0.5 for ticks in away)
    variance = sum(ticks * ticks for ticks in away) / len(away) if away else 0.5
    loose = 0 if exact > 0.6 * len(away) else max(0, min(8, round((6 * variance + 1) ** 0.5 - 1)))
    return loose, {name: ticks for name, ticks in sorted(lean.items()) if ticks}
