"""Golden scores of the styles that came after the first twelve: a seed means the same notes everywhere."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import MORE, style_of
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:4 verse:4 outro:2"
GOLDEN = {
    "soul": "722b59a3 478b69f1 b89f4b20 f1249e81 fc208aea ab8e9a74 394be64e 41caa367",
    "disco": "53748d0f 6d4acd15 d367a927 dca78505 c9a0db27 d2722b50 88ee17e8 7584891b",
    "techno": "8bea586d 49a6b5be 5d1da653 e290fd79 0582bd9c 49308781 5aae57ba 41652b63",
    "trance": "f5e50d01 eb35123a d2d924f6 d7b4debb 976b35d2 b3455c82 7c0bcf5b c8822b83",
    "drumandbass": "b224b587 560e634d c1237898 c1838340 2e143b5a 94543da9 6048ce3c e5bf1347",
    "lofi": "91ea42c5 3b925548 3b0055ba d6c988de 55bd3090 4e233afb 7fe01a8a 68555832",
    "trap": "e1f81127 c348d99e a66abd14 bf2c1d84 1dace237 0475a5f9 35f2fae7 70ef8169",
    "afrobeat": "7ddf7491 2243fbe2 bb951e74 37de9796 45e8402b 5464dd3f 455a9505 83e1cde3",
    "salsa": "e7bf4e0d 6acdaf26 aef835c3 9bea9e4e 51a30f20 077a2997 ec2a4efe 7195a4f0",
    "samba": "4e4f15b7 e1c57440 78204953 b47fc09b f8bae5bd ad045d38 8ca74e57 a576de0a",
    "swing": "c50cf471 cac4c83f 83264519 edc084b8 3b1ad7d9 3319ece6 cf237063 d87afefc",
    "waltz": "7761783c 8aa94584 384bf85b 39b9e5b7 03502d4b 656900e7 72690495 3f5dd02d",
    "ska": "5a2a2e22 14e13ef6 b53eb89b c238e442 a71e252f 4b04e9e5 d180f98f 917820bf",
    "punk": "b3320408 e4dbcbba f4f4495b c7e9b495 4085eef3 7ac0d10a 9fdc5971 017555f3",
    "synthwave": "d6b1fa63 747a1c88 cddbe200 e8bc6053 a4227a5b d6f0f511 0c76c83a 8eecc02d",
    "cinematic": "c98071c2 a2dba606 cb6b4ba0 077ae3e0 483d4284 f8b77dbf 33ba55f5 16604a2c",
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
