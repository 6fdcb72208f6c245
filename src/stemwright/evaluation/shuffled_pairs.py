"""Shuffled pairs: the floor of every metric that compares something with what it belongs to.

Measure each stem against the score, chords or reference of another: what is left is what chance gives.
"""

from random import Random


def derangement(count: int, seed: int = 0) -> list[int]:
    """For each of `count` things the index of another one, each once: a random cycle (Sattolo 1986).

    ValueError for a single thing: it has no other.
    """
    if count == 1:
        raise ValueError("one thing cannot be paired with another; measure at least two")
    rng = Random(seed)
    places = list(range(count))
    for last in range(count - 1, 0, -1):
        other = rng.randrange(last)
        places[last], places[other] = places[other], places[last]
    return places
