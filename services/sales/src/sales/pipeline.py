"""The pipeline (销售漏斗) and the figures of consultants (顾问业绩): counted from the documents when asked."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query
from pydantic import Field
from sqlalchemy import ColumnElement, Row, exists, func, literal, select, text, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import BigInteger

from isthmus.contracts.fields import Instant, OrgUnit
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import Work
from sales.access import Reading
from sales.commitments import Commitment
from sales.deliveries import Delivery
from sales.forecast import RULES, Deals, total, weighted
from sales.lead_table import OPEN, Lead
from sales.orders import Order
from sales.quote_table import Quote
from sales.tasks import Task
from sales.test_drive_table import TestDrive

_OPEN_QUOTE, _OPEN_ORDER = ("offered", "accepted"), ("placed", "confirmed", "ready")


class PipelineFilter(ApiModel):
    """Whose pipeline."""

    org_unit: OrgUnit | None = Field(None, description="Only this org unit (组织单元).")
    consultant: ShortText | None = Field(None, description="Only this consultant (销售顾问).")


class PipelineSum(ApiModel):
    """Deals of one stage, currency and month (漏斗明细)."""

    stage: str = Field(description="Stage (阶段), as declared.")
    currency: str | None = Field(description="Currency (币种); null where no amount is known.")
    month: str | None = Field(description="Month in which it may close (预计月份); null where nobody has said.")
    count: int = Field(description="Deals (商机数).")
    amount_minor: int = Field(description="Their amounts (金额), in minor units.")
    weighted_minor: int = Field(description="Weighed by how likely the stage closes (加权金额).")


class Forecast(ApiModel):
    """What may be sold (销售预测)."""

    currency: str = Field(description="Currency (币种).")
    month: str | None = Field(description="Month (月份); null where nobody has said.")
    count: int = Field(description="Deals (商机数).")
    amount_minor: int = Field(description="Their amounts (金额), in minor units.")
    weighted_minor: int = Field(description="Weighed by stage (加权金额).")


class StageView(ApiModel):
    """A stage as it is declared (阶段)."""

    code: str = Field(description="Code (代码).")
    permille: int = Field(description="How likely a deal closes from here, in thousandths (成交概率).")
    en: str = Field(description="English words (英文).")
    zh: str = Field(description="Chinese words (中文).")


class PipelineView(ApiModel):
    """All open deals, each counted once, at the furthest stage it has reached (销售漏斗)."""

    stages: list[StageView] = Field(description="The stages and their weights (阶段).")
    deals: list[PipelineSum] = Field(description="What is open (商机).")
    forecast: list[Forecast] = Field(description="What may be sold (预测), by currency and month.")


class FigureFilter(PipelineFilter):
    """Whose figures, and of which time."""

    made_from: Instant | None = Field(None, description="Of documents made at or after (起).")
    made_to: Instant | None = Field(None, description="Of documents made before (止).")


class ConsultantFigures(ApiModel):
    """What a consultant has done (顾问业绩)."""

    org_unit: OrgUnit = Field(description="Org unit (组织单元).")
    consultant: str | None = Field(description="Consultant (销售顾问); null where nobody is named.")
    leads: int = Field(0, description="Leads (线索数).")
    leads_open: int = Field(0, description="Of these open (在跟线索).")
    leads_won: int = Field(0, description="Of these converted (成交).")
    leads_lost: int = Field(0, description="Of these lost (战败).")
    test_drives: int = Field(0, description="Test drives that took place (试驾数).")
    no_shows: int = Field(0, description="Test drives to which nobody came (爽约).")
    quotes: int = Field(0, description="Quotes (报价数).")
    quotes_accepted: int = Field(0, description="Of these accepted (接受报价).")
    orders: int = Field(0, description="Orders that stand (订单数).")
    orders_cancelled: int = Field(0, description="Orders that were cancelled (退订).")
    order_amounts: dict[str, int] = Field(
        default_factory=dict, description="Sum of the orders that stand by currency, in minor units (订单金额)."
    )
    deliveries: int = Field(0, description="Vehicles handed over (交车数).")
    tasks_overdue: int = Field(0, description="Open tasks that are overdue (逾期任务).")
    commitments_kept: int = Field(0, description="Promises kept (兑现承诺).")
    commitments_broken: int = Field(0, description="Promises broken (失信承诺).")
    commitments_overdue: int = Field(0, description="Open promises that are overdue (逾期承诺).")
    conversion_permille: int | None = Field(
        None, description="Won of all leads that are closed, in thousandths (转化率); null while none is."
    )


router = service_router(prefix="/v1/sales", tags=["pipeline"])


@router.get("/pipeline")
async def show_pipeline(query: Annotated[PipelineFilter, Query()], work: Reading) -> PipelineView:
    """Show what is open by stage, and what may be sold by month (销售漏斗与预测)."""
    deals = [*await _leads(work, query), *await _quotes(work, query), *await _orders(work, query)]
    stages = [stage.code for stage in RULES.stages]
    deals.sort(key=lambda deal: (stages.index(deal.stage), deal.currency or "", deal.month or ""))
    by_month: dict[tuple[str, str | None], list[Deals]] = defaultdict(list)
    for deal in deals:
        if deal.currency is not None:
            by_month[deal.currency, deal.month].append(deal)
    months = sorted(by_month, key=lambda key: (key[0], key[1] or ""))
    return PipelineView(
        stages=[StageView.model_validate(stage) for stage in RULES.stages],
        deals=[PipelineSum(weighted_minor=weighted(deal), **_fields(deal)) for deal in deals],
        forecast=[
            Forecast(currency=currency, month=month, **_fields(total(by_month[currency, month])))
            for currency, month in months
        ],
    )


@router.get("/figures")
async def show_figures(query: Annotated[FigureFilter, Query()], work: Reading) -> list[ConsultantFigures]:
    """Show what each consultant has done (顾问业绩), of documents made in a time."""
    figures: dict[tuple[str, str | None], ConsultantFigures] = {}
    for table, counts in _COUNTS.items():
        columns = [func.count().filter(condition).label(name) for name, condition in counts.items()]
        for row in await _by_consultant(work, query, table, *columns):
            of_row = figures.setdefault((row.org_unit, row.consultant), _no_figures(row))
            for name in counts:
                setattr(of_row, name, getattr(row, name))
    amounts = _currency(Order.total).label("currency"), func.sum(_minor(Order.total)).label("amount")
    for row in await _by_consultant(
        work, query, Order, *amounts, only=Order.status != "cancelled", also=text("currency")
    ):
        figures[row.org_unit, row.consultant].order_amounts[row.currency] = int(row.amount)
    for one in figures.values():
        closed = one.leads_won + one.leads_lost
        one.conversion_permille = one.leads_won * 1000 // closed if closed else None
    return [figures[key] for key in sorted(figures, key=lambda key: (key[0], key[1] or ""))]


_COUNTS: dict[Any, dict[str, ColumnElement[bool]]] = {
    Lead: {
        "leads": literal(True),  # noqa: FBT003 - SQLAlchemy's way of saying all
        "leads_open": Lead.status.in_(OPEN),
        "leads_won": Lead.status == "converted",
        "leads_lost": Lead.status == "lost",
    },
    TestDrive: {"test_drives": TestDrive.status == "completed", "no_shows": TestDrive.status == "no_show"},
    Quote: {"quotes": Quote.status != "draft", "quotes_accepted": Quote.status == "accepted"},
    Order: {"orders": Order.status != "cancelled", "orders_cancelled": Order.status == "cancelled"},
    Delivery: {"deliveries": literal(True)},  # noqa: FBT003
    Task: {"tasks_overdue": (Task.status == "open") & Task.overdue_at.is_not(None)},
    Commitment: {
        "commitments_kept": Commitment.status == "kept",
        "commitments_broken": Commitment.status == "broken",
        "commitments_overdue": (Commitment.status == "open") & Commitment.overdue_at.is_not(None),
    },
}


async def _leads(work: Work, query: PipelineFilter) -> list[Deals]:
    """Those that have neither a quote nor an order that is open or went on to one."""
    quoted = exists().where(Quote.lead_id == Lead.id, Quote.status.in_(_OPEN_QUOTE))
    ordered = exists().where(Order.lead_id == Lead.id, Order.status.in_((*_OPEN_ORDER, "delivered")))
    return await _deals(
        work, query, Lead, Lead.budget, Lead.expected_purchase_on, Lead.status.in_(OPEN), ~quoted, ~ordered
    )


async def _quotes(work: Work, query: PipelineFilter) -> list[Deals]:
    """Those that have not become an order."""
    ordered = exists().where(Order.quote_id == Quote.id, Order.status.in_((*_OPEN_ORDER, "delivered")))
    return await _deals(work, query, Quote, Quote.total, Quote.valid_until, Quote.status.in_(_OPEN_QUOTE), ~ordered)


async def _orders(work: Work, query: PipelineFilter) -> list[Deals]:
    return await _deals(work, query, Order, Order.total, Order.expected_delivery_on, Order.status.in_(_OPEN_ORDER))


async def _deals(work: Work, query: PipelineFilter, table: Any, amount: Any, day: Any, *conditions: Any) -> list[Deals]:
    currency = _currency(amount).label("currency")
    month = func.to_char(day, "YYYY-MM").label("month")
    summed = func.coalesce(func.sum(_minor(amount)), 0)
    statement = select(table.status, currency, month, func.count(), summed).where(*conditions, *_of(work, query, table))
    rows = await work.session.execute(statement.group_by(table.status, text("currency"), text("month")))
    return [Deals(stage, money, when, count, int(amount)) for stage, money, when, count, amount in rows]


async def _by_consultant(
    work: Work, query: FigureFilter, table: Any, *columns: Any, only: Any = None, also: Any = None
) -> Sequence[Row[Any]]:
    """The columns, counted for each consultant of each org unit."""
    keys = [table.org_unit, table.consultant] + ([] if also is None else [also])
    statement = select(table.org_unit, table.consultant, *columns).where(*_of(work, query, table))
    if only is not None:
        statement = statement.where(only)
    if query.made_from is not None:
        statement = statement.where(table.created_at >= query.made_from)
    if query.made_to is not None:
        statement = statement.where(table.created_at < query.made_to)
    return (await work.session.execute(statement.group_by(*keys))).all()


def _of(work: Work, query: PipelineFilter, table: Any) -> list[ColumnElement[bool]]:
    """Whose documents are counted, as far as the caller may know of them."""
    conditions = [] if work.caller.all_org_units else [table.org_unit.in_(work.caller.org_units)]
    if query.org_unit is not None:
        conditions.append(table.org_unit == query.org_unit)
    if query.consultant is not None:
        conditions.append(table.consultant == query.consultant)
    return conditions


def _currency(amount: Any) -> Any:
    return type_coerce(amount, JSONB)["currency"].astext


def _minor(amount: Any) -> Any:
    return type_coerce(amount, JSONB)["amount_minor"].astext.cast(BigInteger)


def _no_figures(row: Row[Any]) -> ConsultantFigures:
    return ConsultantFigures(org_unit=row.org_unit, consultant=row.consultant)


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}
