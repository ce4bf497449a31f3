"""Messages between services: outbox and relay out, consumers with inbox and dead letters in."""

from isthmus.messaging import outbox
from isthmus.messaging.consumer import ConsumerRunner
from isthmus.messaging.errors import PermanentError, TransientError
from isthmus.messaging.relay import Relay
from isthmus.messaging.subscription import Delivery, Handler, Subscription
from isthmus.messaging.topics import ensure_topics

__all__ = [
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
