from hypothesis import given
from hypothesis import strategies as st

from isthmus.parties import Money
from sales.configuration import Option, clashes, configured_price, wrong_options

PRICE = Money(amount_minor=10_000_000, currency="CNY")
CODES = ["SUNROOF", "LEATHER", "SPORT", "TOWBAR"]


def option(
    code: str, *, price: int = 100, requires: list[str] | None = None, excludes: list[str] | None = None
) -> Option:
    money = Money(amount_minor=price, currency="CNY")
    return Option(code=code, description=code, price=money, requires=requires or [], excludes=excludes or [])


OPTIONS = [
    option("SUNROOF", price=500),
    option("LEATHER", price=300, requires=["SUNROOF"]),
    option("SPORT", price=200, excludes=["TOWBAR"]),
    option("TOWBAR", price=100),
]
CHOICES = st.lists(st.sampled_from(CODES), unique=True)


@given(CHOICES)
def test_a_choice_is_refused_exactly_when_something_is_missing_or_clashes(chosen: list[str]) -> None:
    fits = ("LEATHER" not in chosen or "SUNROOF" in chosen) and not {"SPORT", "TOWBAR"} <= set(chosen)
    assert (list(clashes(OPTIONS, chosen)) == []) is fits


@given(CHOICES, CHOICES)
def test_the_price_is_the_sum_of_its_parts(one: list[str], other: list[str]) -> None:
    def added(chosen: list[str]) -> int:
        return configured_price(PRICE, OPTIONS, chosen).amount_minor - PRICE.amount_minor

    assert added(list({*one, *other})) == added(one) + added(other) - added([code for code in one if code in other])
    assert added([]) == 0


def test_an_unknown_code_is_told_where_it_stands() -> None:
    (error,) = clashes(OPTIONS, ["SUNROOF", "WINGS"])
    assert (error.pointer, error.code) == ("/options/1", "unknown_option")


def test_a_variants_own_options_must_fit_together() -> None:
    assert list(wrong_options(OPTIONS, PRICE)) == []
    wrong = [*OPTIONS, option("SPORT"), option("WINGS", requires=["WINGS"])]
    assert [error.pointer for error in wrong_options(wrong, PRICE)] == ["/options/4/code", "/options/5/requires"]
    (error, *_) = wrong_options(OPTIONS, Money(amount_minor=1, currency="USD"))
    assert error.code == "wrong_amount"
