"""The values each record offers for each golden attribute."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from entity_resolution.records import Address, Email, Identifier, OrganizationName, PersonName, Phone
from entity_resolution.standardize.organizations import organization_name
from entity_resolution.standardize.text import part
from entity_resolution.survivorship.members import Member
from entity_resolution.survivorship.written_names import firm_as_written, told_name

VALID = 2
"""Validity of a value that can be used without doubt; below it stand masks and shared values, then the useless."""

_VALIDITY = {"": VALID, "role": VALID, "shared": VALID, "generic": 1, "masked": 1, "unverified": 1}
_NAME_COMPLETENESS = {"full": 4, "latin": 3, "titled": 2, "masked": 1, "nickname": 0}
_SHOWN_FRONT, _SHOWN_END = 3, 4


class Candidate(NamedTuple):
    """One value offered by one record; candidates of one ``identity`` are the same value.

    ``found`` is the value in standard form, ``shown`` makes it a golden one: only the best candidate needs that.
    ``validity`` and ``completeness`` are higher for better. ``kind`` parts the contact points of an attribute.
    """

    attribute: str
    identity: Any
    found: Any
    member: Member
    validity: int = VALID
    completeness: int = 0
    kind: str = ""

    @property
    def shown(self) -> Any:
        """The value as the golden record tells it: JSON values."""
        show = _SHOWN.get(self.attribute)
        return self.found if show is None else show(self.found, self.member)


def candidates(member: Member, party_type: str | None) -> Iterator[Candidate]:
    """Give all that a record of a customer of this type offers, but vehicles and consents: they have own rules."""
    record = member.standard
    # The persons named on a firm's records are its contacts.
    attribute = "contacts" if party_type == "organization" else "name"
    for name in record.names:
        # Latin names are written in either order.
        identity = tuple(sorted(name.text.split())) if name.kind == "latin" else (name.text,)
        completeness = _NAME_COMPLETENESS.get(name.kind, 0)
        yield Candidate(attribute, (name.kind, *identity), name, member, VALID, completeness)
    if record.organization is not None:
        yield _firm("organization", record.organization, member)
    elif party_type != "organization" and (employer := _employer(member)) is not None:
        yield _firm("employer", employer, member)
    yield from _personal_facts(member)
    for found in record.identifiers:
        identity = (found.type, found.issuer, found.value)
        yield Candidate("identifiers", identity, found, member, _validity(found.status))
    for phone in record.phones:
        identity = (phone.number, phone.extension)
        yield Candidate("phones", identity, phone, member, _validity(phone.status), kind=phone.kind)
    for email in record.emails:
        yield Candidate("emails", email.address, email, member, _validity(email.status))
    for one in record.addresses:
        yield Candidate("addresses", tuple(one), one, member, VALID, sum(map(bool, one)))
    yield from _attributes(member)


def _firm(attribute: str, firm: OrganizationName, member: Member) -> Candidate:
    # The registered form names a place and a legal form; a short form does not.
    completeness = bool(firm.form) + bool(firm.front_place or firm.bracketed_place)
    return Candidate(attribute, firm.text, firm, member, VALID, completeness)


def _employer(member: Member) -> OrganizationName | None:
    """The firm a person's record names beside the person."""
    written = part(member.body.get("name"), "organization")
    return organization_name(written) if written else None


def _personal_facts(member: Member) -> Iterator[Candidate]:
    record = member.standard
    # What a valid resident id tells is beyond doubt; anything else is as it was said.
    proven = any(found.type == "cn_resident_id" and not found.status for found in record.identifiers)
    validity = VALID + 1 if proven else VALID
    for attribute, value in (("gender", record.gender), ("birth_date", record.birth_date)):
        if value is not None:
            yield Candidate(attribute, value, value, member, validity, len(value))
    if record.birth_date_lunar is not None:
        yield Candidate("birth_date_lunar", record.birth_date_lunar, record.birth_date_lunar, member)


def _attributes(member: Member) -> Iterator[Candidate]:
    attributes = member.body.get("attributes")
    for name, value in sorted(attributes.items()) if isinstance(attributes, dict) else ():
        if value is not None and value != "":
            yield Candidate(f"attributes.{name}", json.dumps(value, sort_keys=True), value, member)


def _validity(status: str) -> int:
    return _VALIDITY.get(status, 0)


def _contact(name: PersonName, member: Member) -> dict[str, Any]:
    """A person named on a firm's record, with the numbers and addresses of that record."""
    record = member.standard
    return {
        **told_name(name, member),
        "phones": sorted({phone.number for phone in record.phones if not phone.status}),
        "emails": sorted({email.address for email in record.emails if not email.status}),
    }


def _phone(phone: Phone, _: Member) -> dict[str, Any]:
    return {
        "value": phone.number,
        "kind": phone.kind,
        "extension": phone.extension or None,
        "status": phone.status or None,
    }


def _email(email: Email, _: Member) -> dict[str, Any]:
    return {"value": email.address, "status": email.status or None}


def _address(found: Address, _: Member) -> dict[str, Any]:
    return {name: value or None for name, value in zip(found._fields, found, strict=True)}


def _identifier(found: Identifier, _: Member) -> dict[str, Any]:
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


_SHOWN: dict[str, Callable[[Any, Member], Any]] = {
    "name": told_name,
    "contacts": _contact,
    "organization": firm_as_written,
    "employer": firm_as_written,
    "identifiers": _identifier,
    "phones": _phone,
    "emails": _email,
    "addresses": _address,
}
