"""The way of every decision: one transaction in which it is stored and takes effect, so that the answer shows it."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from typing import TypeVar
from uuid import UUID

import asyncpg
from fastapi import Response

from customer_master.connection import Connection
from customer_master.database import transaction
from customer_master.match_model import match_model
from customer_master.resolver.batch import Resolver
from customer_master.resolver.common_values import CommonValues
from customer_master.resolver.signals import signals_of
from customer_master.stewardship.decision_tables import NewDecision, store
from customer_master.stewardship.decision_view import DecisionView, views
from customer_master.stewardship.facts import Decided, StewardFacts
from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.http import Conflict, Principal, etag

T = TypeVar("T")

_MOST_REPEATS = 2


async def in_transaction(database: Database, work: Callable[[Connection], Awaitable[T]]) -> T:
    """Run `work` in a transaction of its own; anew when it met a resolver and one of the two had to give way."""
    for _ in range(_MOST_REPEATS):
        with suppress(asyncpg.DeadlockDetectedError):
            return await _once(database, work)
    return await _once(database, work)


async def _once(database: Database, work: Callable[[Connection], Awaitable[T]]) -> T:
    async with transaction(database) as connection:
        # As a resolver does: this lock before any claim.
        await CommonValues().hold(connection)
        done = await work(connection)
    signals_of(database).resolved.send()
    return done


async def decide(
    connection: Connection, decision: NewDecision, principal: Principal, clock: Clock, response: Response
) -> DecisionView:
    """Store a decision, let it take effect, and show it with the golden ids that come of it."""
    await store(connection, decision, principal)
    await take_effect(connection, decision.decision_id, decision.record_nos, clock)
    response.headers["Location"] = f"/v1/decisions/{decision.decision_id}"
    return await show(connection, decision.decision_id, response)


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
