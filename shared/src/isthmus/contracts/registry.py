"""Which model stands behind which event type, and the tolerant parse of what arrives."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import ValidationError

from isthmus.contracts.envelope import EventData
from isthmus.contracts.topic import MAX_EVENT_BYTES
from isthmus.contracts.topics import TOPICS

EVENT_TYPES: Mapping[str, type[EventData]] = MappingProxyType(
    {model.event_type: model for topic in TOPICS.values() for model in topic.events}
)
"""Every event type of the register with the model of its data."""

MAJOR_VERSION = re.compile(r"\.v[0-9]+$")
MAX_PROBLEMS = 20
"""How many problems of one message are told; the first few say it all."""
MAX_POINTER = 200


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing wrong, without the value itself, which may be personal data."""

    field: str
    """JSON pointer, such as `/phones/0/value`; empty for the data as a whole."""
    reason: str


class ContractError(Exception):
    """A message does not keep to the contract; sending it again cannot help."""


class UnknownEventType(ContractError):  # noqa: N818 - the base says Error, the name says which
    """Nobody registered this event type."""

    def __init__(self, event_type: str) -> None:
        super().__init__(f"unknown event type {event_type!r}")
        self.event_type = event_type


class UnknownMajorVersion(UnknownEventType):
    """The fact is known, its major version is not."""

    def __init__(self, event_type: str, known: str) -> None:
        super().__init__(event_type)
        self.args = (f"unknown major version {event_type!r}, known is {known!r}",)
        self.known = known


class InvalidEventData(ContractError):  # noqa: N818 - the base says Error, the name says which
    """The data of a known event type lacks or breaks fields; `problems` names each."""

    def __init__(self, event_type: str, problems: tuple[FieldProblem, ...]) -> None:
        told = "; ".join(f"{problem.field or 'body'}: {problem.reason}" for problem in problems)
        super().__init__(f"invalid data of {event_type}: {told}")
        self.event_type = event_type
        self.problems = problems


def model_of(event_type: str) -> type[EventData]:
    """The model of an event type's data.

    Raises:
        UnknownMajorVersion: the fact is registered, but under another major version.
        UnknownEventType: the fact is not registered at all.
    """
    model = EVENT_TYPES.get(event_type)
    if model is not None:
        return model
    fact = MAJOR_VERSION.sub("", event_type)
    for known in EVENT_TYPES:
        if fact != event_type and MAJOR_VERSION.sub("", known) == fact:
            raise UnknownMajorVersion(event_type, known)
    raise UnknownEventType(event_type)


def parse(event_type: str, data: bytes) -> EventData:
    """Read an event's JSON data, bearing with fields that a newer minor version added.

    Raises:
        UnknownEventType: see `model_of`.
        InvalidEventData: too large, not JSON, or not what the model demands.
    """
    model = model_of(event_type)
    if len(data) > MAX_EVENT_BYTES:
        raise InvalidEventData(event_type, (FieldProblem("", f"{len(data)} bytes, at most {MAX_EVENT_BYTES}"),))
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise InvalidEventData(event_type, tuple(field_problems(error))) from None


def field_problems(error: ValidationError) -> Iterator[FieldProblem]:
    """What a validation error says, field by field, without the offending values; at most `MAX_PROBLEMS`."""
    for detail in error.errors(include_url=False, include_context=False, include_input=False)[:MAX_PROBLEMS]:
        pointer = "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in detail["loc"])
        yield FieldProblem(field=pointer[:MAX_POINTER], reason=detail["msg"])
