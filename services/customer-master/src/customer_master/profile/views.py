"""The profile as a caller sees it: of other org units' documents only what kind, when and where."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from customer_master.access import may_see_source
from customer_master.customer_view import GoldenValueView, VehicleView
from customer_master.documents import Document
from customer_master.profile.computing import Profile
from customer_master.profile.facts import Reason
from customer_master.profile.grade import PartName
from customer_master.profile.heard import HeardState
from customer_master.profile.life_cycle import Phase
from customer_master.profile.open_items import ItemState, OpenItem
from customer_master.profile.rules import GradeName, SegmentName
from customer_master.profile.stage import StageName
from customer_master.relations import RelationView
from isthmus.http import Principal

_GROUPING = ("gender", "birth_date")
_GROUPING_ATTRIBUTES = ("occupation", "income_band", "education")
"""Golden values, and attributes of sources, by which customers are grouped."""


class DocumentView(BaseModel):
    """A business document by kind, place and time (业务单据)."""

    service: str = Field(description="Service that keeps it (所属服务).")
    kind: str = Field(
        description="Kind of document (单据类别): lead, quote, repair-order, case …; vehicle: a delivery."
    )
    org_unit: str = Field(description="Org unit where it happened (组织单元).")
    at: AwareDatetime = Field(description="Since when it is in this state (状态时间).")
    document_id: str | None = Field(description="Its id (单据号); null where it is another org unit's.")


class JudgementReason(BaseModel):
    """What led to a judgement (判定依据)."""

    code: str = Field(description="Code of the reason (依据代码).")
    text: str = Field(description="The reason in words (依据说明).")
    document: DocumentView | None = Field(description="The document it rests on (依据单据).")


class SegmentView(BaseModel):
    """The segment (客户类型)."""

    name: SegmentName = Field(
        description="private (私人购买者), organization (单位), taxi (出租车公司), by the declared rules (客户类型)."
    )
    reasons: list[JudgementReason] = Field(description="What led there, never empty (判定依据).")


class StageView(BaseModel):
    """The stage (客户阶段)."""

    name: StageName = Field(description="potential (潜在), target (目标), actual (现实), lost (流失客户) (客户阶段).")
    reasons: list[JudgementReason] = Field(description="What led there, never empty (判定依据).")


class LifeCycleView(BaseModel):
    """The place in the life cycle of use (使用周期)."""

    phase: Phase | None = Field(
        description="buy (买车), maintain (保养), repair (维修), trade_in (旧车置换), buy_again (再购买); null while"
        " nothing is known (使用周期)."
    )
    reasons: list[JudgementReason] = Field(description="What led there, never empty (判定依据).")


class PartView(BaseModel):
    """A part of the points (分值构成)."""

    name: PartName = Field(description="purchase (购车), repair_spend (维修消费), recency (最近往来) (分项).")
    points: int = Field(description="What it adds (分值).")
    basis: int | None = Field(
        description="What the points are for (计分依据): vehicles bought; minor units spent; days since the last"
        " activity, -1 when there was none. Null where documents of other org units are in it."
    )


class ValueView(BaseModel):
    """The value grade (价值等级)."""

    grade: GradeName = Field(description="gold, a, b, c, by points (价值等级).")
    gold_customer: bool = Field(description="Whether it is a gold customer (黄金客户).")
    points: int = Field(description="The sum of the parts (总分).")
    parts: list[PartView] = Field(description="What the points are made of (分值构成).")


class OpenItemView(DocumentView):
    """Something open with the customer (未结事项)."""

    state: ItemState = Field(
        description="open (未结), overdue (逾期); broken: a promise that was not kept (未兑现) (事项状态)."
    )
    status: str | None = Field(description="State of the document (单据状态); null where it is another org unit's.")
    due_at: AwareDatetime | None = Field(description="Until when (期限); null where it is another org unit's.")
    data: dict[str, Any] | None = Field(
        description="What its newest event tells, without long lists (单据内容); null where it is another org unit's."
    )


class MainProfile(BaseModel):
    """The main profile (顾客主档案)."""

    party_type: str | None = Field(description="person (个人), organization (单位), null when not known (客户性质).")
    display_name: str | None = Field(description="What to call the customer (称呼).")
    grouping: dict[str, GoldenValueView] = Field(
        description="What customers are grouped by, the best value of each: gender, birth_date, occupation,"
        " income_band, education (分组属性)."
    )
    segment: SegmentView = Field(description="Segment (客户类型).")
    stage: StageView = Field(description="Stage (客户阶段).")
    life_cycle: LifeCycleView = Field(description="Life cycle of use (使用周期).")
    value: ValueView = Field(description="Value grade (价值等级).")


class SubsidiaryProfile(BaseModel):
    """The subsidiary profile (顾客附属档案)."""

    contacts: list[GoldenValueView] = Field(description="Contact persons of an organisation (联系人).")
    family: list[RelationView] = Field(description="Members of the household that the caller may see (家庭成员).")
    drivers: list[RelationView] = Field(description="Who drives or owns the same vehicles (驾驶人).")
    others: list[RelationView] = Field(description="All other related customers (其他关系).")
    vehicles: list[VehicleView] = Field(description="Vehicles and what the customer is to them (车辆).")


class HeardView(BaseModel):
    """How current the part of a service is (数据完整性)."""

    service: str = Field(description="The service (服务).")
    state: HeardState = Field(
        description="behind: messages wait to be read; silent: nothing came for longer than the rules allow, so it may"
        " be quiet or cut off; never: nothing ever came (状态)."
    )
    last_at: AwareDatetime | None = Field(description="When it last told of any customer (最近消息时间).")
    waiting: int | None = Field(description="Messages still to be read (积压); null where another process reads them.")


class ProfileView(BaseModel):
    """The profile of a customer (客户档案): what it is, what it is about, and what is owed to it."""

    golden_id: UUID = Field(description="The customer that is answered with (黄金客户号).")
    computed_at: AwareDatetime = Field(description="As of when it is judged (计算时间).")
    rules_version: str = Field(description="Version of the rules of classification (规则版本).")
    main: MainProfile = Field(description="Main profile (顾客主档案).")
    subsidiary: SubsidiaryProfile = Field(description="Subsidiary profile (顾客附属档案).")
    open_items: list[OpenItemView] = Field(
        description="What is open in all services and promises not kept, earliest deadline first (未结事项)."
    )
    partial: list[HeardView] = Field(
        description="Services of which something may be missing here; empty when all are current (数据不完整)."
    )


def main_profile(profile: Profile, golden: dict[str, Any], principal: Principal) -> MainProfile:
    """The main profile, with what the caller may see of the reasons."""
    values = golden.get("values", {})
    return MainProfile(
        party_type=golden.get("party_type"),
        display_name=golden.get("display_name"),
        grouping=_grouping(values),
        segment=SegmentView(name=profile.segment.name, reasons=_reasons(profile.segment.reasons, principal)),
        stage=StageView(name=profile.stage.name, reasons=_reasons(profile.stage.reasons, principal)),
        life_cycle=LifeCycleView(
            phase=profile.life_cycle.phase, reasons=_reasons(profile.life_cycle.reasons, principal)
        ),
        value=_value(profile, principal),
    )


def open_item(item: OpenItem, principal: Principal) -> OpenItemView:
    """An open item, in full where it is the caller's own."""
    document = item.document
    own = may_see(document, principal)
    return OpenItemView(
        **_document(document, principal).model_dump(),
        state=item.state,
        status=document.status if own else None,
        due_at=item.due_at if own else None,
        data=dict(document.data) if own else None,
    )


def may_see(document: Document, principal: Principal) -> bool:
    """Whether the caller sees a document in full."""
    return principal.may_act_for(document.org_unit) or may_see_source(principal, document.source)


def _grouping(values: dict[str, Any]) -> dict[str, GoldenValueView]:
    found = {name: GoldenValueView(**values[name][0]) for name in _GROUPING if values.get(name)}
    for entry in values.get("attributes", []):
        name = entry["value"]["name"]
        if name in _GROUPING_ATTRIBUTES and name not in found:
            found[name] = GoldenValueView(**(entry | {"value": entry["value"]["value"]}))
    return found


def _value(profile: Profile, principal: Principal) -> ValueView:
    all_own = all(may_see(one, principal) for one in profile.facts.purchases + profile.facts.visits)
    value = profile.value
    return ValueView(
        grade=value.grade,
        gold_customer=value.grade == "gold",
        points=value.points,
        parts=[
            PartView(name=part.name, points=part.points, basis=part.basis if all_own else None) for part in value.parts
        ],
    )


def _reasons(reasons: Iterable[Reason], principal: Principal) -> list[JudgementReason]:
    return [
        JudgementReason(
            code=reason.code,
            text=reason.text,
            document=None if reason.document is None else _document(reason.document, principal),
        )
        for reason in reasons
    ]


def _document(document: Document, principal: Principal) -> DocumentView:
    return DocumentView(
        service=document.service,
        kind=document.fact,
        org_unit=document.org_unit,
        at=document.since,
        document_id=document.subject if may_see(document, principal) else None,
    )
