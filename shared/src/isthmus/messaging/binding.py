"""CloudEvents 1.0 in Kafka's binary mode: attributes are `ce_` headers, the data is the value, the key is the key."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, UUID, uuid5

from isthmus.contracts.envelope import CONTENT_TYPE, SPEC_VERSION, Event
from isthmus.contracts.registry import (
    InvalidEventData,
    UnknownEventType,
    UnknownMajorVersion,
    model_of,
    parse,
)
from isthmus.contracts.topic import MAX_EVENT_BYTES

_MAX_VERSION = 2**63 - 1
_REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type")


@dataclass(frozen=True)
class UndecodableError(Exception):
    """Bytes that are no event of ours: `kind` for counting, `reason` for people, without values of the data."""

    kind: str
    reason: str

    def __str__(self) -> str:
        return self.reason


def encode_headers(event: Event) -> dict[str, str]:
    """The headers of an event; attributes that are None are left out."""
    attributes = {
        "specversion": SPEC_VERSION,
        "id": str(event.id),
        "source": event.source,
        "type": event.type,
        "subject": event.subject,
        "time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "orgunit": event.orgunit,
        "aggregateversion": str(event.aggregateversion),
        "traceparent": event.traceparent,
        "dataowner": event.dataowner,
    }
    headers = {f"ce_{name}": value for name, value in attributes.items() if value is not None}
    return headers if event.data is None else headers | {"content-type": CONTENT_TYPE}


def encode_value(event: Event) -> bytes | None:
    """The data as JSON; None for a tombstone."""
    return None if event.data is None else event.data.to_bytes()


def size_of(key: bytes | None, headers: Iterable[tuple[str, bytes | None]], value: bytes | None) -> int:
    """Bytes of a message without Kafka's own framing."""
    return len(key or b"") + len(value or b"") + sum(len(name) + len(content or b"") for name, content in headers)


def decode(headers: Iterable[tuple[str, bytes | None]], key: bytes | None, value: bytes | None) -> Event:
    """Read an event.

    Raises:
        UnknownEventType: the type is not in the register; a tolerant reader skips it.
        UndecodableError: anything else that is wrong.
    """
    if value is not None and len(value) > MAX_EVENT_BYTES:
        raise UndecodableError("too_large", f"{len(value)} bytes, at most {MAX_EVENT_BYTES} are processed")
    try:
        attributes = {name: (content or b"").decode() for name, content in headers}
        key_text = (key or b"").decode()
    except UnicodeDecodeError:
        raise UndecodableError("malformed", "a header or the key is not UTF-8") from None
    if "\x00" in key_text or any("\x00" in text for text in attributes.values()):
        raise UndecodableError("malformed", "a header or the key holds a NUL")
    missing = [name for name in _REQUIRED if not attributes.get(name)]
    if missing:
        raise UndecodableError("malformed", f"headers missing: {', '.join(missing)}")
    return _event(attributes, key_text, value)


def _event(attributes: dict[str, str], key: str, value: bytes | None) -> Event:
    source, event_type = attributes["ce_source"], attributes["ce_type"]
    if attributes["ce_specversion"] != SPEC_VERSION:
        raise UndecodableError("malformed", f"ce_specversion is not {SPEC_VERSION}")
    try:
        model_of(event_type)
        data = None if value is None else parse(event_type, value)
    except UnknownMajorVersion as error:
        raise UndecodableError("unknown_major_version", str(error)) from None
    except UnknownEventType:
        raise
    except InvalidEventData as error:
        raise UndecodableError("invalid_data", str(error)) from None
    subject = attributes.get("ce_subject") or key
    return Event(
        id=_event_id(source, attributes["ce_id"]),
        type=event_type,
        source=source,
        subject=subject,
        time=_time(attributes.get("ce_time")),
        data=data,
        key=key or subject,
        orgunit=attributes.get("ce_orgunit"),
        aggregateversion=_version(attributes.get("ce_aggregateversion")),
        traceparent=attributes.get("ce_traceparent"),
        dataowner=attributes.get("ce_dataowner"),
    )


def _event_id(source: str, text: str) -> UUID:
    """Ids of foreign producers are any text, unique within their source only; they get a UUID made from both."""
    try:
        return UUID(text)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"{source}\n{text}")


def _time(text: str | None) -> datetime:
    """The `time` attribute in UTC; CloudEvents makes it optional, we need it."""
    try:
        at = datetime.fromisoformat(text or "")
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise UndecodableError("malformed", "ce_time is missing or not RFC 3339") from None


def _version(text: str | None) -> int:
    """Producers without versions count as version 0: their events are ordered by what the data says."""
    if text is None:
        return 0
    try:
        version = int(text)
    except ValueError:
        version = -1
    if not 0 <= version <= _MAX_VERSION:
        raise UndecodableError("malformed", "ce_aggregateversion is no count that fits 64 bits")
    return version
