"""What scenarios are told with: persons, the sides that see them, and what they do again and again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from platform_client import Platform

DEALER, STATION, HEADQUARTERS = "dealer-d0001", "station-s0101", "hq"
ORG_UNITS = {DEALER: "dealer:D0001", "dealer-d0002": "dealer:D0002", STATION: "station:S0101"}


@dataclass(frozen=True)
class Person:
    """A person as each side writes them down; one phone of their own holds them together."""

    name: str
    phone: str

    def party(self, **more: Any) -> dict[str, Any]:
        """The party of a document's `customer`."""
        return {"name": {"full": self.name}, "phones": [{"value": self.phone}], **more}


@dataclass(frozen=True)
class Scene:
    """The running platform, and what scenarios do again and again."""

    platform: Platform

    def golden_id(self, person: Person, members: int) -> str:
        """The one golden customer of the person, once it is made of so many records."""

        def joined() -> str | None:
            items = self.platform.get("/v1/customers", params={"phone": person.phone})["items"]
            if len(items) != 1:
                return None
            view = self.platform.get(f"/v1/customers/{items[0]['golden_id']}")
            return str(view["golden_id"]) if len(view["members"]) == members else None

        return self.platform.wait_until(joined, what=f"one golden customer of {members} records")

    def may_contact(self, golden_id: str, channel: str, purpose: str, client: str = HEADQUARTERS) -> list[str]:
        """The codes of what stands against a contact; empty when it is allowed."""
        question = {"customer": {"golden_id": golden_id}, "channel": channel, "purpose": purpose}
        answer = self.platform.post("/v1/customers/suppression-check", question, client=client)
        return [reason["code"] for reason in answer["reasons"]]

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        """Wait until the condition gives something true."""
        return self.platform.wait_until(condition, what=what)
