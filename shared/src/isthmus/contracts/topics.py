"""The register of topics (主题登记表): nothing is written to or read from a topic that does not stand here."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from isthmus.contracts import (
    aftersales,
    aftersales_jobs,
    call_center,
    customer_master,
    customer_records,
    erasures,
    feedback,
    sales,
    sales_campaigns,
    sales_management,
    sales_orders,
)
from isthmus.contracts.contacts import Contact
from isthmus.contracts.envelope import EventData
from isthmus.contracts.topic import Topic

CONTACTED: Mapping[str, type[Contact]] = MappingProxyType(
    {
        "sales": sales.CustomerContacted,
        "aftersales": aftersales.CustomerContacted,
        "call-center": call_center.CustomerContacted,
        "feedback": feedback.CustomerContacted,
    }
)
"""What each business service tells when it has contacted a customer."""

SERVICES = tuple(CONTACTED)


def business_events(
    service: str, title: str, events: tuple[type[EventData], ...], *, readers: tuple[str, ...] = ()
) -> Topic:
    """The topic of a business service's own facts, read by customer-master and by whoever else needs them."""
    return Topic(
        name=f"{service}.events",
        title=title,
        partitions=6,
        retention=timedelta(days=30),
        owner=service,
        writers=(service,),
        readers=("customer-master", *readers),
        key_rule="id of the aggregate: lead, appointment, case, complaint …",
        events=(*events, CONTACTED[service]),
    )


REGISTER = (
    Topic(
        name="customer-records",
        title="Full state of a party as one source knows it (客户源记录)",
        partitions=6,
        retention=None,
        owner="customer-master",
        writers=(*SERVICES, "dealer management systems"),
        readers=("customer-master",),
        key_rule="source/record_id",
        events=(customer_records.CustomerRecord,),
    ),
    business_events(
        "sales",
        "Leads, test drives, quotes, orders, deliveries (销售)",
        (
            sales.LeadCreated,
            sales.LeadChanged,
            sales.TestDriveBooked,
            sales.TestDriveChanged,
            sales.TestDriveConfirmed,
            sales.TestDriveCompleted,
            sales.TestDriveCancelled,
            sales.TestDriveNoShow,
            sales.QuoteCreated,
            sales.QuoteChanged,
            sales_orders.OrderPlaced,
            sales_orders.OrderChanged,
            sales_orders.VehicleDelivered,
            sales_management.TaskCreated,
            sales_management.TaskChanged,
            sales_management.CommitmentMade,
            sales_management.CommitmentChanged,
            sales_management.VariantChanged,
            sales_management.StockVehicleChanged,
            sales_management.HandoverMade,
            sales_management.KeyAccountChanged,
            sales_management.FrameContractChanged,
            sales_campaigns.CampaignChanged,
            sales_campaigns.CampaignMemberChanged,
            sales_campaigns.WebVisitorChanged,
        ),
        readers=("aftersales", "feedback"),
    ),
    business_events(
        "aftersales",
        "Service appointments, repair orders, rescue, claims, parts (售后服务)",
        (
            aftersales.AppointmentBooked,
            aftersales.AppointmentChanged,
            aftersales.AppointmentConfirmed,
            aftersales.AppointmentDeclined,
            aftersales.AppointmentArrived,
            aftersales.AppointmentCompleted,
            aftersales.AppointmentCancelled,
            aftersales.AppointmentNoShow,
            aftersales.RepairOrderOpened,
            aftersales.RepairOrderChanged,
            aftersales.RepairOrderClosed,
            aftersales.RepairOrderChecked,
            aftersales.RepairOrderOverdue,
            aftersales.RepairOrderSettled,
            aftersales_jobs.RescueJobReported,
            aftersales_jobs.RescueJobChanged,
            aftersales_jobs.RescueJobAccepted,
            aftersales_jobs.RescueJobDeclined,
            aftersales_jobs.RescueJobDeparted,
            aftersales_jobs.RescueJobArrived,
            aftersales_jobs.RescueJobCompleted,
            aftersales_jobs.RescueJobCancelled,
            aftersales_jobs.RescueJobLate,
            aftersales_jobs.InsuranceClaimReported,
            aftersales_jobs.InsuranceClaimChanged,
            aftersales_jobs.InsuranceClaimAssessed,
            aftersales_jobs.InsuranceClaimApproved,
            aftersales_jobs.InsuranceClaimRejected,
            aftersales_jobs.InsuranceClaimPaid,
            aftersales_jobs.PartSaleReserved,
            aftersales_jobs.PartSaleHandedOver,
            aftersales_jobs.PartSaleCancelled,
            aftersales_jobs.VehicleReturnRequested,
            aftersales_jobs.VehicleReturnDecided,
            aftersales_jobs.VehicleReturnEnded,
            aftersales_jobs.ServiceDue,
        ),
        readers=("feedback",),
    ),
    business_events(
        "call-center",
        "Interactions on all channels, and cases (客户互动中心)",
        (
            call_center.InteractionRecorded,
            call_center.InteractionChanged,
            call_center.CaseOpened,
            call_center.CaseChanged,
            call_center.CaseClosed,
            call_center.CaseWarned,
            call_center.CaseEscalated,
            call_center.CaseTaskAssigned,
            call_center.CaseTaskChanged,
            call_center.CallbackPlanned,
            call_center.CallbackChanged,
        ),
    ),
    business_events(
        "feedback",
        "Survey responses, complaints, suggestions (客户反馈)",
        (
            feedback.SurveyResponseReceived,
            feedback.ComplaintOpened,
            feedback.ComplaintChanged,
            feedback.ComplaintClosed,
            feedback.SuggestionReceived,
            feedback.SuggestionChanged,
        ),
    ),
    Topic(
        name="golden-customers",
        title="Golden customers in full, latest state (黄金客户)",
        partitions=6,
        retention=None,
        owner="customer-master",
        writers=("customer-master",),
        readers=(*SERVICES, "dealer management systems"),
        key_rule="golden_id",
        events=(customer_master.GoldenCustomerChanged,),
    ),
    Topic(
        name="golden-links",
        title="Which golden customer a source record belongs to (归属关系)",
        partitions=6,
        retention=None,
        owner="customer-master",
        writers=("customer-master",),
        readers=(*SERVICES, "dealer management systems"),
        key_rule="source/record_id",
        events=(customer_master.GoldenLinkChanged,),
    ),
    Topic(
        name="erasures",
        title="Customers that every service is to forget (删除)",
        partitions=1,
        retention=None,
        owner="customer-master",
        writers=("customer-master",),
        readers=(*SERVICES, "dealer management systems"),
        key_rule="erasure_id",
        events=(erasures.CustomerErased,),
    ),
    Topic(
        name="erasure-receipts",
        title="What each service has forgotten (删除回执)",
        partitions=1,
        retention=timedelta(days=30),
        owner="customer-master",
        writers=SERVICES,
        readers=("customer-master",),
        key_rule="erasure_id",
        events=(erasures.ErasureAnswered,),
    ),
)

TOPICS: Mapping[str, Topic] = MappingProxyType({topic.name: topic for topic in REGISTER})
"""All topics by name, without their dead-letter topics (`topic.dlq`)."""

TOPIC_OF: Mapping[str, Topic] = MappingProxyType(
    {model.event_type: topic for topic in REGISTER for model in topic.events}
)


def topic_of(event_type: str) -> Topic:
    """The topic an event type travels in; raises KeyError for one that is not registered."""
    return TOPIC_OF[event_type]
