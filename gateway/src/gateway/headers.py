"""Which headers pass the gateway: no hop-by-hop ones, no identity or forwarding claims of the caller's own making."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass

from multidict import CIMultiDict

from gateway.asgi import HeaderList
from isthmus.http.principal import IDENTITY_HEADER, PURPOSE_HEADER
from isthmus.http.problems import Problem
from isthmus.ids import new_id

IDENTITY = IDENTITY_HEADER.lower().encode()
_PURPOSE = PURPOSE_HEADER.lower().encode()
_MAX_HEADERS = 100
_MAX_HEADER_BYTES = 32_768
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._~:/+=-]{1,128}")
_TRACEPARENT = re.compile(rb"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_DIGITS = re.compile(rb"[0-9]{1,18}")

HOP_BY_HOP = frozenset(
    {
        b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
_MADE_HERE = frozenset(
    {
        b"authorization", b"cookie", b"expect", b"forwarded", b"host", b"x-forwarded-for", b"x-forwarded-host",
        b"x-forwarded-proto", b"x-real-ip", b"x-request-id", b"traceparent", IDENTITY,
    }
)  # fmt: skip
_ONLY_ONCE = frozenset(
    {
        b"authorization", b"content-length", b"content-type", b"host", b"idempotency-key", b"if-match",
        b"traceparent", b"transfer-encoding", b"x-request-id", _PURPOSE,
    }
)  # fmt: skip
_NOT_TO_SERVICE = HOP_BY_HOP | _MADE_HERE
_NOT_TO_CALLER = HOP_BY_HOP | {b"server", b"date", b"x-request-id", b"x-powered-by", b"set-cookie", IDENTITY}

_SECURITY: dict[bytes, bytes] = {
    b"cache-control": b"no-store",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
}


@dataclass(slots=True)
class RequestHead:
    """What the gateway itself needs from the headers of a request, and those that go on to the service."""

    request_id: bytes
    traceparent: bytes
    authorization: bytes | None
    purpose: bytes | None
    content_length: int | None
    has_body: bool
    host: bytes
    onward: CIMultiDict[str]


def read_head(headers: Iterable[tuple[bytes, bytes]]) -> RequestHead:
    """Sort the headers of a request. Raises a 400 or 431 problem for what two readers could read in two ways."""
    single: dict[bytes, bytes] = {}
    nominated: set[bytes] = set()
    passing: list[tuple[bytes, bytes]] = []
    count = size = 0
    for name, value in headers:
        count += 1
        size += len(name) + len(value)
        if name == b"connection":
            nominated.update(token.strip().lower() for token in value.split(b","))
        elif name in single:
            raise Problem(400, "header_ambiguous", f"The header {name.decode()} stands twice.")
        elif name in _ONLY_ONCE:
            single[name] = value
        if name not in _NOT_TO_SERVICE and not _looks_like_identity(name):
            passing.append((name, value))
    if count > _MAX_HEADERS or size > _MAX_HEADER_BYTES:
        raise Problem(431, "headers_too_large", "The request has too many or too long headers.")
    content_length = _content_length(single)
    return RequestHead(
        request_id=request_id_of(single),
        traceparent=_traceparent_of(single),
        authorization=single.get(b"authorization"),
        purpose=single.get(_PURPOSE),
        content_length=content_length,
        has_body=bool(content_length) or b"transfer-encoding" in single,
        host=single.get(b"host", b""),
        onward=_decoded(passing, nominated),
    )


def request_id_of(single: dict[bytes, bytes]) -> bytes:
    """The caller's request id when it is a harmless one, else a new one."""
    given = single.get(b"x-request-id", b"")
    return given if _REQUEST_ID.fullmatch(given) else str(new_id()).encode()


def _traceparent_of(single: dict[bytes, bytes]) -> bytes:
    given = single.get(b"traceparent", b"")
    if _TRACEPARENT.fullmatch(given):
        return given
    random = os.urandom(24).hex().encode()
    return b"00-" + random[:32] + b"-" + random[32:] + b"-01"


def _content_length(single: dict[bytes, bytes]) -> int | None:
    given = single.get(b"content-length")
    if given is None:
        return None
    if b"transfer-encoding" in single or not _DIGITS.fullmatch(given):
        raise Problem(400, "length_ambiguous", "The length of the body is not told in one clear way.")
    return int(given)


def _looks_like_identity(name: bytes) -> bool:
    return len(name) == len(IDENTITY) and name.lower().replace(b"_", b"-") == IDENTITY


def _decoded(passing: HeaderList, nominated: set[bytes]) -> CIMultiDict[str]:
    try:
        return CIMultiDict((name.decode(), value.decode()) for name, value in passing if name not in nominated)
    except UnicodeDecodeError:
        raise Problem(400, "header_not_utf8", "A header is not valid UTF-8.") from None


def response_headers(raw: Iterable[tuple[bytes, bytes]]) -> HeaderList:
    """The headers of a service's answer that reach the caller, names in lower case."""
    kept = [(name.lower(), value) for name, value in raw]
    nominated = {token.strip().lower() for name, value in kept if name == b"connection" for token in value.split(b",")}
    return [header for header in kept if header[0] not in _NOT_TO_CALLER and header[0] not in nominated]


def with_security_headers(headers: HeaderList) -> HeaderList:
    """Add the security headers that are not there yet."""
    present = {name for name, _ in headers}
    return headers + [header for header in _SECURITY.items() if header[0] not in present]
