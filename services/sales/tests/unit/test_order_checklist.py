from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isthmus.http import Conflict, Unprocessable
from sales.order_checklist import RULES, Check, checked, require_done, with_items

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
CODES = [rule.code for rule in RULES.items]
CHOSEN = st.lists(st.sampled_from(CODES), unique=True)
PAYMENTS = st.sampled_from([None, "cash", "loan", "lease"])


@given(CHOSEN, CHOSEN, PAYMENTS, st.booleans())
def test_an_order_is_held_back_exactly_while_something_for_the_step_is_open(
    agreed: list[str],
    done: list[str],
    payment: str | None,
    trade_in: bool,  # noqa: FBT001 - hypothesis gives it
) -> None:
    items = with_items([], agreed, payment, trade_in=trade_in)
    for code in done:
        items = checked(items, Check(item=code, done=True), by="li", at=NOW)
    for steps in (("ready",), ("ready", "deliver")):
        still_open = {item.item for item in items if item.step in steps} - set(done)
        if still_open:
            with pytest.raises(Conflict) as refused:
                require_done(items, *steps)
            assert all(code in refused.value.detail for code in still_open)
        else:
            require_done(items, *steps)


@given(CHOSEN, PAYMENTS, PAYMENTS)
def test_what_is_done_stays_done_and_what_is_agreed_stays_agreed(
    agreed: list[str], before: str | None, after: str | None
) -> None:
    items = with_items([], agreed, before, trade_in=False)
    for item in items:
        items = checked(items, Check(item=item.item, done=True), by="li", at=NOW)
    later = with_items(items, [], after, trade_in=True)
    assert {item.item for item in items} <= {item.item for item in later}
    assert all(item.done_at == NOW for item in later if item.item in agreed)
    assert [item.item for item in later] == [code for code in CODES if code in {item.item for item in later}]


def test_a_loan_needs_its_approval_and_an_unknown_item_is_told() -> None:
    assert [item.item for item in with_items([], [], "loan", trade_in=True)] == ["financing", "trade_in_papers"]
    with pytest.raises(Unprocessable):
        with_items([], ["blessing"], None, trade_in=False)
