from stemwright.evaluation.symbolic.sections import section_pairs
from stemwright.song.state import GlobalState


def test_numbers_and_cases_do_not_count():
    state = GlobalState.create(form="verse:4 chorus:2 Verse2:3 verse_3:1")
    assert list(section_pairs(state)) == [
        (0, 4, 2, False),
        (0, 6, 3, True),
        (0, 9, 1, True),
        (4, 6, 2, False),
        (4, 9, 1, False),
        (6, 9, 1, True),
    ]
    assert not list(section_pairs(GlobalState.create(form="verse:4")))
