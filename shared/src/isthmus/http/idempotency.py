"""`Idempotency-Key`: a POST repeated with the same key has one effect and one answer."""

import hashlib
import re
from typing import Any

import asyncpg
from sqlalchemy import Column, DateTime, LargeBinary, SmallInteger, Table, Text, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.exc import DBAPIError
from starlette.requests import Request
from starlette.responses import Response

from isthmus.clock import Clock
from isthmus.db import Base
from isthmus.db.errors import DatabaseFault, classify
from isthmus.http.principal import ALL_ORG_UNITS, Principal, principal_of
from isthmus.http.problems import Conflict, FieldError, Forbidden, Unprocessable
from isthmus.http.write_transaction import Run
from isthmus.observability.metrics import idempotent_replays

IDEMPOTENCY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
KEY_PATTERN = r"^[\x21-\x7e]{1,255}$"
_KEPT_HEADERS = ("content-type", "etag", "location")

idempotency_keys = Table(
    "idempotency_keys",
    Base.metadata,
    Column("caller", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("request_hash", LargeBinary, nullable=False),
    Column("grants", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("status", SmallInteger),
    Column("headers", JSONB),
    Column("body", LargeBinary),
)


async def begin(request: Request, run: Run, clock: Clock) -> Response | None:
    """Claim the request's key in the transaction, or give the answer stored for it.

    A twin that is still being answered is waited for, as long as the lock timeout allows, then the answer is 409.
    Only a committed success leaves a row, so a request that failed may be repeated with its key.
    """
    principal = principal_of(request)
    key, request_hash = _key(request), await _hash(request)
    claim = insert(idempotency_keys).values(
        caller=_caller(principal),
        key=key,
        request_hash=request_hash,
        grants=sorted(_grants(principal)),
        created_at=clock.now(),
    )
    try:
        claimed = await run(claim.on_conflict_do_nothing().returning(idempotency_keys.c.key))
    except (DBAPIError, asyncpg.PostgresError) as error:
        if classify(error) is not DatabaseFault.CONTENTION:
            raise
        raise Conflict(
            "idempotency_key_in_use", "A request with this Idempotency-Key is still being answered.", retryable=True
        ) from None
    return None if claimed else await _stored_answer(run, principal, key, request_hash)


async def finish(request: Request, run: Run, response: Response) -> None:
    """Store a success, in the transaction that had the effect."""
    headers = {name: value for name in _KEPT_HEADERS if (value := response.headers.get(name)) is not None}
    await run(
        update(idempotency_keys)
        .where(idempotency_keys.c.caller == _caller(principal_of(request)), idempotency_keys.c.key == _key(request))
        .values(status=response.status_code, headers=headers, body=bytes(response.body))
    )


async def _stored_answer(run: Run, principal: Principal, key: str, request_hash: bytes) -> Response:
    stored: Any
    (stored,) = await run(
        select(idempotency_keys).where(idempotency_keys.c.caller == _caller(principal), idempotency_keys.c.key == key)
    )
    if bytes(stored["request_hash"]) != request_hash:
        raise Unprocessable(
            "idempotency_key_reused",
            "This Idempotency-Key was used for another request.",
            [FieldError(f"/{IDEMPOTENCY_HEADER}", "idempotency_key_reused", "Use a new key.", "header")],
        )
    if not set(stored["grants"]) <= _grants(principal):
        raise Forbidden("grants_withdrawn", "You no longer hold all that this request was allowed by.")
    idempotent_replays.inc()
    return Response(bytes(stored["body"]), stored["status"], {**stored["headers"], REPLAYED_HEADER: "true"})


def _caller(principal: Principal) -> str:
    return f"{principal.client_id} {principal.subject}"


def _grants(principal: Principal) -> set[str]:
    everywhere = {f"org:{ALL_ORG_UNITS}"} if principal.all_org_units else set()
    return everywhere | {f"org:{unit}" for unit in principal.org_units} | {f"scope:{s}" for s in principal.scopes}


def _key(request: Request) -> str:
    key = request.headers[IDEMPOTENCY_HEADER]
    if not re.match(KEY_PATTERN, key):
        reason = "Use 1 to 255 visible ASCII characters."
        raise Unprocessable(
            "invalid_idempotency_key",
            "The Idempotency-Key is malformed.",
            [FieldError(f"/{IDEMPOTENCY_HEADER}", "invalid_idempotency_key", reason, "header")],
        )
    return key


async def _hash(request: Request) -> bytes:
    """What must be the same in a repeat: method, path, query and body."""
    digest = hashlib.sha256()
    for part in (
        request.method.encode(),
        request.scope["path"].encode("utf-8", "surrogatepass"),
        request.scope["query_string"],
    ):
        digest.update(part + b"\n")
    digest.update(await request.body())
    return digest.digest()
