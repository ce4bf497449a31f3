"""Deliveries of the telephone system (CTI): signed, timely, and each of them taken once."""

import hashlib
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from call_center.access import Writing
from call_center.cti.signature import WINDOW, is_signed, is_timely
from isthmus.db import Base
from isthmus.http import Conflict, Unauthorized
from isthmus.timers import FiredTimer, Moment

KEPT = 2 * WINDOW
"""Beyond this a delivery cannot come again: its signature is out of time."""


class CtiSettings(BaseSettings):
    """What is agreed with the telephone system."""

    model_config = SettingsConfigDict(env_prefix="ISTHMUS_CTI_", extra="ignore")

    secrets: SecretStr | None = None
    """The signing secret; two of them, separated by a space, while one is being replaced."""

    def known(self) -> list[str]:
        """The secrets, one or two."""
        return self.secrets.get_secret_value().split() if self.secrets else []


class CtiDelivery(Base):
    """Table of the deliveries taken in, as long as they could come again."""

    __tablename__ = "cti_deliveries"

    id: Mapped[str] = mapped_column(primary_key=True)
    body_sha256: Mapped[str]
    taken_at: Mapped[datetime] = mapped_column(index=True)


async def _take(
    request: Request,
    work: Writing,
    delivery_id: Annotated[
        str,
        Header(
            alias="webhook-id",
            min_length=8,
            max_length=200,
            pattern=r"^[\x21-\x7e]+$",
            description="Number of the delivery; a repeat has the same.",
        ),
    ],
    timestamp: Annotated[str, Header(alias="webhook-timestamp", max_length=20, description="Seconds since 1970.")],
    signature: Annotated[str, Header(alias="webhook-signature", max_length=2_000, description="`v1,` and base64.")],
) -> None:
    """Check a delivery and keep its id; one that comes again is let through, for it changes nothing.

    Raises 401 for a wrong signature or time, and while no secret is agreed; 409 for an id used before.
    """
    secrets = CtiSettings().known()
    if not secrets:
        raise Unauthorized("cti_not_configured", "No secret is agreed with the telephone system.")
    body = await request.body()
    if not is_signed(secrets, delivery_id, timestamp, body, signature):
        raise Unauthorized("signature_wrong", "The signature does not fit the delivery.")
    if not is_timely(timestamp, work.clock.now()):
        raise Unauthorized("signature_out_of_time", f"A delivery is taken within {WINDOW} of its signature.")
    lock = func.hashtextextended(f"cti:{delivery_id}", 0)
    await work.session.execute(select(func.pg_advisory_xact_lock(lock)))
    digest = hashlib.sha256(body).hexdigest()
    known = await work.session.get(CtiDelivery, delivery_id)
    if known is None:
        work.session.add(CtiDelivery(id=delivery_id, body_sha256=digest, taken_at=work.clock.now()))
    elif known.body_sha256 != digest:
        raise Conflict("delivery_id_used", "This webhook-id came with another body.")


Delivered = Annotated[None, Depends(_take)]
"""The request is a delivery that may be taken in."""


async def prune_deliveries(_: FiredTimer, moment: Moment) -> None:
    """Forget the deliveries that cannot come again."""
    before = moment.clock.now() - KEPT - timedelta(minutes=1)
    await moment.session.execute(delete(CtiDelivery).where(CtiDelivery.taken_at < before))
