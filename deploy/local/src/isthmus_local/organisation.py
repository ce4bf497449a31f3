"""The demo organisation: its org units, and which clients and users hold which of them with which rights."""

from dataclasses import dataclass

DEALERS = 10

_DEALER_SYSTEM = ("customer-records:read", "customer-records:write", "customers:read")
_SALES = ("sales:read", "sales:write")
_AFTERSALES = ("aftersales:read", "aftersales:write")
_CALL_CENTER = ("call-center:read", "call-center:write")
_FEEDBACK = ("feedback:read", "feedback:write")
_ASKED_TO_ACT = (*_CALL_CENTER, *_FEEDBACK)
"""What dealers and stations need to see and answer the cases and complaints that are handed to them."""
_ALL_SERVICES = (*_SALES, *_AFTERSALES, *_CALL_CENTER, *_FEEDBACK)
_READ_SERVICES = tuple(scope for scope in _ALL_SERVICES if scope.endswith(":read"))


@dataclass(frozen=True)
class OrgUnit:
    """One unit of the tree; the root has no parent."""

    id: str
    parent: str | None
    name: str


@dataclass(frozen=True)
class Account:
    """A client (a system) or a user (a person): it holds `org_unit` and all units below it."""

    name: str
    org_unit: str
    scopes: tuple[str, ...]
    roles: tuple[str, ...]


def org_units() -> list[OrgUnit]:
    """Headquarters (总部), two regions (大区), the dealers (经销商), and a service station (维修站) at each."""
    units = [
        OrgUnit("hq", None, "总部"),
        OrgUnit("region:R1", "hq", "第一大区"),
        OrgUnit("region:R2", "hq", "第二大区"),
    ]
    for number in range(1, DEALERS + 1):
        dealer = f"dealer:D{number:04d}"
        region = "region:R1" if number <= DEALERS // 2 else "region:R2"
        units.append(OrgUnit(dealer, region, f"经销商{number}"))
        units.append(OrgUnit(f"station:S{number:02d}01", dealer, f"维修站{number}"))
    return units


_SERVICE_CLIENTS = {
    "sales": ("customers:read", "feedback:figures"),
    "aftersales": ("customers:read",),
    "call-center": ("customers:read", "sales:read", "aftersales:read", "feedback:read"),
    "feedback": ("customers:read",),
}
"""What each service may ask of the others, and no more."""


def service_client(service: str) -> str | None:
    """The client a service asks the others as; None for one that asks nobody."""
    return f"service-{service}" if service in _SERVICE_CLIENTS else None


def clients() -> list[Account]:
    """The systems that call by themselves: headquarters', each dealer's and station's own (DMS), and our services."""
    everything = (*_DEALER_SYSTEM, "stewardship", "privacy", "sales:approve", *_ALL_SERVICES)
    accounts = [Account("hq", "hq", everything, ("hq",))]
    for service, scopes in _SERVICE_CLIENTS.items():
        accounts.append(Account(f"service-{service}", "hq", scopes, ("service",)))
    for unit in org_units():
        kind, _, code = unit.id.partition(":")
        if kind == "dealer":
            accounts.append(
                Account(
                    f"dealer-{code.lower()}",
                    unit.id,
                    (*_DEALER_SYSTEM, *_SALES, *_AFTERSALES, *_ASKED_TO_ACT),
                    (kind,),
                )
            )
        elif kind == "station":
            scopes = (*_DEALER_SYSTEM, *_AFTERSALES, *_ASKED_TO_ACT)
            accounts.append(Account(f"station-{code.lower()}", unit.id, scopes, (kind,)))
    return accounts


def users() -> list[Account]:
    """The people who sign in: those of headquarters, and the sales manager of a dealer."""
    lookup = ("customer-records:read", "customers:read")
    return [
        Account(
            "agent",
            "hq",
            (*lookup, "sales:read", "aftersales:read", "aftersales:book", *_CALL_CENTER, *_FEEDBACK),
            ("agent",),
        ),
        Account("steward", "hq", (*lookup, "stewardship", *_READ_SERVICES), ("steward",)),
        Account("analyst", "hq", (*lookup, *_READ_SERVICES), ("analyst",)),
        Account("manager", "dealer:D0001", (*lookup, *_SALES, "sales:approve"), ("manager",)),
        Account("privacy", "hq", (*lookup, "privacy", *_READ_SERVICES), ("privacy",)),
    ]
