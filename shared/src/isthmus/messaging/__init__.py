"""Messages between services: outbox and relay out, consumers with inbox and dead letters in."""

from isthmus.messaging import outbox
from isthmus.messaging.consumer import ConsumerRunner
from isthmus.messaging.errors import PermanentError, TransientError
from isthmus.messaging.relay import Relay
from isthmus.messaging.subscription import BATCHING_SECONDS, Delivery, Handler, Subscription
from isthmus.messaging.topics import ensure_topics

__all__ = [
    "BATCHING_SECONDS",
    "ConsumerRunner",
    "Delivery",
    "Handler",
    "PermanentError",
    "Relay",
    "Subscription",
    "TransientError",
    "ensure_topics",
    "outbox",
]
