import pytest

from stemwright.evaluation.symbolic import samba
from support.symbolic import kit, song

TELECO = "x.x.x.xx.x.x.xx."


@pytest.mark.parametrize(
    ("text", "right"),
    [("....x.......x...", True), ("x...x...x...x...", False), ("....x...........", False)],
)
def test_the_surdo_answers_on_two_and_four(text, right):
    assert samba.surdo(song(form="verse:1", drums=kit(low_tom=text))).tolist() == [right]


@pytest.mark.parametrize(
    ("text", "right"),
    [(TELECO, True), ("x.x.x.x.x.x.x.x.", False), ("x..xx..xx..xx..x", False), ("x" * 16, False)],
)
def test_a_tamborim_crosses_the_beat(text, right):
    assert samba.tamborim(song(form="verse:1", drums=kit(rim=text))).tolist() == [right]


def test_a_ganza_runs():
    running, halting = "x" * 16, "x.x." * 4
    assert samba.ganza(song(form="verse:2", drums=kit(closed_hat=running + halting))).tolist() == [
        True,
        False,
    ]


def test_only_in_four():
    with pytest.raises(ValueError, match="3/4 has no samba"):
        samba.evaluate(song(form="verse:1", meter="3/4", drums=kit(low_tom="x" * 12)))
    have = samba.evaluate(song(form="verse:1", drums=kit(rim=TELECO)))
    assert have["tamborim"] == 1.0 and have["bass"] is None
