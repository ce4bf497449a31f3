"""The catalogue (车型目录): brands, series, models and variants with list price and options, read by all dealers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from isthmus.contracts.fields import Code
from isthmus.contracts.sales import OptionCode
from isthmus.contracts.sales_management import VariantChanged
from isthmus.http import (
    ApiModel,
    Conflict,
    FieldError,
    ShortText,
    Unprocessable,
    naming_conflicts,
    service_router,
)
from isthmus.parties import (
    Entries,
    Entry,
    EntryChange,
    EntryFilter,
    EntryView,
    JsonModel,
    Money,
    NewEntry,
    VehicleModel,
)
from isthmus.workflow import Workflow
from sales.access import Reading, Writing
from sales.configuration import Option, clashes, configured_price, wrong_options
from sales.specification import Specification

Options = Annotated[list[Option], Field(max_length=200)]


class Variant(Entry):
    """Table of variants; a code stands for one of them."""

    __tablename__ = "variants"
    sortable = ("code",)

    code: Mapped[str] = mapped_column(unique=True)
    brand: Mapped[str] = mapped_column(index=True)
    series: Mapped[str] = mapped_column(index=True)
    model: Mapped[str]
    variant: Mapped[str]
    model_year: Mapped[int | None] = mapped_column(Integer)
    vehicle_class: Mapped[str | None]
    list_price: Mapped[Money] = mapped_column(JsonModel(Money))
    options: Mapped[list[Option]] = mapped_column(JsonModel(list[Option]))
    specification: Mapped[Specification] = mapped_column(JsonModel(Specification))
    on_sale_from: Mapped[date | None]

    @property
    def vehicle(self) -> VehicleModel:
        """As quotes and orders name it."""
        name = f"{self.model} {self.variant}"
        return VehicleModel(brand=self.brand, series=self.series, model=name, model_year=self.model_year)


class VariantFields(ApiModel):
    brand: ShortText = Field(description="Brand (品牌).", examples=["瑞麒"])
    series: ShortText = Field(description="Series (车系).", examples=["G5"])
    model: ShortText = Field(description="Model (车型).", examples=["G5 2.0T"])
    variant: ShortText = Field(description="Variant or trim (配置).", examples=["豪华型"])
    model_year: int | None = Field(None, ge=1900, le=2200, description="Model year (年款).")
    vehicle_class: Code | None = Field(None, description="Class (车辆类别): passenger, commercial, mini.")
    list_price: Money = Field(description="Maker's suggested price (指导价).")
    options: Options = Field(default_factory=list, description="What can be ordered with it (选装).")
    specification: Specification = Field(
        default_factory=Specification, description="What it is and has (配置参数): seats, energy, power …."
    )
    on_sale_from: date | None = Field(None, description="On sale from (上市日期).")


class NewVariant(NewEntry, VariantFields):
    """A new variant (车型配置建立)."""

    code: ShortText = Field(description="The maker's code of it (车型代码), unique.", examples=["G5-20T-LUX"])


class VariantChange(EntryChange, VariantFields):
    """What changes in a variant, such as the list price (车型配置变更)."""


class VariantView(EntryView, VariantFields):
    """A variant of the catalogue (车型配置)."""

    code: str = Field(description="The maker's code of it (车型代码).")


class VariantFilter(EntryFilter):
    """Which variants to list."""

    sortable = Variant.sortable

    code: ShortText | None = Field(None, description="Only this code (车型代码).")
    brand: ShortText | None = Field(None, description="Only this brand (品牌).")
    series: ShortText | None = Field(None, description="Only this series (车系).")
    vehicle_class: Code | None = Field(None, description="Only this class (车辆类别).")


class Choice(ApiModel):
    """What a customer wants of a variant (选配)."""

    option: list[OptionCode] = Field(default_factory=list, max_length=200, description="Option codes (选装代码).")


class ConfiguredVehicle(ApiModel):
    """A variant with its options and their price (选配结果)."""

    vehicle: VehicleModel = Field(description="As quotes name it (车型).")
    options: list[Option] = Field(description="The options chosen (选装).")
    list_price: Money = Field(description="List price with the options (选配后指导价).")


def _check_options(variant: Variant) -> None:
    errors = list(wrong_options(variant.options, variant.list_price))
    if errors:
        raise Unprocessable("wrong_options", "The options do not fit together.", errors)


workflow = Workflow(initial="offered", steps={"discontinue": (["offered"], "discontinued")})
variants = Entries(Variant, VariantView, workflow, rule=_check_options, shared=True)
router = service_router(prefix="/v1/sales/variants", tags=["catalogue"])
variants.serve_reading(router, VariantFilter)
variants.serve_change(
    router,
    VariantChange,
    VariantChanged,
    about="Change a variant (车型配置变更); quotes keep the price they were made at.",
)


@router.post("", status_code=201)
async def add_variant(body: NewVariant, work: Writing) -> VariantView:
    """Add a variant to the catalogue (车型配置建立); 409 `code_taken` when there is one of this code."""
    detail = "There is a variant with this code."
    taken = Conflict("code_taken", detail, [FieldError("/code", "code_taken", detail)])
    with naming_conflicts({"variants_code_key": taken}):
        return await variants.create(work, body, VariantChanged)


@router.post("/{variant_id}/discontinue")
async def discontinue_variant(variant_id: UUID, work: Writing) -> VariantView:
    """The variant is not sold any more (停售)."""
    return await variants.step(work, variant_id, "discontinue", VariantChanged)


@router.get("/{variant_id}/configuration")
async def configure_variant(variant_id: UUID, choice: Annotated[Choice, Query()], work: Reading) -> ConfiguredVehicle:
    """Price a variant with options (选配), or tell which options do not go together."""
    return configure(await variants.find(work, variant_id), choice.option)


def configure(variant: Variant, chosen: list[str]) -> ConfiguredVehicle:
    """The variant with the chosen options; a 422 problem names those that do not go together."""
    errors = list(clashes(variant.options, chosen))
    if errors:
        raise Unprocessable("options_clash", "These options do not go together.", errors)
    options = [option for option in variant.options if option.code in chosen]
    price = configured_price(variant.list_price, variant.options, chosen)
    return ConfiguredVehicle(vehicle=variant.vehicle, options=options, list_price=price)
