"""A document as pages to print or to send (PDF): its fields, its lines with money, its steps; the font is embedded."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from pydantic import BaseModel
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

from isthmus.exports.codes import term_of, yes_or_no
from isthmus.exports.columns import Cell, Column, Language, columns_of, money_text, name_of, plain

FONT = "IsthmusSans"
_WIDTH = A4[0] - 36 * mm
_GRID = [
    ("GRID", (0, 0), (-1, -1), 0.4, colors.grey),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]
_LABELS = {
    "lines": ("明细", "Lines"),
    "history": ("操作记录", "Steps"),
    "at": ("时间", "When"),
    "by": ("操作人", "Who"),
    "step": ("操作", "Step"),
    "printed": ("打印时间", "Printed at"),
    "customer": ("客户姓名", "Customer's name"),
    "phone": ("联系电话", "Phone"),
}


@dataclass(frozen=True, slots=True)
class Printed:
    """What is to be printed of one document."""

    view: BaseModel
    steps: Sequence[tuple[datetime, str, str]]
    """When, who, and which step."""
    at: datetime
    language: Language
    customer: str | None = None
    """Name of the customer it is about, if it is about one who has one."""
    phone: str | None = None


def print_pdf(printed: Printed) -> bytes:
    """The document as PDF; takes tens of milliseconds, so run it in a thread."""
    _load_font()
    view, language = printed.view, printed.language
    zh, en = name_of((type(view).__doc__ or "").removeprefix("A ").removeprefix("An "), type(view).__name__)
    title = zh if language == "zh" else en[:1].upper() + en[1:]
    story: list[Any] = [_text(title, 16), Spacer(1, 4 * mm), _fields(printed)]
    for name, field in type(view).model_fields.items():
        rows = getattr(view, name)
        if isinstance(rows, list) and rows and isinstance(rows[0], BaseModel):
            heading = name_of(field.description, name)[0 if language == "zh" else 1]
            story += [Spacer(1, 4 * mm), _text(heading, 11), Spacer(1, 1 * mm), _lines(rows, language)]
    steps: list[list[Any]] = [[plain(at), by, term_of(step, "step", language)] for at, by, step in printed.steps]
    if steps:
        headings = [_label(name, language) for name in ("at", "by", "step")]
        story += [Spacer(1, 4 * mm), _text(_label("history", language), 11), Spacer(1, 1 * mm)]
        story.append(_table([headings, *steps], [45 * mm, 60 * mm, None]))
    file = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 18 * mm)
    footer = f"{_label('printed', language)} {plain(printed.at):%Y-%m-%d %H:%M:%S} (Asia/Shanghai)"
    document = SimpleDocTemplate(file, pagesize=A4, title=f"{title} {getattr(view, 'id', '')}", **margins)
    document.build(story, canvasmaker=_numbered(footer))
    return file.getvalue()


@cache
def _load_font() -> None:
    with (files("isthmus.exports") / "fonts" / "NotoSansSC-Subset.ttf").open("rb") as file:
        pdfmetrics.registerFont(TTFont(FONT, io.BytesIO(file.read())))


def _fields(printed: Printed) -> Table:
    """Two columns of labels and values, the customer first; what has none is left out, lists stand below."""
    view, language = printed.view, printed.language
    customer = {"customer": printed.customer, "phone": printed.phone}
    lists = {name for name, value in view if isinstance(value, list)}
    rows: list[list[Any]] = [[_label(name, language), value] for name, value in customer.items() if value]
    rows += [
        [column.heading(language), cell]
        for column in _printed_columns(type(view))
        if column.path[0] not in lists and (cell := _printed(column, view, language)) is not None
    ]
    return _table(rows, [55 * mm, None])


def _lines(rows: Sequence[BaseModel], language: Language) -> Table:
    columns = [
        column for column in _printed_columns(type(rows[0])) if any(column.cell(row) is not None for row in rows)
    ]
    body = [[_printed(column, row, language) for column in columns] for row in rows]
    return _table([[column.heading(language) for column in columns], *body], [None] * len(columns), header=True)


def _printed_columns(view: type[BaseModel]) -> list[Column]:
    """An amount stands with its currency in one."""
    columns = columns_of(view)
    amounts = {column.path[:-1] for column in columns if column.kind is Decimal}
    return [column for column in columns if column.path[:-1] not in amounts or column.kind is Decimal]


def _printed(column: Column, model: BaseModel, language: Language) -> Cell:
    cell = column.told(model, language)
    if isinstance(cell, bool):
        return yes_or_no(cell, language)
    if column.kind is not Decimal or not isinstance(cell, Decimal):
        return cell
    currency = replace(column, path=(*column.path[:-1], "currency"))
    return money_text(cell, str(currency.cell(model)))


def _table(rows: list[list[Any]], widths: list[float | None], *, header: bool = False) -> Table:
    free = (_WIDTH - sum(width or 0 for width in widths)) / max(widths.count(None), 1)
    cells = [[_text(_shown(cell), 8.5) for cell in row] for row in rows]
    head = [("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)] if header else []
    table = Table(cells, colWidths=[width or free for width in widths], repeatRows=1 if header else 0)
    table.setStyle([*_GRID, *head])
    return table


def _shown(cell: Cell) -> str:
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}"
    return "" if cell is None else str(cell)


def _text(text: str, size: float) -> Paragraph:
    style = ParagraphStyle("text", fontName=FONT, fontSize=size, leading=size * 1.45, wordWrap="CJK")
    return Paragraph(escape(text).replace("\n", "<br/>"), style)


def _label(name: str, language: Language) -> str:
    return _LABELS[name][0 if language == "zh" else 1]


def _numbered(footer: str) -> type[Canvas]:
    """A canvas that writes page x of y once y is known."""

    class Numbered(Canvas):  # type: ignore[misc] # reportlab has no types
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            self._pages: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self._pages, 1):
                self.__dict__.update(page)
                self.setFont(FONT, 8)
                self.drawString(18 * mm, 10 * mm, footer)
                self.drawRightString(A4[0] - 18 * mm, 10 * mm, f"{number} / {len(self._pages)}")
                super().showPage()
            super().save()

    return Numbered
