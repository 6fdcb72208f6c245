"""The melody beside the chords' part, and what all layers agree in whatever the seeds of their takes."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import _plan, arrange, decide
from stemwright.compose.comping import pushed
from stemwright.compose.melody.accompaniment import beside, rubs, strikes
from stemwright.compose.styles import style_of
from stemwright.evaluation.symbolic.clashes import evaluate
from stemwright.evaluation.symbolic.song import SymbolicSong
from stemwright.song.harmony import Chord
from stemwright.song.state import GlobalState


def song(style: str, seed: int = 3) -> GlobalState:
    return decide(GlobalState.create("160", "C major", "4/4", "verse:8 chorus:8", style), seed)


@pytest.mark.parametrize("style", ["pop", "soul", "rock"])
def test_layers_of_other_seeds_come_ahead_together(style: str) -> None:
    state = song(style)
    found = set()
    for seed in range(4):
        plan = _plan(state, style_of(style), seed)
        found.add(tuple(pushed(plan, bar) for bar in plan.bars))
    assert len(found) == 1


def test_rubbing() -> None:
    c = Chord("C")
    assert [pitch for pitch in range(60, 72) if rubs(pitch, c)] == [61, 63, 65, 66, 68, 71]
    assert [pitch for pitch in range(72, 84) if rubs(pitch, c)] == [73, 77, 80]
    assert not rubs(71, Chord("C", "maj7"))


def test_a_montuno_ends_with_the_chord_that_follows() -> None:
    state = song("salsa").with_(chords=(Chord("C"),) * 32 + (Chord("G"),) * 32)
    plan = _plan(state, style_of("salsa"), 1)
    bars = plan.bars[6:8]  # the last two of C
    found = strikes(plan, bars)
    assert [step for step, _ in found] == sorted(step for step, _ in found)
    assert beside(found, 0, 1) == (bars[0].chords[0],)
    ends = beside(strikes(plan, plan.bars[7:8]), 14, 1)  # the last eighth of the two bars
    assert ends == (plan.bars[8].chords[0],)


def test_layers_of_other_seeds_hardly_rub() -> None:
    shares = []
    for number in range(4):
        state = song("salsa", number)
        scores = {
            layer: arrange(state, [layer], 10 * number + at).scores[layer]
            for at, layer in enumerate(("bass", "harmony", "lead"))
        }
        shares.append(evaluate(SymbolicSong(state, scores, name="salsa"))["clashes"])
    assert sum(share or 0 for share in shares) / len(shares) <= 0.02
