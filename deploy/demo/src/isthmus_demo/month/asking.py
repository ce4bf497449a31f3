"""A month of feedback: questionnaires in editions, answers of owners, a complaint out of a low one, suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from isthmus_demo.month.desk import TEXTS as TEXTS_OF_ALL

if TYPE_CHECKING:
    from isthmus_demo.month.desk import Desk
    from isthmus_demo.truth import Person

SURVEYS, RESPONSES = "/v1/feedback/surveys", "/v1/feedback/survey-responses"
COMPLAINTS, SUGGESTIONS = "/v1/feedback/complaints", "/v1/feedback/suggestions"
TEXTS = TEXTS_OF_ALL["asking"]


async def publish_surveys(desk: Desk) -> dict[str, str]:
    """Publish the questionnaires, and draft the next edition of one; gives the survey's id by its code."""
    published = {}
    for survey in TEXTS["surveys"]:
        draft = await desk.network.post(f"{SURVEYS}/drafts", survey)
        await desk.step(SURVEYS, draft, "publish")
        published[survey["code"]] = draft["id"]
    await desk.network.post(f"{SURVEYS}/drafts", survey | {"title": f"{survey['title']}新版"})
    return published


async def ask_for_a_month(
    desk: Desk, surveys: dict[str, str], owners: list[tuple[Person, dict[str, Any]]], repaired: list[tuple[Person, str]]
) -> None:
    """Enter what people of one dealer and its station answered, and the complaint of one of them."""
    number = int(desk.dealer.org_unit[-4:])
    for place, (person, vehicle) in enumerate(owners):
        said = TEXTS["bought"][(number + place) % len(TEXTS["bought"])]
        more = {"responsible_org_unit": desk.dealer.org_unit, "vehicle": vehicle}
        await _answer(desk, surveys["ssi"], person, said, more)
    for place, (person, adviser) in enumerate(repaired):
        is_displeased = place == 0 and number % 3 == 0
        said = TEXTS["displeased"] if is_displeased else TEXTS["repaired"][(number + place) % len(TEXTS["repaired"])]
        more = {"responsible_org_unit": desk.dealer.station, "adviser": adviser}
        await _answer(desk, surveys["csi"], person, said, more)
        if is_displeased:
            await _complain(desk, person)
    if number <= len(TEXTS["suggestions"]):
        await _suggest(desk, number - 1)


async def _answer(desk: Desk, survey: str, person: Person, said: dict[str, Any], more: dict[str, Any]) -> None:
    answers = [{"question": f"q{place}", "score": score} for place, score in enumerate(said["scores"], 1)]
    body = {"survey_id": survey, "channel": "phone", "answers": answers, "comment": said["comment"]}
    await desk.enter(RESPONSES, person, body | more, at="hq", kind="survey")


async def _complain(desk: Desk, person: Person) -> None:
    """A second word of somebody displeased: with the station already, whose answer was not enough."""
    body = {
        "category": "service",
        "severity": "serious",
        "channel": "phone",
        "subject": "交车延误且异响复发",
        "description": "客户要求书面说明延误原因，并免费重新检修异响。",
        "demand": "免费返修并减免本次工时费",
        "responsible_org_unit": desk.dealer.station,
    }
    complaint = await desk.enter(COMPLAINTS, person, body, at="hq", kind="survey")
    await desk.step(COMPLAINTS, complaint, "accept")
    await desk.step(COMPLAINTS, complaint, "forward", responsible_org_unit=desk.dealer.station)
    said = "当日技师临时请假导致延误，已致歉；异响为制动片毛刺，约客户周六免费返修。"
    await desk.step(COMPLAINTS, complaint, "answer", dealer_answer=said, cause="delay")


async def _suggest(desk: Desk, number: int) -> None:
    body = TEXTS["suggestions"][number] | {"channel": "wechat"}
    made = await desk.enter(SUGGESTIONS, desk.next_visitor(), body, at="hq", kind="survey")
    if number % 2 == 0:
        await desk.step(SUGGESTIONS, made, "review")
