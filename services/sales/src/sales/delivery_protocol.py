"""The protocol of a delivery (交车确认单): what was shown to the buyer, by the list in `delivery_protocol.yaml`."""

from collections import Counter
from collections.abc import Sequence

from pydantic import ConfigDict

from isthmus.contracts import sales_orders as contract
from isthmus.contracts.fields import Code
from isthmus.http import FieldError, Unprocessable
from sales.declared import Declared, read_rules


class DeclaredItem(Declared):
    """Something that is shown."""

    code: Code
    en: str
    zh: str


class Protocol(Declared):
    """All that is shown, in order."""

    items: list[DeclaredItem]


RULES = read_rules(Protocol, "delivery_protocol.yaml")


class ProtocolItem(contract.ProtocolItem):
    """One item of the protocol (确认项)."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def check_protocol(items: Sequence[ProtocolItem]) -> None:
    """Raise a 422 problem unless the protocol, where there is one, names each declared item once."""
    declared, named = {item.code for item in RULES.items}, Counter(item.item for item in items)
    errors = [
        FieldError("/protocol", "wrong_protocol", f"{code}: named {named[code]} times; the list is that of deliveries.")
        for code in sorted(declared | named.keys())
        if items and (code not in declared or named[code] != 1)
    ]
    if errors:
        raise Unprocessable("wrong_protocol", "The protocol must name each item once.", errors)
