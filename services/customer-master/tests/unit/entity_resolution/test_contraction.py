"""Where all agree the long way is spared: with the same result."""

from unittest.mock import patch

import numpy as np
from hypothesis import event, given, settings
from hypothesis import strategies as st

from entity_resolution.contraction import Contraction, Edges

LINK, MARGIN = 10, 4


@st.composite
def edges(draw: st.DrawFn) -> Edges:
    count = draw(st.integers(1, 5))
    left, right = np.triu_indices(count, 1)
    pairs = len(left)
    weight = np.array(draw(st.lists(st.integers(LINK - 1, LINK + 5), min_size=pairs, max_size=pairs)), dtype=np.int64)
    contradicts, vetoed = (
        np.array(draw(st.lists(st.integers(0, most), min_size=pairs, max_size=pairs)), dtype=np.int64) == 1
        for most in (1, 9)
    )
    columns = Edges(weight, weight, contradicts, vetoed, weight, contradicts, contradicts)
    return Edges.between(count, left, right, columns)


def clusters(found: Edges) -> list[list[int]]:
    contraction = Contraction(Edges(*(matrix.copy() for matrix in found)), link=LINK, margin=MARGIN)
    contraction.run()
    count = len(found.weight)
    members = contraction.clusters()
    together = {frozenset((one, other)) for group in members for one in group for other in group}
    for one in range(count):
        for other in range(count):
            assert contraction.separate(one, other) == (frozenset((one, other)) not in together)
    return members


@settings(max_examples=500)
@given(edges())
def test_what_all_agree_on_is_what_merging_one_by_one_comes_to(found: Edges) -> None:
    with patch.object(Contraction, "_all_agree", return_value=False):
        one_by_one = clusters(found)
    event("one customer" if len(one_by_one) == 1 else "several")
    assert clusters(found) == one_by_one
