"""Claims: a resolver holds the link row of every record its result depends on, so that no two decide on one customer.

Two rules make the result independent of timing, with any number of workers:

- A record's keys are committed with the record, before anyone resolves it. Of two records that share a key, strong or
  weak, whichever is searched for later therefore sees the other: no pair can be missed.
- Nothing a decision is made from is read before it is claimed. Who waits for a claim reads the winner's result.

All that can be foreseen is claimed at once, in record order. The rare growth beyond that can deadlock, and the batch
is then repeated. Of a large batch some record always hangs together with what another resolver has in work, and to
wait for it would let only one of them work at a time: such records are left in the queue instead.
"""

from collections.abc import Collection

from customer_master.connection import Connection

_CLAIM = "SELECT record_no FROM links WHERE record_no = ANY($1::bigint[]) ORDER BY record_no FOR UPDATE"

_CLAIM_FREE = f"{_CLAIM} SKIP LOCKED"

# From the records given, over linking decisions, what stewards decided and shared golden customers, to all whose
# clusters hang together.
_REACH = """
WITH RECURSIVE reach(record_no) AS (
    SELECT unnest($1::bigint[])
  UNION
    SELECT neighbour.record_no
    FROM reach CROSS JOIN LATERAL (
        SELECT right_no FROM match_edges WHERE left_no = reach.record_no AND outcome = 'link'
        UNION ALL
        SELECT left_no FROM match_edges WHERE right_no = reach.record_no AND outcome = 'link'
        UNION ALL
        SELECT other_no FROM steward_pairs WHERE record_no = reach.record_no
        UNION ALL
        SELECT fellow.record_no
        FROM links AS own JOIN links AS fellow ON fellow.golden_id = own.golden_id
        WHERE own.record_no = reach.record_no
    ) AS neighbour(record_no)
)
SELECT record_no FROM reach LIMIT $2
"""


async def reached_from(connection: Connection, start: Collection[int], most: int | None = None) -> set[int]:
    """The records that hang together with those of `start`, as committed now; of very many only `most`."""
    return {row["record_no"] for row in await connection.fetch(_REACH, sorted(start), most)}


class Claims:
    """The records one transaction holds."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.held: set[int] = set()

    async def take_foreseen(self, start: Collection[int]) -> None:
        """Claim, in one go, the records of `start` and all that hang together with them as far as can be seen now."""
        await self._take(await reached_from(self._connection, start))

    async def take_free(self, start: Collection[int]) -> set[int]:
        """Claim what `take_foreseen` would as far as nobody has it, without waiting.

        Returns what is not to be touched: the records that others have, and all that hang together with them.
        """
        foreseen = await reached_from(self._connection, start)
        rows = await self._connection.fetch(_CLAIM_FREE, sorted(foreseen))
        self.held.update(row["record_no"] for row in rows)
        taken_by_others = foreseen - self.held
        return await reached_from(self._connection, taken_by_others) if taken_by_others else set()

    async def take_reach(self, start: Collection[int]) -> set[int]:
        """Claim all records whose clusters may change with those of `start`; returns them all.

        What is reached can grow while waiting for a claim, so it is looked up again until it is all held.
        """
        while True:
            reached = await reached_from(self._connection, start)
            if not await self._take(reached):
                return reached

    async def _take(self, record_nos: Collection[int]) -> bool:
        """Claim records, waiting for whoever has them; returns whether any was not held before."""
        missing = sorted(set(record_nos) - self.held)
        if missing:
            await self._connection.execute(_CLAIM, missing)
            self.held.update(missing)
        return bool(missing)
