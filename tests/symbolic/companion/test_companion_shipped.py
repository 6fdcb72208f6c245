"""The shipped companion, where it is there: small, with its sources, better than counting, and it stays
awake."""

from __future__ import annotations

import numpy as np
import pytest

from stemwright.compose.arranger import arrange
from stemwright.models import Bundle, load_bundle, shipped
from stemwright.models.companion_tensors import PARTS
from stemwright.song.state import GlobalState
from stemwright.symbolic.companion import INSTRUMENTS, Companion, Query
from stemwright.symbolic.companion.playing import events_of

pytestmark = pytest.mark.skipif("companion" not in shipped(), reason="no companion is shipped")


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return load_bundle(shipped()["companion"], kind="companion")


def test_it_is_small_and_says_what_it_is_made_of(bundle: Bundle) -> None:
    manifest = bundle.manifest
    assert tuple(manifest.architecture["instruments"]) == INSTRUMENTS
    assert sum(file.stat().st_size for file in bundle.path.iterdir()) < 8_000_000
    assert len(manifest.sources) >= 2 and manifest.licences and manifest.steps > 0


def test_every_part_is_better_than_the_bigrams(bundle: Bundle) -> None:
    held_out = bundle.manifest.held_out
    assert held_out["events"] > 10_000
    assert all(held_out["chain"][part] < 0.97 * held_out["bigram"][part] for part in PARTS)


def in_c_major(bundle: Bundle, key: str) -> float:
    """The share of pitches in C major that it plays after a song in some key."""
    state = GlobalState.create(bpm="120", key=key, form="verse:8", style="pop")
    made = arrange(state, seed=3)
    player = Companion.load(bundle, seed=1)
    player.prompt(events_of(made.state, made.scores))
    query = Query(instruments=["bass", "harmony", "lead"], max_time=2.0)
    events = [player.query_feed(query) for _ in range(150)]
    begun = [event.pitch % 12 for event in events if event.velocity]
    assert len(begun) > 30
    return float(np.mean([pc in (0, 2, 4, 5, 7, 9, 11) for pc in begun]))


def test_it_goes_on_in_the_key_it_heard(bundle: Bundle) -> None:
    """F sharp major has two pitches of C major's seven."""
    assert in_c_major(bundle, "C major") > in_c_major(bundle, "F# major") + 0.2


def test_it_has_neither_fallen_asleep_nor_run_wild_after_a_while(bundle: Bundle) -> None:
    player = Companion.load(bundle, seed=2)
    events = [player.query_feed(Query(max_time=2.0)) for _ in range(600)]
    late = events[300:]
    assert 0.2 < sum(event.velocity > 0 for event in late) / len(late) < 1.0
    assert 5 < sum(event.time for event in late) < 300
    assert len({event.pitch for event in late}) > 5 and len(player.held) < 40
