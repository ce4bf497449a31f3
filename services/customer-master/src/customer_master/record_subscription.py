"""Customer records from Kafka (topic `customer-records`), hundreds in one transaction."""

from collections.abc import Sequence

from customer_master.connection import Connection
from customer_master.intake import incoming, take_in
from customer_master.match_model import match_model
from isthmus.clock import Clock, SystemClock
from isthmus.contracts.customer_records import CustomerRecord
from isthmus.messaging import Delivery, PermanentError, Subscription
from isthmus.observability import metrics


def customer_records_subscription(clock: Clock | None = None) -> Subscription:
    """The consumer of customer records. One that says no time of its own arrived when its event was made."""
    clock = clock or SystemClock()
    model = match_model()

    async def handle(connection: Connection, deliveries: Sequence[Delivery]) -> None:
        versions = [incoming(_record(delivery), delivery.event.time, model) for delivery in deliveries]
        for accepted in await take_in(connection, versions, clock.now()):
            metrics.record_versions_taken_in.labels(accepted.outcome.value).inc()

    return Subscription(
        name="customer-master.customer-records",
        topics=["customer-records"],
        handle=handle,
        transactions="asyncpg",
    )


def _record(delivery: Delivery) -> CustomerRecord:
    data = delivery.event.data
    if not isinstance(data, CustomerRecord):
        raise PermanentError("a customer record without data; a deletion is a record with deleted = true")
    return data
