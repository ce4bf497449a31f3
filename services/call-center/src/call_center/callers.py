"""Whose number or address is this: one customer record of this service for each that has ever been in contact."""

import re
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.customer_records import Email, Identifier, PartyBody, Phone
from isthmus.db import Base
from isthmus.parties import KnownCustomer, Work, resolve_party

Kind = Literal["phone", "email", "wechat"]
KIND_OF_CHANNEL: dict[str, Kind] = {"phone": "phone", "fax": "phone", "email": "email", "wechat": "wechat"}

_EXTENSION = re.compile(r"(?:转|分机|ext\.?|#|x)\s*\d+\s*$", re.IGNORECASE)
_COUNTRY_CODE = re.compile(r"^(?:\+|00)?86(?=1\d{10}$|[2-9]\d{8,10}$)")
_TRUNK_PREFIX_OF_MOBILE = re.compile(r"^0(?=1[3-9]\d{9}$)")


class CallerAddress(Base):
    """Table of numbers and addresses that have been in contact, each with the record it stands for."""

    __tablename__ = "caller_addresses"

    kind: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str]


def comparable(kind: Kind, address: str) -> str:
    """The address without what differs from one display to the next; empty when it names nobody (withheld).

    Only this service compares it: customer-master standardises the record itself.
    """
    if kind != "phone":
        return address.strip().lower()
    digits = re.sub(r"[^\d+]", "", _EXTENSION.sub("", address))
    return _TRUNK_PREFIX_OF_MOBILE.sub("", _COUNTRY_CODE.sub("", digits))


async def customer_at(work: Work, org_unit: str, channel: str, address: str) -> KnownCustomer:
    """The customer record that stands for an address, made when it is the first contact.

    A withheld address gets a record of its own each time: nothing says that two such callers are one.
    """
    kind = KIND_OF_CHANNEL.get(channel) or ("email" if "@" in address else "phone")
    key = comparable(kind, address)
    if not key:
        return await _new_customer(work, org_unit, PartyBody())
    # Two first calls from one number at the same time must not make two records.
    await work.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"{kind}:{key}", 0))))
    known = await work.session.get(CallerAddress, (kind, key))
    if known is not None:
        return KnownCustomer(record_id=known.record_id)
    customer = await _new_customer(work, org_unit, _party_at(kind, address))
    work.session.add(CallerAddress(kind=kind, address=key, record_id=customer.record_id))
    return customer


async def _new_customer(work: Work, org_unit: str, body: PartyBody) -> KnownCustomer:
    party = await resolve_party(work, org_unit=org_unit, customer=body)
    return KnownCustomer(record_id=party.record_id)


def _party_at(kind: Kind, address: str) -> PartyBody:
    if kind == "phone":
        return PartyBody(phones=[Phone(value=address)])
    if kind == "email":
        return PartyBody(emails=[Email(value=address)])
    return PartyBody(identifiers=[Identifier(type="wechat_openid", value=address)])
