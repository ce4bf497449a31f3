"""What is said of a variant that fits, or nearly does (推荐理由): every check in words, in both languages."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from isthmus.exports.codes import term_of
from isthmus.exports.columns import money_part, money_text
from isthmus.http import ApiModel
from isthmus.parties import Money, VehicleModel
from sales.advice.comparing import ATTRIBUTE_NAMES
from sales.advice.fitting import Finding, Fit, Outcome, Value
from sales.advice.offers import Offer
from sales.advice.rules import RULES
from sales.advice.stock_near import StockNear
from sales.specification import CODED

Language = Literal["en", "zh"]
_NAMES = ATTRIBUTE_NAMES | {"price": ("该币种的价格", "A price in the currency of the budget")}
_BETWEEN: dict[Language, str] = {"en": ", ", "zh": "、"}


class AdviceReason(ApiModel):
    """A check and what came of it (推荐依据)."""

    check: str = Field(description="Code of the rule (规则代码).")
    points: int = Field(description="Points it gave (得分).")
    must: bool = Field(description="Whether a variant that misses it does not fit (是否必须).")
    en: str = Field(description="English words (英文).")
    zh: str = Field(description="Chinese words (中文).")


class AdvisedVariant(ApiModel):
    """A variant, and what speaks for and against it (推荐车型)."""

    variant_id: UUID = Field(description="The variant (车型配置).")
    code: str = Field(description="The maker's code of it (车型代码).")
    vehicle: VehicleModel = Field(description="As quotes name it (车型).")
    price: Money = Field(description="List price with those of the wanted options it has (含选装指导价).")
    points: int = Field(description="Sum of the points (总分); more is better.")
    reasons: list[AdviceReason] = Field(description="What speaks for it (推荐理由).")
    misses: list[AdviceReason] = Field(description="What it lacks (不足之处).")
    unknown: list[AdviceReason] = Field(description="What the catalogue does not tell (未说明事项).")
    stock: StockNear = Field(description="How many stand where (库存分布).")
    promotions: list[str] = Field(description="Codes of the promotions that apply to it (适用优惠代码).")


def told_of(fit: Fit, offer: Offer) -> AdvisedVariant:
    """An offer with what speaks for and against it in words."""
    told: dict[Outcome, list[AdviceReason]] = {"fits": [], "misses": [], "unknown": []}
    for finding in fit.findings:
        if (reason := _reason(finding, offer.price.currency)) is not None:
            told[finding.outcome].append(reason)
    return AdvisedVariant(
        variant_id=offer.variant.id,
        code=fit.code,
        vehicle=offer.variant.vehicle,
        price=offer.price,
        points=fit.points,
        reasons=told["fits"],
        misses=told["misses"],
        unknown=told["unknown"],
        stock=offer.stock,
        promotions=list(offer.promotions),
    )


def _reason(finding: Finding, currency: str) -> AdviceReason | None:
    """One finding in words; None where there is nothing worth saying."""
    want, check = finding.want, RULES.check(finding.want.check)
    if finding.outcome == "unknown":
        if want.fact not in _NAMES:
            return None
        zh, en = _NAMES[want.fact]
        words = {"en": RULES.unknown.en.format(asked=en[:1].lower() + en[1:]), "zh": RULES.unknown.zh.format(asked=zh)}
    else:
        said = check.fits if finding.outcome == "fits" else check.misses
        if said is None:
            return None
        words = {
            language: getattr(said, language).format(
                has=_told(want.fact, finding.has, currency, language), asked=_asked(finding, currency, language)
            )
            for language in _BETWEEN
        }
    return AdviceReason(check=want.check, points=finding.points, must=want.must, en=words["en"], zh=words["zh"])


def _asked(finding: Finding, currency: str, language: Language) -> str:
    want = finding.want
    if want.one_of is not None:
        return _BETWEEN[language].join(_told(want.fact, word, currency, language) for word in sorted(want.one_of))
    return _told(want.fact, want.at_least if want.at_most is None else want.at_most, currency, language)


def _told(fact: str, value: Value | None, currency: str, language: Language) -> str:
    if fact == "price" and isinstance(value, int):
        amount = money_part(Money(amount_minor=value, currency=currency), "amount")
        return money_text(amount, currency)  # type: ignore[arg-type] # of an amount it is a number
    if fact in CODED and isinstance(value, str):
        return term_of(value, fact, language)
    return str(value)
