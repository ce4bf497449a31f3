"""What a model looks like as columns: one a field, money and nested values taken apart, headed in two languages."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

import orjson
from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from isthmus.contracts.fields import CODE_PATTERN
from isthmus.contracts.money import Money
from isthmus.exports.codes import term_of

Language = Literal["zh", "en"]
Cell = str | int | Decimal | bool | date | datetime | None
ZONE = ZoneInfo("Asia/Shanghai")
_THOUSANDTHS = "_thousandths"
_TWO_NAMES = re.compile(r"^(?P<en>[^()]*?)\s*\((?P<zh>[^()]*[\u4e00-\u9fff][^()]*)\)")
_PLACES = {"id": -4, "org_unit": -3, "status": -2, "customer": -1} | dict.fromkeys(
    ("golden_id", "version", "created_at", "created_by", "updated_at"), 1
)
"""What every entry has stands before and after what is its own."""
_CODES = frozenset({"status", "step"})
_SYMBOLS = {"CNY": "¥", "EUR": "€", "GBP": "£", "USD": "$"}
_WITHOUT_MINOR_UNITS = frozenset({"JPY", "KRW", "VND", "CLP", "ISK", "XAF", "XOF"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column: what it is called, and where its value stands in the model."""

    path: tuple[str, ...]
    zh: str
    en: str
    kind: type
    is_code: bool = False
    """Whether its values are words of a list, which have a name in Chinese."""

    def heading(self, language: Language) -> str:
        """The heading; that of a time names the zone."""
        name = self.zh if language == "zh" else self.en
        if self.kind is not datetime:
            return name
        return f"{name}(北京时间)" if language == "zh" else f"{name} (Asia/Shanghai)"

    def cell(self, model: BaseModel) -> Cell:
        """The value in a model, plain."""
        value: Any = model
        for name in self.path:
            if value is None:
                return None
            value = money_part(value, name) if isinstance(value, Money) else getattr(value, name)
        if self.path[-1].endswith(_THOUSANDTHS) and isinstance(value, int):
            return Decimal(value) / 1000
        return plain(value)

    def told(self, model: BaseModel, language: Language) -> Cell:
        """As `cell`, with codes in the words of the language."""
        value = self.cell(model)
        if not self.is_code or not isinstance(value, str):
            return value
        return "; ".join(term_of(code, self.path[-1], language) for code in value.split("; "))


def columns_of(view: type[BaseModel]) -> list[Column]:
    """The columns of a view, in the order of its fields."""
    columns = list(_columns(view, (), ("", "")))
    return sorted(columns, key=lambda column: _PLACES.get(column.path[0], 0))


def name_of(description: str | None, fallback: str) -> tuple[str, str]:
    """Chinese and English name out of `English words (中文术语): more.`; what has one only gives it for both."""
    match = _TWO_NAMES.match(description or "")
    if match is None:
        english = re.split(r"[.:;,]", description or fallback)[0].strip()
        return english, english
    return match["zh"].strip(), match["en"].strip() or match["zh"].strip()


def plain(value: Any) -> Cell:  # noqa: PLR0911 - one line a type
    """A value as a cell holds it: times at the clock of Shanghai, lists and objects as one text, JSON as JSON."""
    if value is None or isinstance(value, bool | int | str | Decimal):
        return value
    if isinstance(value, datetime):
        return value.astimezone(ZONE).replace(tzinfo=None)
    if isinstance(value, date):
        return value
    if isinstance(value, Money):
        return f"{money_part(value, 'amount')} {value.currency}"
    if isinstance(value, BaseModel):
        return " ".join(str(plain(part)) for _, part in value if part is not None)
    if isinstance(value, dict):
        return orjson.dumps(value, default=str).decode()
    if isinstance(value, list | tuple):
        return "; ".join(str(plain(part)) for part in value)
    return str(value)


def money_part(money: Money, name: str) -> str | Decimal:
    """The currency, or the amount: 1598000 fen are 15980.00."""
    if name == "currency":
        return money.currency
    return Decimal(money.amount_minor).scaleb(0 if money.currency in _WITHOUT_MINOR_UNITS else -2)


def money_text(amount: Decimal, currency: str) -> str:
    """An amount as people write it: `¥15,980.00`, `-¥3,000.00`, `CHF 20.00`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{_SYMBOLS.get(currency, f'{currency} ')}{abs(amount):,f}"


def bare_type(annotation: Any) -> Any:
    """The type of a field without `| None` and without constraints."""
    if annotation is AwareDatetime:
        return datetime
    if get_origin(annotation) is Annotated:
        return bare_type(get_args(annotation)[0])
    arguments = [part for part in get_args(annotation) if part is not type(None)]
    if isinstance(annotation, type) or not arguments:
        return annotation
    return bare_type(arguments[0]) if len(arguments) < len(get_args(annotation)) else annotation


def _columns(model: type[BaseModel], path: tuple[str, ...], prefix: tuple[str, str]) -> Iterator[Column]:
    for name, field in model.model_fields.items():
        yield from _columns_of_field(field, (*path, name), prefix)


def _columns_of_field(field: FieldInfo, path: tuple[str, ...], prefix: tuple[str, str]) -> Iterator[Column]:
    zh, en = name_of(field.description, path[-1].replace("_", " "))
    zh, en = (f"{prefix[0]} {zh}", f"{prefix[1]}, {en}") if prefix[0] else (zh, en)
    if path[-1].endswith(_THOUSANDTHS):
        zh, en = zh.removesuffix("×1000"), en.removesuffix(" in thousandths")
    kind = bare_type(field.annotation)
    if isinstance(kind, type) and issubclass(kind, Money):
        yield Column((*path, "amount"), zh, en, Decimal)
        yield Column((*path, "currency"), f"{zh} 币种", f"{en}, currency", str)
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _columns(kind, path, (zh, en))
    else:
        yield Column(path, zh, en, kind if isinstance(kind, type) else str, _is_code(field, path[-1]))


def _is_code(field: FieldInfo, name: str) -> bool:
    """Whether a field holds a word, or words, of a list."""
    is_told = isinstance(field.json_schema_extra, dict) and "x-known-values" in field.json_schema_extra
    return name in _CODES or is_told or _names_codes(field.annotation) or _has_pattern(field.metadata)


def _names_codes(annotation: Any) -> bool:
    if get_origin(annotation) is Literal:
        return True
    return any(_names_codes(part) or _has_pattern((part,)) for part in get_args(annotation))


def _has_pattern(constraints: Iterable[Any]) -> bool:
    return any(getattr(one, "pattern", None) == CODE_PATTERN for one in constraints)
