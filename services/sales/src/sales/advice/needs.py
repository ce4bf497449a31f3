"""What a customer wants of a vehicle (购车需求), and what of it the lead tells already."""

from collections.abc import Iterable, Sequence
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field

from isthmus.contracts.fields import Code, RecordId
from isthmus.contracts.sales import OptionCode
from isthmus.http import ApiModel, FieldError, ShortText, Unprocessable
from isthmus.parties import Money, NewEntry
from sales.advice.rules import RULES, Asked
from sales.lead_table import Lead
from sales.specification import CODED, check_word


def _words(attribute: str) -> AfterValidator:
    """Checks that each word of a list is one the attribute may have."""
    return AfterValidator(lambda words: [check_word(attribute, word) for word in words])


class Needs(ApiModel):
    """What the customer wants of a vehicle (购车需求)."""

    seats: int | None = Field(None, ge=1, le=100, description="Seats that are needed (座位数), at least.")
    energy: Annotated[list[Code], _words("energy")] = Field(
        default_factory=list, max_length=20, description="Any of these energies (能源类型): petrol, electric …."
    )
    body_type: Annotated[list[Code], _words("body_type")] = Field(
        default_factory=list, max_length=20, description="Any of these bodies (车身形式): sedan, suv, mpv …."
    )
    transmission: Annotated[list[Code], _words("transmission")] = Field(
        default_factory=list, max_length=20, description="Any of these transmissions (变速箱): automatic, manual …."
    )
    drive: Annotated[list[Code], _words("drive")] = Field(
        default_factory=list, max_length=20, description="Any of these driven wheels (驱动形式): front, rear, all."
    )
    series: list[ShortText] = Field(
        default_factory=list, max_length=20, description="Series preferred (偏好车系); the lead's when left out."
    )
    options: list[OptionCode] = Field(default_factory=list, max_length=50, description="Options wanted (所需选装).")
    uses: list[Code] = Field(
        default_factory=list,
        max_length=20,
        description="What it is used for (用车场景): family, commuting, long_distance, business, cargo, taxi.",
    )


class AdviceRequest(NewEntry):
    """For whom and at which dealer advice is asked (咨询请求)."""

    lead_id: UUID | None = Field(None, description="Lead (线索号): tells budget, series and customer.")
    record_id: RecordId | None = Field(None, description="Customer's record (客户记录号), where there is no lead.")
    budget: Money | None = Field(None, description="Budget (预算); the lead's when left out.")
    needs: Needs = Field(default_factory=Needs, description="What the customer wants (购车需求).")


def check_uses(uses: Sequence[str]) -> None:
    """Raise a 422 problem that names each use the rules do not know."""
    detail = f"The uses are {', '.join(RULES.uses)}."
    errors = [
        FieldError(f"/needs/uses/{number}", "unknown_use", detail)
        for number, use in enumerate(uses)
        if use not in RULES.uses
    ]
    if errors:
        raise Unprocessable("unknown_use", detail, errors)


def completed(body: AdviceRequest, lead: Lead | None) -> tuple[Money | None, Needs]:
    """Budget and needs, with what the lead tells where the body says nothing."""
    if lead is None:
        return body.budget, body.needs
    named = lead.vehicle.series if lead.vehicle is not None else None
    series = body.needs.series or ([named] if named else [])
    return body.budget or lead.budget, body.needs.model_copy(update={"series": series})


def asked_for(budget: Money | None, needs: Needs, offered: Iterable[str]) -> dict[str, Asked]:
    """The bounds of what was asked for; a series is meant as it is offered, in small or large letters."""
    asked: dict[str, Asked] = {name: frozenset(words) for name in CODED if (words := getattr(needs, name))}
    if budget is not None:
        asked["budget"] = budget.amount_minor
    if needs.seats is not None:
        asked["seats"] = needs.seats
    if needs.options:
        asked["options"] = 0
    if needs.series:
        preferred = {series.casefold() for series in needs.series}
        as_offered = {series for series in offered if series.casefold() in preferred}
        asked["series"] = frozenset(as_offered or needs.series)
    return asked
