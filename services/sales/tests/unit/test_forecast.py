from hypothesis import given
from hypothesis import strategies as st

from sales.forecast import RULES, Deals, total, weighted

STAGES = [stage.code for stage in RULES.stages]
AMOUNTS = st.integers(0, 10**12)
DEALS = st.builds(
    Deals,
    stage=st.sampled_from(STAGES),
    currency=st.just("CNY"),
    month=st.sampled_from([None, "2026-11"]),
    count=st.integers(1, 50),
    amount_minor=AMOUNTS,
)


@given(st.lists(DEALS), st.lists(DEALS))
def test_the_forecast_of_two_parts_is_the_sum_of_both(one: list[Deals], other: list[Deals]) -> None:
    whole, left, right = total([*one, *other]), total(one), total(other)
    assert whole.count == left.count + right.count
    assert whole.amount_minor == left.amount_minor + right.amount_minor
    assert whole.weighted_minor == left.weighted_minor + right.weighted_minor


@given(
    AMOUNTS, st.lists(st.sampled_from(STAGES), min_size=2, max_size=2).map(lambda two: sorted(two, key=STAGES.index))
)
def test_a_later_stage_never_forecasts_less_and_never_more_than_the_amount(amount: int, stages: list[str]) -> None:
    earlier, later = (weighted(Deals(stage, "CNY", None, 1, amount)) for stage in stages)
    assert 0 <= earlier <= later <= amount
