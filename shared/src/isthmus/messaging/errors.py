"""What went wrong with a message, and whether trying again can help."""

from aiokafka.errors import KafkaError

from isthmus.db import errors as database_errors


class PermanentError(Exception):
    """Raised by a handler: this message can never be processed; it goes to the dead letters (死信) at once."""


class TransientError(Exception):
    """Raised by a handler: something it needs is away; the message is tried again until that is back."""


def is_transient(error: BaseException) -> bool:
    """Whether `error` says that the database, the broker or something else needed is away, not that the message is bad.

    A statement that was cancelled for taking too long counts as transient: an overloaded database must not turn good
    messages into dead letters.
    """
    if isinstance(error, PermanentError):
        return False
    return isinstance(error, TransientError | KafkaError) or database_errors.is_transient(error)
