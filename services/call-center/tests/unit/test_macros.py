"""What `macros.yaml` may say, and that a mistake in it is named."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from call_center.macros.declared import MACROS, parse_macros
from isthmus.notifications.texts import texts_of

TEXTS = texts_of("call_center")
OPEN = {"do": "open_case", "kind": "complaint", "priority": "high", "subject": "维修质量投诉"}
TASK = {"do": "add_task", "department": "service", "subject": "安排复检"}
CALLBACK = {"do": "plan_callback", "subject": "回访"}
MESSAGE = {"do": "send_message", "template": "complaint_taken"}
WRAP_UP = {"do": "wrap_up", "reason": "complaint", "reason_detail": "service", "result": "已派单"}


def declared(*actions: dict[str, Any]) -> str:
    return yaml.safe_dump({"complaint": {"zh": "投诉", "en": "Complaint", "actions": list(actions)}})


def test_the_fields_an_agent_fills_in_follow_from_the_actions() -> None:
    macro = parse_macros(declared(OPEN, TASK, CALLBACK, MESSAGE, WRAP_UP), TEXTS)["complaint"]
    assert dict(macro.asks()) == {
        "subject": False,
        "note": False,
        "vehicle": False,
        "org_unit": True,
        "callback_at": True,
    }
    settled = parse_macros(declared(CALLBACK | {"after_minutes": 60}, TASK | {"org_unit": "hq"}, WRAP_UP), TEXTS)
    assert dict(settled["complaint"].asks()) == {"callback_at": False, "subject": False, "note": False}


@pytest.mark.parametrize(
    ("actions", "named"),
    [
        ([OPEN | {"kind": "grumble"}, WRAP_UP], ["complaint", "kind", "grumble"]),
        ([OPEN | {"priority": "asap"}, WRAP_UP], ["complaint", "priority", "asap"]),
        ([OPEN, {"do": "ring_the_bell"}, WRAP_UP], ["complaint", "ring_the_bell"]),
        ([OPEN | {"assignee": "李娜"}, WRAP_UP], ["complaint", "assignee"]),
        ([OPEN, TASK | {"department": "canteen"}, WRAP_UP], ["complaint", "action 2 (add_task)", "'canteen'", "parts"]),
        ([WRAP_UP | {"reason": "boredom"}], ["action 1 (wrap_up)", "reason 'boredom'", "enquiry"]),
        ([WRAP_UP | {"reason_detail": "tyre"}], ["action 1 (wrap_up)", "reason_detail 'tyre'", "attitude"]),
        ([{"do": "close_case", "close_code": "enough"}, WRAP_UP], ["close_case", "'enough'", "solved"]),
        ([MESSAGE | {"template": "hello"}, WRAP_UP], ["action 1 (send_message)", "template 'hello'"]),
        ([OPEN, MESSAGE, WRAP_UP], ["action 2 (send_message)", "time", "'complaint_taken'"]),
        ([CALLBACK, MESSAGE, WRAP_UP], ["action 2 (send_message)", "case", "'complaint_taken'"]),
        ([OPEN], ["complaint must wrap up"]),
        ([WRAP_UP, OPEN], ["complaint must wrap up"]),
        ([WRAP_UP, WRAP_UP], ["complaint must wrap up"]),
    ],
)
def test_a_mistake_is_named(actions: list[dict[str, Any]], named: list[str]) -> None:
    with pytest.raises(ValueError, match="complaint") as error:
        parse_macros(declared(*actions), TEXTS)
    assert [part for part in named if part not in str(error.value)] == []


@pytest.mark.parametrize("code", MACROS)
def test_what_is_shipped_is_named_in_both_languages_and_does_several_things(code: str) -> None:
    macro = MACROS[code]
    is_chinese: Callable[[str], bool] = lambda text: any("一" <= character <= "鿿" for character in text)  # noqa: E731
    assert is_chinese(macro.zh)
    assert not is_chinese(macro.en)
    assert len(macro.actions) > 2
