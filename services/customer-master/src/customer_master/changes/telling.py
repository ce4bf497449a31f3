"""What a caller is told of a change: its kind, and no more than the caller may know. Pure."""

from collections.abc import Iterable
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from customer_master.access import may_see_source
from customer_master.changes.feed import Change
from isthmus.http import Principal

Kind = Literal["created", "changed", "merged", "split", "revived", "retired", "erased", "left"]
_OF_STATE: dict[str, Kind] = {"merged": "merged", "retired": "retired", "erased": "erased"}
_OF_CAUSE: dict[str, Kind] = {"created": "created", "revived": "revived"}


class CustomerChange(BaseModel):
    """What happened to a golden customer (客户变更); no values, which are read as ever."""

    golden_id: UUID = Field(description="The golden customer (黄金客户).")
    version: int = Field(description="Its version from then on; the greater one is the newer.")
    at: AwareDatetime = Field(description="When (时间).")
    kind: Kind = Field(
        description="What happened (变更类型): created, changed, merged, split, revived, retired (all records deleted),"
        " erased; left: its records that the caller may see belong to it no longer, and nothing more is told."
    )
    cause: str | None = Field(description="Why (原因), as in its history: members_joined, members_left ….")
    merged_into: UUID | None = Field(description="The customer that took its place (并入).")
    split_into: list[UUID] = Field(description="Customers that some of its records went to (拆分).")
    changed: list[str] = Field(description="The attributes (字段) whose golden values differ from before.")


def told_to(principal: Principal, change: Change) -> CustomerChange | None:
    """The change as the caller may know it; None when the customer is none of theirs."""
    sees = principal.all_org_units or _holds_one(principal, change.sources)
    saw = _holds_one(principal, change.sources_before)
    if not sees and not saw:
        return None
    # Of a customer that has no records left nothing is told but that it is gone, and where to.
    tells_all = sees or not change.sources
    return CustomerChange(
        golden_id=change.position.golden_id,
        version=change.position.version,
        at=change.at,
        kind=_kind(change) if tells_all else "left",
        cause=change.cause if tells_all else None,
        merged_into=change.merged_into,
        split_into=change.split_into if tells_all else [],
        changed=change.changed if tells_all else [],
    )


def _holds_one(principal: Principal, sources: Iterable[str]) -> bool:
    return any(may_see_source(principal, source) for source in sources)


def _kind(change: Change) -> Kind:
    if change.split_into:
        return "split"
    return _OF_STATE.get(change.state) or _OF_CAUSE.get(change.cause, "changed")
