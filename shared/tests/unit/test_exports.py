"""Columns of views, and tables of cells: headings, money, times, and texts that look like formulas."""

import csv
import io
from datetime import UTC, date, datetime

from pydantic import BaseModel, Field

from isthmus.contracts.fields import Instant
from isthmus.contracts.money import Money
from isthmus.exports import columns_of, open_table


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
    assert cells == ["-0.05", "CNY", shanghai, date(2026, 11, 2), "1.5", "=HYPERLINK(1)"]
    assert [column.cell(Thing()) for column in columns_of(Thing)] == [None, None, None, None, "1.5", None]


def test_no_text_of_a_csv_begins_a_formula_and_a_negative_amount_stays_one() -> None:
    table = open_table("csv", ["a"], "zh")
    table.write([["=1+1"], ["+86"], ["@x"], ["-1+1"], ["-0.05"], [True], ["\tx"]])
    with table.finish() as file:
        written = file.read()
    assert written.startswith(b"\xef\xbb\xbf")
    rows = [row[0] for row in csv.reader(io.StringIO(written.decode("utf-8-sig"), newline=""))]
    assert rows == ["a", "'=1+1", "'+86", "'@x", "'-1+1", "-0.05", "是", "'\tx"]
