"""Finds or makes the party a business document is about, and publishes every change of a party's record."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag
from sqlalchemy import select

from isthmus.contracts.customer_records import CustomerRecordChanged, OwnedVehicle, PartyBody, RecordKey
from isthmus.contracts.fields import RecordId
from isthmus.http import ApiModel, Conflict, FieldError, Unprocessable
from isthmus.ids import new_id
from isthmus.parties.party import Party
from isthmus.parties.work import Work

MAX_VEHICLES = 1_000


class KnownCustomer(ApiModel):
    """A customer this service knows already."""

    record_id: RecordId = Field(description="Record id (客户记录号) this service gave the customer.")


def _kind_of_reference(value: Any) -> str:
    is_known = isinstance(value, KnownCustomer) or (isinstance(value, dict) and "record_id" in value)
    return "known" if is_known else "inline"


CustomerReference = Annotated[
    Annotated[KnownCustomer, Tag("known")] | Annotated[PartyBody, Tag("inline")], Discriminator(_kind_of_reference)
]
"""`{"record_id": …}` of a customer known here, or the party inline, which makes a new record."""


async def resolve_party(work: Work, *, org_unit: str, customer: CustomerReference) -> Party:
    """The party a document of `org_unit` is about: looked up, or stored and published when it is given inline.

    Raises a 422 problem when the record id is not known in the org unit.
    """
    source = work.business.source(org_unit)
    if isinstance(customer, KnownCustomer):
        return await _known_party(work, source, customer.record_id)
    now = work.clock.now()
    party = Party(
        source=source,
        record_id=str(new_id(work.clock)),
        org_unit=org_unit,
        version=1,
        body=customer,
        golden_id=None,
        golden_version=None,
        created_at=now,
        updated_at=now,
    )
    work.session.add(party)
    await work.session.flush()
    _publish_record(work, party)
    return party


async def update_party(work: Work, party: Party, body: PartyBody) -> None:
    """Give the party's record a new body and version, and publish it; the row must be locked by the caller."""
    _require_not_erased(party)
    party.body = body
    party.version += 1
    party.updated_at = work.clock.now()
    await work.session.flush()
    _publish_record(work, party)


async def add_vehicle(work: Work, customer: RecordKey, vehicle: OwnedVehicle, *, instead_of: str | None = None) -> None:
    """Add a vehicle to a party's record, or complete the one that is the same; publishes what changed.

    Two entries are the same vehicle in the same role when their VINs are equal or, where one has none, their plates.
    `instead_of` names a VIN that was written by mistake: its entry in the same role is taken away.
    """
    party = await work.session.get_one(Party, (customer.source, customer.record_id), with_for_update=True)
    before = party.body.vehicles or []
    same = next((known for known in before if _same_vehicle(known, vehicle)), None)
    merged = vehicle if same is None else same.model_copy(update=vehicle.model_dump(exclude_none=True, by_alias=False))
    mistaken = (instead_of, vehicle.role)
    kept = [known for known in before if known is not same and (not instead_of or (known.vin, known.role) != mistaken)]
    vehicles = [*kept, merged]
    if vehicles == before:
        return
    if len(vehicles) > MAX_VEHICLES:
        raise Conflict("too_many_vehicles", f"A customer record holds at most {MAX_VEHICLES} vehicles.")
    await update_party(work, party, party.body.model_copy(update={"vehicles": vehicles}))


def _same_vehicle(known: OwnedVehicle, vehicle: OwnedVehicle) -> bool:
    if known.role != vehicle.role:
        return False
    if known.vin and vehicle.vin:
        return known.vin == vehicle.vin
    return bool(known.plate) and known.plate == vehicle.plate


async def _known_party(work: Work, source: str, record_id: str) -> Party:
    query = select(Party).where(Party.source == source, Party.record_id == record_id)
    # Shared with all who add documents; an erasure waits for them, and they for it.
    party = await work.session.scalar(query.with_for_update(read=True, key_share=True))
    if party is None:
        detail = "There is no customer with this record id in this org unit."
        raise Unprocessable("unknown_customer", detail, [FieldError("/customer/record_id", "unknown_customer", detail)])
    _require_not_erased(party)
    return party


def _require_not_erased(party: Party) -> None:
    if party.erased_at is not None:
        raise Conflict("customer_erased", "This customer was erased; a new purchase is entered as a new customer.")


def _publish_record(work: Work, party: Party) -> None:
    """Tell customer-master the full state of the record."""
    key = {"source": party.source, "record_id": party.record_id}
    order = {"version": party.version, "observed_at": party.updated_at}
    record = CustomerRecordChanged.model_validate(party.body.model_dump(exclude_unset=True) | key | order)
    work.publish(record, version=party.version, org_unit=party.org_unit)
