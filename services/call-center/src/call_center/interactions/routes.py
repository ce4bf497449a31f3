"""Routes of interactions (客户互动): record, list, change, wrap up."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from call_center.access import Reading, Writing
from call_center.callers import customer_at
from call_center.cases import Case, cases, contact_was_made
from call_center.interactions.interaction import (
    IdentifiedInteraction,
    Interaction,
    InteractionChange,
    InteractionFilter,
    InteractionView,
    NewInteraction,
    WrapUp,
)
from call_center.interactions.keeping import interactions
from call_center.interactions.reasons import ReasonCount, ReasonQuery, count_reasons
from call_center.interactions.threads import address_key, conversation_of, lock_address
from isthmus.contracts.call_center import InteractionChanged, InteractionRecorded
from isthmus.contracts.customer_records import PartyBody
from isthmus.http import service_router
from isthmus.parties import CustomerReference, KnownCustomer, Work

router = service_router(prefix="/v1/call-center/interactions", tags=["interactions"])


@router.get("/reasons")
async def list_reasons(query: Annotated[ReasonQuery, Query()], work: Reading) -> list[ReasonCount]:
    """Count why customers are in contact (来电原因统计), by wrap-up code, the most frequent first."""
    return await count_reasons(work, query)


interactions.serve_reading(router, InteractionFilter)
interactions.serve_change(
    router, InteractionChange, InteractionChanged, about="Change an interaction while it is open."
)


@router.post("", status_code=201)
async def create_interaction(body: NewInteraction, work: Writing) -> InteractionView:
    """Record a contact (互动登记) with a known customer, or with whoever is at that number or address."""
    work.require_org_unit(body.org_unit)
    return await record(work, body)


@router.post("/{interaction_id}/complete")
async def complete_interaction(interaction_id: UUID, body: WrapUp, work: Writing) -> InteractionView:
    """Wrap up (话后小结): the contact is over, and what came of it."""
    noted = {name: getattr(body, name) for name in body.model_fields_set}
    return await interactions.step(work, interaction_id, "complete", InteractionChanged, **noted)


async def record(work: Work, body: NewInteraction, **values: Any) -> InteractionView:
    """Store a contact in the conversation it belongs to, and tell its case; the caller may act for the org unit."""
    key = address_key(body.channel, body.address)
    await lock_address(work, body.org_unit, body.channel, key)
    before = await conversation_of(work, body)
    identified = await _identified(work, body, before, key)
    view = await interactions.create(work, identified, InteractionRecorded, **values)
    if view.case_id is not None and not view.is_automatic:
        by = work.caller.subject
        await contact_was_made(work, view.case_id, direction=view.direction, channel=view.channel, at=view.at, by=by)
    return view


async def _identified(
    work: Work, body: NewInteraction, before: Interaction | None, key: str | None
) -> IdentifiedInteraction:
    """The body with customer, case and conversation."""
    fields = {name: getattr(body, name) for name in type(body).model_fields}
    if before is not None:
        fields["thread_id"] = before.thread_id or before.id
        fields["case_id"] = body.case_id or before.case_id
    else:
        fields["thread_id"] = None
    fields |= {"customer": body.customer or PartyBody(), "address_key": key}
    identified = IdentifiedInteraction.model_validate(fields)
    case = await cases.require(work, identified, "case_id")
    return identified.model_copy(update={"customer": await _customer(work, body, before, case)})


async def _customer(
    work: Work, body: NewInteraction, before: Interaction | None, case: Case | None
) -> CustomerReference:
    """Whom the agent names, else whom the case or the conversation is about, else whoever is at the address."""
    if body.customer is not None:
        return body.customer
    if case is not None:
        return KnownCustomer(record_id=case.record_id)
    if before is not None:
        return KnownCustomer(record_id=before.record_id)
    return await customer_at(work, body.org_unit, body.channel, body.address or "")
