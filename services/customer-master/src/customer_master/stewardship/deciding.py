"""The way of every decision: in one transaction it is stored and takes effect, so that the answer shows it.

The key of a repeated request is stored in the same transaction: a repeat gets the first answer, or decides anew.
"""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, TypeVar
from uuid import UUID

import asyncpg
from fastapi import Depends, Response

from customer_master.connection import Connection
from customer_master.match_model import match_model
from customer_master.resolver.batch import Resolver
from customer_master.resolver.common_values import CommonValues
from customer_master.stewardship.decision_tables import NewDecision, store
from customer_master.stewardship.decision_view import DecisionView, views
from customer_master.stewardship.facts import Decided, StewardFacts
from customer_master.stewardship.held import HeldCustomer, check_unchanged, hold
from isthmus.clock import Clock
from isthmus.http import ClockDep, Conflict, Principal, WriteConnection, etag, require

T = TypeVar("T")

Steward = Annotated[Principal, require("stewardship")]

_MOST_REPEATS = 2


@dataclass(frozen=True, slots=True)
class Desk:
    """A steward's request to decide: who asks, in which transaction, and the answer to be."""

    connection: Connection
    principal: Principal
    clock: Clock
    response: Response

    async def undisturbed(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do `work`; anew when it met a resolver and one of the two had to give way."""
        for _ in range(_MOST_REPEATS):
            with suppress(asyncpg.DeadlockDetectedError):
                return await self._once(work)
        return await self._once(work)

    async def _once(self, work: Callable[[], Awaitable[T]]) -> T:
        """Within a savepoint: to go back to it gives up all that was claimed."""
        async with self.connection.transaction():
            # As a resolver does: this lock before any claim.
            await CommonValues().hold(self.connection)
            return await work()

    async def hold(self, golden_id: UUID, version: int, *others: UUID) -> list[HeldCustomer]:
        """Claim a customer in the version the steward has read, and others; raises as `held.hold`, and 412."""
        held = await hold(self.connection, [golden_id, *others], self.principal)
        await check_unchanged(self.connection, held[0], version)
        return held

    async def decide(self, decision: NewDecision) -> DecisionView:
        """Store a decision, let it take effect, and show it with the golden ids that come of it."""
        await store(self.connection, decision, self.principal)
        await take_effect(self.connection, decision.decision_id, decision.record_nos, self.clock)
        self.response.headers["Location"] = f"/v1/decisions/{decision.decision_id}"
        return await show(self.connection, decision.decision_id, self.response)


async def _desk(principal: Steward, connection: WriteConnection, clock: ClockDep, response: Response) -> Desk:
    return Desk(connection, principal, clock, response)


DeskDep = Annotated[Desk, Depends(_desk)]
"""For changing requests on a router with `transactions="asyncpg"`."""


async def check_not_told_apart(connection: Connection, one: Collection[int], other: Collection[int]) -> None:
    """Raise 409 if a decision that stands keeps a record of the one from a record of the other."""
    facts = await StewardFacts.load(connection, {*one, *other})
    apart = {
        fact.decision_id
        for fact in facts.pairs
        if fact.effect == "unlink"
        and ((fact.left_no in one and fact.right_no in other) or (fact.left_no in other and fact.right_no in one))
    }
    if apart:
        named = ", ".join(str(decision_id) for decision_id in sorted(apart))
        raise Conflict("told_apart", f"A steward told them apart; take back first: {named}.")


async def show(connection: Connection, decision_id: UUID, response: Response) -> DecisionView:
    """A decision as the answer, with its version."""
    (view,) = await views(connection, [decision_id])
    response.headers["ETag"] = etag(view.version)
    return view


async def take_effect(connection: Connection, decision_id: UUID, record_nos: frozenset[int], clock: Clock) -> None:
    """Bring golden customers in line with a decision that was just stored or taken back.

    The same code that resolves changed records; waiting for a worker would leave the steward without the result.
    """
    await Resolver(match_model(), clock).resolve(connection, {}, Decided(decision_id, record_nos))
