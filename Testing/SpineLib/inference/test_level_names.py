"""Names from C2 downward, from the sacrum upward or from both; a wrong name is worse than none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from SpineLib import reasons
from SpineLib.errors import BadInput
from SpineLib.inference.level_names import USUAL, named, named_by_reader, sequence
from SpineLib.inference.spine_chain import Anchor, Chain, Vertebra

FREE = list(USUAL)


def chain(first, last, *, c2=True, sacrum=True, free=FREE, weak=(), states=()):
    """The part of a spine from one place to another; the sacrum follows the last free vertebra."""
    order = [*free, "S1"][first : last + 1]
    links = [0.3 if first + n in weak else 0.997 for n in range(len(order))]
    state = [dict(states).get(first + n, "seen") for n in range(len(order))]
    vertebrae = [
        Vertebra(None, 0.9, None, 0.9, link, s) for link, s in zip(links, state, strict=True)
    ]
    top = Anchor(0, 0.9) if c2 and first == 0 else None
    bottom = Anchor(len(order) - 1, 0.9) if sacrum and last == len(free) else None
    return order, Chain(vertebrae, top, bottom)


def codes(found):
    return {one.code for one in found}


def test_what_follows_l5_is_not_named_where_the_sacrum_is_not_seen():
    _, seen = chain(0, 23, sacrum=False)
    assert named(seen).names[-2:] == ["L5", ""]


parts = st.tuples(st.integers(0, 22), st.integers(1, 23)).filter(lambda ends: ends[0] < ends[1])


@given(ends=parts, weak=st.sets(st.integers(0, 22), max_size=2), c2=st.booleans(), s=st.booleans())
def test_no_part_of_a_usual_spine_is_ever_named_wrongly(ends, weak, c2, s):
    truth, seen = chain(*ends, c2=c2, sacrum=s, weak=weak)
    told = named(seen)
    assert all(name in ("", true) for name, true in zip(told.names, truth, strict=True))
    if seen.c2 is None and seen.sacrum is None:
        assert not any(told.names) and codes(told.evidence) == {reasons.NO_ANCHOR}


@given(ends=parts)
def test_an_end_that_is_seen_names_every_vertebra(ends):
    truth, seen = chain(*ends)
    told = named(seen)
    assert told.names == (truth if seen.c2 or seen.sacrum else [""] * len(truth))


def test_two_ends_that_meet_say_so():
    told = named(chain(0, 23)[1])
    assert codes(told.evidence) == {reasons.ENDS_MEET} and not told.unusual
    assert min(told.probabilities) > 0.9


@pytest.mark.parametrize(
    ("free", "said"),
    [([*FREE, "L6"], reasons.MORE_THAN_USUAL), (FREE[:-1], reasons.FEWER_THAN_USUAL)],
)
def test_another_count_is_said_and_counted_from_above(free, said):
    truth, seen = chain(0, len(free), free=free)
    told = named(seen)
    assert told.names == truth
    assert said in codes(told.unusual)


def test_counts_that_do_not_meet_are_believed_down_to_the_first_doubt():
    _, seen = chain(0, 21, free=FREE[:21], weak={9})
    told = named(seen)
    assert told.names[:10] == FREE[:10] and not any(told.names[10:])
    assert codes(told.evidence) == {reasons.ENDS_DIFFER}


def test_nothing_is_named_beyond_a_weak_link_from_one_end():
    _, seen = chain(0, 8, weak={3})
    assert named(seen).names == [*FREE[:4], *[""] * 5]


def test_a_transitional_lowest_disc_leaves_a_count_from_below_without_names():
    _, seen = chain(15, 23, c2=False, states={22: "odd"}.items())
    told = named(seen)
    assert not any(told.names) and reasons.TRANSITIONAL in codes(told.unusual)


def test_a_block_vertebra_and_a_missing_disc_are_said():
    _, seen = chain(0, 6, states={2: "fused", 4: "missing"}.items())
    assert codes(named(seen).unusual) == {reasons.BLOCK_VERTEBRA, reasons.MISSING_DISC}


@given(ends=parts, data=st.data())
def test_this_one_is_named_by_the_reader_and_names_all_others(ends, data):
    truth, seen = chain(*ends, c2=False, sacrum=False)
    n = data.draw(st.integers(0, len(truth) - 1))
    told = named_by_reader(seen, n, truth[n])
    assert told.names == truth
    assert codes(told.evidence) == {reasons.READER_NAMED}


def test_transitional_anatomy_can_be_stated():
    _, seen = chain(15, 23)
    told = named_by_reader(seen, 0, "T12", lumbar=6)
    assert told.names[-3:] == ["L6", "S1", ""]
    assert sequence(13)[19] == "T13"


@pytest.mark.parametrize(
    ("index", "name"), [(40, "C5"), (-1, "C5"), (0, "C9"), (0, "L6")]
)  # fmt: skip
def test_a_name_or_vertebra_that_is_not_there_is_refused(index, name):
    with pytest.raises(BadInput):
        named_by_reader(chain(0, 5)[1], index, name)


def test_numbers_of_vertebrae_that_no_spine_has_are_refused():
    with pytest.raises(BadInput, match="11 to 13"):
        sequence(14)
