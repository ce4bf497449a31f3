"""The profile of one customer (客户档案), as it is now."""

from typing import Annotated

from fastapi import Request

from customer_master.customer_view import VehicleView
from customer_master.database import ConnectionDep
from customer_master.documents import newest_documents
from customer_master.golden_customers import GoldenIdPath, find
from customer_master.profile.computing import profile_of
from customer_master.profile.heard import heard_of
from customer_master.profile.rules import profile_rules
from customer_master.profile.views import HeardView, ProfileView, SubsidiaryProfile, main_profile, open_item
from customer_master.relations import relations_of
from isthmus.http import ClockDep, Principal, require, service_router
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/customers", tags=["customers"])

Reader = Annotated[Principal, require("customers:read")]

_FAMILY = frozenset({"household"})
_DRIVERS = frozenset({"driver"})


@router.get("/{golden_id}/profile")
async def get_profile(
    golden_id: GoldenIdPath, request: Request, principal: Reader, connection: ConnectionDep, clock: ClockDep
) -> ProfileView:
    """What kind of customer it is, what it is about, what is open in all services, and what may be missing.

    Every judgement comes with its reasons; of other org units' documents they tell only what kind, when and where.
    """
    found = await find(connection, golden_id, principal)
    relations = await relations_of(connection, found.golden_id, principal)
    related = {relation.golden_id for relation in relations}
    await log_access(connection, principal, "customer.profile", [found.golden_id, *sorted(related)], request)
    rules, now = profile_rules(), clock.now()
    profile = profile_of(rules, found.document, await newest_documents(connection, found.golden_id), now)
    values = found.document.get("values", {})
    return ProfileView(
        golden_id=found.golden_id,
        computed_at=now,
        rules_version=rules.version,
        main=main_profile(profile, found.document, principal),
        subsidiary=SubsidiaryProfile(
            contacts=values.get("contacts", []),
            family=[one for one in relations if one.kind in _FAMILY],
            drivers=[one for one in relations if one.kind in _DRIVERS],
            others=[one for one in relations if one.kind not in _FAMILY | _DRIVERS],
            vehicles=[VehicleView.of(value) for value in values.get("vehicles", [])],
        ),
        open_items=[open_item(item, principal) for item in profile.open_items],
        partial=[
            HeardView(**heard._asdict()) for heard in await heard_of(connection, rules, now) if heard.state != "current"
        ],
    )
