"""What a companion remembers: the same seed and feeds give the same events; states go through bytes whole."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save

from stemwright.errors import UsageError
from stemwright.models import Bundle, Manifest, find, write_bundle
from stemwright.symbolic.companion import Companion, Event, Query
from stemwright.symbolic.companion.events import RESOLUTION
from stemwright.symbolic.companion.state import MAX_STATE
from support.companions import COMPANION, companion_weights, write_companion

SHORT = Query(max_time=0.5)


def played(player: Companion, count: int) -> list[Event]:
    return [player.query_feed(SHORT) for _ in range(count)]


def test_same_seed_same_events_other_seed_others(random_bundle: Bundle) -> None:
    first, again, other = (played(Companion.load(random_bundle, seed), 40) for seed in (5, 5, 6))
    assert first == again != other


def test_questions_between_change_nothing_later(random_bundle: Bundle) -> None:
    plain, curious = Companion.load(random_bundle), Companion.load(random_bundle)
    expected = []
    for _ in range(20):
        asked = [curious.query(SHORT) for _ in range(3)]
        expected.append(plain.query_feed(SHORT))
        assert asked[0] == expected[-1]
        curious.feed(expected[-1])
    assert len({asked[k] for k in range(3)}) > 1
    assert played(plain, 10) == played(curious, 10)


def test_saved_states_go_on_as_if_nothing_happened(random_bundle: Bundle) -> None:
    player, other = Companion.load(random_bundle, 9), Companion.load(random_bundle, 1)
    played(player, 30)
    saved = player.save_state()
    other.restore(saved)
    assert other.save_state() == saved
    assert (other.held, other.seconds, other.steps) == (player.held, player.seconds, player.steps)
    assert played(other, 30) == played(player, 30)


@settings(deadline=None, max_examples=80)
@given(st.data())
def test_damaged_states_are_refused_and_change_nothing(random_bundle: Bundle, data: st.DataObject) -> None:
    player = Companion.load(random_bundle)
    played(player, 5)
    saved = player.save_state()
    at = data.draw(st.integers(0, len(saved) - 1))
    bad = data.draw(
        st.sampled_from(
            [
                saved[:at],
                saved + b"x",
                saved[:at] + bytes([saved[at] ^ 1]) + saved[at + 1 :],
                b"",
                bytes(MAX_STATE + 1),
            ]
        )
    )
    with pytest.raises(UsageError, match=r"^state: "):
        player.restore(bad)
    assert player.save_state() == saved


def test_states_of_other_bundles_are_refused(random_bundle: Bundle, tmp_path: Path) -> None:
    other = Companion.load(write_companion(tmp_path, seed=1))
    with pytest.raises(UsageError, match="was saved with bundle"):
        Companion.load(random_bundle).restore(other.save_state())


def test_reset_forgets(random_bundle: Bundle) -> None:
    fresh, player = Companion.load(random_bundle), Companion.load(random_bundle)
    played(player, 25)
    player.reset()
    assert player.save_state() == fresh.save_state()
    player.reset(start=False)
    assert player.save_state() != fresh.save_state()
    with pytest.raises(UsageError, match=r"instrument: 'tuba'"):
        player.feed(Event("tuba", 60, 0.0, 1))


def test_trials_leave_no_trace(player: Companion) -> None:
    played(player, 5)
    before = player.save_state()
    with player.trial():
        played(player, 5)
        player.reset()
    assert player.save_state() == before


def test_drums_and_silent_notes_have_no_end(player: Companion) -> None:
    player.feed(Event("drums", 38, 0.0, 100))
    before = player.steps
    player.feed(Event("drums", 38, 0.25, 0))
    player.feed(Event("lead", 60, 0.25, 0))
    assert player.steps == before and player.held == [] and player.seconds == 0.5
    assert player.query(Query(max_time=0.0)).time == 0.0
    player.feed(Event("lead", 60, 0.5, 80))
    assert player.silence("drums") == 0.75 and player.silence("lead") == 0.0


def test_time_that_passes_is_heard_with_the_next_event(random_bundle: Bundle) -> None:
    one, two = Companion.load(random_bundle), Companion.load(random_bundle)
    one.prompt([Event("drums", 38, 0.0, 100), Event("drums", 38, 0.5, 0), Event("lead", 60, 0.5, 80)])
    two.prompt([Event("drums", 38, 0.0, 100), Event("lead", 60, 1.0, 80)])
    assert one.query() == two.query()


def test_a_note_that_begins_again_ends_first(random_bundle: Bundle) -> None:
    one, two = Companion.load(random_bundle), Companion.load(random_bundle)
    one.prompt([Event("lead", 60, 0.0, 80), Event("lead", 60, 0.5, 70)])
    two.prompt([Event("lead", 60, 0.0, 80), Event("lead", 60, 0.5, 0), Event("lead", 60, 0.0, 70)])
    assert one.held == two.held == [("lead", 60)]
    assert np.array_equal(one._now.hidden, two._now.hidden)


def run_long(player: Companion, count: int) -> None:
    """Time and state stay in bounds; memory is what it was."""
    played(player, 200)
    size = len(player.save_state())
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(count):
        player.query_feed(
            Query(max_time=0.3, max_velocity=127 if number % 3 else 0) if player.held else SHORT
        )
        assert abs(player._now.late) <= RESOLUTION / 2 + 1e-9
        assert np.abs(player._now.hidden).max() <= 1.001
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 20_000 and len(player.save_state()) < size + 2000


def test_hundreds_of_events_without_growth(player: Companion) -> None:
    run_long(player, 600)


@pytest.mark.slow
def test_ten_thousand_events_without_drift_or_growth(player: Companion) -> None:
    run_long(player, 10_000)


def test_prompts_are_counted_and_limited(player: Companion, monkeypatch: pytest.MonkeyPatch) -> None:
    hit = Event("drums", 36, 0.5, 100)
    assert player.prompt([hit] * 4) == player.steps == 4
    monkeypatch.setattr("stemwright.symbolic.companion.companion.MAX_PROMPT", 3)
    with pytest.raises(UsageError, match="prompt: has more than 3 events"):
        player.prompt(iter([hit] * 4))


def test_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = write_companion(tmp_path)
    monkeypatch.setenv("STEMWRIGHT_WEIGHTS", str(tmp_path))
    assert find("companion") == made.path
    assert (
        Companion.load("companion").query()
        == Companion.load(made.path).query()
        == Companion.load(made).query()
    )


def test_weights_that_are_no_numbers_and_other_features_are_refused(tmp_path: Path) -> None:
    tensors = companion_weights()
    tensors["held"][3, 3] = np.nan
    manifest = Manifest("companion", "companion", "x", dict(COMPANION))
    broken = write_bundle(tmp_path / "a", manifest, {"model.safetensors": save(tensors)})
    with pytest.raises(UsageError, match="tensor 'held' holds what is no number"):
        Companion.load(broken)
    manifest.architecture["time_features"] = 7
    tensors = companion_weights()
    tensors |= {name: tensors[name][:7] for name in ("input.time", "known.time")}
    other = write_bundle(tmp_path / "b", manifest, {"model.safetensors": save(tensors)})
    with pytest.raises(UsageError, match=r"architecture\.time_features' is 7, this version has 59"):
        Companion.load(other)


def test_bad_seeds_are_refused(random_bundle: Bundle) -> None:
    for seed in (-1, 2**64, 1.5):
        with pytest.raises(UsageError, match=r"^seed: "):
            Companion.load(random_bundle, seed)  # type: ignore[arg-type]
