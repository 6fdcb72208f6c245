"""Wishes pull: what is said unasked is moved by GUIDANCE times what asking changes."""

import numpy as np
import pytest

from stemwright.compose.arranger import arrange
from stemwright.song.state import GlobalState
from stemwright.symbolic.composer.composer import Wishes, load
from stemwright.symbolic.composer.conditions import Conditions, Tables, column, standing
from stemwright.symbolic.composer.controls import CONTROLS
from stemwright.symbolic.composer.draft import Draft
from stemwright.symbolic.composer.hearing import GUIDANCE, Hearing
from stemwright.symbolic.composer.sequence import opened
from stemwright.symbolic.events.grammar import Cursor
from stemwright.symbolic.events.vocabulary import PARTS
from support.composers import write_composer

LEAD = PARTS.index("lead")


class Echo:
    """Says the conditions of the newest step."""

    def state(self, batch: int = 1) -> "Echo":
        self.batch = batch
        return self

    def prefill(self, tokens: np.ndarray, features: np.ndarray) -> None:
        assert tokens.shape[0] == features.shape[0] == self.batch

    def step(self, tokens: np.ndarray, features: np.ndarray) -> np.ndarray:
        assert tokens.shape == (self.batch, 1)
        return features[:, None, :]


def song() -> Draft:
    made = arrange(GlobalState.create(key="D major", form="verse:4"), seed=3)
    return Draft.of(made.state, made.scores)


def asked(draft: Draft, value: float = np.nan) -> np.ndarray:
    wishes = np.full((len(PARTS), draft.state.bars, len(CONTROLS)), np.nan, np.float32)
    wishes[LEAD, :, 0] = value
    return wishes


@pytest.mark.parametrize("wished", [False, True])
def test_wishes_are_moved_away_from_no_wishes(wished):
    draft = song()
    wishes = asked(draft, 0.5) if wished else None
    conditions = Conditions(Tables(draft), standing(draft), 0, wishes, {})
    begun = Cursor(LEAD, draft.state.key)
    hearing = Hearing(Echo(), conditions)
    hearing.hear(opened(draft, range(4)).rows())
    said = hearing.say(7, (LEAD, 2), begun)
    controls = said[column("controls")]
    wanted = np.zeros(2 * len(CONTROLS), np.float32)
    if wished:
        wanted[[0, len(CONTROLS)]] = GUIDANCE * np.float32([0.5, 1.0])
    assert np.array_equal(controls, wanted)
    plain = Hearing(Echo(), conditions.unasked()).say(7, (LEAD, 2), begun)
    others = np.delete(np.arange(len(said)), np.arange(len(said))[column("controls")])
    assert np.array_equal(said[others], plain[others])


def test_wishes_for_nothing_change_nothing(tmp_path):
    composer = load(write_composer(tmp_path / "composer").path)
    scores = []
    for controls in (None, asked(song()), asked(song(), 0.9)):
        draft = song()
        composer.write(draft, [(LEAD, bar) for bar in range(4)], 5, Wishes(controls=controls))
        scores.append(draft.score(LEAD))
    assert scores[0] == scores[1] != scores[2]
