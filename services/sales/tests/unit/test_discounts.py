from hypothesis import given
from hypothesis import strategies as st

from isthmus.contracts.business import Line
from isthmus.contracts.money import Money
from isthmus.http import Principal
from sales.discounts import RULES, discount_permille

AMOUNTS = st.integers(1, 10**12)


def cny(amount: int) -> Money:
    return Money(amount_minor=amount, currency="CNY")


def discount_line(amount: int) -> Line:
    return Line(kind="discount", description="优惠", amount=cny(-amount))


def caller(*scopes: str, everywhere: bool = False) -> Principal:
    return Principal("li", "dms", frozenset(), everywhere, frozenset(scopes))


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_lower_price_is_never_a_smaller_discount(list_price: int, one: int, other: int) -> None:
    lower, higher = sorted((one, other))
    assert discount_permille(cny(list_price), cny(lower), []) >= discount_permille(cny(list_price), cny(higher), [])


@given(AMOUNTS, st.integers(0, 10**12))
def test_a_discount_cannot_be_hidden_in_the_lines_or_by_leaving_the_list_price_out(price: int, off: int) -> None:
    total, taken_off = cny(price), [discount_line(off)]
    stated = discount_permille(cny(price + off), total, [])
    assert discount_permille(cny(price + off), total, taken_off) == stated
    assert discount_permille(None, total, taken_off) == stated
    assert discount_permille(cny(price), total, taken_off) >= stated


@given(AMOUNTS, AMOUNTS)
def test_no_discount_is_rounded_down_to_what_is_allowed(list_price: int, total: int) -> None:
    permille = discount_permille(cny(list_price), cny(total), [])
    assert 0 <= permille <= 1000
    assert permille * list_price >= (list_price - total) * 1000


def test_limits_rise_with_the_role() -> None:
    assert RULES.limit_of(caller("sales:read")) == 0
    assert RULES.limit_of(caller("sales:write")) == 30
    assert RULES.limit_of(caller("sales:write", "sales:approve")) == 100
    assert RULES.limit_of(caller("sales:write", everywhere=True)) == 30
    assert RULES.limit_of(caller("sales:write", "sales:approve", everywhere=True)) == 1000
