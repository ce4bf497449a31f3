"""Customer records out of a table (CSV 表格导入): each row becomes what a line of NDJSON would say.

The first row names the columns, in English or Chinese. A column may come twice (two telephones); one with another name
is kept as an attribute. Tables are read as UTF-8, or as GB 18030, as spreadsheets in China write them. A cell holds no
line break, so that a row that is wrong spoils none but itself.
"""

import csv
import hashlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson

from isthmus.http import FieldError, Unprocessable

COLUMNS = {
    "record_id": ("record_id", "编号", "客户编号"),
    "name": ("name", "姓名"),
    "organization": ("organization", "单位", "公司", "单位名称", "公司名称"),
    "gender": ("gender", "性别"),
    "birth_date": ("birth_date", "生日", "出生日期"),
    "phone": ("phone", "手机", "电话", "手机号码", "电话号码"),
    "email": ("email", "邮箱", "电子邮件", "电子邮箱"),
    "address": ("address", "地址", "联系地址"),
    "plate": ("plate", "车牌", "车牌号"),
    "vin": ("vin", "车架号"),
    "observed_at": ("observed_at",),
}
"""What each column is, by the names it may have."""

_MEANINGS = {name: meaning for meaning, names in COLUMNS.items() for name in names}
_ONE_OF_MANY = {"phone": "phones", "email": "emails"}
_ID_CHARACTERS = 32


class WrongRowError(ValueError):
    """Why a row is no record."""


class Table:
    """The columns of a table, and whose records its rows are."""

    def __init__(self, heading: bytes, source: str) -> None:
        """Raise a 422 problem unless the first row names at least one column that is known."""
        try:
            self.columns, self.source = [cell.strip() for cell in _cells(heading)], source
        except WrongRowError as wrong:
            raise _unreadable(str(wrong)) from wrong
        if not {_MEANINGS.get(column.lower()) for column in self.columns} - {None}:
            known = ", ".join("/".join(names[:2]) for names in COLUMNS.values())
            raise _unreadable(f"The first row names none of the columns {known}.")

    def record(self, row: bytes) -> bytes:
        """The record of a row, as JSON; raises WrongRowError for one that does not fit the columns."""
        cells = _cells(row)
        if len(cells) > len(self.columns):
            raise WrongRowError(f"The row has {len(cells)} cells, the table has {len(self.columns)} columns.")
        told = [(name, cell.strip()) for name, cell in zip(self.columns, cells, strict=False) if cell.strip()]
        if not told:
            raise WrongRowError("The row is empty.")
        return orjson.dumps({"source": self.source, "record_id": _digest(told)} | _party(told))


async def records(
    table: Table, rows: AsyncIterator[tuple[int, bytes | None]]
) -> AsyncIterator[tuple[int, bytes | WrongRowError | None]]:
    """Number and record of each row, as `ndjson.lines` gives them; a WrongRowError stands in place of a record."""
    async for number, line in rows:
        try:
            yield number, None if line is None else table.record(line)
        except WrongRowError as wrong:
            yield number, wrong


def _cells(row: bytes) -> list[str]:
    """The cells of one row; raises WrongRowError for one whose quotes do not end, or that is no text."""
    try:
        text = row.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = row.decode("gb18030", errors="replace")
    try:
        return next(csv.reader([text.rstrip("\r")], strict=True), [])
    except csv.Error as error:
        raise WrongRowError(f"The row is no CSV: {error}.") from error


def _digest(told: Sequence[tuple[str, str]]) -> str:
    """The number of a row that has none of its own: the same cells are the same record, however often they come."""
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:_ID_CHARACTERS]


def _party(told: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """What the cells say, as the body of a record."""
    body: dict[str, Any] = {}
    name: dict[str, str] = {}
    vehicle: dict[str, str] = {}
    for column, cell in told:
        match _MEANINGS.get(column.lower()):
            case None:
                body.setdefault("attributes", {})[column] = cell
            case "name":
                name["full"] = cell
            case "organization":
                name["organization"] = cell
            case "phone" | "email" as many:
                body.setdefault(_ONE_OF_MANY[many], []).append({"value": cell})
            case "address":
                body.setdefault("addresses", []).append({"full": cell})
            case "plate" | "vin" as number:
                vehicle[number] = cell
            case str(one):
                body[one] = cell
    if {"full", "organization"} <= name.keys():
        body["party_type"] = "person"  # the firm on the card of a person is where they work
    return body | ({"name": name} if name else {}) | ({"vehicles": [vehicle]} if vehicle else {})


def _unreadable(detail: str) -> Unprocessable:
    return Unprocessable("wrong_heading", detail, [FieldError("", "wrong_heading", detail)])
