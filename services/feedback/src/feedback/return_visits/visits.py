"""Return visits (回访): the table, the states, and the timer that asks whether the customer may be called."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlalchemy import Index, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, declared_attr

from feedback.return_visits.rules import RULES, VisitRule
from isthmus.contracts.customer_records import RecordKey
from isthmus.contracts.fields import Code, RecordId, Text
from isthmus.http import ShortText
from isthmus.parties import Entries, Entry, EntryFilter, EntryView
from isthmus.platform_client import Answer, ask
from isthmus.timers import FiredTimer, Moment, set_timer
from isthmus.workflow import Workflow

TIMER = "return_visit_due"
CHANNEL = "phone"
_NOT_RESOLVED = "not_resolved"
SOONEST_AGAIN = timedelta(seconds=5)
"""A record that has just come, or a busy customer-master, is asked about again so soon."""


class ReturnVisit(Entry):
    """Table of return visits; the customer's record is the one of the service that told of the occasion."""

    __tablename__ = "return_visits"
    sortable = ("due_at",)

    source: Mapped[str]
    record_id: Mapped[str]
    golden_id: Mapped[UUID | None]
    rule: Mapped[str]
    survey: Mapped[str]
    about: Mapped[UUID]
    adviser: Mapped[str | None]
    due_at: Mapped[datetime]
    fell_due_at: Mapped[datetime | None]
    attempts: Mapped[int]
    last_outcome: Mapped[str | None]
    reason: Mapped[str | None]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Any, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """One visit of a rule about one document; the index finds the others of a customer."""
        return (
            UniqueConstraint("rule", "about"),
            Index("return_visits_golden_id_idx", "golden_id"),
            Index("return_visits_record_id_idx", "record_id"),
            *cls.common_indices(),
        )

    @property
    def customer(self) -> RecordKey:
        """The key of the customer's record."""
        return RecordKey(source=self.source, record_id=self.record_id)


class ReturnVisitView(EntryView):
    """A return visit (回访)."""

    customer: RecordKey = Field(
        description="Key of the customer's record (客户记录) in the service that met the customer."
    )
    golden_id: UUID | None = Field(description="Golden customer (黄金客户), once asked about.")
    rule: Code = Field(description="Rule it follows (回访规则).")
    survey: Code = Field(description="Questionnaire to ask (问卷代码).")
    about: UUID = Field(description="Delivery or repair order it is about (相关单据).")
    adviser: Text | None = Field(description="Consultant or adviser then (顾问).")
    due_at: datetime = Field(description="Planned for (计划回访时间).")
    fell_due_at: datetime | None = Field(description="On the work list since (列入回访时间).")
    attempts: int = Field(description="Attempts so far (已拨打次数).")
    last_outcome: Code | None = Field(description="Outcome of the last attempt (上次结果).")
    reason: Text | None = Field(description="Why it is not made, or waits (原因): codes of the suppression check.")


class ReturnVisitFilter(EntryFilter):
    """Which return visits to list."""

    sortable = ReturnVisit.sortable

    record_id: RecordId | None = Field(None, description="Only this customer record (客户记录号).")
    golden_id: UUID | None = Field(None, description="Only this golden customer (黄金客户).")
    rule: Code | None = Field(None, description="Only this rule (回访规则).")
    adviser: ShortText | None = Field(None, description="Only this consultant or adviser (顾问).")


workflow = Workflow(
    initial="planned",
    steps={
        "fall_due": (["planned", "waiting"], "due"),
        "suppress": (["planned", "waiting"], "suppressed"),
        "skip": (["planned"], "skipped"),
        "expire": (["planned", "waiting"], "expired"),
        "reach": (["due"], "reached"),
        "miss": (["due"], "waiting"),
        "refuse": (["due"], "refused"),
        "give_up": (["due"], "unreachable"),
        "answer": (["due", "reached"], "answered"),
    },
)
_VISITED = ("due", "waiting", "reached", "refused", "answered", "unreachable")


class ReturnVisits(Entries[ReturnVisit, ReturnVisitView]):
    """They name customers, so reading them is logged."""

    is_personal = True


return_visits = ReturnVisits(ReturnVisit, ReturnVisitView, workflow)


async def let_fall_due(fired: FiredTimer, moment: Moment) -> None:
    """Put a visit on the work list, if the customer may be called; wait while nobody can say whether."""
    visit = await moment.session.get(ReturnVisit, UUID(fired.key), with_for_update=True)
    if visit is None or visit.status not in {"planned", "waiting"}:
        return
    now, rule = moment.clock.now(), RULES.rules.get(visit.rule)
    if rule is None or now > visit.due_at + timedelta(days=rule.give_up_days):
        await _take(moment, visit, "expire")
        return
    question = {"customer": visit.customer.model_dump(), "channel": CHANNEL, "purpose": "survey"}
    said = await ask(moment.context, "POST", "/v1/customers/suppression-check", body=question, purpose="return visit")
    if not isinstance(said, Answer):
        await _wait(moment, visit, said.reason)
    elif said.status != 200:
        await _wait(moment, visit, _NOT_RESOLVED if said.status == 404 else f"answered_{said.status}")
    else:
        await _decide(moment, visit, rule, said.body)


async def _decide(moment: Moment, visit: ReturnVisit, rule: VisitRule, said: dict[str, Any]) -> None:
    codes = [reason["code"] for reason in said["reasons"]]
    if _NOT_RESOLVED in codes:
        await _wait(moment, visit, _NOT_RESOLVED)
    elif not said["allowed"]:
        await _take(moment, visit, "suppress", reason=", ".join(codes))
    else:
        golden_id = UUID(said["golden_id"]) if said.get("golden_id") else None
        if visit.status == "planned" and await _was_visited(moment, golden_id, visit, rule):
            await _take(moment, visit, "skip", golden_id=golden_id, reason="visited_lately")
        else:
            fell_due_at = visit.fell_due_at or moment.clock.now()
            await _take(moment, visit, "fall_due", golden_id=golden_id, fell_due_at=fell_due_at, reason=None)


async def _was_visited(moment: Moment, golden_id: UUID | None, visit: ReturnVisit, rule: VisitRule) -> bool:
    """Whether the golden customer is, or was lately, visited for whatever rule; of two at once the second waits."""
    if golden_id is None:
        return False
    await moment.session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"visit {golden_id}", 0))))
    others = select(ReturnVisit.id).where(
        ReturnVisit.golden_id == golden_id,
        ReturnVisit.id != visit.id,
        ReturnVisit.status.in_(_VISITED),
        ReturnVisit.fell_due_at > moment.clock.now() - timedelta(days=rule.every_days),
    )
    return await moment.session.scalar(others.limit(1)) is not None


async def _wait(moment: Moment, visit: ReturnVisit, reason: str) -> None:
    """Say why the visit cannot be made yet, and ask again: soon at first, then after as long again as it has waited."""
    now = moment.clock.now()
    waited = now - max(visit.due_at, visit.updated_at)
    pause = min(max(waited, SOONEST_AGAIN), timedelta(minutes=RULES.check_again_minutes))
    if visit.reason != reason:
        await return_visits.act(moment, visit.id, None, by="timer", reason=reason)
    await set_timer(moment.session, kind=TIMER, key=str(visit.id), due_at=now + pause)


async def _take(moment: Moment, visit: ReturnVisit, step: str, **values: Any) -> None:
    await return_visits.act(moment, visit.id, step, by="timer", **values)
