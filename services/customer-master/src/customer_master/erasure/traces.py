"""Recognises an erased customer in what names none of the records: a message that was rejected and never became one.

What is kept for that while an erasure runs are keyed hashes of the customer's values. A text is about the customer when
it holds an exclusive identifier of theirs, or two values that together tell who they are. One telephone number or one
vehicle does not: it may be another's, whose message must not be lost.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson

from customer_master.resolver.loading import LoadedRecord
from entity_resolution.records import StandardRecord

NAME, PHONE, EMAIL, VEHICLE, IDENTIFIER, EXCLUSIVE = "name", "phone", "email", "vehicle", "identifier", "exclusive"

Trace = tuple[str, int, str]
"""What a value is, how many letters and digits it has, its keyed hash."""
Hash = Callable[[str], str]

_PHONE_DIGITS = 9
"""The last digits of a number, which stay the same however country and area are written."""
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_SHORTEST_NAME = 2


def traces_of(records: Iterable[LoadedRecord], exclusive: frozenset[str], keyed_hash: Hash) -> list[Trace]:
    """The traces of a customer's records; `exclusive` are the types of identifier that name one person for good."""
    values = {
        (kind, bare)
        for record in records
        for kind, value in (*_values(record.standard, exclusive), *_names_as_written(record.body))
        if len(bare := _letters_and_digits(value)) >= (_SHORTEST_NAME if kind == NAME else _PHONE_DIGITS // 2)
    }
    return [(kind, len(bare), keyed_hash(bare)) for kind, bare in sorted(values)]


def is_about(traces: Sequence[Trace], message: Iterable[bytes | None], keyed_hash: Hash) -> bool:
    """Whether the parts of a message tell of the customer whose traces these are."""
    wanted = {(length, hashed): kind for kind, length, hashed in traces}
    lengths = sorted({length for length, _ in wanted})
    found: set[str] = set()
    for text in (text for part in message for text in _texts(part or b"")):
        bare = _letters_and_digits(text)
        for length in lengths:
            for start in range(len(bare) - length + 1):
                found.add(wanted.get((length, keyed_hash(bare[start : start + length])), ""))
    found.discard("")
    return EXCLUSIVE in found or (NAME in found and len(found) > 1) or found >= {PHONE, EMAIL}


def _values(standard: StandardRecord, exclusive: frozenset[str]) -> Iterator[tuple[str, str]]:
    yield from ((NAME, name.text) for name in standard.names if name.kind in {"full", "latin"})
    if standard.organization is not None:
        yield NAME, standard.organization.text
    yield from ((PHONE, phone.number[-_PHONE_DIGITS:]) for phone in standard.phones if phone.status != "placeholder")
    yield from ((EMAIL, email.address) for email in standard.emails if email.status != "placeholder")
    for identifier in standard.identifiers:
        if identifier.status in {"", "generic"}:
            yield EXCLUSIVE if identifier.type in exclusive else IDENTIFIER, identifier.value
    yield from ((VEHICLE, value) for vehicle in standard.vehicles for value in (vehicle.vin, vehicle.plate))


def _names_as_written(body: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The names in a record's own characters, which standardising may have changed."""
    name = body.get("name")
    if isinstance(name, dict):
        yield from ((NAME, str(name[part])) for part in ("full", "organization") if name.get(part))


def _texts(part: bytes) -> Iterator[str]:
    """The texts in a part of a message: of JSON each value, of anything else all of it."""
    try:
        yield from _leaves(orjson.loads(part))
    except orjson.JSONDecodeError:
        yield _ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), _decoded(part))


def _leaves(document: Any) -> Iterator[str]:
    """Names and values of a JSON document, however deep; without recursion, since a stranger has written it."""
    waiting = [document]
    while waiting:
        match waiting.pop():
            case dict() as parts:
                yield from parts
                waiting += parts.values()
            case list() as parts:
                waiting += parts
            case None:
                continue
            case value:
                yield str(value)


def _decoded(part: bytes) -> str:
    """Text in UTF-8, or as older systems of dealers write it."""
    try:
        return part.decode()
    except UnicodeDecodeError:
        return part.decode("gb18030", errors="replace")


def _letters_and_digits(text: str) -> str:
    """The same for all ways to write a value: full width or half, with hyphens or spaces, capital or small."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())
