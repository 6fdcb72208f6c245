from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.dataset.written import arranged
from stemwright.symbolic.composer.conditions import FEATURES, column
from stemwright.symbolic.composer.draft import CHORDS
from stemwright.symbolic.events.vocabulary import SIZE, event
from stemwright.training.composer.pieces import Pieces, Studied
from stemwright.training.composer.requests import asked
from stemwright.training.composer.trigram import Trigram, trigram_loss
from stemwright.training.performer.loss import IGNORE

LENGTH = 256


@pytest.fixture(scope="module")
def pieces():
    rng = Random(5)
    return Pieces([Studied(song.state, dict(song.scores)) for song in (arranged(rng) for _ in range(4))])


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), which=st.integers(0, 3))
def test_requests_ask_for_something_that_fits(pieces, seed, which):
    piece = pieces.pieces[which]
    rng = np.random.default_rng(seed)
    request = asked(piece.draft, piece.sizes, LENGTH, rng)
    assert request.places and set(request.places) <= {(p, b) for p in request.parts for b in request.window}
    assert list(request.window) == list(range(request.window[0], request.window[-1] + 1))
    assert not set(request.like) & set(request.window)
    rows, conditions = piece.rows(request)
    assert conditions.shape == (len(rows), FEATURES)
    sizes = piece.sizes[list(request.parts)]
    if len(request.window) > 1:
        assert sizes[:, list(request.window)].sum() <= LENGTH
    free = rows.tokens[rows.free & (rows.area == 3)]
    ends = sum(event(int(t)).kind == "end" for t in free)
    assert ends == len(request.places)


def test_batches_depend_on_seed_and_step_alone(pieces):
    again = Pieces([Studied(p.state, p.scores) for p in pieces.pieces])
    one, two = pieces.batch(3, 7, 4, LENGTH, 0.0), again.batch(3, 7, 4, LENGTH, 0.0)
    assert all(np.array_equal(getattr(one, f), getattr(two, f)) for f in ("inputs", "targets", "features"))
    other = pieces.batch(3, 8, 4, LENGTH, 0.0)
    assert not np.array_equal(one.inputs, other.inputs)


def test_targets_are_the_next_tokens_that_were_free(pieces):
    batch = pieces.batch(1, 1, 6, LENGTH, 0.0)
    asked_for = batch.targets[:, :-1, 0] != IGNORE
    assert asked_for.any()
    heard_next = batch.inputs[:, 1:, 0]
    inside = asked_for & (heard_next != SIZE)
    assert np.array_equal(batch.targets[:, :-1, 0][inside], heard_next[inside])
    kinds = {event(int(t)).kind for t in batch.targets[batch.targets != IGNORE]}
    assert {"position", "velocity", "end"} <= kinds and not kinds & {
        "start",
        "bar",
        "section",
        "part",
        "write",
    }


def test_some_requests_tell_how_bars_are_to_be(pieces):
    told = [pieces.batch(0, s, 4, LENGTH, 0.0).features[..., column("controls")] for s in range(6)]
    flags = np.concatenate(told)[..., 7:]
    assert 0.02 < flags.mean() < 0.5 and set(np.unique(flags)) == {0.0, 1.0}
    assert np.concatenate(told).min() >= 0 and np.concatenate(told).max() <= 1


def test_chords_are_sometimes_asked_for(pieces):
    found = 0
    for seed in range(80):
        piece = pieces.pieces[seed % 4]
        request = asked(piece.draft, piece.sizes, LENGTH, np.random.default_rng(seed))
        found += any(part == CHORDS for part, _ in request.places)
    assert 2 < found < 40


def test_trigram_learns_what_follows():
    rng = np.random.default_rng(0)
    pattern = np.tile([1, 2, 3, 1, 4], 200)
    noise = rng.integers(0, 8, 1000)
    everything = np.ones(1000, bool)
    assert trigram_loss([pattern], [(pattern, everything)], 8) < 0.05
    assert trigram_loss([noise], [(rng.integers(0, 8, 1000), everything)], 8) == pytest.approx(
        np.log(8), abs=0.35
    )
    model = Trigram([pattern, noise], 8)
    total = sum(np.exp(-model.losses(np.array([1, 2, token]))[0]) for token in range(8))
    assert total == pytest.approx(1.0)


def test_tokens_that_do_not_count_are_left_out():
    pattern = np.tile([1, 2, 3], 50)
    wrong = pattern.copy()
    wrong[10] = 5
    counts = np.ones(len(pattern), bool)
    counts[10:13] = False
    all_of_them = np.ones(len(pattern), bool)
    left_out, counted = (trigram_loss([pattern], [(wrong, c)], 8) for c in (counts, all_of_them))
    assert left_out < 0.05 < 0.09 < counted
