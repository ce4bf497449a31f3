"""What is done with any business document: as with entries, and each belongs to a customer."""

from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import contains_eager

from isthmus.parties.document import Document, DocumentView, NewDocument
from isthmus.parties.entries import Entries, Fact, wrong_reference
from isthmus.parties.entry import NewEntry
from isthmus.parties.party import Party
from isthmus.parties.resolution import KnownCustomer, resolve_party
from isthmus.parties.work import Work

D = TypeVar("D", bound=Document)
V = TypeVar("V", bound=DocumentView)


class Documents(Entries[D, V]):
    """All documents of one kind."""

    is_personal = True

    async def create(self, work: Work, body: NewEntry, fact: Fact | None = None, **values: Any) -> V:
        """Store a new document, a `NewDocument`, with the fields of the body and `values`."""
        if not isinstance(body, NewDocument):
            raise TypeError("a document is made from a NewDocument")
        work.require_org_unit(body.org_unit)
        party = await resolve_party(work, org_unit=body.org_unit, customer=body.customer)
        fields = {name: getattr(body, name) for name in type(body).model_fields if name != "customer"}
        key = {"source": party.source, "record_id": party.record_id, "party": party}
        return await self._create(work, fields | key | values, fact)

    async def require(self, work: Work, body: NewEntry, field: str) -> D | None:
        """As of an entry; where both customers are known, they must be the same."""
        document = await super().require(work, body, field)
        customer = getattr(body, "customer", None)
        if document and isinstance(customer, KnownCustomer) and customer.record_id != document.record_id:
            raise wrong_reference(field, "It is about another customer.")
        return document

    def addressee(self, entry: D) -> tuple[str | None, str | None]:
        """Name and first phone, as the org unit wrote them."""
        body = entry.party.body
        name = body.name
        written = name and (name.full or name.organization or f"{name.family or ''}{name.given or ''}")
        return written or None, next((phone.value for phone in body.phones or ()), None)

    def _statement(self) -> Select[D]:
        """The documents, each with its party."""
        return super()._statement().join(self._table.party).options(contains_eager(self._table.party))

    def _filtered(self, statement: Select[D], given: dict[str, Any]) -> Select[D]:
        """The golden id is the party's."""
        if (golden_id := given.pop("golden_id", None)) is not None:
            statement = statement.where(Party.golden_id == golden_id)
        return super()._filtered(statement, given)
