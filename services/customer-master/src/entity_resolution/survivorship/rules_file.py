"""Checks a document of survivorship rules: every fault is named by its field and the reason."""

import re
from collections.abc import Callable, Iterator
from typing import Any

CRITERIA = ("validity", "completeness", "frequency", "trust", "recency")
ATTRIBUTES = (
    "name",
    "organization",
    "contacts",
    "employer",
    "gender",
    "birth_date",
    "birth_date_lunar",
    "identifiers",
    "phones",
    "emails",
    "addresses",
    "vehicles",
    "attributes",
)
_SOURCE_PATTERN = re.compile(r"^(?:\*|(?:\*|[\w.-]+(?::(?:\*|[\w.-]+))?):(?:\*|[\w.-]+))$")
Faults = Iterator[str]
Check = Callable[[str, Any], Faults]


def checked(document: Any) -> dict[str, Any]:
    """Give the document back if it holds survivorship rules.

    Raises:
        ValueError: it does not; one line a fault, ``field: reason``.
    """
    if faults := list(_RULES("", document)):
        raise ValueError("these are no survivorship rules:\n" + "\n".join(faults))
    return dict(document)


def _fields(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """Check an object field by field; a field nobody knows is a fault, since it would have no effect."""
    known = required | (optional or {})

    def check(path: str, value: Any) -> Faults:
        if not isinstance(value, dict):
            yield f"{path or 'document'}: must be an object"
            return
        for name in required.keys() - value.keys():
            yield f"{_inside(path, name)}: is missing"
        for name in sorted(value):
            if name in known:
                yield from known[name](_inside(path, name), value[name])
            else:
                yield f"{_inside(path, name)}: is not known, one of {', '.join(sorted(known))}"

    return check


def _inside(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _integer(lowest: int, highest: int) -> Check:
    def check(path: str, value: Any) -> Faults:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            yield f"{path}: must be an integer from {lowest} to {highest}"

    return check


def _pattern(path: str, value: Any) -> Faults:
    if not isinstance(value, str) or not _SOURCE_PATTERN.match(value):
        yield f"{path}: must be * or <org unit>:<system>, each a name or *: *:dms, hq:*, dealer:*:dms"


def _text(path: str, value: Any) -> Faults:
    if not isinstance(value, str) or not value:
        yield f"{path}: must be a text"


def _boolean(path: str, value: Any) -> Faults:
    if not isinstance(value, bool):
        yield f"{path}: must be true or false"


def _order(path: str, value: Any) -> Faults:
    if not isinstance(value, list) or not value:
        yield f"{path}: must be a list of criteria"
        return
    for position, criterion in enumerate(value):
        if criterion not in CRITERIA:
            yield f"{path}[{position}]: must be one of {', '.join(CRITERIA)}"
        elif criterion in value[:position]:
            yield f"{path}[{position}]: {criterion} is named twice"
    if value[0] != "validity":
        yield f"{path}[0]: must be validity, so that no doubtful value stands before a valid one"


def _list_of(check_item: Check) -> Check:
    def check(path: str, value: Any) -> Faults:
        if not isinstance(value, list):
            yield f"{path}: must be a list"
            return
        for position, one in enumerate(value):
            yield from check_item(f"{path}[{position}]", one)

    return check


def _weights(path: str, value: Any) -> Faults:
    if not isinstance(value, dict) or not value:
        yield f"{path}: must give a weight to each key field"
        return
    yield from _fields({}, dict.fromkeys(ATTRIBUTES, _integer(1, 1000)))(path, value)


def _positive_sum(path: str, value: Any) -> Faults:
    """Check the parts of the quality score, of which one at least must weigh something."""
    faults = list(_PARTS(path, value))
    yield from faults
    if not faults and not any(part["weight"] for part in value.values()):
        yield f"{path}: one part at least must have a weight above 0"


_TRUST = _integer(0, 1000)
_SOURCES = _list_of(_fields({"source": _pattern, "trust": _TRUST}))
_ATTRIBUTE = _fields(
    {"order": _order, "keep": _integer(1, 1000)},
    {"single_valued": _boolean, "history": _boolean, "trust": _SOURCES, "trust_loss_per_year": _TRUST},
)
_WEIGHT = _integer(0, 1000)
_PARTS = _fields(
    {
        "completeness": _fields({"weight": _WEIGHT, "person": _weights, "organization": _weights}),
        "validity": _fields({"weight": _WEIGHT}),
        "agreement": _fields({"weight": _WEIGHT, "loss_per_conflict": _integer(0, 100)}),
        "recency": _fields({"weight": _WEIGHT, "fresh_days": _integer(1, 36_500)}),
    }
)
_RULES = _fields(
    {
        "version": _text,
        "trust": _fields({"default": _TRUST, "sources": _SOURCES}),
        "attributes": _fields(dict.fromkeys(ATTRIBUTES, _ATTRIBUTE)),
        "quality": _positive_sum,
    },
    {"about": _text},
)
