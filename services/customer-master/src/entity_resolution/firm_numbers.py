"""Whose number it is: a firm's, when more of the records that hold it name the firm than any one person.

Drivers and contacts give the firm's number with their own names. Such untyped records are the firm's contact, not
customers of their own, and their names do not contradict each other. On a person's number a firm's record proves
nothing. What a number is depends on its holders, so it is judged inside a component, from all its records.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence

from entity_resolution.records import StandardRecord


def firm_numbers(records: Sequence[StandardRecord]) -> list[frozenset[str]]:
    """Give for each record those of its numbers that are a firm's."""
    if not any(record.organization for record in records) or all(record.organization for record in records):
        return [frozenset()] * len(records)
    named: dict[str, Counter[str]] = defaultdict(Counter)
    firms: set[str] = set()
    held = [_numbers(record) for record in records]
    for record, numbers in zip(records, held, strict=True):
        name = _name(record)
        if record.organization is not None:
            firms.add(name)
        for number in numbers:
            if name:
                named[number][name] += 1
    owned = frozenset(number for number, names in named.items() if _is_firms(names, firms))
    return [numbers & owned for numbers in held]


def _is_firms(names: Counter[str], firms: set[str]) -> bool:
    most = max(names.values())
    return all(name in firms for name, count in names.items() if count == most)


def _numbers(record: StandardRecord) -> frozenset[str]:
    return frozenset((*(phone.number for phone in record.phones if not phone.status), *record.hidden_phones))


def _name(record: StandardRecord) -> str:
    """Give whom a record names: the firm, else the person by full name; titles and masks name nobody."""
    if record.organization is not None:
        return record.organization.core
    return next((form.keys[0] for form in record.names if form.kind in {"full", "latin"} and form.keys), "")
