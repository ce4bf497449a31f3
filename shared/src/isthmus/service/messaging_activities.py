"""The relay and the consumers of a service as activities, with what they say of being ready."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from isthmus.http.health import NamedCheck
from isthmus.messaging import ConsumerRunner, Relay
from isthmus.service.definition import Activity, Service, ServiceContext


@dataclass(frozen=True)
class MessagingActivities:
    """What moves a service's messages, by name, and whether it can."""

    relay: tuple[str, Activity]
    consumers: list[tuple[str, Activity]]
    checks: list[NamedCheck]


def messaging_activities(service: Service, context: ServiceContext) -> MessagingActivities:
    """The relay and one consumer a subscription; from now on a committed transaction wakes the relay."""
    settings, database, clock = context.settings, context.database, context.clock
    relay = Relay(database, settings, clock)
    context.wake_relay = relay.wake
    database.after_commit.append(relay.wake)
    runners = {
        f"consumer {subscription.name}": ConsumerRunner(database, subscription, settings, clock)
        for subscription in service.subscriptions
    }
    return MessagingActivities(
        relay=("relay", relay.run),
        consumers=[(name, runner.run) for name, runner in runners.items()],
        checks=[
            NamedCheck("relay", _check(relay.problem)),
            *(NamedCheck(name, _check(runner.problem)) for name, runner in runners.items()),
        ],
    )


def _check(problem: Callable[[], str | None]) -> Callable[[], Awaitable[str | None]]:
    async def check() -> str | None:
        return problem()

    return check
