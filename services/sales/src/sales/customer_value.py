"""What a customer is worth, at quoting (客户价值): what sales knows itself, and what customer-master says."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import ColumnElement, func, select

from isthmus.contracts.fields import RecordId
from isthmus.http import ApiModel, NotFound, service_router
from isthmus.parties import Party, Work
from isthmus.platform_client import Answer, Unanswered, ask
from sales.access import Reading
from sales.deliveries import Delivery
from sales.orders import Order
from sales.quote_history import PastQuoteView, quotes_of


class Standing(ApiModel):
    """How customer-master judges the customer (客户评级)."""

    status: Literal["answered", "not_answered"] = Field(description="Whether it has answered (应答状态).")
    reason: str | None = Field(None, description="Why there is no answer (未应答原因).")
    grade: str | None = Field(None, description="Value grade (价值等级): gold, a, b, c.")
    gold_customer: bool | None = Field(None, description="Whether it is a gold customer (黄金客户).")
    points: int | None = Field(None, description="Points of the grade (总分).")
    segment: str | None = Field(None, description="Segment (客户类型): private, organization, taxi.")
    stage: str | None = Field(None, description="Stage (客户阶段): potential, target, actual, lost.")
    life_cycle: str | None = Field(None, description="Place in the life cycle (使用周期): buy, maintain, repair ….")
    open_items: dict[str, int] = Field(
        default_factory=dict, description="What is open in all services by kind (未结事项): repair-order, complaint …."
    )


class CustomerValue(ApiModel):
    """What to know before a price is named (报价参考)."""

    golden_id: UUID | None = Field(description="Golden customer (黄金客户), once known.")
    orders: int = Field(description="Orders that were not cancelled, in all dealers (订单数).")
    vehicles_bought: int = Field(description="Vehicles handed over, in all dealers (购车数).")
    last_prices: list[PastQuoteView] = Field(description="What it was quoted (历史报价), newest first, at most 20.")
    standing: Standing = Field(description="How customer-master judges it (客户评级).")


router = service_router(prefix="/v1/sales/customers", tags=["quotes"])
MAX_PRICES = 20


@router.get("/{record_id}/value")
async def show_value(record_id: RecordId, work: Reading) -> CustomerValue:
    """Show what a customer has bought, was quoted and is worth (客户价值), for whoever is to name a price.

    Of other dealers only counts and prices are told. What customer-master does not answer is said to be missing.
    """
    party = await work.session.scalar(select(Party).where(Party.record_id == record_id))
    if party is None or not work.caller.may_act_for(party.org_unit):
        raise NotFound("not_found", "There is no customer with this record id.")
    of_customer = Party.golden_id == party.golden_id if party.golden_id else Party.record_id == record_id
    await work.log_read("customer_value", [party.golden_id or record_id])
    quotes = await quotes_of(work, of_customer)
    return CustomerValue(
        golden_id=party.golden_id,
        orders=await _count(work, Order, of_customer, Order.status != "cancelled"),
        vehicles_bought=await _count(work, Delivery, of_customer),
        last_prices=[PastQuoteView.model_validate(quote) for quote in quotes[:MAX_PRICES]],
        standing=await standing_of(work, party.golden_id, "quoting a price"),
    )


async def _count(work: Work, table: type[Order | Delivery], *conditions: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(table).join(table.party).where(*conditions)
    return await work.session.scalar(counted) or 0


async def standing_of(work: Work, golden_id: UUID | None, purpose: str) -> Standing:
    """Ask customer-master how it judges a customer, or tell why there is no answer; it is told the purpose.

    What of the profile is no other dealer's business is left out: names, reasons, documents.
    """
    if golden_id is None:
        return Standing(status="not_answered", reason="golden_id_unknown")
    answer = await ask(work.context, "GET", f"/v1/customers/{golden_id}/profile", purpose=purpose)
    if isinstance(answer, Unanswered):
        return Standing(status="not_answered", reason=answer.reason)
    if answer.status != 200:
        return Standing(status="not_answered", reason=f"answered_{answer.status}")
    return _read_profile(answer)


def _read_profile(answer: Answer) -> Standing:
    main = answer.body["main"]
    kinds = [item["kind"] for item in answer.body["open_items"]]
    return Standing(
        status="answered",
        grade=main["value"]["grade"],
        gold_customer=main["value"]["gold_customer"],
        points=main["value"]["points"],
        segment=main["segment"]["name"],
        stage=main["stage"]["name"],
        life_cycle=main["life_cycle"]["phase"],
        open_items={kind: kinds.count(kind) for kind in sorted(set(kinds))},
    )
