"""Columns of views, and tables of cells: headings, money, times, and texts that look like formulas."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from pydantic import BaseModel, Field

from isthmus.contracts.fields import Code, Instant
from isthmus.contracts.money import Money
from isthmus.exports import columns_of, open_table
from isthmus.exports.columns import money_text


class Thing(BaseModel):
    price: Money | None = Field(None, description="Price (价格); paid at once.")
    at: Instant | None = Field(None, description="Promised (承诺时间).")
    on: date | None = Field(None, description="Day (日期).")
    quantity_thousandths: int = Field(1500, description="Quantity in thousandths (数量×1000): 1500 is 1.5.")
    note: str | None = Field(None, description="Note.")


THING = Thing(
    price=Money(amount_minor=-5, currency="CNY"),
    at=datetime(2026, 11, 1, 17, tzinfo=UTC),
    on=date(2026, 11, 2),
    note="=HYPERLINK(1)",
)


def test_headings_come_from_descriptions_and_name_the_zone() -> None:
    chinese = [column.heading("zh") for column in columns_of(Thing)]
    assert chinese == ["价格", "价格 币种", "承诺时间(北京时间)", "日期", "数量", "Note"]
    english = [column.heading("en") for column in columns_of(Thing)]
    assert english == ["Price", "Price, currency", "Promised (Asia/Shanghai)", "Day", "Quantity", "Note"]


def test_cells_are_plain_values() -> None:
    cells = [column.cell(THING) for column in columns_of(Thing)]
    shanghai = datetime(2026, 11, 2, 1)  # noqa: DTZ001 - a cell knows no zone
    assert cells == [Decimal("-0.05"), "CNY", shanghai, date(2026, 11, 2), Decimal("1.5"), "=HYPERLINK(1)"]
    assert [column.cell(Thing()) for column in columns_of(Thing)] == [None, None, None, None, Decimal("1.5"), None]


def test_no_text_of_a_csv_begins_a_formula_and_a_negative_amount_stays_one() -> None:
    table = open_table("csv", ["a"], "zh")
    table.write([["=1+1"], ["+86"], ["@x"], ["-1+1"], [Decimal("-0.05")], [True], ["\tx"]])
    with table.finish() as file:
        written = file.read()
    assert written.startswith(b"\xef\xbb\xbf")
    rows = [row[0] for row in csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))]
    assert rows == ["a", "'=1+1", "'+86", "'@x", "'-1+1", "-0.05", "是", "'\tx"]


class Told(BaseModel):
    status: str = Field("in_progress", description="State (状态).")
    kind: Code = Field("maintenance", description="Kind (类别).")
    takes: list[Code] = Field(["repair", "claim"], description="Takes (适用业务).")
    role: Literal["payer", "contact"] | None = Field("payer", description="Role (关系).")
    note: str = Field("repair", description="Note (备注).")


def test_codes_are_told_in_the_language_and_free_text_is_left_alone() -> None:
    columns = columns_of(Told)
    assert [column.told(Told(), "zh") for column in columns] == ["处理中", "保养", "维修; 理赔", "payer", "repair"]
    assert [column.told(Told(), "en") for column in columns][:2] == ["in progress", "maintenance"]
    assert columns[0].cell(Told()) == "in_progress"
    assert columns[1].told(Told(kind="of_tomorrow"), "zh") == "of_tomorrow"


def test_an_amount_is_told_as_people_write_it() -> None:
    assert money_text(Decimal("123456.00"), "CNY") == "¥123,456.00"
    assert money_text(Decimal("-3000.00"), "CNY") == "-¥3,000.00"
    assert money_text(Decimal(1200), "JPY") == "JPY 1,200"


def test_a_sheet_holds_money_and_times_as_numbers_under_a_frozen_heading() -> None:
    table = open_table("xlsx", ["a", "b", "c"], "zh")
    table.write([[Decimal("15980.00"), datetime(2026, 11, 2, 1), "文"]])  # noqa: DTZ001 - a cell knows no zone
    with table.finish() as file, ZipFile(file) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own file
    space = {"x": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
    assert sheet.find(".//x:pane", space).get("state") == "frozen"  # type: ignore[union-attr]
    cells = {cell.get("r"): cell for cell in sheet.iterfind(".//x:row[@r='2']/x:c", space)}
    assert [cells[name].get("t") for name in ("A2", "B2")] == [None, None], "a number has no type of its own"
    assert all(cells[name].get("s") for name in ("A2", "B2")), "and a format"
    assert cells["A2"].findtext("x:v", namespaces=space) == "15980"
