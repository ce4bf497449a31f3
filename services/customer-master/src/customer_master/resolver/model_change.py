"""After a change of match model, standardisation or survivorship rules every record is decided again, little by little.

The service compares its versions with those the records were decided by last. When they differ, records are indexed
anew and queued in pieces, never far ahead of the resolvers; how far that has come is stored, so a restart goes on.
"""

import asyncio

from customer_master.connection import use_indices
from customer_master.database import transaction
from customer_master.match_model import match_model
from customer_master.reindex import reindex
from customer_master.resolver import queue
from entity_resolution.model import MatchModel
from entity_resolution.standardize import STANDARD_VERSION
from entity_resolution.survivorship import SurvivorshipRules
from isthmus.clock import Clock
from isthmus.db import Database
from isthmus.messaging.errors import is_transient
from isthmus.messaging.retry import wait_for
from isthmus.observability import metrics
from isthmus.service.definition import ServiceContext

_PIECE = 500
_MOST_WAITING = 2_000
"""With so many re-evaluations in the queue nothing is added; it stays short for all other causes."""

_PAUSE_SECONDS = 0.2

_STATE = "SELECT versions, queued_upto, last_record_no FROM resolver_state FOR UPDATE"

_BEGIN = """
UPDATE resolver_state
SET versions = $1, queued_upto = 0, last_record_no = (SELECT coalesce(max(record_no), 0) FROM records)
RETURNING versions, queued_upto, last_record_no
"""

_NEXT = "SELECT record_no FROM records WHERE record_no > $1 AND record_no <= $2 ORDER BY record_no LIMIT $3"


def versions_of(model: MatchModel) -> str:
    """All that decisions and golden values depend on beside the records."""
    return f"standard {STANDARD_VERSION}, model {model.version}, survivorship {SurvivorshipRules.load().version}"


async def run_model_change(context: ServiceContext, stop: asyncio.Event) -> None:
    """The background task of the service; it rests when all records are queued."""
    model = match_model()
    while not stop.is_set():
        try:
            left = await queue_next(context.database, model, context.clock)
        except Exception as error:
            if not is_transient(error):
                raise
        else:
            metrics.records_to_requeue.set(left)
            if not left:
                await stop.wait()
        await wait_for(stop, _PAUSE_SECONDS)


async def queue_next(database: Database, model: MatchModel, clock: Clock) -> int:
    """Queue the next piece, if one is due and the queue has room; returns about how many records are left after it."""
    async with transaction(database) as connection:
        await use_indices(connection)
        state = await connection.fetchrow(_STATE)
        if state is not None and state["versions"] != versions_of(model):
            state = await connection.fetchrow(_BEGIN, versions_of(model))
        if state is None:
            raise RuntimeError("resolver_state has no row")
        upto, last = state["queued_upto"], state["last_record_no"]
        waiting = (await queue.state(connection, clock.now())).waiting
        if upto == last or waiting[queue.Cause.MODEL_CHANGED] >= _MOST_WAITING:
            return int(last - upto)
        numbers = [row["record_no"] for row in await connection.fetch(_NEXT, upto, last, _PIECE)]
        await reindex(connection, numbers, model, clock.now())
        await queue.enqueue(connection, numbers, queue.Cause.MODEL_CHANGED, clock.now())
        upto = numbers[-1] if len(numbers) == _PIECE else last
        await connection.execute("UPDATE resolver_state SET queued_upto = $1", upto)
        return int(last - upto)
