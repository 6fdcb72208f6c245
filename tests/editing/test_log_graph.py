"""`log`: who did what, where and why; and what came of what as a graph."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemwright.editing.merging import merge
from stemwright.editing.moves import branch, redo, undo
from stemwright.errors import StemwrightError
from stemwright.producer.clock import Clock
from stemwright.producer.layer import Change, set_layer
from stemwright.producer.record import Act, commit, saying
from stemwright.producer.workspace import writing
from stemwright.shown.log import _drawn, graph, history
from stemwright.store import SongFolder
from stemwright.store.records import unseal_many
from support.edited import tune, write


@pytest.fixture
def song(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STEMWRIGHT_AUTHOR", "Ada")
    return write(tmp_path / "song", {"lead": tune((60,)), "bass": tune((36,))}, bars=1)


GRAPH = r"""
*    8 merge lead (main) <- the song stands here
|\
* |    7 layer bass
| | *    5 layer bass
| * |    3 layer lead (b) "louder lead"
|/ /
|/
*    1 layer bass
*    0 the beginning
""".strip()


def test_the_graph_shows_branches_merges_and_what_was_undone(song: Path) -> None:
    set_layer(song, "bass", Change(gain=1.0))
    branch(song, "b")
    with saying("louder lead"):
        set_layer(song, "lead", Change(gain=3.0))
    branch(song, "main")
    set_layer(song, "bass", Change(gain=2.0))
    undo(song)
    set_layer(song, "bass", Change(pan=0.5))
    merge(song, "b")
    with writing(song) as folder:
        commit(folder, folder.load(), Act("mix", []), Clock())
    assert "\n".join(graph(history(song))) == GRAPH


def test_each_run_tells_where_why_and_by_whom(song: Path) -> None:
    with saying("why"):
        set_layer(song, "bass", Change(gain=1.0))
    undo(song)
    redo(song)
    runs = history(song)["runs"]
    assert [(run["at"], run["parents"], run["branch"]) for run in runs] == [
        (1, [0], "main"),
        (0, [1], "main"),
        (1, [0], "main"),
    ]
    assert [(run["message"], run["author"]) for run in runs] == [("why", "Ada"), ("", "Ada"), ("", "Ada")]
    assert {"run", "parent", "command", "layers", "seed", "rtf", "peak_memory_mb", "seconds", "made"} <= set(
        runs[0]
    )


def test_runs_of_before_are_a_single_line(song: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stemwright.producer.record._place", lambda folder, act, changes: {})
    for level in (1.0, 2.0):
        set_layer(song, "bass", Change(gain=level))
    assert list(graph(history(song))) == [
        "*    2 layer bass (main) <- the song stands here",
        "*    1 layer bass",
        "*    0 the beginning",
    ]
    assert history(song)["runs"][1]["parents"] == [1]


@given(st.data())
def test_every_line_of_a_graph_leads_from_a_position_to_its_parents(data: st.DataObject) -> None:
    """Followed sign by sign, as an eye does."""
    size = data.draw(st.integers(1, 7))
    parents: dict[int, tuple[int, ...]] = {0: ()}
    for number in range(1, size + 1):
        count = 2 if number > 1 and data.draw(st.booleans()) else 1
        choice = st.lists(st.integers(0, number - 1), min_size=count, max_size=count, unique=True)
        parents[number] = tuple(data.draw(choice))
    rows = list(_drawn(parents))
    assert [number for _, number in rows if number is not None] == sorted(parents, reverse=True)
    assert _followed(rows) == {number: set(above) for number, above in parents.items()}


def _followed(rows: list[tuple[str, int | None]]) -> dict[int, set[int]]:
    """What positions lines lead to: each line is known by the positions that it comes from."""
    found: dict[int, set[int]] = {number: set() for _, number in rows if number is not None}
    lines: dict[int, set[int]] = {}  # by the place of its sign in the row
    for text, number in rows:
        if number is not None:
            at = text.index("*")
            for source in lines.pop(at, set()):
                found[source].add(number)
            lines[at] = {number}
            continue
        after: dict[int, set[int]] = {}
        for place, sources in lines.items():
            for sign, way in (("|", 0), ("/", -1), ("\\", 1)):
                spot = place + way
                if 0 <= spot < len(text) and text[spot] == sign:
                    end = spot if sign == "|" else spot + way
                    if sign == "/":
                        while end > 0 and text[end - 1] == "_":
                            end -= 2
                    after.setdefault(end, set()).update(sources)
        lines = after
    return found


@pytest.mark.parametrize("old", [b'"command": "layer"', b'"run": 1', b"false", b"\n}\n"])
def test_records_that_were_edited_are_refused_when_many_are_read(song: Path, old: bytes) -> None:
    set_layer(song, "bass", Change(gain=1.0))
    file = song / "runs" / "000001.json"
    data = file.read_bytes()
    assert unseal_many(data, "x") == SongFolder.open(song).runs.read(1)
    new = data.replace(old, old[:-1] + b" ", 1) if old in data else data + b" "
    file.write_bytes(new)
    with pytest.raises(StemwrightError, match="runs/000001"):
        history(song)


def test_any_flipped_bit_of_a_record_is_seen_when_many_are_read(song: Path) -> None:
    set_layer(song, "bass", Change(gain=1.0))
    data = (song / "runs" / "000001.json").read_bytes()
    for at in range(len(data)):
        flipped = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        with pytest.raises(StemwrightError):
            unseal_many(flipped, "x")
