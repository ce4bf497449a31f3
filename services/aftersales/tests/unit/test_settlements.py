"""Settlement: whatever is divided adds up again, to the last minor unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftersales.repair_orders.settlements import PAYERS, ShareRule, settle, split
from isthmus.contracts.business import Line
from isthmus.http import Unprocessable
from isthmus.parties import Money

AMOUNTS = st.integers(-(10**12), 10**12)


def money(minor: int) -> Money:
    return Money(amount_minor=minor, currency="CNY")


LINES = st.lists(
    st.builds(
        lambda kind, minor, payer: Line(kind=kind, description="x", amount=money(minor), payer=payer),
        st.sampled_from(["labour", "part", "discount", "fee"]),
        AMOUNTS,
        st.sampled_from([None, *PAYERS]),
    ),
    max_size=20,
)
RULES = st.lists(
    st.builds(
        ShareRule,
        payer=st.sampled_from(["warranty", "insurer", "goodwill"]),
        line_kind=st.sampled_from([None, "labour", "part"]),
        basis_points=st.integers(1, 2_500),
    ),
    max_size=4,
)


@given(AMOUNTS, st.lists(st.integers(0, 10_000), min_size=1, max_size=6).filter(any))
def test_parts_add_up_and_are_within_one_unit_of_exact(amount: int, weights: list[int]) -> None:
    parts = split(amount, weights)
    assert sum(parts) == amount
    total = sum(weights)
    assert all(abs(part * total - amount * weight) < total for part, weight in zip(parts, weights, strict=True))
    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


@given(LINES, RULES, AMOUNTS, st.none() | st.integers(0, 10**13))
def test_shares_add_up_to_the_total(
    lines: list[Line], rules: list[ShareRule], without_lines: int, deductible: int | None
) -> None:
    amounts = [line.amount.amount_minor for line in lines if line.amount is not None]
    total = money(sum(amounts) if lines else without_lines)
    shares = settle(total, lines, rules, None if deductible is None else money(deductible))
    assert sum(share.amount.amount_minor for share in shares) == total.amount_minor
    assert len({share.payer for share in shares}) == len(shares)


def test_a_lines_own_payer_goes_before_the_rules() -> None:
    lines = [
        Line(kind="part", description="pump", amount=money(999), payer="warranty"),
        Line(kind="labour", description="fitting", amount=money(101)),
    ]
    rules = [ShareRule(payer="goodwill", line_kind="labour", basis_points=5_000)]
    shares = {share.payer: share.amount.amount_minor for share in settle(money(1_100), lines, rules)}
    assert shares == {"warranty": 999, "customer": 51, "goodwill": 50}


def test_the_customer_carries_the_deductible_and_no_more_than_the_insurer_paid() -> None:
    rules = [ShareRule(payer="insurer", basis_points=10_000)]
    shares = {s.payer: s.amount.amount_minor for s in settle(money(1_000), [], rules, money(300))}
    assert shares == {"customer": 300, "insurer": 700}
    all_his = settle(money(1_000), [], rules, money(5_000))
    assert [(share.payer, share.amount.amount_minor) for share in all_his] == [("customer", 1_000)]


def test_more_than_all_cannot_be_shared() -> None:
    rules = [ShareRule(payer="insurer", basis_points=6_000), ShareRule(payer="goodwill", basis_points=6_000)]
    with pytest.raises(Unprocessable):
        settle(money(1_000), [], rules)
