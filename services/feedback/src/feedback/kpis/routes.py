"""The routes of key figures (指标) and satisfaction (满意度)."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field

from feedback.access import Reading, ReadingFigures
from feedback.kpis.counting import By, count
from feedback.kpis.formulas import FORMULAS, Formula
from isthmus.contracts.fields import Instant
from isthmus.http import ApiModel, service_router
from isthmus.parties import Work

SATISFACTION = ("ssi", "csi", "nps", "referral")

router = service_router(prefix="/v1/feedback", tags=["key figures"])


class FigureQuery(ApiModel):
    """Of what time, and taken apart by what."""

    by: By = Field("dealer", description="Taken apart by (维度): dealer, adviser, model (series), month.")
    created_from: Instant | None = Field(None, description="Made at or after (时间起).")
    created_to: Instant | None = Field(None, description="Made before (时间止).")


class Figures(ApiModel):
    """The figures of one dealer, adviser, model or month (指标值)."""

    of: str | None = Field(description="Dealer, adviser, model or month (维度值); null for what names none.")
    values: dict[str, int | None] = Field(description="Figures by code (指标值), null where there is none.")
    counts: dict[str, int] = Field(description="The counts they are made of (计数).")


class FigureTable(ApiModel):
    """Key figures and what they mean (指标表)."""

    by: By = Field(description="Taken apart by (维度).")
    definitions: dict[str, Formula] = Field(description="Formula and definition of each figure (指标定义).")
    items: list[Figures] = Field(description="Figures (指标值), in order of what they are of.")


@router.get("/kpis")
async def get_kpis(query: Annotated[FigureQuery, Query()], work: Reading) -> FigureTable:
    """Give all key figures (关键指标) of the caller's org units; HQ sees all."""
    return await _table(work, query, FORMULAS.kpis)


@router.get("/satisfaction")
async def get_satisfaction(query: Annotated[FigureQuery, Query()], work: ReadingFigures) -> FigureTable:
    """Give satisfaction (满意度): SSI, CSI, NPS and the willingness to refer.

    The scope `feedback:figures` is enough, but not to take it apart by adviser.
    """
    if query.by == "adviser":
        work.caller.require_scopes(frozenset({"feedback:read"}))
    return await _table(work, query, {code: FORMULAS.kpis[code] for code in SATISFACTION})


async def _table(work: Work, query: FigureQuery, formulas: dict[str, Formula]) -> FigureTable:
    units = None if work.caller.all_org_units else frozenset(work.caller.org_units)
    # Until now and no later: what is still to come does not count against anybody.
    now = work.clock.now() + timedelta(microseconds=1)
    until = now if query.created_to is None else min(query.created_to, now)
    found = await count(work.session, query.by, query.created_from, until, units)
    needed = {name for formula in formulas.values() for name in (formula.numerator, formula.denominator)}
    items = [
        Figures(
            of=place,
            values={code: formula.value(counts) for code, formula in formulas.items()},
            counts={name: counts[name] for name in counts if name in needed},
        )
        for place, counts in sorted(found.items(), key=lambda item: (item[0] is None, item[0] or ""))
    ]
    return FigureTable(by=query.by, definitions=formulas, items=items)
