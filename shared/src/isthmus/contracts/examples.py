"""An example of every event, made from its model and a few sample values by field name."""

import binascii
from typing import Any

from isthmus.contracts.envelope import CONTENT_TYPE, SPEC_VERSION, EventData
from isthmus.contracts.schemas import Json, data_schema, fact_name
from isthmus.contracts.topics import topic_of

NOW = "2026-11-01T08:00:00Z"
LATER = "2026-11-05T02:30:00Z"
TODAY = "2026-11-01"

BY_FACT = {
    "lead-created.v1": "new",
    "lead-changed.v1": "qualified",
    "test-drive-changed.v1": "booked",
    "quote-created.v1": "draft",
    "quote-changed.v1": "offered",
    "order-changed.v1": "confirmed",
    "task-created.v1": "open",
    "task-changed.v1": "done",
    "commitment-made.v1": "open",
    "commitment-changed.v1": "kept",
    "variant-changed.v1": "offered",
    "key-account-changed.v1": "active",
    "frame-contract-changed.v1": "active",
    "campaign-changed.v1": "running",
    "campaign-member-changed.v1": "responded",
    "stock-vehicle-changed.v1": "reserved",
    "appointment-changed.v1": "booked",
    "repair-order-changed.v1": "in_progress",
    "repair-order-overdue.v1": "in_progress",
    "repair-order-settled.v1": "checked",
    "rescue-job-changed.v1": "reported",
    "rescue-job-departed.v1": "on_the_way",
    "rescue-job-late.v1": "accepted",
    "insurance-claim-changed.v1": "reported",
    "vehicle-return-decided.v1": "approved",
    "vehicle-return-ended.v1": "done",
    "case-opened.v1": "new",
    "case-changed.v1": "assigned",
    "case-warned.v1": "in_progress",
    "case-escalated.v1": "escalated",
    "case-task-assigned.v1": "assigned",
    "case-task-changed.v1": "done",
    "callback-planned.v1": "planned",
    "callback-changed.v1": "due",
    "complaint-changed.v1": "accepted",
    "suggestion-received.v1": "new",
    "suggestion-changed.v1": "answered",
}
"""State in the examples of facts that do not say it in their name."""

BY_FIELD: dict[str, Any] = {
    "about": "01990000-0000-7000-8000-000000000001",
    "address": "13800138000",
    "accident": "倒车时碰到立柱。",
    "addresses": [
        {
            "full": "安徽省芜湖市镜湖区北京中路 8 号",
            "country": "CN",
            "region": "安徽省",
            "city": "芜湖市",
            "district": "镜湖区",
            "street": "北京中路 8 号",
            "postal_code": "241000",
            "type": "home",
        }
    ],
    "adviser": "周敏",
    "agent": "坐席 1023",
    "amount": {"amount_minor": 36000, "currency": "CNY"},
    "amount_minor": 15980000,
    "answer": "已转产品规划部，计划在下一年款改进。",
    "assigned_org_unit": "station:S0101",
    "assignee": "王强",
    "at": NOW,
    "body": "客户询问首保项目及费用。",
    "campaign": "秋季试驾周",
    "cancel_reason": "客户改期",
    "claim_number": "RDAA202634010000012345",
    "code": "BY-0010",
    "comment": "服务热情，等待时间略长。",
    "commitment": "周五前回电告知配件到货时间。",
    "conflicts": [{"field": "birth_date", "values": ["1987-05-04", "1987-04-05"]}],
    "consultant": "李娜",
    "decision": "符合退换条件，同意换车。",
    "demand": "免费检修并道歉。",
    "description": "机油及机滤更换",
    "diagnosis": "前刹车片磨损到极限。",
    "duration_minutes": 90,
    "duration_seconds": 312,
    "evidence": "线下签署的告知书 No. 2291",
    "factor": "服务质量",
    "handler": "王强",
    "insurer": "中国人保",
    "interior_color": "黑色",
    "intent_level": "h",
    "location": "G50 高速芜湖出口",
    "lost_reason": "选择竞品",
    "mileage_km": 5230,
    "next_service_due_km": 10000,
    "note": "客户希望周末看车。",
    "nps": 9,
    "number": "WX20261101001",
    "plate": "皖B12345",
    "promises": "赠送首保及行车记录仪。",
    "quality": {
        "score": 84,
        "parts": [{"name": "completeness", "weight": 40, "score": 60, "lacking": ["addresses", "identifiers"]}],
    },
    "quantity_thousandths": 1000,
    "question": "q1",
    "removed": {"customers": 1, "leads": 2},
    "reason": "enquiry_service",
    "reject_reason": "不在保险责任范围内",
    "resolution": "更换刹车片，费用由厂家承担。",
    "responsible_org_unit": "station:S0101",
    "result": "满意，计划与家人再来。",
    "score": 870,
    "severity": "serious",
    "subject": "首保咨询",
    "survey_title": "售后服务满意度调查",
    "symptom": "刹车时有异响。",
    "technician": "陈师傅",
    "choices": ["线上预约"],
    "text": "技师讲解清楚。",
    "value": "138 0013 8000",
    "role": "owner",
    "from": "2026-10-01",
    "to": None,
    "type": "mobile",
    "version": 3,
    "vin": "LVVDB11B0AD000018",
    "work_done": "更换前刹车片，路试正常。",
    "gender": "male",
    "attributes": {"occupation": "教师", "income_band": "10-20万"},
    "deleted": False,
    "emails": [{"value": "jingyu@example.com", "type": "private"}],
    "identifiers": [{"type": "cn_resident_id", "issuer": None, "value": "11010519491231002X"}],
    "name": {"full": "欧阳靖宇", "family": "欧阳", "given": "靖宇", "organization": None},
    "birth_date_lunar": {"month": 4, "day": 7, "leap": False},
    "state": "live",
    "merged_into": None,
    "aggregateversion": 7,
    "flags": ["open_case"],
    "values": {
        "name": [
            {
                "value": "欧阳靖宇",
                "source": "dealer:D0001:dms",
                "record_id": "C-1001",
                "observed_at": NOW,
                "rule": "recency",
                "first_seen": "2024-03-08T02:00:00Z",
                "last_seen": NOW,
                "records": 2,
                "current": None,
                "decision_id": None,
            }
        ]
    },
}
"""Samples of fields that bring no example of their own."""


def example_event(model: type[EventData]) -> Json:
    """A whole event in the structured form of CloudEvents: attributes with the data among them."""
    data = model.model_validate(example_data(model))
    return {
        "specversion": SPEC_VERSION,
        "id": sample_id(model.event_type),
        "source": f"/{topic_of(model.event_type).writers[0]}",
        "type": model.event_type,
        "subject": data.aggregate_key,
        "time": NOW,
        "datacontenttype": CONTENT_TYPE,
        "orgunit": "dealer:D0001",
        "aggregateversion": "7",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "dataowner": "dealer:D0001",
        "data": example_data(model),
    }


def example_data(model: type[EventData]) -> Json:
    """Sample data of an event, every field filled."""
    schema = data_schema(model)
    data: Json = _sample("", schema, schema)
    if "status" in data:
        fact = fact_name(model)
        known = schema["properties"]["status"]["x-known-values"]
        data["status"] = BY_FACT.get(fact) or next(word for word in known if word in fact.replace("-", "_"))
    return data


def sample_id(name: str) -> str:
    """A UUIDv7 that is always the same for a name, so that references between examples agree."""
    return f"01990000-0000-7000-8000-{binascii.crc32(name.encode()):012x}"


def _sample(name: str, schema: Json, root: Json) -> Any:
    """A value for the field `name` that keeps to `schema`."""
    if name in BY_FIELD:
        return BY_FIELD[name]
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return _sample(name, root["$defs"][schema["$ref"].rsplit("/", 1)[1]] | _without_ref(schema), root)
    if "anyOf" in schema:
        return _sample(name, schema["anyOf"][0] | _without_union(schema), root)
    for choices in ("x-known-values", "enum"):
        if choices in schema:
            return schema[choices][0]
    return _by_type(name, schema, root)


def _by_type(name: str, schema: Json, root: Json) -> Any:
    if schema["type"] == "object":
        return {field: _sample(field, inner, root) for field, inner in schema["properties"].items()}
    if schema["type"] == "array":
        return [_sample("", schema["items"], root)]
    if schema["type"] == "boolean":
        return True
    match schema.get("format"):
        case "uuid":
            return sample_id(name)
        case "date-time":
            return LATER if "due" in name or "scheduled" in name or "promised" in name else NOW
        case "date":
            return TODAY
    raise LookupError(f"no sample for the field {name!r}: give it an example, or add one here")


def _without_ref(schema: Json) -> Json:
    return {key: value for key, value in schema.items() if key != "$ref"}


def _without_union(schema: Json) -> Json:
    return {key: value for key, value in schema.items() if key != "anyOf"}
