from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from feedback.return_visits.rules import RULES, is_chosen

RULE = RULES.rules["repair_3_days"]


@given(st.uuids(), st.integers(0, 100), st.integers(0, 100))
def test_a_larger_sample_holds_the_smaller_and_all_is_all(about: UUID, one: int, other: int) -> None:
    smaller, larger = (RULE.model_copy(update={"percent": percent}) for percent in sorted((one, other)))
    assert is_chosen("r", smaller, about) <= is_chosen("r", larger, about)
    assert is_chosen("r", RULE.model_copy(update={"percent": 100}), about)
    assert not is_chosen("r", RULE.model_copy(update={"percent": 0}), about)


def test_a_sample_is_about_as_large_as_it_says() -> None:
    chosen = sum(is_chosen("repair_3_days", RULE, UUID(int=number)) for number in range(10_000))
    assert 2_800 <= chosen <= 3_200


@given(st.integers(0, 60 * 24 * 400))
def test_a_visit_falls_due_in_the_morning_the_declared_days_later(minutes: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    due = RULES.due_at(RULE, at).astimezone(UTC)
    assert (due.hour, due.minute) == (2, 0)
    assert timedelta(days=2) < due - at < timedelta(days=4)
