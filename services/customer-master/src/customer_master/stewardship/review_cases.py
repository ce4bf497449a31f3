"""The review queue (待裁决案例): pairs of records that people should look at, best first, side by side; and their decision."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy import BigInteger, Boolean, DateTime, Select, Text, Uuid, and_, case, column, func, or_, select, table

from customer_master.access import may_see_source, visible_org_units
from customer_master.connection import Connection
from customer_master.database import ConnectionDep
from customer_master.stewardship.case_decision import CaseDecision, decide_case
from customer_master.stewardship.case_view import CaseDetail, CaseItem, CaseReason, CaseState, detail, items
from customer_master.stewardship.deciding import in_transaction
from customer_master.stewardship.decision_view import DecisionView
from isthmus.clock import Clock
from isthmus.contracts.fields import OrgUnit
from isthmus.http import (
    ClockDep,
    DatabaseDep,
    NotFound,
    OptionalIfMatch,
    Page,
    PageQuery,
    Principal,
    ReadSession,
    etag,
    keyset,
    require,
    service_router,
    to_page,
)
from isthmus.http.access_log import log_access

router = service_router(prefix="/v1/review-cases", tags=["stewardship"])
