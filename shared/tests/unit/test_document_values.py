"""Rules of amounts, the merge patch of RFC 7396, and bodies of which every field may be left out."""

from typing import Any

import pytest
from pydantic import Field, ValidationError

from isthmus.http import ApiModel, Unprocessable
from isthmus.parties import DocumentChange, Line, Money, check_part, check_total
from isthmus.parties.customers import merge_patch


def cny(amount: int) -> Money:
    return Money(amount_minor=amount, currency="CNY")


def line(amount: Money | None) -> Line:
    return Line(kind="part", description="oil", amount=amount)


def test_lines_add_up_to_the_total_or_are_absent() -> None:
    check_total(cny(90), [line(cny(100)), line(cny(-10))])
    check_total(cny(90), [])


@pytest.mark.parametrize(
    ("amounts", "pointer"),
    [
        ([cny(100)], "/total"),
        ([cny(90), None], "/lines/1/amount"),
        ([cny(90), Money(amount_minor=0, currency="USD")], "/lines/1/amount"),
    ],
)
def test_lines_that_do_not_add_up_are_named(amounts: list[Money | None], pointer: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        check_total(cny(90), [line(amount) for amount in amounts])
    assert refused.value.errors[0].pointer == pointer


def test_a_part_lies_between_nothing_and_the_total() -> None:
    for part in (None, cny(0), cny(90)):
        check_part(part, cny(90), "deposit")
    for part in (cny(-1), cny(91), Money(amount_minor=1, currency="USD")):
        with pytest.raises(Unprocessable):
            check_part(part, cny(90), "deposit")


@pytest.mark.parametrize(
    ("target", "patch", "result"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_merge_patch_does_what_the_rfc_shows(target: Any, patch: Any, result: Any) -> None:
    assert merge_patch(target, patch) == result


class ColourFields(ApiModel):
    colour: str = Field(max_length=5)
    note: str | None = None


class ColourChange(DocumentChange, ColourFields):
    pass


def test_a_change_holds_what_was_sent_and_nothing_else() -> None:
    assert ColourChange.model_validate({}).changes() == {}
    assert ColourChange.model_validate({"note": None}).changes() == {"note": None}
    assert "required" not in ColourChange.model_json_schema()


@pytest.mark.parametrize("wrong", [{"colour": None}, {"colour": "magenta"}, {"color": "red"}])
def test_a_change_keeps_the_types_of_the_fields(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ColourChange.model_validate(wrong)
    with pytest.raises(ValidationError):
        ColourFields.model_validate({})
