"""The values each record offers for each golden attribute."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from entity_resolution.records import Identifier, PersonName
from entity_resolution.survivorship.members import Member

_NAME_COMPLETENESS = {"full": 4, "latin": 3, "masked": 2, "titled": 1, "nickname": 0}
_PREFIXED_TITLES = frozenset("老小大")
_SHOWN_FRONT, _SHOWN_END = 3, 4


class Candidate(NamedTuple):
    """One value offered by one record; candidates of one ``identity`` are the same value.

    ``validity`` and ``completeness`` are higher for better.
    """

    attribute: str
    identity: str
    value: Any
    member: Member
    validity: int = 1
    completeness: int = 0


def candidates(member: Member) -> Iterator[Candidate]:
    """Give everything a record offers except vehicles and consents, which are merged by rules of their own."""
    record = member.standard
    for name in record.names:
        yield Candidate("name", f"{name.kind}|{name.text}", _name(name), member, 1, _NAME_COMPLETENESS[name.kind])
    if record.organization is not None:
        firm = record.organization
        # The registered form names a place and a legal form; a short form does not.
        completeness = bool(firm.form) + bool(firm.front_place or firm.bracketed_place)
        yield Candidate("organization", firm.text, firm.text, member, 1, completeness)
    for attribute in ("gender", "birth_date", "birth_date_lunar"):
        if (value := getattr(record, attribute)) is not None:
            yield Candidate(attribute, value, value, member, int(_is_proven(member)), len(value))
    for found in record.identifiers:
        yield Candidate(
            "identifiers",
            f"{found.type}|{found.issuer}|{found.value}",
            _identifier(found),
            member,
            _valid(found.status),
        )
    for phone in record.phones:
        value = {
            "value": phone.number,
            "kind": phone.kind,
            "extension": phone.extension or None,
            "status": phone.status or None,
        }
        yield Candidate("phones", f"{phone.number}|{phone.extension}", value, member, _valid(phone.status))
    for email in record.emails:
        value = {"value": email.address, "status": email.status or None}
        yield Candidate("emails", email.address, value, member, _valid(email.status))
    for one in record.addresses:
        fields = {name: getattr(one, name) or None for name in one._fields}
        yield Candidate(
            "addresses", "|".join(one), fields, member, 1, sum(value is not None for value in fields.values())
        )
    yield from _attributes(member)


def _attributes(member: Member) -> Iterator[Candidate]:
    attributes = member.body.get("attributes")
    for name, value in sorted(attributes.items()) if isinstance(attributes, dict) else ():
        if value is not None and value != "":
            yield Candidate(
                f"attributes.{name}", json.dumps(value, sort_keys=True), {"name": name, "value": value}, member
            )


def _valid(status: str) -> int:
    return {"": 3, "role": 2, "shared": 2, "generic": 2, "masked": 1}.get(status, 0)


def _is_proven(member: Member) -> bool:
    """Whether birth date and gender stand in a valid resident id of the record."""
    return any(found.type == "cn_resident_id" and not found.status for found in member.standard.identifiers)


def _name(name: PersonName) -> dict[str, Any]:
    return {
        "full": written_name(name),
        "family": name.family or None,
        "given": name.given or None,
        "title": name.title or None,
        "kind": name.kind,
    }


def written_name(name: PersonName) -> str:
    """Give a name as it is said: 王先生, 老王, 欧阳靖宇."""
    if name.kind != "titled":
        return name.text
    if name.text.isascii():
        return f"{name.title.capitalize()} {name.text}"
    return name.title + name.text if name.title in _PREFIXED_TITLES else name.text + name.title


def _identifier(found: Identifier) -> dict[str, Any]:
    return {
        "type": found.type,
        "issuer": found.issuer or None,
        "value": found.value,
        "masked": masked(found.value),
        "status": found.status or None,
    }


def masked(value: str) -> str:
    """Hide all but the ends of an identifier, and short ones wholly."""
    hidden = len(value) - _SHOWN_FRONT - _SHOWN_END
    if hidden < _SHOWN_END:
        return "*" * len(value)
    return value[:_SHOWN_FRONT] + "*" * hidden + value[-_SHOWN_END:]
