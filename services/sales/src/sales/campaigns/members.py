"""The customers in a campaign (活动成员): who was contacted and who not and why, and what each has answered."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Select

from isthmus.contracts.fields import Code, LongText
from isthmus.contracts.sales import CustomerContacted
from isthmus.contracts.sales_campaigns import CampaignMemberChanged
from isthmus.http import ApiModel, Conflict, ShortText, Unavailable, service_router
from isthmus.ids import new_id
from isthmus.parties import DocumentFilter, Documents, DocumentView
from isthmus.platform_client import Answer, ask
from isthmus.workflow import Workflow
from sales.access import Writing
from sales.campaigns.tables import Campaign, CampaignMember

Response = Literal["answered", "declined", "interested", "order", "test_drive"]


class MemberContact(ApiModel):
    """How a customer is contacted by hand (人工接触)."""

    channel: Literal["email", "letter", "phone", "sms", "wechat"] = Field(description="Channel (接触渠道).")
    note: LongText | None = Field(None, description="Note (备注).")


class MemberResponse(ApiModel):
    """What came of it (响应)."""

    response: Response = Field(description="Response (响应): answered, interested, test_drive, order, declined.")
    note: LongText | None = Field(None, description="Note (备注).")


class CampaignMemberView(DocumentView):
    """A customer in a campaign (活动成员)."""

    campaign_id: UUID = Field(description="Campaign (活动号).")
    campaign: ShortText = Field(description="Code of the campaign (活动代码).")
    contact_channel: Code | None = Field(description="How the customer was contacted (接触渠道).")
    contacted_at: datetime | None = Field(description="When the customer was contacted (接触时间).")
    not_contacted: str | None = Field(description="Why the customer was not contacted (未接触原因).")
    response: Code | None = Field(description="What came of it (响应).")
    responded_at: datetime | None = Field(description="When the customer answered (响应时间).")
    note: LongText | None = Field(description="Note (备注).")


class CampaignMemberFilter(DocumentFilter):
    """Which customers in campaigns to list."""

    sortable = CampaignMember.sortable

    campaign_id: UUID | None = Field(None, description="Only of this campaign (活动号).")
    response: Response | None = Field(None, description="Only those with this response (响应).")
    contacted: bool | None = Field(None, description="Only those who were contacted, or who were not (是否已接触).")


class CampaignMembers(Documents[CampaignMember, CampaignMemberView]):
    """All customers in campaigns."""

    def _filtered(self, statement: Select[CampaignMember], given: dict[str, Any]) -> Select[CampaignMember]:
        """Contacted is who has a time of contact."""
        if (contacted := given.pop("contacted", None)) is not None:
            at = CampaignMember.contacted_at
            statement = statement.where(at.is_not(None) if contacted else at.is_(None))
        return super()._filtered(statement, given)


workflow = Workflow(
    initial="selected",
    steps={
        "send": (["selected"], "sending"),
        "contact": (["selected", "sending", "suppressed", "failed"], "contacted"),
        "suppress": (["selected", "sending", "suppressed", "failed"], "suppressed"),
        "fail": (["sending"], "failed"),
        "respond": (["selected", "contacted", "suppressed", "failed", "responded"], "responded"),
        "remove": (["selected"], "removed"),
    },
)
members = CampaignMembers(CampaignMember, CampaignMemberView, workflow)
router = service_router(prefix="/v1/sales/campaign-members", tags=["campaigns"])
members.serve_reading(router, CampaignMemberFilter)

_CHECK = "/v1/customers/suppression-check"
_NOT_YET = {"not_resolved"}


@router.post("/{campaign_member_id}/contact")
async def contact_member(campaign_member_id: UUID, body: MemberContact, work: Writing) -> CampaignMemberView:
    """Contact a customer by hand (人工接触): asked first; where it is not allowed the answer is `suppressed`, and why.

    503 while it cannot be asked, 409 `not_resolved` while the customer is too new to be known.
    """
    member = await members.find(work, campaign_member_id)
    workflow.after(member.status, "contact")
    campaign = await work.session.get_one(Campaign, member.campaign_id)
    customer = member.customer.model_dump(mode="json")
    question = {"customer": customer, "channel": body.channel, "purpose": campaign.purpose}
    if campaign.material is not None:
        question["material"] = campaign.material
    answer = await ask(work.context, "POST", _CHECK, body=question, purpose="campaign")
    if not isinstance(answer, Answer) or answer.status != 200:
        raise Unavailable("not_checked", "Whether the customer may be contacted cannot be asked now.")
    codes = {str(reason["code"]) for reason in answer.body["reasons"]}
    if not answer.body["allowed"] and codes <= _NOT_YET:
        raise Conflict("not_resolved", "The customer is not known well enough yet; ask again soon.", retryable=True)
    if not answer.body["allowed"]:
        why = ", ".join(sorted(codes))
        return await members.step(work, campaign_member_id, "suppress", CampaignMemberChanged, not_contacted=why)
    now = work.clock.now()
    contacted = {"contacted_at": now, "contact_channel": body.channel, "not_contacted": None, "note": body.note}
    view = await members.step(work, campaign_member_id, "contact", CampaignMemberChanged, **contacted)
    told = CustomerContacted(
        contact_id=new_id(work.clock),
        customer=view.customer,
        org_unit=view.org_unit,
        occurred_at=now,
        channel=body.channel,
        purpose=campaign.purpose,
        campaign=campaign.code,
        material=campaign.material,
    )
    work.publish(told, version=1, org_unit=view.org_unit)
    return view


@router.post("/{campaign_member_id}/respond")
async def note_response(campaign_member_id: UUID, body: MemberResponse, work: Writing) -> CampaignMemberView:
    """The customer has answered (登记响应); what was answered before stays in the history."""
    answered = {"response": body.response, "responded_at": work.clock.now(), "note": body.note}
    return await members.step(work, campaign_member_id, "respond", CampaignMemberChanged, **answered)


@router.post("/{campaign_member_id}/remove")
async def remove_member(campaign_member_id: UUID, work: Writing) -> CampaignMemberView:
    """Leave a customer out (移出活动) before the campaign reaches it."""
    return await members.step(work, campaign_member_id, "remove", CampaignMemberChanged)
