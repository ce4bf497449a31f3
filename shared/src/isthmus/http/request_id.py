"""The id of the request being answered: taken from the caller when it is well formed, else made here."""

import re
from contextvars import ContextVar

from isthmus.ids import new_id

REQUEST_ID_HEADER = "X-Request-Id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9._~:/+=-]{1,128}")

_current: ContextVar[str] = ContextVar("isthmus_request_id", default="")


def begin_request(given: str | None) -> str:
    """Make `given`, or a new id, the current request's id and return it."""
    request_id = given if given and _WELL_FORMED.fullmatch(given) else str(new_id())
    _current.set(request_id)
    return request_id


def current_request_id() -> str:
    """The id of the request being answered; empty outside of one."""
    return _current.get()
