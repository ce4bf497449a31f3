"""The service in one object: what it answers, consumes and runs."""

from customer_master import customer_records
from customer_master.record_subscription import customer_records_subscription
from customer_master.resolver.worker import run_resolver, watch_queue
from isthmus.service import Service

SERVICE = Service(
    name="customer-master",
    package="customer_master",
    title="Isthmus customer-master (客户主数据)",
    routers=[customer_records.router],
    subscriptions=[customer_records_subscription()],
    chains=["platform", "customer-master"],
    background=[run_resolver, watch_queue],
)
