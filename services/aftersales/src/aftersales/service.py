"""The after-sales service (售后服务): what it answers and what it consumes."""

from aftersales import appointments, customers, repair_orders
from isthmus.contracts.aftersales import AppointmentChanged, RepairOrderChanged
from isthmus.parties import PersonalData, answering_erasures, erasures_subscription, golden_links_subscription
from isthmus.service import Service

PERSONAL_DATA = PersonalData(
    service="aftersales",
    documents={
        appointments.Appointment: AppointmentChanged,
        repair_orders.RepairOrder: RepairOrderChanged,
    },
)

service = Service(
    name="aftersales",
    package="aftersales",
    title="After-sales (售后服务): appointments, repair orders",
    routers=[customers.router, appointments.router, repair_orders.router],
    subscriptions=[golden_links_subscription("aftersales"), erasures_subscription(PERSONAL_DATA)],
    chains=["platform", "parties", "aftersales"],
    background=[answering_erasures("aftersales")],
)
