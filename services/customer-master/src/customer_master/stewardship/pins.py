"""Pins (锁定值): a steward chooses the golden value of a field, against all survivorship rules."""

from typing import Any

from pydantic import Field

from customer_master.stewardship.deciding import DeskDep
from customer_master.stewardship.decision_tables import NewDecision
from customer_master.stewardship.decision_view import DecisionView
from customer_master.stewardship.merge_and_split import LiveGoldenId, RecordName, named
from customer_master.stewardship.pin_values import NEW_VALUES, PinField, golden_value, present_value
from isthmus.contracts.fields import Count
from isthmus.http import (
    ApiModel,
    FieldError,
    IfMatch,
    Text,
    Unprocessable,
    service_router,
)
from isthmus.ids import new_id

router = service_router(prefix="/v1/customers", tags=["stewardship"], transactions="asyncpg")


class NewPin(ApiModel):
    """Which value is to stand first in a field; either `index` or `value`."""

    field: PinField = Field(description="The golden field, as `values` of the customer names it.")
    index: Count | None = Field(None, description="Place of one of the customer's values, 0 for the first.")
    value: Any = Field(
        None,
        description="One of the customer's values, or a new one, as sources write it or in the golden form. New ones"
        f" are taken for {', '.join(NEW_VALUES)}.",
    )
    record: RecordName | None = Field(
        None, description="The record that holds the pin, and takes it along through splits; else the oldest."
    )
    reason: Text = Field(description="Why; kept with the decision.")


@router.post("/{golden_id}/pins", status_code=201)
async def pin_value(golden_id: LiveGoldenId, body: NewPin, version: IfMatch, desk: DeskDep) -> DecisionView:
    """Let a value stand first in a field of the customer that holds the record, whatever sources say.

    Of several pins of one field the latest holds. `If-Match` is the customer's ETag; `DELETE` of the decision unpins.
    """
    if (body.index is None) == (body.value is None):
        reason = "Give either `index` or `value`."
        raise Unprocessable("index_or_value", reason, [FieldError("/value", "index_or_value", reason)])

    async def work() -> DecisionView:
        (held,) = await desk.hold(golden_id, version)
        values = held.document["values"].get(body.field, [])
        if body.index is not None:
            value = present_value(values, body.index)
        else:
            value = golden_value(body.field, body.value, values, held.document["party_type"])
        chosen = named([body.record], held.records, "/record") if body.record else held.records
        anchor = min(chosen)
        decision = NewDecision(
            decision_id=new_id(desk.clock),
            kind="pin",
            reason=body.reason,
            at=desk.clock.now(),
            left={anchor: chosen[anchor]},
            pin=(body.field, value),
            customers=[(held.golden_id, held.version)],
        )
        return await desk.decide(decision)

    return await desk.undisturbed(work)
