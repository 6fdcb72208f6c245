"""Phrases written ahead, and prompts that come meanwhile."""

import threading
from collections.abc import Iterator

import pytest
from quick_pieces import piece

from stemwright.errors import UsageError
from stemwright.stream.ahead import Ahead


@pytest.fixture
def ahead() -> Iterator[Ahead]:
    made = Ahead(piece, "funk")
    yield made
    made.close()


def test_phrases_follow_each_other(ahead: Ahead) -> None:
    phrases = []
    for _ in range(3):
        phrases.append(ahead.take())
        ahead.prepare()
    assert [p.number for p in phrases] == [0, 1, 2]
    assert [p.start for p in phrases[1:]] == [p.stop for p in phrases[:-1]]
    assert phrases[1].scores == piece("funk").phrase(1, 1, 0).scores


@pytest.mark.parametrize("prepared", [False, True])
def test_another_prompt_holds_from_the_next_phrase_on(ahead: Ahead, prepared: bool) -> None:
    first = ahead.take()
    if prepared:
        ahead.prepare()
    ahead.ask("techno, no drums")
    second = ahead.take()
    assert (second.number, second.start, second.state.style) == (1, first.stop, "techno")
    assert second.scores == piece("techno, no drums").phrase(0, 1, 0).scores
    assert ahead.take().state.form == "chorus:2"


def test_a_wrong_prompt_changes_nothing(ahead: Ahead) -> None:
    ahead.take()
    with pytest.raises(UsageError):
        ahead.ask("no drums no bass no harmony no lead")
    assert ahead.take().scores == piece("funk").phrase(1, 1, 0).scores


def test_a_prompt_that_comes_while_a_phrase_is_waited_for_wins() -> None:
    """The phrase that is being written when another prompt comes is not played."""
    writing, go_on = threading.Event(), threading.Event()

    class Slow:
        def phrase(self, index: int, number: int, start: int) -> object:
            writing.set()
            assert go_on.wait(10)
            return piece("funk").phrase(index, number, start)

    slow: dict[str, object] = {"slow": Slow(), "techno": piece("techno")}
    ahead = Ahead(slow.__getitem__, "slow")  # type: ignore[arg-type]
    found: list[str] = []
    taking = threading.Thread(target=lambda: found.append(ahead.take().state.style))
    taking.start()
    assert writing.wait(10)
    ahead.ask("techno")
    go_on.set()
    taking.join(10)
    ahead.close()
    assert found == ["techno"]
