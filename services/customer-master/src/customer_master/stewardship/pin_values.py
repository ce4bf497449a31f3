"""The value a steward pins: one of the customer's golden values, or a new one, brought into the form of golden values.

A new value goes the way of a value from a source: it is standardised and shown by survivorship, so it cannot have
another form, and what cannot be read is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, get_args

from pydantic import ValidationError

from entity_resolution.records import RecordKey
from entity_resolution.standardize import standardize
from entity_resolution.survivorship.candidates import candidates
from entity_resolution.survivorship.members import Member
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.http import FieldError, Unprocessable

PinField = Literal[
    "name",
    "contacts",
    "organization",
    "employer",
    "gender",
    "birth_date",
    "birth_date_lunar",
    "identifiers",
    "phones",
    "emails",
    "addresses",
    "attributes",
]

_NOBODY = RecordKey("steward:pin", "")


def _as(field: str) -> Callable[[Any], Any]:
    """A value that may be given as a bare text, or as the object that has it in `field`."""
    return lambda value: {field: value} if isinstance(value, str) else value


def _address(value: Any) -> Any:
    if isinstance(value, dict) and "detail" in value:
        return {**value, "street": value["detail"]}
    return _as("full")(value)


# How a value of each field stands in a customer record.
_IN_RECORD: Mapping[str, Callable[[Any], dict[str, Any]]] = {
    "name": lambda value: {"name": _as("full")(value)},
    "organization": lambda value: {"name": {"organization": value}},
    "gender": lambda value: {"gender": value},
    "birth_date": lambda value: {"birth_date": value},
    "identifiers": lambda value: {"identifiers": [value]},
    "phones": lambda value: {"phones": [_as("value")(value)]},
    "emails": lambda value: {"emails": [_as("value")(value)]},
    "addresses": lambda value: {"addresses": [_address(value)]},
    "attributes": lambda value: {"attributes": {value["name"]: value["value"]}},
}

NEW_VALUES = tuple(field for field in get_args(PinField) if field in _IN_RECORD)
"""The fields that take a value which no record has."""


def present_value(values: Sequence[Mapping[str, Any]], index: int) -> Any:
    """The golden value at a place of the field's list; 422 when there is none."""
    if index < len(values):
        return values[index]["value"]
    raise _refused("no_such_value", "/index", f"The field has {len(values)} values, counted from 0.")


def golden_value(field: PinField, value: Any, values: Sequence[Mapping[str, Any]], party_type: str | None) -> Any:
    """A value in the form of the field's golden values; 422 when it is none of them and cannot be read as a new one."""
    if any(present["value"] == value for present in values):
        return value
    if field not in _IN_RECORD:
        raise _refused("not_present", "/value", "For this field choose one of the values that the customer has.")
    try:
        document = CustomerRecord.model_validate(
            {**_IN_RECORD[field](value), "source": _NOBODY.source, "record_id": "pin"}
        ).to_json()
    except (ValidationError, KeyError, TypeError):
        raise _unreadable(field) from None
    member = Member(_NOBODY, document, standardize(_NOBODY, document), None)
    found = [one for one in candidates(member, party_type) if one.attribute.partition(".")[0] == field and one.validity]
    if len(found) != 1:
        raise _unreadable(field)
    shown = found[0].shown
    return {"name": found[0].attribute.partition(".")[2], "value": shown} if field == "attributes" else shown


def _unreadable(field: str) -> Unprocessable:
    return _refused("unreadable_value", "/value", f"This cannot be read as one valid value of `{field}`.")


def _refused(code: str, pointer: str, reason: str) -> Unprocessable:
    return Unprocessable(code, reason, [FieldError(pointer, code, reason)])
