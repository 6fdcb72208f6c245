"""Bars inserted, deleted, repeated and moved: what stays is what it was, note by note and token by token."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from editing.heard import Notes, bar_tokens, bars, song, tokens
from stemwright.editing.bars import (
    delete_bars,
    extend,
    insert_bars,
    move_bars,
    order_sections,
    rename_section,
    repeat_bars,
)
from stemwright.editing.moves import redo, undo
from stemwright.editing.trying import tried
from stemwright.editing.varying import vary
from stemwright.errors import UsageError
from stemwright.producer.create import Wish, create
from stemwright.producer.generate import generate
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.mix import mix_song
from stemwright.producer.plan import Request
from stemwright.store.folder import SongFolder
from stemwright.store.positions import position
from stemwright.store.verify import verify
from support.soak import at_leisure, examples

LAYERS = ("drums", "bass", "harmony", "lead")


def test_inserted_bars_are_written_and_all_others_keep_notes_and_tokens(made: Path) -> None:
    before = {layer: bars(made, layer) for layer in LAYERS}
    held = {layer: [bar_tokens(made, layer, bar) for bar in range(6)] for layer in LAYERS}
    told = insert_bars(made, 4, 2)
    assert told["form"] == "intro:1 verse:5 chorus:2"
    assert told["layers"]["lead"] == {"written": "4-5", "performed": "4-5"}
    for layer in LAYERS:
        after = bars(made, layer)
        assert after[:3] + after[5:] == before[layer]
        assert any(after[3:5])
        for old, new in [(0, 0), (1, 1), (2, 2), (3, 5), (4, 6), (5, 7)]:
            there = bar_tokens(made, layer, new)
            if there.shape == held[layer][old].shape:
                assert np.array_equal(there, held[layer][old])
            else:  # bars begin at whole frames
                assert abs(there.shape[1] - held[layer][old].shape[1]) == 1
    assert verify(SongFolder.open(made)).problems == []
    assert mix_song(made)["remarks"] == []


def test_deleting_repeating_and_moving_make_nothing_anew(made: Path) -> None:
    before = bars(made, "bass")
    for change, sources in (
        (lambda: delete_bars(made, "2-3"), [0, 3, 4, 5]),
        (lambda: repeat_bars(made, "2-2", 2), [0, 3, 3, 3, 4, 5]),
        (lambda: move_bars(made, "1-1", 7), [3, 3, 3, 4, 5, 0]),
    ):
        told = change()
        assert all(not layer["performed"] for layer in told["layers"].values())
        assert bars(made, "bass") == [before[source] for source in sources]
        assert tokens(made, "bass").shape[1] == song(made).state.frames
    undo(made, 3)
    assert bars(made, "bass") == before


def test_extending_writes_the_end_that_was_and_the_new_bars(made: Path) -> None:
    before = bars(made, "lead")
    assert extend(made, 2, "outro")["layers"]["lead"]["written"] == "6-8"
    assert song(made).state.form == "intro:1 verse:3 chorus:2 outro:2"
    assert bars(made, "lead")[:5] == before[:5]


def test_sections_are_renamed_without_a_take_and_reordered_without_a_performer(made: Path) -> None:
    takes = {layer: entry.take for layer, entry in song(made).layers.items()}
    before = bars(made, "harmony")
    rename_section(made, 2, "bridge")
    assert song(made).state.form == "intro:1 bridge:3 chorus:2"
    assert {layer: entry.take for layer, entry in song(made).layers.items()} == takes
    order_sections(made, "3 1 2")
    assert song(made).state.form == "chorus:2 intro:1 bridge:3"
    assert bars(made, "harmony") == [before[source] for source in (4, 5, 0, 1, 2, 3)]


def test_a_dry_run_tells_and_changes_nothing(made: Path) -> None:
    files = {file: file.read_bytes() for file in made.rglob("*") if file.is_file()}
    told = insert_bars(made, 1, 1, dry_run=True)
    assert (told["run"], told["bars"], told["layers"]["drums"]["performed"]) == (None, 7, "1-1")
    assert told["estimated_seconds"] > 0
    assert {file: file.read_bytes() for file in made.rglob("*") if file.is_file()} == files


def test_nothing_that_moves_is_nothing_that_happened(made: Path) -> None:
    assert move_bars(made, "2-3", 2)["run"] is None
    assert order_sections(made, "1 2 3")["run"] is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda path: delete_bars(path, "1-6"), "are the whole song"),
        (lambda path: delete_bars(path, "5-9"), "the song has bars 1 to 6"),
        (lambda path: insert_bars(path, 9, 1), "bar 9: is outside the song"),
        (lambda path: insert_bars(path, 0, 1), "bar 0: is outside the song"),
        (lambda path: insert_bars(path, 1, 0), "count 0: give 1 to 999"),
        (lambda path: insert_bars(path, 1, 2, "a b"), "is not a section name"),
        (lambda path: repeat_bars(path, "1-6", 990), "at most 200|at most 4096|give 1 to"),
        (lambda path: move_bars(path, "2-4", 3), "cannot go to bar 3"),
        (lambda path: rename_section(path, 4, "x"), "section 4: is not in the song; it has 1 intro, 2 verse"),
        (lambda path: order_sections(path, "1 two"), "write the numbers of the sections"),
        (lambda path: vary(path, "lead", "1-2", 1.5), "amount 1.5: give more than 0, to 1"),
        (lambda path: vary(path, "flute", "1-2"), "is not in this song"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changed(made: Path, change: object, said: str) -> None:
    before = (made / "song.json").read_bytes()
    with pytest.raises(UsageError, match=said):
        change(made)  # type: ignore[operator]
    assert (made / "song.json").read_bytes() == before
    assert len(SongFolder.open(made).runs.numbers()) == 1


def test_given_notes_move_along_and_new_bars_are_written_to_them(made: Path) -> None:
    from stemwright.exchange.exports import export_song
    from stemwright.exchange.imports import import_midi

    file = export_song(made, midi=True)["midi"]
    import_midi(made, Path(file), tracks=())
    generate(made)
    before = bars(made, "lead")
    insert_bars(made, 2, 1)
    after = bars(made, "lead")
    assert after[:1] + after[2:] == before
    entry = song(made).layers["lead"]
    assert entry.active is not None and entry.score_sha256 == entry.active.score_sha256


def test_varied_bars_keep_some_notes_and_others_all(made: Path) -> None:
    before = bars(made, "harmony")
    told = vary(made, "harmony", "2-4", 0.5, seed=9)
    after = bars(made, "harmony")
    assert told["layers"] == {"harmony": {"written": "2-4", "performed": "2-4"}}
    assert after[:1] + after[4:] == before[:1] + before[4:]
    assert after[1:4] != before[1:4]
    assert any(set(old) & set(new) for old, new in zip(before[1:4], after[1:4], strict=True))


Act = tuple[str, int, int, int]
KINDS = ("insert", "delete", "repeat", "move", "undo", "redo", "extend", "gain")
ACTS = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.integers(0, 10),
        st.integers(1, 3),
        st.integers(0, 10),
    ),
    max_size=6,
)


def _do(path: Path, act: str, at: int, count: int, to: int) -> list[int | None] | None:
    """Do it where it can be done; the sources of the bars after it, None where none of them moved."""
    total = song(path).state.bars
    first = at % total
    last = min(total, first + count)
    span, old = f"{first + 1}-{last}", list(range(total))
    if act == "insert":
        insert_bars(path, first + 1, count)
        return [*old[:first], *[None] * count, *old[first:]]
    if act == "extend":
        extend(path, 1)
        return [*old[:-1], None, None]
    if act == "delete" and last - first < total:
        delete_bars(path, span)
        return old[:first] + old[last:]
    if act == "repeat" and total < 12:
        repeat_bars(path, span)
        return old[:last] + old[first:last] + old[last:]
    if act == "move":
        goal = to % (total + 1)
        if not first < goal < last:
            move_bars(path, span, goal + 1)
            rest = old[:first] + old[last:]
            at = goal if goal <= first else goal - (last - first)
            return rest[:at] + old[first:last] + rest[at:]
    if act == "gain":
        set_layer(path, "bass", Change(gain=float(to)))
    return None


@examples(12)
@given(acts=ACTS)
def test_no_way_of_editing_loses_a_note_a_take_or_a_run(acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "song"
        create(path, Wish(bpm="291", form="intro:1 verse:2", seed=4, title="A"))
        generate(path)
        model: dict[str, list[Notes]] = {layer: bars(path, layer) for layer in LAYERS}
        documents, redone, runs = [song(path)], [], 1
        for act, at, count, to in acts:
            if act == "undo":
                if len(documents) == 1:
                    continue
                undo(path)
                redone.append(documents.pop())
            elif act == "redo":
                if not redone:
                    continue
                redo(path)
                documents.append(redone.pop())
            else:
                sources = _do(path, act, at, count, to)
                if song(path) == documents[-1]:
                    continue
                if sources is not None:
                    for layer in LAYERS:
                        now = bars(path, layer)
                        kept = [
                            model[layer][s] if s is not None else now[bar] for bar, s in enumerate(sources)
                        ]
                        assert now == kept
                documents.append(song(path))
                redone.clear()
            runs += 1
            assert song(path) == documents[-1]
            assert len(SongFolder.open(path).runs.numbers()) == runs
            model = {layer: bars(path, layer) for layer in LAYERS}
            for layer in LAYERS:
                assert tokens(path, layer).shape[1] == song(path).state.frames
        assert verify(SongFolder.open(path)).problems == []


def _play(path: Path, acts: Sequence[Act], forgetful: bool) -> list[str | None]:
    """Hashes of the tokens of a song that was edited so; forgetful: nothing is kept between two acts."""
    create(path, Wish(bpm="291", form="intro:1 verse:2", seed=4, title="A"))
    generate(path)
    for act, at, count, to in acts:
        if forgetful:
            shutil.rmtree(path / "cache", ignore_errors=True)
        if act == "undo" and position(SongFolder.open(path).runs).run > 1:
            undo(path)
        elif act not in ("undo", "redo"):
            _do(path, act, at, count, to)
    return [entry.active and entry.active.tokens_sha256 for entry in song(path).layers.values()]


@examples(6)
@given(acts=ACTS)
def test_the_same_changes_without_any_cache_give_the_same_tokens(acts: list[Act]) -> None:
    with tempfile.TemporaryDirectory() as place:
        assert _play(Path(place) / "one", acts, False) == _play(Path(place) / "two", acts, True)


@at_leisure
@pytest.mark.parametrize("seed", range(3))
def test_a_hundred_random_steps_without_any_cache_give_the_same_tokens(seed: int, tmp_path: Path) -> None:
    random = Random(seed)
    acts = [
        (random.choice(KINDS), random.randint(0, 10), random.randint(1, 3), random.randint(0, 10))
        for _ in range(100)
    ]
    assert _play(tmp_path / "one", acts, False) == _play(tmp_path / "two", acts, True)


def test_what_generate_would_make_is_told_and_nothing_made(made: Path) -> None:
    before = (made / "song.json").read_bytes()
    told = tried(made, Request(("lead",), seed=9, bars="2-3"))
    assert told["layers"] == {"lead": {"written": "2-3", "performed": "2-3"}}
    assert told["run"] is None and told["estimated_seconds"] > 0
    assert tried(made, Request())["layers"] == {}
    assert (made / "song.json").read_bytes() == before
    with pytest.raises(UsageError, match="the song has bars 1 to 6"):
        tried(made, Request(("lead",), bars="9"))
