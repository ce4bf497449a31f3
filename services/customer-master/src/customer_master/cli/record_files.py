"""Files that commands read: customer records, whose they truly are (真值), a crosswalk; faults by line and field."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import typer
from pydantic import ValidationError

from customer_master.version_order import VersionOrder
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize
from isthmus.contracts.customer_records import CustomerRecord

Progressed = Callable[[int], None]
"""Is told how many bytes were read since the last time."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_FAULTS_OF_A_LINE = 3


def read_records(file: Path, progressed: Progressed = lambda _bytes: None) -> list[StandardRecord]:
    """Read NDJSON of customer records; of several versions of a record the newest counts, whatever the order of lines.

    Raises:
        typer.BadParameter: a line is no customer record; file, line and field are named.
    """
    newest: dict[RecordKey, tuple[VersionOrder, StandardRecord | None]] = {}
    for number, line in _lines(file, progressed):
        try:
            record = CustomerRecord.model_validate_json(line)
        except ValidationError as error:
            raise _fault(file, number, _told(error)) from error
        key = RecordKey(record.source, record.record_id)
        # A file has no times of arrival: where a source counts nothing, the later line is the newer version.
        order = VersionOrder.of(record.version, record.observed_at, _EPOCH + timedelta(microseconds=number), b"")
        if key not in newest or newest[key][0] <= order:
            newest[key] = order, None if record.deleted else standardize(key, record.to_json())
    return [record for _, record in newest.values() if record is not None]


def read_truth(file: Path) -> dict[RecordKey, str]:
    """Read the true customer of each record: CSV with the columns source, record_id and customer, or NDJSON of them.

    Raises:
        typer.BadParameter: a column is missing or empty, or a record has two customers; file, line and field are named.
    """
    truth: dict[RecordKey, str] = {}
    for number, row in _rows(file):
        key, customer = _key(file, number, row), _text(file, number, row, "customer")
        if truth.setdefault(key, customer) != customer:
            raise _fault(file, number, f"customer: record {key} has another customer in an earlier line")
    if not truth:
        raise typer.BadParameter(f"{file} labels no record")
    return truth


def read_crosswalk(file: Path, lines: Iterable[bytes]) -> dict[RecordKey, str]:
    """Read the golden customer of each record from NDJSON, as `isthmus crosswalk` writes it; unresolved ones have none.

    Raises:
        typer.BadParameter: a line is not {source, record_id, golden_id}; `file`, line and field are named.
    """
    found: dict[RecordKey, str] = {}
    for number, line in enumerate(lines, start=1):
        row = _json_object(file, number, line)
        if row.get("golden_id") is not None:
            found[_key(file, number, row)] = _text(file, number, row, "golden_id")
    return found


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    if file.suffix.lower() == ".csv":
        with file.open(encoding="utf-8-sig", newline="") as table:
            reader = csv.DictReader(table)
            for row in reader:
                yield reader.line_num, row
        return
    for number, line in _lines(file, lambda _bytes: None):
        yield number, _json_object(file, number, line)


def _lines(file: Path, progressed: Progressed) -> Iterator[tuple[int, bytes]]:
    with file.open("rb") as content:
        for number, line in enumerate(content, start=1):
            progressed(len(line))
            if line.strip():
                yield number, line


def _json_object(file: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _fault(file, number, f"no JSON: {error}") from error
    if not isinstance(row, dict):
        raise _fault(file, number, "no JSON object")
    return row


def _key(file: Path, number: int, row: Mapping[str, Any]) -> RecordKey:
    return RecordKey(_text(file, number, row, "source"), _text(file, number, row, "record_id"))


def _text(file: Path, number: int, row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not value:
        raise _fault(file, number, f"{name}: a text is needed")
    return value


def _told(error: ValidationError) -> str:
    wrong = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_FAULTS_OF_A_LINE]
    return "; ".join(f"{'.'.join(map(str, one['loc'])) or 'line'}: {one['msg']}" for one in wrong)


def _fault(file: Path, number: int, what: str) -> typer.BadParameter:
    return typer.BadParameter(f"{file} line {number}: {what}")
