"""What every business service tells when it has contacted a customer (接触), so that all keep to the same caps."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from isthmus.contracts.business import BusinessEvent
from isthmus.contracts.fields import Code, Text


class Contact(BusinessEvent):
    """A contact that we began (主动接触)."""

    event_key: ClassVar[str] = "contact_id"

    contact_id: UUID = Field(description="The contact (接触号).")
    channel: Code = Field(
        description="Channel (渠道).",
        json_schema_extra={"x-known-values": ["email", "letter", "phone", "sms", "wechat"]},
    )
    purpose: Code = Field(
        description="Purpose (处理目的).",
        json_schema_extra={"x-known-values": ["care", "contract", "marketing", "safety", "service", "survey"]},
    )
    template: Text | None = Field(None, description="What was sent (所发内容模板).", examples=["service_due"])
    campaign: Text | None = Field(None, description="Campaign it belongs to (营销活动).")
    material: Text | None = Field(None, description="Material that was sent (资料).", examples=["产品目录"])
