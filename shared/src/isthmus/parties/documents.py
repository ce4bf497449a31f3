"""What is done with any business document: make, list, read, change, take a step; each write publishes its event."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import contains_eager

from isthmus.contracts.business import BusinessEvent
from isthmus.http import FieldError, NotFound, Page, Unprocessable, check_version, etag, keyset, to_page
from isthmus.ids import new_id
from isthmus.parties.document import Document, DocumentChange, DocumentFilter, DocumentView, NewDocument
from isthmus.parties.party import Party
from isthmus.parties.resolution import KnownCustomer, resolve_party
from isthmus.parties.work import Work
from isthmus.workflow import Workflow

D = TypeVar("D", bound=Document)
V = TypeVar("V", bound=DocumentView)
Fact = type[BusinessEvent]


class Documents(Generic[D, V]):
    """All documents of one kind: their table, how they are shown, their states, and the rule that binds their fields.

    The event of a write is the fact's model, filled with the document's fields of the same names.
    """

    def __init__(
        self, table: type[D], view: type[V], workflow: Workflow, *, rule: Callable[[D], None] = lambda _: None
    ) -> None:
        """`rule` sees each document before it is written, and raises a problem when its fields do not fit together."""
        self._table = table
        self._view = view
        self._workflow = workflow
        self._rule = rule

    async def create(self, work: Work, body: NewDocument, fact: Fact, **values: Any) -> V:
        """Store a new document with the fields of the body and `values`."""
        work.require_org_unit(body.org_unit)
        party = await resolve_party(work, org_unit=body.org_unit, customer=body.customer)
        now = work.clock.now()
        document = self._table(
            id=new_id(work.clock),
            source=party.source,
            record_id=party.record_id,
            party=party,
            status=self._workflow.initial,
            version=0,
            created_at=now,
            created_by=work.caller.subject,
            **{name: getattr(body, name) for name in type(body).model_fields if name != "customer"},
        )
        work.session.add(document)
        return await self._write(work, document, values, fact)

    async def get(self, work: Work, document_id: UUID) -> V:
        """Show one document."""
        document = await self.find(work, document_id)
        await work.log_read(self._table.__tablename__, [document.id])
        return self._answer(work, document)

    async def page(self, work: Work, query: DocumentFilter) -> Page[V]:
        """The documents that pass the filter and that the caller may know of, newest first."""
        if query.status is not None and query.status not in self._workflow.states:
            detail = f"The states are {', '.join(sorted(self._workflow.states))}."
            raise Unprocessable("unknown_status", detail, [FieldError("/status", "unknown_status", detail, "query")])
        columns = [self._table.created_at, self._table.id]
        statement = keyset(self._filtered(self._visible(work), query), columns, query.page, descending=True)
        rows = (await work.session.scalars(statement)).all()
        await work.log_read(self._table.__tablename__, [row.id for row in rows[: query.limit]])
        page: Page[V] = to_page(rows, query.page, lambda row: (row.created_at, row.id), self._view.model_validate)
        return page

    async def change(self, work: Work, document_id: UUID, if_match: int, body: DocumentChange, fact: Fact) -> V:
        """Set the fields that were sent; 412 when another version is current, 409 when the state does not allow it."""
        document = await self.find(work, document_id, lock=True)
        check_version(document.version, if_match)
        self._workflow.require_changeable(document.status)
        return await self._write(work, document, body.changes(), fact)

    async def step(self, work: Work, document_id: UUID, step: str, fact: Fact, **values: Any) -> V:
        """Take a step of the state machine and set `values` with it; 409 when the state does not allow it."""
        document = await self.find(work, document_id, lock=True)
        after = self._workflow.after(document.status, step)
        return await self._write(work, document, {"status": after} | values, fact)

    async def find(self, work: Work, document_id: UUID, *, lock: bool = False) -> D:
        """One document the caller may know of, else a 404 problem; locked against other changes if asked."""
        statement = self._visible(work).where(self._table.id == document_id)
        if lock:
            statement = statement.with_for_update(of=self._table).execution_options(populate_existing=True)
        document = await work.session.scalar(statement)
        if document is None:
            raise NotFound("not_found", f"There is no such entry in {self._table.__tablename__}.")
        return document

    async def require(self, work: Work, body: NewDocument, field: str) -> D | None:
        """The document that `field` of a body refers to, if it refers to one.

        Raises a 422 problem unless it belongs to the same org unit and, where both are known, the same customer.
        """
        document_id = getattr(body, field)
        if document_id is None:
            return None
        document = await work.session.get(self._table, document_id)
        if document is None or document.org_unit != body.org_unit:
            raise _wrong_reference(field, f"There is no such entry in {self._table.__tablename__} of {body.org_unit}.")
        if isinstance(body.customer, KnownCustomer) and body.customer.record_id != document.record_id:
            raise _wrong_reference(field, "It is about another customer.")
        return document

    async def _write(self, work: Work, document: D, values: dict[str, Any], fact: Fact) -> V:
        """Set the values, raise the version, and publish the fact in the same transaction."""
        for name, value in values.items():
            setattr(document, name, value)
        document.version += 1
        document.updated_at = work.clock.now()
        self._rule(document)
        await work.session.flush()
        event = fact.model_validate(
            {name: getattr(document, name) for name in fact.model_fields if name != fact.event_key}
            | {fact.event_key: document.id}
        )
        work.publish(event, version=document.version, org_unit=document.org_unit)
        return self._answer(work, document)

    def _answer(self, work: Work, document: D) -> V:
        work.response.headers["ETag"] = etag(document.version)
        return self._view.model_validate(document)

    def _visible(self, work: Work) -> Select[D]:
        """The documents of the caller's org units, each with its party."""
        statement = select(self._table).join(self._table.party).options(contains_eager(self._table.party))
        if work.caller.all_org_units:
            return statement
        return statement.where(self._table.org_unit.in_(work.caller.org_units))

    def _filtered(self, statement: Select[D], query: DocumentFilter) -> Select[D]:
        """A filter is a column of the same name, but for those of the party and of time."""
        given = query.given()
        if (golden_id := given.pop("golden_id", None)) is not None:
            statement = statement.where(Party.golden_id == golden_id)
        if (created_from := given.pop("created_from", None)) is not None:
            statement = statement.where(self._table.created_at >= created_from)
        if (created_to := given.pop("created_to", None)) is not None:
            statement = statement.where(self._table.created_at < created_to)
        return statement.where(*(getattr(self._table, name) == value for name, value in given.items()))


def _wrong_reference(field: str, detail: str) -> Unprocessable:
    return Unprocessable("wrong_reference", detail, [FieldError(f"/{field}", "wrong_reference", detail)])
