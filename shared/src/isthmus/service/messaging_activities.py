"""The relay and the consumers of a service as activities, with what they report of being ready."""

from isthmus.messaging import ConsumerRunner, Relay
from isthmus.service.definition import Activity, Service, ServiceContext


async def messaging_activities(
    service: Service, context: ServiceContext
) -> tuple[tuple[str, Activity], list[tuple[str, Activity]]]:
    """The relay and one consumer a subscription; from now on a committed transaction wakes the relay."""
    settings, database, clock = context.settings, context.database, context.clock
    relay = Relay(await database.pool(), settings, clock)
    context.wake_relay = relay.wake
    database.after_commit.append(relay.wake)
    consumers = [
        (f"consumer {subscription.name}", ConsumerRunner(database, subscription, settings, clock).run)
        for subscription in service.subscriptions
    ]
    return ("relay", relay.run), consumers
