"""Newline-delimited JSON as a stream: lines out of chunks, in bounded memory."""

from collections.abc import AsyncIterator

from isthmus.contracts.customer_records import MAX_RECORD_BYTES


async def lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[tuple[int, bytes | None]]:
    """Number (from 1) and bytes of each line that is not blank; None stands for one that is too long to be a record."""
    number = 0
    rest = b""
    too_long = False
    async for chunk in chunks:
        *complete, rest = (rest + chunk).split(b"\n")
        for line in complete:
            number += 1
            if too_long or len(line) > MAX_RECORD_BYTES:
                yield number, None
            elif line.strip():
                yield number, line
            too_long = False
        if len(rest) > MAX_RECORD_BYTES:
            too_long, rest = True, b""
    if too_long:
        yield number + 1, None
    elif rest.strip():
        yield number + 1, rest
