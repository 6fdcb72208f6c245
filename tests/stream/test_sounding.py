"""The sound of layers: what decoding the whole gives, over phrases and changes of tempo."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from quick_pieces import piece

from stemwright.codec.tone.streaming import LOOKAHEAD
from stemwright.producer import bundles
from stemwright.song.score import Note, Score
from stemwright.song.timebase import Timebase
from stemwright.stream.phrases import Phrase
from stemwright.stream.sounding import FADE, SAMPLES, Sounding


def tokens_of(phrase: Phrase, seed: int) -> dict[str, npt.NDArray[np.uint16]]:
    draw = np.random.Generator(np.random.Philox(seed))
    return {layer: draw.integers(0, 512, (4, phrase.state.frames), np.uint16) for layer in phrase.players}


def joined(first: Phrase, second: Phrase, layer: str) -> tuple[Score, Timebase]:
    """Both phrases' notes of a layer as one score."""
    shift = first.state.total_ticks
    later = [Note(n.onset + shift, n.duration, n.pitch, n.velocity) for n in second.scores[layer].notes]
    bpm = second.state.bpm
    tempos = ((first.state.bars, bpm),) if bpm != first.state.bpm else ()
    timebase = Timebase(first.state.bpm, first.state.meter, tempos)
    return Score.from_notes([*first.scores[layer].notes, *later]), timebase


def test_it_is_the_whole_decoded_at_once_over_a_phrases_border(pool: ThreadPoolExecutor) -> None:
    """The second phrase is slower; the bass keeps its timbre."""
    first = piece().phrase(0, 0, 0)
    second = piece(bpm="200").phrase(1, 1, first.stop)
    given = tokens_of(first, 1), tokens_of(second, 2)
    sounding, made = Sounding(bundles.tone(), pool), []
    for phrase, tokens in zip((first, second), given, strict=True):
        sounding.follow(phrase)
        for at in range(0, phrase.state.frames, 17):
            heard = sounding.push({layer: part[:, at : at + 17] for layer, part in tokens.items()})
            made.append({layer: sound for layer, _, sound in heard})
    frames = second.stop - LOOKAHEAD
    assert sounding.done == frames
    for layer in first.players:
        sound = np.concatenate([part[layer] for part in made])
        score, timebase = joined(first, second, layer)
        codes = np.concatenate([tokens[layer] for tokens in given], axis=1)
        stream = bundles.tone().stream(layer, score, timebase, first.timbres[layer], True)
        whole = np.concatenate([stream.push(codes), stream.flush()])[: frames * SAMPLES]
        assert np.abs(sound - whole).max() < 5e-4  # what other stretches of the same decoder differ by


def test_a_layer_that_goes_fades_and_one_that_comes_begins_at_the_border(pool: ThreadPoolExecutor) -> None:
    first = piece().phrase(0, 0, 0)
    second = piece("funk, no bass", layers=None).phrase(0, 1, first.stop)
    assert "bass" in first.players and "bass" not in second.players
    sounding = Sounding(bundles.tone(), pool)
    sounding.follow(first)
    sounding.push(tokens_of(first, 1))
    sounding.follow(second)
    heard = {layer: sound for layer, _, sound in sounding.push(tokens_of(second, 2))}
    left = (LOOKAHEAD + FADE) * SAMPLES
    bass = np.abs(heard["bass"]).max(axis=1)
    assert bass[: LOOKAHEAD * SAMPLES].any()
    assert bass[left - 200 : left].max() < 0.05 * bass[:left].max() and not bass[left:].any()
    assert len({len(sound) for sound in heard.values()}) == 1
    assert all(layer != "bass" for layer, _, _ in sounding.push(tokens_of(second, 3)))
