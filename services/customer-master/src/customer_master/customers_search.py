"""Search for customers (客户查询) by number, name or anything that comes to hand: best first, with the reason."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, StringConstraints

from customer_master.access import visible_org_units
from customer_master.connection import Connection
from customer_master.customer_view import GoldenValueView
from customer_master.reading import CustomerReading, Reading
from customer_master.search_matches import Match, matches_of
from entity_resolution.search import SearchQuery, search_keys
from isthmus.contracts.fields import NO_NUL
from isthmus.http import FieldError, Page, PageRequest, Unprocessable, service_router
from isthmus.lists import TABLE, ExportQuery

router = service_router(prefix="/v1/customers", tags=["customers"])

Term = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]

_SHOWN_FIELDS = (
    "name",
    "organization",
    "contacts",
    "gender",
    "birth_date",
    "phones",
    "emails",
    "vehicles",
    "addresses",
)
_MOST_VALUES_SHOWN = 3


class FoundCustomer(BaseModel):
    """A customer that was found, with the values that tell it from others."""

    golden_id: UUID = Field(description="The customer (黄金客户号).")
    score: int = Field(description="Score (匹配分): the sum over what matched; comparable within one answer.")
    party_type: str | None = Field(
        description="Kind of party (客户性质): person (个人), organization (单位), null when not known."
    )
    display_name: str | None = Field(description="What to call the customer (称呼).")
    values: dict[str, list[GoldenValueView]] = Field(
        description="The golden values (黄金值) by which customers are told apart, at most"
        f" {_MOST_VALUES_SHOWN} of each field."
    )
    matched: list[Match] = Field(description="Why it was found (匹配依据), the strongest first.")


class SearchParameters(BaseModel):
    """What to search for; several together rank those first who match most of them."""

    phone: Term = Field("", description="Telephone number (电话), in any writing.")
    plate: Term = Field("", description="Number plate (车牌号), also without the province.")
    vin: Term = Field("", description="Vehicle identification number (车架号), also its last 8 characters.")
    email: Term = Field("", description="E-mail address (电子邮件).")
    national_id: Term = Field("", description="Resident id (身份证) or credit code (统一社会信用代码).")
    name: Term = Field(
        "",
        description="Name of a person or a firm (姓名/名称), as it is written, its beginning, or another of the same"
        " sound (同音字); in Latin letters also in pinyin, in either order, and with a slip in eight letters.",
    )
    q: Term = Field("", description="Any of the others, as it comes to hand.")
    limit: int = Field(20, ge=1, le=100, description="At most so many (条数上限).")


class SearchExport(SearchParameters, ExportQuery):
    """What to search for, and as what the answer is wanted."""


class FoundRow(BaseModel):
    """A customer that was found, as a row of a table (查询结果)."""

    golden_id: UUID = Field(description="The customer (黄金客户号).")
    display_name: str | None = Field(description="What to call the customer (称呼).")
    party_type: str | None = Field(description="Kind of party (客户性质).")
    phones: list[str] = Field(description="Telephone numbers (电话).")
    emails: list[str] = Field(description="E-mail addresses (电子邮件).")
    addresses: list[str] = Field(description="Addresses (地址).")
    plates: list[str] = Field(description="Number plates (车牌号).")
    vins: list[str] = Field(description="Vehicle identification numbers (车架号).")
    score: int = Field(description="Score (匹配分).")
    matched: list[str] = Field(description="Why it was found (匹配依据).")

    @classmethod
    def of(cls, found: FoundCustomer) -> "FoundRow":
        """The values of a customer that was found, without where they come from."""
        return cls(
            **{name: getattr(found, name) for name in ("golden_id", "display_name", "party_type", "score")},
            phones=_parts(found, "phones", "value"),
            emails=_parts(found, "emails", "value"),
            addresses=[" ".join(filter(None, one.value.values())) for one in found.values.get("addresses", [])],
            plates=_parts(found, "vehicles", "plate"),
            vins=_parts(found, "vehicles", "vin"),
            matched=[f"{match.kind} {match.value}" for match in found.matched],
        )


def _parts(found: FoundCustomer, field: str, part: str) -> list[str]:
    return [one.value[part] for one in found.values.get(field, []) if one.value.get(part)]


@router.get("")
async def search_customers(
    asked: Annotated[SearchParameters, Query()], reading: CustomerReading
) -> Page[FoundCustomer]:
    """The customers that match, best first, at most `limit` of them."""
    return Page(items=await _search(asked, reading))


@router.get("/export", response_class=StreamingResponse, responses=TABLE)
async def export_found(asked: Annotated[SearchExport, Query()], reading: CustomerReading) -> StreamingResponse:
    """Export the customers that match as a table (导出), at most `limit` of them."""

    async def read(_: PageRequest) -> Page[FoundRow]:
        return Page(items=[FoundRow.of(found) for found in await _search(asked, reading)])

    return await reading.export(FoundRow, "customers", asked, read)


async def _search(asked: SearchParameters, reading: Reading) -> list[FoundCustomer]:
    query = SearchQuery(**asked.model_dump(include=set(SearchQuery._fields)))
    if not any(query):
        hint = "Give at least one of phone, plate, vin, email, national_id, name, q."
        raise Unprocessable(
            "nothing_to_search_for", "Say what to search for.", [FieldError("/q", "missing", hint, "query")]
        )
    written, org_units = query.name or query.q, visible_org_units(reading.principal)
    matches = await matches_of(reading.connection, search_keys(query), written, org_units, asked.limit)
    best = sorted(matches, key=lambda golden_id: (-_total(matches[golden_id]), golden_id))[: asked.limit]
    found = await _load(reading.connection, best, matches)
    await reading.log("customer.search", [one.golden_id for one in found])
    return found


def _total(matches: dict[str, Match]) -> int:
    return sum(match.score for match in matches.values())


async def _load(
    connection: Connection, golden_ids: Sequence[UUID], matches: dict[UUID, dict[str, Match]]
) -> list[FoundCustomer]:
    rows = await connection.fetch(
        "SELECT golden_id, document FROM golden_customers WHERE golden_id = ANY($1::uuid[]) AND state = 'live'",
        golden_ids,
    )
    documents = {row["golden_id"]: row["document"] for row in rows}
    return [
        FoundCustomer(
            golden_id=golden_id,
            score=_total(matches[golden_id]),
            party_type=documents[golden_id]["party_type"],
            display_name=documents[golden_id]["display_name"],
            values=main_values(documents[golden_id]),
            matched=sorted(matches[golden_id].values(), key=lambda match: -match.score),
        )
        for golden_id in golden_ids
        if golden_id in documents
    ]


def main_values(document: dict[str, Any]) -> dict[str, list[GoldenValueView]]:
    """The golden values by which people tell customers apart, the best few of each."""
    values = document["values"]
    return {
        field: [GoldenValueView(**value) for value in values[field][:_MOST_VALUES_SHOWN]]
        for field in _SHOWN_FIELDS
        if field in values
    }
