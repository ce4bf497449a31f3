"""Who sees what of customers: the one place where org units decide about reading and writing (权限).

- A record belongs to the org unit in its source: `dealer:D0001` of `dealer:D0001:dms`. Writing, reading and deleting it
  takes that org unit.
- A golden customer is seen by whoever holds the org unit of one of its records, and by those who hold all (HQ).
- Who sees a golden customer sees its golden values. Of its records they see their own in full, of others' only the key
  and the org unit; of others' events only what kind, when and where. The kind of a contact is its channel, its purpose
  and what was sent, so that no department sends the same again.
- What one may not see does not exist: the answer is 404, not 403, so that nobody learns who is a customer elsewhere.
"""

from typing import Annotated

from fastapi import Path

from isthmus.contracts.fields import RecordId, Source
from isthmus.http import NotFound, Principal

SourcePath = Annotated[Source, Path(description="Source system (来源系统).", examples=["dealer:D0001:dms"])]
RecordIdPath = Annotated[RecordId, Path(description="The source's own number of the record (来源记录号).")]


def org_unit_of(source: str) -> str:
    """The org unit a source belongs to: all but the last part of its name."""
    return source.rpartition(":")[0]


def may_see_source(principal: Principal, source: str) -> bool:
    """Whether the records of a source are the caller's own."""
    return principal.may_act_for(org_unit_of(source))


def require_source(principal: Principal, source: str) -> None:
    """Raise 403 unless the records of the source are the caller's own."""
    principal.require_org_unit(org_unit_of(source))


def require_one_of(principal: Principal, sources: list[str]) -> None:
    """Raise 404 unless one of a golden customer's records is the caller's own."""
    if not any(may_see_source(principal, source) for source in sources) and not principal.all_org_units:
        raise no_such_customer()


def visible_org_units(principal: Principal) -> list[str] | None:
    """The org units to restrict a query to; None restricts nothing."""
    return None if principal.all_org_units else sorted(principal.org_units)


def no_such_customer() -> NotFound:
    """There is none, or none the caller may know of."""
    return NotFound("customer_not_found", "There is no such customer.")
