"""Golden scores of the styles that came after the first twelve: a seed means the same notes everywhere."""

from __future__ import annotations

import pytest

from stemwright.compose.arranger import arrange
from stemwright.compose.styles import MORE, style_of
from stemwright.song.state import GlobalState

FORM = "intro:2 verse:4 chorus:4 verse:4 outro:2"
GOLDEN = {
    "soul": "3b0dc631 a19045a1 94133d95 419d8f1e dd5ac270 730ed913 2fc5a940 f63e3242",
    "disco": "53dbf951 66c80c2c ecf1c85e 7a94400d 65c3a564 8687866c b0fba06a 7786989b",
    "techno": "6046fdcf 2cec7fe2 6dd7766b 06ba73b4 960d58df 42086c6a 7ae908da 3820e2e8",
    "trance": "38158ee1 fcaa39d3 a2453670 da197e07 9ea478ed f53e8854 ebdc7a37 b7604568",
    "drumandbass": "7fe17523 4698f1b4 8e5b82ec 617798fd 763b29ba b5df78de 1f270ee2 4fc4d65d",
    "lofi": "83a30cf7 69974fde 5f3aff88 a9e61070 35b7e03b 366e63e5 0dd0a0b4 92042506",
    "trap": "69f94661 4452e9e8 db368505 a36fa812 8b3bac8e d10bd6c7 40fd3431 f1699bbf",
    "afrobeat": "5c945965 f59e3899 afc17753 d69b3be8 e14af2e5 bcd25e3d 0627215e 25637e87",
    "salsa": "f7f793d7 eb1f48d2 ca590f83 472342ab 80c8c96c 1c831efc 7872578b 80ea14ee",
    "samba": "9d8487ac 1e049b0e 64c193f7 a3d00aa0 76188d50 97b421e5 56dda4d2 5d7a21bb",
    "swing": "cc091bb2 3ee657e1 4258e309 0a642c4b 9440fede 5c17fdf4 fe7cb2db 20e00720",
    "waltz": "fb086c88 f49f74a6 8b1e3519 28454b64 f3ff43d0 fd9b42a9 6d346eaa aac0fbaa",
    "ska": "8974321c 58d45f6d fa0e3a60 f1157adc 65e79875 5f65fe86 3d5047da 56d51634",
    "punk": "3036c085 33a2c30f 685f4882 ac82d75b dd55a361 9dc1f37b f1e26214 9c03d462",
    "synthwave": "6878a216 7eba48d7 7bb4c7f1 98c52ad6 f8496a7e 462ca42b 4b028e17 cc36c0b3",
    "cinematic": "f0d177fe a20a41f6 49b45f0b 419f4944 526882cf a1384d6d cd837d99 372923a1",
    "folk": "7aa80452 aaae8a0b efbf4d7e 29106c38 966d50a4 4fb65e2b 5dfa5a4a 459b6cb0",
    "latin": "f11635e2 146d5dd8 178cec4c 8472cf38 7bd174c7 c31448e1 ded31afe d6d7f451",
    "electronic": "d3520116 9a89f72c 73a6a196 d0e9be6c d2cd67e5 72f380b5 15177348 20440c58",
    "dance": "3570cfcb df5e1fbf fa05b38b 419a9dde 5b8fb1be 0c0e57ea 39b6ee54 a7fb68be",
    "ambient": "07d30304 1dad7f0c 5673e9fa e86f3ea4 93aff4ca 7eb10116 b84fd753 7da2b948",
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
