import pytest

from stemwright.evaluation.symbolic import clave
from stemwright.song.score import Score
from support.symbolic import kit, line, song

SON = "x.....x.....x... ....x...x......."
BOSSA = "x.....x.....x... ....x.....x....."


def turned(text: str) -> str:
    first, second = text.split()
    return f"{second} {first}"


@pytest.mark.parametrize("text", [SON, turned(SON), BOSSA, turned(BOSSA)])
@pytest.mark.parametrize("piece", ["rim", "percussion", "clap"])
def test_claves_in_both_directions(text, piece):
    assert clave.clave(song(form="verse:2", drums=kit(**{piece: text}))).all()
    assert clave.clave(song(form="verse:2", drums=kit(late=10, **{piece: text}))).all()
    fast = "".join(text.replace(" ", "")[::2])
    assert clave.clave(song(form="verse:1", drums=kit(**{piece: fast}))).all()


@pytest.mark.parametrize("text", ["x...x...x...x..." * 2, "....x.......x..." * 2, "xxxxxxxxxxxxxxxx" * 2])
def test_what_is_no_clave(text):
    assert not clave.clave(song(form="verse:2", drums=kit(rim=text))).any()


def test_clave_is_kept_only_where_it_is():
    have = song(form="verse:4", drums=kit(rim=SON + "." * 32))
    assert clave.clave(have).tolist() == [True, True, False, False]
    assert clave.evaluate(have)["clave"] == 0.5 and clave.evaluate(have)["tumbao"] is None


def test_surdo():
    for text, right in [
        ("x.....x.x.....x.", True),
        ("x.......x.......", False),
        ("....x.....x.x...", True),
        ("x.x.x.x.x.x.x.x.", False),
    ]:
        assert clave.surdo(song(form="verse:1", drums=kit(kick=text))).tolist() == [right]


def test_basses():
    def basses(text: str) -> tuple[bool, bool]:
        have = song(form="verse:1", bass=line(text, [40] * 16))
        return bool(clave.tumbao(have)[0]), bool(clave.bossa_bass(have)[0])

    assert basses("......x.....x...") == (True, False)
    assert basses("x.....x.x.....x.") == (False, True)
    assert basses("x...x...x...x...") == (False, False)
    assert basses("x.x.x.x.x.x.x.x.") == (False, False)  # eighths throughout
    assert clave.evaluate(song(form="verse:1", bass=line("......x.....x...", [40] * 2)))["clave"] is None


def test_other_meters():
    with pytest.raises(ValueError, match="3/4"):
        clave.evaluate(song(meter="3/4", form="verse:1", drums=Score()))
