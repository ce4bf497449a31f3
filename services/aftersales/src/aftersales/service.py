"""The after-sales service (售后服务): what it answers and what it consumes."""

from aftersales import assessments, customers, insurance_claims, reports, service_due
from aftersales.access import AFTERSALES
from aftersales.appointments import appointment
from aftersales.appointments import keeping as appointments_keeping
from aftersales.appointments import routes as appointment_routes
from aftersales.parts import sales, stock
from aftersales.repair_orders import keeping as repair_orders_keeping
from aftersales.repair_orders import order, routes
from aftersales.rescue import crews, job
from aftersales.rescue import routes as rescue_routes
from aftersales.vehicles import deliveries, file, recalls, returns
from aftersales.workshops import bays, technicians, workshops
from isthmus.contracts.aftersales import AppointmentChanged, RepairOrderChanged
from isthmus.contracts.aftersales_jobs import (
    InsuranceClaimChanged,
    PartSaleReserved,
    RescueJobChanged,
    VehicleReturnRequested,
)
from isthmus.lists import saved_searches_router
from isthmus.notifications import forget_handed_on, notifications_router, send_notifications
from isthmus.parties import (
    PersonalData,
    answering_erasures,
    erasures_subscription,
    golden_links_subscription,
)
from isthmus.service import Service

PERSONAL_DATA = PersonalData(
    service="aftersales",
    documents={
        appointment.Appointment: AppointmentChanged,
        order.RepairOrder: RepairOrderChanged,
        job.RescueJob: RescueJobChanged,
        insurance_claims.InsuranceClaim: InsuranceClaimChanged,
        sales.PartSale: PartSaleReserved,
        returns.VehicleReturn: VehicleReturnRequested,
    },
    by_record=[deliveries.DeliveredVehicle],
)

service = Service(
    name="aftersales",
    package="aftersales",
    title="After-sales (售后服务): workshops, appointments, repair orders, rescue, claims, parts, vehicles",
    routers=[
        customers.router,
        saved_searches_router("/v1/aftersales", read=["aftersales:read"], save=["aftersales:write"]),
        workshops.router,
        bays.router,
        technicians.router,
        appointment_routes.router,
        routes.router,
        crews.router,
        rescue_routes.router,
        insurance_claims.router,
        stock.router,
        sales.router,
        file.router,
        recalls.router,
        returns.router,
        service_due.router,
        assessments.router,
        reports.router,
        notifications_router(AFTERSALES),
    ],
    timers={
        appointments_keeping.REMINDER: appointments_keeping.remind_of_appointment,
        appointments_keeping.UNANSWERED: appointments_keeping.tell_unanswered,
        repair_orders_keeping.WARNING: repair_orders_keeping.warn_of_promise,
        repair_orders_keeping.OVERDUE: repair_orders_keeping.escalate_promise,
        job.LATE: job.tell_late_job,
        service_due.SERVICE_DUE: service_due.remind_of_service,
    },
    subscriptions=[
        golden_links_subscription("aftersales"),
        erasures_subscription(PERSONAL_DATA),
        deliveries.deliveries_subscription(),
    ],
    chains=["platform", "parties", "aftersales"],
    background=[answering_erasures("aftersales", forget_handed_on), send_notifications],
)
