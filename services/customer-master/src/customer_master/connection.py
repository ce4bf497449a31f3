"""The type of a raw database connection, and how its planner is to work on batches."""

from typing import TYPE_CHECKING, Any, TypeAlias

import asyncpg

# At run time asyncpg's classes take no parameters.
if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[Any]
    Pool: TypeAlias = asyncpg.Pool[Any]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

_USE_INDICES = """
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)
"""


async def use_indices(connection: Connection) -> None:
    """Make the statements of this transaction look rows up by index, whatever the statistics say.

    A batch needs a few thousand rows by key. While tables grow fast their statistics lag behind, and a planner that
    takes a million rows for a hundred reads them all for every batch: measured, 14 ms a record instead of 1.
    """
    await connection.execute(_USE_INDICES)
