"""Whose number or address is this: one customer record of an org unit for each that has ever been in contact."""

import re
import unicodedata
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.customer_records import Email, Identifier, PartyBody, Phone
from isthmus.db import Base
from isthmus.parties import KnownCustomer, Work, resolve_party

Kind = Literal["phone", "email", "wechat"]
KIND_OF_CHANNEL: dict[str, Kind] = {"phone": "phone", "fax": "phone", "email": "email", "wechat": "wechat"}

_NOBODY = frozenset({"anonymous", "none", "null", "private", "restricted", "unavailable", "unknown", "withheld"})
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_WECHAT_ID = re.compile(r"[A-Za-z0-9_-]+")

_WORD_EXTENSION = re.compile(r"(?:转|分机|内线|ext\.?|#|x)[\s:]*(\d{1,6})\s*$", re.IGNORECASE)
_DASH_EXTENSION = re.compile(r"(?<=\d{7})-(\d{1,6})\s*$")
# Mobile, Beijing (10), other areas of two digits (2x), areas of three: the number as it stands after 0 or +86.
_CHINESE_NUMBER = re.compile(r"(?:(?:\+|00)?860?|0)?(1[3-9]\d{9}|10\d{8}|2\d{9}|[3-9]\d{9,10})")


class CallerAddress(Base):
    """Table of numbers and addresses that have been in contact, each with the record it stands for."""

    __tablename__ = "caller_addresses"

    org_unit: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[str]


def comparable(kind: Kind, address: str) -> str:
    """The address without what differs from one display to the next; empty when it names nobody (withheld, masked).

    Only this service compares it: customer-master standardises the record itself. When in doubt two addresses
    differ, for customer-master can join two records, and can never part one.
    """
    text = unicodedata.normalize("NFKC", address).strip()
    if text.lower() in _NOBODY:
        return ""
    if kind == "email":
        return text.lower() if _EMAIL.fullmatch(text) else ""
    if kind == "wechat":
        return text if _WECHAT_ID.fullmatch(text) else ""  # upper and lower case are two customers
    return _comparable_number(text)


def _comparable_number(text: str) -> str:
    """Digits, with `;` before the extension; colleagues behind one switchboard are not one customer."""
    found = _WORD_EXTENSION.search(text) or _DASH_EXTENSION.search(text)
    number, extension = (text[: found.start()], f";{found[1]}") if found else (text, "")
    if re.search(r"[A-Za-z*]", number):
        return ""
    digits = re.sub(r"[^0-9+]", "", number)
    if len(set(digits.lstrip("+"))) <= 1:
        return ""
    chinese = _CHINESE_NUMBER.fullmatch(digits)
    return (chinese[1] if chinese else re.sub(r"^00", "+", digits)) + extension


async def customer_at(work: Work, org_unit: str, channel: str, address: str) -> KnownCustomer:
    """The customer record of an org unit that stands for an address, made when it is the first contact.

    A withheld address gets a record of its own each time: nothing says that two such callers are one.
    """
    kind = kind_of(channel, address)
    key = comparable(kind, address)
    if not key:
        return await _new_customer(work, org_unit, PartyBody())
    known = await _locked(work, org_unit, kind, key)
    if known is not None:
        return KnownCustomer(record_id=known.record_id)
    customer = await _new_customer(work, org_unit, _party_at(kind, address))
    work.session.add(CallerAddress(org_unit=org_unit, kind=kind, address=key, record_id=customer.record_id))
    return customer


async def remember_address(work: Work, org_unit: str, channel: str, address: str, record_id: str) -> None:
    """Let an address stand for a record from now on; one that names nobody is passed over."""
    kind = kind_of(channel, address)
    key = comparable(kind, address)
    if not key:
        return
    known = await _locked(work, org_unit, kind, key)
    if known is None:
        work.session.add(CallerAddress(org_unit=org_unit, kind=kind, address=key, record_id=record_id))
    else:
        known.record_id = record_id


async def forget_address(work: Work, org_unit: str, channel: str, address: str, record_id: str) -> None:
    """Let an address not stand for this record any more, if it does."""
    kind = kind_of(channel, address)
    known = await _locked(work, org_unit, kind, comparable(kind, address))
    if known is not None and known.record_id == record_id:
        await work.session.delete(known)
        await work.session.flush()


def kind_of(channel: str, address: str) -> Kind:
    """What an address is; on the web people leave either an e-mail address or a number."""
    return KIND_OF_CHANNEL.get(channel) or ("email" if "@" in address else "phone")


async def _locked(work: Work, org_unit: str, kind: Kind, key: str) -> CallerAddress | None:
    """Two first calls from one number at the same time must not make two records."""
    lock = func.hashtextextended(f"{org_unit}:{kind}:{key}", 0)
    await work.session.execute(select(func.pg_advisory_xact_lock(lock)))
    return await work.session.get(CallerAddress, (org_unit, kind, key), populate_existing=True)


async def _new_customer(work: Work, org_unit: str, body: PartyBody) -> KnownCustomer:
    party = await resolve_party(work, org_unit=org_unit, customer=body)
    return KnownCustomer(record_id=party.record_id)


def _party_at(kind: Kind, address: str) -> PartyBody:
    if kind == "phone":
        return PartyBody(phones=[Phone(value=address)])
    if kind == "email":
        return PartyBody(emails=[Email(value=address)])
    return PartyBody(identifiers=[Identifier(type="wechat_openid", value=address)])
