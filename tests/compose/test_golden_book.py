"""Golden scores of the styles that came after the first twelve: a seed means the same notes everywhere."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import MORE, style_of
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:4 verse:4 outro:2"
GOLDEN = {
    "soul": "722b59a3 478b69f1 b89f4b20 f1249e81 fc208aea ab8e9a74 394be64e 41caa367",
    "disco": "53748d0f 6162e195 7db4100a dca78505 c9a0db27 3d72483e 710c91d1 7584891b",
    "techno": "8bea586d 49a6b5be 5d1da653 38a5ec82 0582bd9c 49308781 5aae57ba c4d0a14b",
    "trance": "0f75cf0f eb35123a 10f318e0 d7b4debb 4cbd8566 b3455c82 9cae651c c8822b83",
    "drumandbass": "b224b587 560e634d ed88e2ee 42d461ef 2e143b5a 94543da9 00862001 4d6f5aa6",
    "lofi": "91ea42c5 3b925548 3b0055ba ca8ff3ef 55bd3090 4e233afb 7fe01a8a 9eaef523",
    "trap": "e1f81127 c348d99e a66abd14 aef0a438 1dace237 0475a5f9 35f2fae7 13c3f908",
    "afrobeat": "7ddf7491 2243fbe2 bb951e74 366c546d 45e8402b 5464dd3f 455a9505 7c16a12b",
    "salsa": "e7bf4e0d 6acdaf26 aef835c3 e4b71841 51a30f20 077a2997 ec2a4efe 99d45782",
    "samba": "4e4f15b7 e1c57440 78204953 b47fc09b f8bae5bd ad045d38 8ca74e57 a576de0a",
    "swing": "c50cf471 cac4c83f 319eda81 edc084b8 3b1ad7d9 3319ece6 bab45ea5 d87afefc",
    "waltz": "7761783c 8aa94584 384bf85b 39b9e5b7 03502d4b 656900e7 72690495 3f5dd02d",
    "ska": "5a2a2e22 4bf6ff5c e2e60956 7f017354 a71e252f 25a952e4 76487740 b8f33bd5",
    "punk": "b3320408 740f61a8 a8e74040 c7e9b495 4085eef3 7bdab55f 2f180641 017555f3",
    "synthwave": "d6b1fa63 747a1c88 cddbe200 7682042a a4227a5b d6f0f511 0c76c83a cd4169b1",
    "cinematic": "c98071c2 a2dba606 2d8d4740 077ae3e0 483d4284 f8b77dbf a4726981 16604a2c",
    "folk": "c7888676 eb82224e 9bebc529 bb1710e4 30b49e95 599ee961 51981f6f 52fff23e",
    "latin": "ed7e8596 052ad722 5b68214b 77b58c08 34c4f6d0 4ab5addb b075af45 6f59fd0a",
    "electronic": "4a201bcb a1f228a2 7a950fba c0a20c83 4a8e61a1 f1b53e6b 4d67903e 841619ab",
    "dance": "4a201bcb a1f228a2 7a950fba c0a20c83 4a8e61a1 f1b53e6b 4d67903e 841619ab",
    "ambient": "e1cc9d14 b86ae0cf 31601e85 ee079e13 86094205 454ce7d1 4a07e17e 9de3e68f",
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
