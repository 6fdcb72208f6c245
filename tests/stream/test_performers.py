"""A stream's tokens: those of the whole played at once, however they are cut."""

from binascii import crc32
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quick_pieces import piece

from stemwright.conditioning import drop_features, frame_features, step_features
from stemwright.perform.layer import engine_of, perform_layer
from stemwright.stream import performers
from stemwright.stream.performers import Performers
from stemwright.stream.phrases import Phrase
from stemwright.stream.stream import token_blocks

SEED = 9
POOL = ThreadPoolExecutor(2)
PHRASES = [piece().phrase(0, 0, 0)]
PHRASES.append(piece().phrase(1, 1, PHRASES[0].stop))
PHRASES.append(piece("slow bossa, no drums", bpm="200").phrase(0, 2, PHRASES[1].stop))
PHRASES.append(piece().phrase(2, 3, PHRASES[2].stop))


class Written:
    """Gives these phrases, and then no more."""

    def __init__(self) -> None:
        self._left = list(PHRASES)

    def take(self) -> Phrase:
        return self._left.pop(0)

    def prepare(self) -> None:
        pass


def streamed(sizes: tuple[int, ...]) -> list[dict[str, np.ndarray]]:
    """By phrase, of all but the last, each layer's tokens."""
    made: list[dict[str, list[np.ndarray]]] = [{}, {}, {}]
    blocks = token_blocks(Written(), Performers(SEED, POOL), sizes)  # type: ignore[arg-type]
    for block in takewhile(lambda block: block.phrase.number < 3, blocks):
        for layer, tokens in block.tokens.items():
            made[block.phrase.number].setdefault(layer, []).append(tokens)
    return [{name: np.concatenate(parts, axis=1) for name, parts in phrase.items()} for phrase in made]


WHOLE = streamed((36,))


@settings(deadline=None, max_examples=3)
@given(st.lists(st.integers(1, 50), min_size=1, max_size=4).map(tuple))
def test_the_size_of_blocks_changes_no_token(sizes: tuple[int, ...]) -> None:
    for mine, whole in zip(streamed(sizes), WHOLE, strict=True):
        assert mine.keys() == whole.keys()
        assert all(np.array_equal(mine[layer], whole[layer]) for layer in whole)


def test_every_phrase_has_its_layers_and_frames() -> None:
    assert set(WHOLE[0]) == {"drums", "bass", "harmony", "lead"}
    assert set(WHOLE[2]) == {"bass", "harmony", "lead"}
    for phrase, made in zip(PHRASES, WHOLE, strict=False):
        assert all(tokens.shape == (4, phrase.state.frames) for tokens in made.values())


@pytest.mark.parametrize("layer", ["bass", "harmony"])
def test_phrases_are_what_the_engine_makes_of_all_at_once(layer: str) -> None:
    rows = np.concatenate(
        [frame_features(p.state, layer, p.scores[layer], timbre=p.players[layer].slot) for p in PHRASES]
    )
    player = PHRASES[0].players[layer]
    steps = step_features(rows, len(rows) + 3, 2)
    base = steps.copy()
    drop_features(base, layer, ["score"])
    frames = PHRASES[2].stop
    whole = engine_of(player.bundle).generate(
        steps, len(rows), seed=SEED, layer_id=crc32(layer.encode()), takes=(1,), sampling=player.sampling,
        base=base, stop=frames,
    )[0]  # fmt: skip
    assert np.array_equal(np.concatenate([made[layer] for made in WHOLE], axis=1), whole)


def test_the_first_phrase_is_take_1_of_the_phrase_but_for_what_looks_beyond_it() -> None:
    """`perform_layer` knows nothing after the phrase; the stream hears the next one two frames ahead."""
    phrase = PHRASES[0]
    player = phrase.players["drums"]
    rows = frame_features(phrase.state, "drums", phrase.scores["drums"], timbre=player.slot)
    alone = perform_layer(
        player.bundle, rows, seed=SEED, layer="drums", take=1, timebase=phrase.state.timebase
    )
    sure = phrase.state.frames - 5
    assert np.array_equal(WHOLE[0]["drums"][:, :sure], alone[:, :sure])


def test_a_layer_that_comes_again_is_drawn_anew() -> None:
    """Drums rest in the third phrase; those of the fourth are take 4 of a layer that begins there."""
    player = Performers(SEED, POOL)
    for phrase in PHRASES:
        player.follow(phrase)
    for phrase in PHRASES[:-1]:
        player.block(phrase.start, phrase.state.frames)
    made = player.block(PHRASES[-1].start, 60)["drums"]
    last = PHRASES[-1]
    cast = last.players["drums"]
    rows = frame_features(last.state, "drums", last.scores["drums"], timbre=cast.slot)
    alone = perform_layer(cast.bundle, rows, seed=SEED, layer="drums", take=4, timebase=last.state.timebase)
    assert np.array_equal(made, alone[:, :60])


def test_what_is_not_known_yet_is_not_made() -> None:
    player = Performers(SEED, POOL)
    player.follow(PHRASES[0])
    with pytest.raises(ValueError, match="are known"):
        player.block(0, PHRASES[0].stop)


def test_a_layer_begins_anew_before_the_engine_can_count_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(performers, "LONGEST", PHRASES[0].state.frames)
    player, second = Performers(SEED, POOL), PHRASES[1]
    for phrase in PHRASES[:2]:
        player.follow(phrase)
    assert np.array_equal(player.block(0, 75)["bass"][:, :70], WHOLE[0]["bass"][:, :70])
    made = player.block(second.start, 50)["bass"]
    cast = second.players["bass"]
    rows = frame_features(second.state, "bass", second.scores["bass"], timbre=cast.slot)
    alone = perform_layer(cast.bundle, rows, seed=SEED, layer="bass", take=2, timebase=second.state.timebase)
    assert np.array_equal(made, alone[:, :50])
