"""What a request works with: who calls, on which session, at what time, and a way to publish what happens."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from isthmus.clock import Clock
from isthmus.contracts.customer_records import MAX_RECORD_BYTES, CustomerRecord
from isthmus.contracts.envelope import Event, EventData
from isthmus.contracts.topic import MAX_EVENT_BYTES
from isthmus.http import (
    ClockDep,
    FieldError,
    Forbidden,
    Principal,
    Problem,
    ReadSession,
    WriteSession,
    log_access,
    require_one,
)
from isthmus.ids import new_id
from isthmus.messaging import outbox
from isthmus.service.definition import ServiceContext

MAX_EVENT_DATA_BYTES = MAX_EVENT_BYTES - 16 * 1024
"""Leaves room for key and headers of the message."""


@dataclass(frozen=True, slots=True)
class Work:
    """One request at work in a business service."""

    business: "Business"
    caller: Principal
    session: AsyncSession
    clock: Clock
    request: Request
    response: Response

    @property
    def context(self) -> ServiceContext:
        """The context of the running service."""
        context: ServiceContext = self.request.app.state.context
        return context

    def require_org_unit(self, org_unit: str) -> None:
        """Raise a 403 problem that names the org unit unless the caller may act for it."""
        if not self.caller.may_act_for(org_unit):
            detail = f"You may not act for the org unit {org_unit}."
            raise Forbidden("org_unit_not_granted", detail, [FieldError("/org_unit", "org_unit_not_granted", detail)])

    async def log_read(self, what: str, ids: Iterable[object]) -> None:
        """Note who reads which personal data and why (访问日志), before it is given out."""
        await log_access(self.session, self.caller, f"{self.business.name}.{what}.read", ids, self.request)

    def publish(self, data: EventData, *, version: int, org_unit: str) -> None:
        """Put an event into the outbox of the running transaction; the aggregate's row must be locked or new.

        Raises a 413 problem when the aggregate has grown beyond what one event can carry.
        """
        limit = MAX_RECORD_BYTES if isinstance(data, CustomerRecord) else MAX_EVENT_DATA_BYTES
        if len(data.to_bytes()) > limit:
            raise Problem(413, "document_too_large", f"All fields together may have at most {limit} bytes.")
        event = Event.of(
            data,
            event_id=new_id(self.clock),
            source=f"/{self.business.name}",
            time=self.clock.now(),
            aggregateversion=version,
            orgunit=org_unit,
            dataowner=org_unit,
        )
        outbox.add(self.session, event)


@dataclass(frozen=True, slots=True)
class Business:
    """A business service: its name in paths and scopes, and the system its customer records are known by."""

    name: str
    system: str

    def __post_init__(self) -> None:
        """Let `business_of` find it."""
        _businesses[self.name] = self

    def source(self, org_unit: str) -> str:
        """The source of a record this service keeps for an org unit: `dealer:D0001:dms`."""
        return f"{org_unit}:{self.system}"

    def reading(self, *instead: str) -> Any:
        """`Depends` on the `Work` of a GET: the caller may read, the session cannot write.

        `instead` are narrower scopes of which one is enough for this reading.
        """

        async def work(
            caller: Annotated[Principal, require_one(f"{self.name}:read", *instead)],
            session: ReadSession,
            clock: ClockDep,
            request: Request,
            response: Response,
        ) -> Work:
            return Work(self, caller, session, clock, request, response)

        return Depends(work)

    def writing(self, *instead: str) -> Any:
        """`Depends` on the `Work` of a change: the caller may write, the session is the request's transaction.

        `instead` are narrower scopes of which one is enough for this change.
        """

        async def work(
            caller: Annotated[Principal, require_one(f"{self.name}:write", *instead)],
            session: WriteSession,
            clock: ClockDep,
            request: Request,
            response: Response,
        ) -> Work:
            return Work(self, caller, session, clock, request, response)

        return Depends(work)


_businesses: dict[str, Business] = {}


def business_of(router: APIRouter) -> Business:
    """The business a router belongs to, by its path: `/v1/<service>/…`."""
    return _businesses[router.prefix.split("/")[2]]
