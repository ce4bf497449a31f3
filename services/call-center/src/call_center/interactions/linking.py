"""Links an interaction to the customer it was with (关联客户), and takes that back, each in one call."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

from fastapi import Request
from pydantic import Field, ValidationError, model_validator
from sqlalchemy import select

from call_center.access import CALL_CENTER, Writing
from call_center.callers import customer_at, forget_address, remember_address
from call_center.interactions.interaction import Interaction, InteractionView
from call_center.interactions.keeping import interactions
from isthmus.contracts.call_center import InteractionChanged
from isthmus.contracts.customer_records import PartyBody
from isthmus.contracts.fields import RecordId
from isthmus.http import ApiModel, Conflict, FieldError, Unprocessable, service_router
from isthmus.parties import CustomerReference, KnownCustomer, Party, Work, resolve_party
from isthmus.platform_client import Unanswered, ask

router = service_router(prefix="/v1/call-center/interactions", tags=["interactions"])

_COPIED = ("name", "phones", "emails")
"""What a new record here takes over from the golden customer; enough for customer-master to find them one."""


class CustomerLink(ApiModel):
    """Whom the interaction was with (关联客户)."""

    record_id: RecordId | None = Field(None, description="A customer known here (客户记录号).")
    golden_id: UUID | None = Field(None, description="A golden customer (黄金客户); a record is made here if need be.")
    remember: bool = Field(
        default=False, description="Let the number or address stand for this customer from now on (记住)."
    )

    @model_validator(mode="after")
    def _names_one(self) -> "CustomerLink":
        if (self.record_id is None) == (self.golden_id is None):
            raise ValueError("give either record_id or golden_id")
        return self


@router.post("/{interaction_id}/link")
async def link_interaction(
    interaction_id: UUID, body: CustomerLink, work: Writing, request: Request
) -> InteractionView:
    """Say with whom it was (关联客户), when the number alone did not tell."""
    interaction = await _unbound(work, interaction_id)
    if body.golden_id is not None:
        customer = await _of_golden_customer(work, request, interaction.org_unit, body.golden_id)
    else:
        customer = KnownCustomer(record_id=body.record_id or "")
    party = await resolve_party(work, org_unit=interaction.org_unit, customer=customer)
    if body.remember and interaction.address is not None:
        await remember_address(work, interaction.org_unit, interaction.channel, interaction.address, party.record_id)
    await interactions.give_to(work, interaction, party, InteractionChanged, "link")
    return await interactions.get(work, interaction_id)


@router.post("/{interaction_id}/unlink")
async def unlink_interaction(interaction_id: UUID, work: Writing) -> InteractionView:
    """It was with somebody else (取消关联): the interaction goes to a record of its own number or address."""
    interaction = await _unbound(work, interaction_id)
    address = interaction.address or ""
    await forget_address(work, interaction.org_unit, interaction.channel, address, interaction.record_id)
    customer = await customer_at(work, interaction.org_unit, interaction.channel, address)
    party = await resolve_party(work, org_unit=interaction.org_unit, customer=customer)
    await interactions.give_to(work, interaction, party, InteractionChanged, "unlink")
    return await interactions.get(work, interaction_id)


async def _unbound(work: Work, interaction_id: UUID) -> Interaction:
    interaction = await interactions.find(work, interaction_id, lock=True)
    work.require_org_unit(interaction.org_unit)
    if interaction.case_id is not None:
        raise Conflict("belongs_to_case", "It belongs to a case, and so to the customer of the case.")
    return interaction


async def _of_golden_customer(work: Work, request: Request, org_unit: str, golden_id: UUID) -> CustomerReference:
    """A record here of the golden customer; else one with name and numbers as customer-master knows them."""
    source = CALL_CENTER.source(org_unit)
    known = select(Party.record_id).where(Party.source == source, Party.golden_id == golden_id)
    record_id = await work.session.scalar(known.order_by(Party.record_id).limit(1))
    if record_id is not None:
        return KnownCustomer(record_id=record_id)
    context = request.app.state.context
    answer = await ask(context, "GET", f"/v1/customers/{quote(str(golden_id))}", purpose="service")
    if isinstance(answer, Unanswered):
        raise Conflict("customer_master_silent", f"customer-master did not answer: {answer.reason}. Try again.")
    if answer.status != 200:
        detail = "There is no such customer."
        raise Unprocessable("unknown_customer", detail, [FieldError("/golden_id", "unknown_customer", detail)])
    return _copied(answer.body)


def _copied(golden: dict[str, Any]) -> PartyBody:
    values: dict[str, list[dict[str, Any]]] = golden.get("values", {})
    name = next((entry["value"] for entry in values.get("name", [])), None)
    told = {
        "name": name if isinstance(name, dict) else {"full": name} if name else None,
        "phones": [{"value": entry["value"]} for entry in values.get("phones", [])[:5]],
        "emails": [{"value": entry["value"]} for entry in values.get("emails", [])[:5]],
    }
    try:
        return PartyBody.model_validate({field: told[field] for field in _COPIED if told[field]})
    except ValidationError:
        raise Conflict("customer_master_unreadable", "What customer-master says cannot be read.") from None
