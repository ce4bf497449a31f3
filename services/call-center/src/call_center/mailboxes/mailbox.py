"""A mailbox (收件箱): an address of ours, and who must answer what is written to it."""

from uuid import UUID

from pydantic import Field
from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr

from call_center.access import Writing
from call_center.sla.terms import Priority
from isthmus.contracts.fields import Code, OrgUnit, Text
from isthmus.http import ApiModel, ShortText, service_router
from isthmus.parties import Entries, Entry, EntryChange, EntryFilter, EntryView, NewEntry
from isthmus.workflow import Workflow


class Mailbox(Entry):
    """Table of mailboxes."""

    __tablename__ = "mailboxes"

    address: Mapped[str]
    assigned_org_unit: Mapped[str | None]
    assignee: Mapped[str | None]
    kind: Mapped[str]
    priority: Mapped[str]
    is_answered_at_once: Mapped[bool]

    @declared_attr.directive
    def __table_args__(cls) -> tuple[object, ...]:  # noqa: N805 - a class method by SQLAlchemy's rules
        """An address is one mailbox."""
        return (*super().__table_args__, UniqueConstraint("address", name="mailboxes_address_key"))


class MailboxFields(ApiModel):
    assigned_org_unit: OrgUnit | None = Field(None, description="Org unit that must answer (责任单位).")
    assignee: ShortText | None = Field(None, description="Who must answer (处理人), such as a consultant.")
    kind: Code = Field("enquiry", description="Kind of the cases it opens (工单类型).")
    priority: Priority = Field("normal", description="Their priority (优先级), which the deadlines follow from.")
    is_answered_at_once: bool = Field(
        default=True, description="Whether the first message of a conversation is confirmed automatically (自动回复)."
    )


class NewMailbox(NewEntry, MailboxFields):
    """A new mailbox (新建收件箱)."""

    org_unit: OrgUnit = Field("hq", description="Org unit (组织单元) that keeps its cases.")
    address: Text = Field(
        min_length=3,
        description="The address (收件地址).",
        examples=["li.na@d0001.example"],
    )


class MailboxChange(EntryChange, MailboxFields):
    """What changes in a mailbox."""


class MailboxView(EntryView, MailboxFields):
    """A mailbox (收件箱)."""

    address: str = Field(description="The address (收件地址).")


class MailboxFilter(EntryFilter):
    """Which mailboxes to list."""

    assigned_org_unit: OrgUnit | None = Field(None, description="Only those this org unit must answer (责任单位).")


mailboxes = Entries(Mailbox, MailboxView, Workflow(initial="open", steps={"close": (["open"], "closed")}))
router = service_router(prefix="/v1/call-center/mailboxes", tags=["mailboxes"])
mailboxes.serve_reading(router, MailboxFilter)
mailboxes.serve_change(router, MailboxChange)


@router.post("", status_code=201)
async def create_mailbox(body: NewMailbox, work: Writing) -> MailboxView:
    """Say who answers what is written to an address of ours (新建收件箱)."""
    plain = body.model_copy(update={"address": plain_address(body.address)})
    return await mailboxes.create(work, plain)


@router.post("/{mailbox_id}/close")
async def close_mailbox(mailbox_id: UUID, work: Writing) -> MailboxView:
    """Nothing is taken in by it any more (停用)."""
    return await mailboxes.step(work, mailbox_id, "close")


def plain_address(address: str) -> str:
    """An address of ours as it is compared."""
    return address.strip().lower()
