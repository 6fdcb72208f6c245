"""Golden scores of the styles that came after the first twelve: a seed means the same notes everywhere."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import MORE, style_of
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:4 verse:4 outro:2"
GOLDEN = {
    "soul": "eacc17ea 86d9dcc1 00c368ee a6bf8a38 54596da5 27897b82 6a5dd13d 4db33663",
    "disco": "4b7fa334 66c80c2c ecf1c85e 9cd70b81 fe8f109b 8687866c 85778e5c 83d5b202",
    "techno": "320692b3 2cec7fe2 6dd7766b 29e10e71 960d58df 42086c6a 7ae908da 2783d518",
    "trance": "364fa233 fcaa39d3 e062649a 39e272eb 99fc1cc6 f53e8854 36364e11 d5ac396a",
    "drumandbass": "7fe17523 4698f1b4 712d473c 617798fd d188049f b5df78de d6510734 4fc4d65d",
    "lofi": "1973ff8d 357c9d02 d83e29a3 b80162ab a5708e9c 7c77b2d4 c0c10e50 d9b4497d",
    "trap": "a9ec3096 4452e9e8 71a0808c a36fa812 f7c71f24 d10bd6c7 af63e00b f1699bbf",
    "afrobeat": "68db5a14 d5a7eca2 259ae8bf 4f8b23b2 e7bb4c67 f53bfbad 2d9659f4 0746b705",
    "salsa": "d459d48f eb1f48d2 9b667f9f b267c3a7 9f36bfbc 1c831efc 7872578b 5332641b",
    "samba": "48b54773 1e049b0e a8727001 2bfb0f62 b547c91c 97b421e5 58dce3ed 480eecfc",
    "swing": "88f4b712 3ee657e1 43f604dc 0a642c4b 4e927f36 5c17fdf4 619c6944 c1acde45",
    "waltz": "4545ce80 f49f74a6 aca82e13 28454b64 27bdaf94 fd9b42a9 ffe13f84 aac0fbaa",
    "ska": "89c5b5d0 58d45f6d fa0e3a60 c0bd5993 aa8fbbc2 5f65fe86 3d5047da 460c7605",
    "punk": "98f3c53e d29e415f 4c8e0f24 d9d24a8f 7a117c44 61c9243b c8b904cc 6c8e0f2c",
    "synthwave": "82531176 7eba48d7 9ab3bc72 98c52ad6 f8496a7e 462ca42b 57f97639 ae7b269d",
    "cinematic": "32a54767 a20a41f6 3ae90e50 419f4944 6c2060ec 150f3276 fe5c89b8 372923a1",
    "folk": "4057b2fe e91285d6 070f73d8 abfceac0 15f66e68 b1dc138a 62a71e0e d65fb100",
    "latin": "e82da694 146d5dd8 178cec4c d3fcc362 ba496bf5 c31448e1 85dce747 c25fa28d",
    "electronic": "d3520116 9a89f72c 73a6a196 3a38a574 217b4dee 72f380b5 15177348 20440c58",
    "dance": "f7d2c262 df5e1fbf fa05b38b 7c8345d0 d6cb99dd 0c0e57ea 39b6ee54 c7486396",
    "ambient": "8f5fdcde 7bdfa0f9 5673e9fa cb7dacf2 6eb0ab7c 4db63a3f 14174740 cab12913",
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
