"""Variants side by side (车型对比): what each has and where they differ, options, price, and stock near the caller."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import select

from isthmus.contracts.sales_management import VariantSpecification
from isthmus.exports.columns import name_of
from isthmus.http import ApiModel, FieldError, Unprocessable, service_router
from isthmus.parties import Money, VehicleModel, Work
from sales.access import Reading
from sales.advice.stock_near import NONE, StockNear, own_places, stock_near
from sales.catalogue import Variant

FEWEST, MOST = 2, 5


class Compared(ApiModel):
    """Which variants to compare."""

    variant_id: list[UUID] = Field(
        min_length=FEWEST, max_length=MOST, description="Two to five variants (车型配置), in the order they are shown."
    )


class ComparedVariant(ApiModel):
    """One of the variants (对比车型)."""

    id: UUID = Field(description="The variant (车型配置).")
    code: str = Field(description="The maker's code of it (车型代码).")
    status: str = Field(description="State (状态): offered, discontinued.")
    vehicle: VehicleModel = Field(description="As quotes name it (车型).")
    list_price: Money = Field(description="Maker's suggested price (指导价).")
    above_cheapest: Money | None = Field(
        description="How much more than the cheapest of them (差价); null where they have several currencies."
    )
    stock: StockNear = Field(description="How many stand where (库存分布).")


class ComparedAttribute(ApiModel):
    """One attribute of all of them (对比项)."""

    name: str = Field(description="Attribute (配置参数) as the catalogue names it: seats, power_kw ….")
    en: str = Field(description="English name (英文名称), with its unit.")
    zh: str = Field(description="Chinese name (中文名称), with its unit.")
    values: list[int | str | None] = Field(
        description="Value of each variant (参数值), in their order; null where the catalogue does not tell."
    )
    differs: bool = Field(description="Whether the values that are told differ (是否不同).")


class ComparedOption(ApiModel):
    """One option of any of them (对比选装)."""

    code: str = Field(description="Option code (选装代码).")
    description: str = Field(description="What it is (名称).")
    prices: list[Money | None] = Field(description="Price with each variant (价格); null where it cannot be had.")
    differs: bool = Field(description="Whether it costs differently, or cannot be had with all (是否不同).")


class VariantComparison(ApiModel):
    """Variants side by side (车型对比)."""

    variants: list[ComparedVariant] = Field(description="The variants (对比车型), in the order asked for.")
    attributes: list[ComparedAttribute] = Field(description="What is told of any of them (对比项).")
    options: list[ComparedOption] = Field(description="What can be ordered with any of them (对比选装), by code.")


ATTRIBUTE_NAMES = {name: name_of(field.description, name) for name, field in VariantSpecification.model_fields.items()}
"""The Chinese and the English name of each attribute."""

router = service_router(prefix="/v1/sales/variants", tags=["catalogue"])


@router.get("/comparison")
async def compare_variants(query: Annotated[Compared, Query()], work: Reading) -> VariantComparison:
    """Compare two to five variants (车型对比); 422 names one that is not in the catalogue, or stands there twice.

    Of stock the caller's own org units are told, and of all dealers together how many there are.
    """
    compared = await _find(work, query.variant_id)
    stock = await stock_near(work, query.variant_id, own_places(work))
    return VariantComparison(
        variants=_variants(compared, stock), attributes=compare_attributes(compared), options=compare_options(compared)
    )


def compare_attributes(variants: Sequence[Variant]) -> list[ComparedAttribute]:
    """Each attribute that any of the variants tells."""
    told = []
    for name, (zh, en) in ATTRIBUTE_NAMES.items():
        values = [getattr(variant.specification, name) for variant in variants]
        different = {value for value in values if value is not None}
        if different:
            told.append(ComparedAttribute(name=name, en=en, zh=zh, values=values, differs=len(different) > 1))
    return told


def compare_options(variants: Sequence[Variant]) -> list[ComparedOption]:
    """Each option of any of the variants, named as the first one names it."""
    offered = [{option.code: option for option in variant.options} for variant in variants]
    compared = []
    for code in sorted({code for options in offered for code in options}):
        of_code = [options.get(code) for options in offered]
        prices = [None if option is None else option.price for option in of_code]
        name = next(option.description for option in of_code if option is not None)
        differs = any(price != prices[0] for price in prices)
        compared.append(ComparedOption(code=code, description=name, prices=prices, differs=differs))
    return compared


async def _find(work: Work, variant_ids: Sequence[UUID]) -> list[Variant]:
    """The variants in the order of their ids; raises a 422 problem for an id that is none's, or given twice."""
    found = {one.id: one for one in await work.session.scalars(select(Variant).where(Variant.id.in_(variant_ids)))}
    errors = []
    for number, variant_id in enumerate(variant_ids):
        pointer = f"/variant_id/{number}"
        if variant_id not in found:
            errors.append(FieldError(pointer, "unknown_variant", "There is no such variant.", "query"))
        elif variant_ids.index(variant_id) != number:
            errors.append(FieldError(pointer, "variant_twice", "This variant is named already.", "query"))
    if errors:
        raise Unprocessable("wrong_variants", "These cannot be compared.", errors)
    return [found[variant_id] for variant_id in variant_ids]


def _variants(variants: Sequence[Variant], stock: dict[UUID, StockNear]) -> list[ComparedVariant]:
    prices = [variant.list_price for variant in variants]
    cheapest = min(price.amount_minor for price in prices)
    in_one_currency = len({price.currency for price in prices}) == 1
    return [
        ComparedVariant(
            id=variant.id,
            code=variant.code,
            status=variant.status,
            vehicle=variant.vehicle,
            list_price=variant.list_price,
            above_cheapest=Money(
                amount_minor=variant.list_price.amount_minor - cheapest, currency=variant.list_price.currency
            )
            if in_one_currency
            else None,
            stock=stock.get(variant.id, NONE),
        )
        for variant in variants
    ]
