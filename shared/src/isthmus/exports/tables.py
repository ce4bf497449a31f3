"""Tables written row by row into a temporary file, in bounded memory: XLSX and CSV."""

import csv
import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal, Protocol, cast
from unicodedata import east_asian_width

from isthmus.exports.codes import yes_or_no
from isthmus.exports.columns import Cell, Language

TableFormat = Literal["xlsx", "csv"]
MEDIA_TYPES: dict[TableFormat, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
MAX_ROWS = 1_000_000
"""A sheet holds 1,048,576 rows."""
_IN_MEMORY_BYTES = 1024 * 1024
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_MAX_CELL = 32_767
_ROWS_MEASURED = 200
"""By so many rows a sheet's columns are made as wide as what stands in them."""
_MAX_WIDTH = 60


class TableWriter(Protocol):
    """Takes rows, then gives the file."""

    def write(self, rows: Iterable[Iterable[Cell]]) -> None:
        """Add rows below those already there."""

    def finish(self) -> IO[bytes]:
        """End the table; the file stands at its beginning, and is gone once it is closed."""


def open_table(table_format: TableFormat, headings: list[str], language: Language) -> TableWriter:
    """Begin a table with one row of headings."""
    return (_Xlsx if table_format == "xlsx" else _Csv)(headings, language)


class _Csv:
    """UTF-8 with a byte order mark, by which Excel knows the encoding; text never begins a formula."""

    def __init__(self, headings: list[str], language: Language) -> None:
        self._file = _temporary_file()
        self._text = io.TextIOWrapper(cast("Any", self._file), encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._text)
        self._language = language
        self._csv.writerow(headings)

    def write(self, rows: Iterable[Iterable[Cell]]) -> None:
        self._csv.writerows([self._told(cell) for cell in row] for row in rows)

    def finish(self) -> IO[bytes]:
        self._text.flush()
        self._text.detach()
        self._file.seek(0)
        return self._file

    def _told(self, cell: Cell) -> Any:
        if isinstance(cell, bool):
            return yes_or_no(cell, self._language)
        if isinstance(cell, datetime):
            return cell.isoformat(" ", "seconds")
        if isinstance(cell, Decimal):
            return format(cell, "f")
        if isinstance(cell, str) and cell.startswith(_FORMULA_STARTS) and not _is_number(cell):
            return f"'{cell}"
        return cell


class _Xlsx:
    """One sheet; each row leaves memory when the next begins."""

    def __init__(self, headings: list[str], language: Language) -> None:
        import xlsxwriter  # noqa: PLC0415 - takes half a second, of which a service that exports nothing is spared

        self._file = _temporary_file()
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(self._file, options)
        self._sheet = self._book.add_worksheet()
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._time = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._amount = self._book.add_format({"num_format": "#,##0.00"})
        self._language = language
        self._next = 1
        self._sheet.freeze_panes(1, 0)
        self._widths = [_width(heading) for heading in headings]
        bold = self._book.add_format({"bold": True})
        for number, heading in enumerate(headings):
            self._sheet.write_string(0, number, heading, bold)

    def write(self, rows: Iterable[Iterable[Cell]]) -> None:
        for row in rows:
            for number, cell in enumerate(row):
                self._put(number, cell)
                if self._next <= _ROWS_MEASURED:
                    self._widths[number] = max(self._widths[number], _width(cell))
            self._next += 1

    def finish(self) -> IO[bytes]:
        for number, width in enumerate(self._widths):
            self._sheet.set_column(number, number, min(width, _MAX_WIDTH) + 2)
        self._book.close()
        self._file.seek(0)
        return self._file

    def _put(self, number: int, cell: Cell) -> None:
        match cell:
            case None:
                pass
            case bool():
                self._sheet.write_string(self._next, number, yes_or_no(cell, self._language))
            case int():
                self._sheet.write_number(self._next, number, cell)
            case Decimal():
                whole = cell == cell.to_integral_value() and cell.as_tuple().exponent == 0
                self._sheet.write_number(self._next, number, float(cell), None if whole else self._amount)
            case datetime():
                self._sheet.write_datetime(self._next, number, cell, self._time)
            case date():
                self._sheet.write_datetime(self._next, number, cell, self._date)
            case _:
                self._sheet.write_string(self._next, number, cell[:_MAX_CELL])


def _width(cell: Cell) -> int:
    """Places a cell takes: two a Chinese character."""
    text = "" if cell is None else str(cell)
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _temporary_file() -> IO[bytes]:
    return SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)


def _is_number(text: str) -> bool:
    return text[1:].replace(".", "", 1).isdecimal() and text[0] == "-"
