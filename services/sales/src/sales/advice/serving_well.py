"""Where customers are served well (服务口碑): the satisfaction of places near, asked of feedback."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from isthmus.http import ApiModel
from isthmus.parties import Work
from isthmus.platform_client import Unanswered, ask
from sales.advice.rules import RULES, ServedWell

SATISFACTION = "/v1/feedback/satisfaction"


class Satisfaction(ApiModel):
    """How satisfied the customers of a place, or of all places, are (满意度)."""

    sales_points: int | None = Field(description="Satisfaction with buying (销售满意度), 1000 is best.")
    service_points: int | None = Field(description="Satisfaction with the workshop (服务满意度), 1000 is best.")
    responses: int = Field(description="Answers it is made of (答卷数); of too few no points are told.")


class PlaceSatisfaction(Satisfaction):
    """A dealer or a station (网点满意度)."""

    org_unit: str = Field(description="Dealer or station (网点).")
    is_served_well: bool | None = Field(
        description="Whether all points that are told are good ones by the rules (服务是否良好); null where none are."
    )


class WhereServedWell(ApiModel):
    """Where customers are served well (服务口碑)."""

    status: Literal["answered", "not_answered"] = Field(description="Whether feedback has answered (应答状态).")
    reason: str | None = Field(None, description="Why there is no answer (未应答原因).")
    since: datetime = Field(description="Answers of customers since then (统计起始时间).")
    places: list[PlaceSatisfaction] = Field(
        default_factory=list, description="The dealer, then other places of the caller (网点满意度), the best first."
    )
    all_places: Satisfaction | None = Field(None, description="All dealers and stations together (全网满意度).")


async def where_served_well(work: Work, org_unit: str) -> WhereServedWell:
    """Ask feedback how satisfied customers are: of the dealer, of what else the caller holds, and of all together."""
    since = work.clock.now() - timedelta(days=RULES.served_well.days)
    params = {"by": "dealer", "created_from": since.isoformat()}
    answer = await ask(work.context, "GET", SATISFACTION, params=params, purpose="advice on buying")
    if isinstance(answer, Unanswered):
        return WhereServedWell(status="not_answered", reason=answer.reason, since=since)
    if answer.status != 200:
        return WhereServedWell(status="not_answered", reason=f"answered_{answer.status}", since=since)
    counts = {str(item["of"]): item["counts"] for item in answer.body["items"] if item["of"] is not None}
    near = [place for place in counts if place == org_unit or work.caller.may_act_for(place)]
    return WhereServedWell(
        status="answered",
        since=since,
        places=rank_places({place: counts[place] for place in near}, org_unit, RULES.served_well),
        all_places=satisfaction_of(counts.values(), RULES.served_well),
    )


def rank_places(counts: Mapping[str, Mapping[str, Any]], first: str, rules: ServedWell) -> list[PlaceSatisfaction]:
    """The places with what feedback has counted of them, `first` before all others, then the best before the rest."""
    judged = [_judge(place, satisfaction_of([counted], rules), rules) for place, counted in counts.items()]
    judged.sort(key=lambda one: (one.org_unit != first, -sum(_points(one)), one.org_unit))
    return judged[: rules.shown]


def satisfaction_of(counts: Iterable[Mapping[str, Any]], rules: ServedWell) -> Satisfaction:
    """The mean score of all answers that were counted, rounded down."""
    added = dict.fromkeys(("ssi_points", "ssi_responses", "csi_points", "csi_responses"), 0)
    for counted in counts:
        added = {name: number + int(counted[name]) for name, number in added.items()}

    def mean(kind: str) -> int | None:
        responses = added[f"{kind}_responses"]
        return added[f"{kind}_points"] // responses if responses >= rules.least_responses else None

    responses = added["ssi_responses"] + added["csi_responses"]
    return Satisfaction(sales_points=mean("ssi"), service_points=mean("csi"), responses=responses)


def _judge(place: str, found: Satisfaction, rules: ServedWell) -> PlaceSatisfaction:
    points = _points(found)
    is_good = all(point >= rules.least_points for point in points) if points else None
    return PlaceSatisfaction(org_unit=place, is_served_well=is_good, **found.model_dump())


def _points(found: Satisfaction) -> list[int]:
    return [points for points in (found.sales_points, found.service_points) if points is not None]
