"""The service standard: scores stay in range, better points never give a worse grade."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from aftersales.service_standard import BEST_SCORE, MOST_POINTS, ServiceStandard, service_standard

STANDARD = service_standard()
CODES = [criterion.code for criterion in STANDARD.criteria]
POINTS = st.dictionaries(st.sampled_from(CODES), st.integers(0, MOST_POINTS), min_size=1)


@given(POINTS)
def test_scores_lie_between_those_of_the_worst_and_the_best_points(points: dict[str, int]) -> None:
    score = STANDARD.score(points)
    assert min(points.values()) * 10 <= score <= max(points.values()) * 10 <= BEST_SCORE


@given(POINTS, st.sampled_from(CODES), st.integers(0, MOST_POINTS))
def test_better_points_never_give_a_worse_grade(points: dict[str, int], code: str, more: int) -> None:
    if code not in points:
        return
    better = points | {code: min(points[code] + more, MOST_POINTS)}
    assert STANDARD.grade(STANDARD.score(better)) <= STANDARD.grade(STANDARD.score(points))


def test_grades_and_failing() -> None:
    assert [STANDARD.grade(score) for score in (1_000, 900, 899, 600, 599, 0)] == ["a", "a", "b", "c", "d", "d"]
    assert STANDARD.fails("d")
    assert not STANDARD.fails("c")
    assert STANDARD.score({}) == 0


def test_grades_with_a_gap_at_the_bottom_are_refused() -> None:
    raw = STANDARD.model_dump()
    with pytest.raises(ValidationError):
        ServiceStandard.model_validate(raw | {"grades": raw["grades"][:-1], "failing_grade": "c"})
