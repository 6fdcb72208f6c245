"""Golden scores of the styles that came after the first twelve: a seed means the same notes everywhere."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import MORE, style_of
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:4 verse:4 outro:2"
GOLDEN = {
    "soul": "722b59a3 dd9f4343 e853113e aab92c27 fc208aea ab8e9a74 fd595f6d 16462eec",
    "disco": "53748d0f 6d4acd15 0d9573d0 854eff16 c9a0db27 d2722b50 8e4825e1 f995e288",
    "techno": "8bea586d 49a6b5be a0af59b4 278dc7e3 0582bd9c 49308781 e394075f 256f6aff",
    "trance": "f5e50d01 eb35123a d2d924f6 da42489c 976b35d2 b3455c82 7c0bcf5b df2569d1",
    "drumandbass": "b224b587 560e634d b1612ced 86d3ec33 2e143b5a 94543da9 b4ad8f11 01b627cb",
    "lofi": "91ea42c5 3b925548 4d7ba7a8 2eec5128 55bd3090 4e233afb a5e755a6 f8d5daf3",
    "trap": "e1f81127 c348d99e 0fa9f2ea ddc8a0eb 1dace237 0475a5f9 a6bfbc4f d5f86b92",
    "afrobeat": "7ddf7491 2243fbe2 62e7394a 174931f3 45e8402b 5464dd3f 5915b7b9 58166696",
    "salsa": "e7bf4e0d 6acdaf26 6da716e4 8bbee9c7 51a30f20 077a2997 2481a32d 792d9c3a",
    "samba": "4e4f15b7 bd36e99d 78204953 33d7c237 f8bae5bd 006df81c 0dbe5989 a41c2843",
    "swing": "c50cf471 aa2004bd 7592e5dc b40a3ae5 3b1ad7d9 7d3ab93a 00bd6c0f a79deee1",
    "waltz": "7761783c 8aa94584 384bf85b f68cee00 03502d4b 656900e7 5b7524c1 59721a53",
    "ska": "5a2a2e22 7d0c5aa4 a2127aec af85968e a71e252f 4b04e9e5 d180f98f 027d1045",
    "punk": "b3320408 e4dbcbba f4f4495b 3726527f 4085eef3 7ac0d10a 8c77b585 95f14f80",
    "synthwave": "d6b1fa63 747a1c88 daae4436 bef8aaa5 a4227a5b d6f0f511 0c76c83a e72ae998",
    "cinematic": "c98071c2 a2dba606 dce3285e df39b279 483d4284 f8b77dbf 049c2fb9 97cea8b2",
    "folk": "c7888676 1ba5af88 e7150da1 821f9f4d 30b49e95 599ee961 51981f6f 10be03ab",
    "latin": "ed7e8596 052ad722 3bbd86a0 9dbc1bf9 34c4f6d0 4ab5addb 9b9ced77 de876fd5",
    "electronic": "4a201bcb c49c8cef 2df640cd 8afc731c 4a8e61a1 727556b8 4f428d8b a72eadf5",
    "dance": "4a201bcb c49c8cef 2df640cd 8afc731c 4a8e61a1 727556b8 4f428d8b a72eadf5",
    "ambient": "e1cc9d14 b86ae0cf 0cbd2bb2 f8d0c418 86094205 454ce7d1 263abc2d 27dad62d",
}


def digest(style: str) -> str:
    """The beginnings of the hashes of a style's four scores, in two meters."""
    words = []
    for seed, meter in ((0, str(style_of(style).meter or "4/4")), (7, "7/8")):
        made = arrange(GlobalState.create("97.3", "F# minor", meter, FORM, style), seed=seed)
        words += [score.sha256[:8] for score in made.scores.values()]
    return " ".join(words)


@pytest.mark.parametrize("style", MORE)
def test_golden(style: str) -> None:
    assert digest(style) == GOLDEN[style]
