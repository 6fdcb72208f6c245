"""A mix with what was kept of earlier ones is, to the bit, the mix without; and makes little anew."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stemwright.mix.masters import MASTERS
from stemwright.mix.measuring import held
from stemwright.mix.mixer import mixing
from stemwright.mix.peaks import highest_between, true_peak
from stemwright.mix.placement import Placement, gain_db, placement

RATE = 8000
TILE = 3 * RATE
LENGTH = 13 * RATE + 77
LAYERS = ("bass", "drums", "lead")


class Keyed:
    """A stem whose tiles are named by their samples."""

    def __init__(self, audio: np.ndarray) -> None:
        self._audio, self.length, self.channels = audio, len(audio), audio.ndim

    def read(self, start: int, stop: int) -> np.ndarray:
        return self._audio[start:stop]

    def key(self, start: int, stop: int) -> str:
        tiles = range(start // TILE, -(-stop // TILE))
        return ",".join(hashlib.sha256(self._audio[at * TILE : (at + 1) * TILE]).hexdigest() for at in tiles)


@dataclass
class Memory:
    """What is kept; `most`: numbers of one array that there is room for."""

    most: int = 1 << 30
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    puts: int = 0

    def get(self, key: str) -> np.ndarray | None:
        return self.arrays.get(key)

    def put(self, key: str, array: np.ndarray) -> bool:
        if array.size > self.most:
            return False
        self.puts += 1
        self.arrays[key] = array.copy()
        return True


@dataclass
class Band:
    """A song as a mix sees it."""

    sounds: dict[str, np.ndarray]
    gains: dict[str, float]
    muted: frozenset[str] = frozenset()

    def mix(self, master: str, kept: Memory | None, sums: Memory | None) -> tuple[Any, ...]:
        heard = [layer for layer in LAYERS if layer not in self.muted] or ["lead"]
        nowhere = kept or Memory(0)
        stems = {layer: held(Keyed(self.sounds[layer]), RATE, 0.89, nowhere) for layer in heard}
        places = {layer: replace(placement(layer), gain_db=self.gains.get(layer, 0.0)) for layer in heard}
        with mixing(stems, RATE, MASTERS[master], places, kept, sums) as made:
            audio = np.concatenate(list(made.pieces()))
            found = made.made
            said = found.loudness_lufs, found.true_peak_dbtp, found.limiting_db, found.reached
            return audio.tobytes(), *said, made.highest, made.mixing.gains(found)


def band() -> Band:
    time, rng = np.arange(LENGTH) / RATE, np.random.default_rng(0)
    hits = rng.standard_normal((LENGTH, 2)) * np.exp(-(time % 0.5) * 8)[:, None] * 0.35
    bass = np.sin(2 * np.pi * 55 * time) * np.exp(-(time % 0.5) * 3) * 0.5
    lead = np.sin(2 * np.pi * 440 * time) * 0.2 * (np.sin(time) > 0)
    sounds = {"drums": hits, "bass": bass, "lead": lead[: LENGTH - RATE]}
    return Band({layer: sound.astype("f4") for layer, sound in sounds.items()}, {})


def edited(song: Band, layer: str, at: int, level: float, seed: int) -> Band:
    """Half a second of a layer is another."""
    sound = song.sounds[layer].copy()
    part = sound[at : at + RATE // 2]
    part[:] = np.random.default_rng(seed).standard_normal(part.shape) * level
    return replace(song, sounds={**song.sounds, layer: sound})


EDITS = st.tuples(
    st.just("edit"),
    st.sampled_from(LAYERS),
    st.integers(0, LENGTH - 2 * RATE),
    st.sampled_from((0.02, 0.4)),
    st.integers(0, 99),
)
GAINS = st.tuples(st.just("gain"), st.sampled_from(LAYERS), st.sampled_from((-6.0, 0.0, 3.5)))
MUTES = st.tuples(st.just("mute"), st.sets(st.sampled_from(LAYERS), max_size=2))
STEPS = st.lists(st.one_of(EDITS, GAINS, MUTES), min_size=1, max_size=3)


@given(steps=STEPS, master=st.sampled_from(sorted(MASTERS)))
@settings(max_examples=5, deadline=None)
def test_warm_cold_and_without_are_the_same(steps: list[tuple[Any, ...]], master: str) -> None:
    song, warm, little = band(), Memory(), Memory(most=10_000)
    for step in [("mute", set()), *steps]:
        if step[0] == "edit":
            song = edited(song, *step[1:])
        elif step[0] == "gain":
            song = replace(song, gains={**song.gains, step[1]: step[2]})
        else:
            song = replace(song, muted=frozenset(step[1]))
        plain = song.mix(master, None, None)
        assert song.mix(master, warm, warm) == plain
    assert song.mix(master, warm, warm) == plain == song.mix(master, Memory(), Memory())
    assert song.mix(master, little, little) == plain  # its sums lie in the spool


@pytest.mark.parametrize("master", sorted(MASTERS))
def test_an_edit_costs_what_it_changes(master: str) -> None:
    short, kept = band(), Memory()
    song = Band({layer: np.concatenate([sound] * 3) for layer, sound in short.sounds.items()}, {})
    song.mix(master, kept, kept)
    first, kept.puts = kept.puts, 0
    song.mix(master, kept, kept)
    assert kept.puts == 0
    song.sounds["bass"][9 * RATE : 10 * RATE] *= -1.0  # as loud as before
    song.mix(master, kept, kept)
    assert 0 < kept.puts < 0.45 * first


def test_small_changes_of_loudness_move_no_gain() -> None:
    place = Placement(-3.0, 0.0, -12.0, 1.0)
    assert gain_db(place, -24.09) == gain_db(place, -23.91) == pytest.approx(2.0)
    assert gain_db(place, -24.11) == pytest.approx(2.2)


def test_a_piece_has_the_true_peak_of_the_whole() -> None:
    sound = band().sounds["drums"]
    sound[20_000:20_004] = 1.9
    whole = 10 ** (true_peak(sound) / 20)
    assert highest_between(sound[19_000:21_000], 500, 1500) == pytest.approx(whole, abs=1e-5)
    assert highest_between(sound[19_000:21_000], 1100, 1500) < 0.8 * whole
    assert true_peak(np.zeros((0, 2))) == -120.0
