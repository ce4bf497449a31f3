"""The checklist of an order (办理清单): bank, insurer and vehicle office under one roof, as declared beside it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from isthmus.contracts import sales_orders as contract
from isthmus.contracts.fields import Code, LongText
from isthmus.http import ApiModel, Conflict, FieldError, Unprocessable
from sales.declared import Declared, read_rules

Step = Literal["ready", "deliver"]


class Condition(Declared):
    """Which orders have an item by themselves; all that is named must hold."""

    payment_method: frozenset[str] | None = None
    trade_in: bool | None = None


class DeclaredItem(Declared):
    """Something to be done before a step of the order."""

    code: Code
    step: Step
    when: Condition | None = None
    en: str
    zh: str


class Checklist(Declared):
    """All items there are."""

    items: list[DeclaredItem]

    @model_validator(mode="after")
    def _check(self) -> "Checklist":
        if len({item.code for item in self.items}) != len(self.items):
            raise ValueError("each item has a code of its own")
        return self


RULES = read_rules(Checklist, "order_checklist.yaml")


class ChecklistItem(contract.ChecklistItem):
    """An item of an order (办理事项)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Check(ApiModel):
    """That an item is done, or is not after all (办理情况)."""

    item: Code = Field(description="Which (事项): of the declared list; one the order did not have is added.")
    done: bool = Field(description="Whether it is done (是否完成).")
    note: LongText | None = Field(None, description="Note, such as a policy number (备注).")


def with_items(
    items: Sequence[ChecklistItem], agreed: Iterable[str], payment_method: str | None, *, trade_in: bool
) -> list[ChecklistItem]:
    """The items, and those that were agreed or that such an order always has, in declared order.

    Raises a 422 problem for an agreed item that is not declared. What is done stays done.
    """
    wanted, known = set(agreed), {item.item: item for item in items}
    declared = {item.code for item in RULES.items}
    if not wanted <= declared:
        detail = f"The items are {', '.join(sorted(declared))}."
        raise Unprocessable("unknown_item", detail, [FieldError("/checklist", "unknown_item", detail)])
    return [
        known.get(rule.code) or ChecklistItem(item=rule.code, step=rule.step)
        for rule in RULES.items
        if rule.code in wanted or rule.code in known or _always(rule, payment_method, trade_in=trade_in)
    ]


def checked(items: Sequence[ChecklistItem], check: Check, *, by: str, at: datetime) -> list[ChecklistItem]:
    """The items after a check; raises a 422 problem for an item that is not declared."""
    listed = with_items(items, [check.item], None, trade_in=False)
    done = {"done_at": at, "done_by": by} if check.done else {"done_at": None, "done_by": None}
    return [item.model_copy(update=done | {"note": check.note}) if item.item == check.item else item for item in listed]


def require_done(items: Iterable[ChecklistItem], *steps: Step) -> None:
    """Raise a 409 problem that names the items which must be done before these steps and are not."""
    still_open = [item.item for item in items if item.step in steps and item.done_at is None]
    if still_open:
        detail = f"Still to be done: {', '.join(still_open)}."
        raise Conflict("checklist_open", detail, [FieldError("/checklist", "checklist_open", detail)])


def _always(rule: DeclaredItem, payment_method: str | None, *, trade_in: bool) -> bool:
    if rule.when is None:
        return False
    payments, trading = rule.when.payment_method, rule.when.trade_in
    return (payments is None or payment_method in payments) and (trading is None or trade_in == trading)
