"""Loads the demo market through the gateway, as dealers, stations and headquarters would enter it.

Whose record each one truly is goes into a file of its own, never into the platform.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from isthmus_demo.documents import calls
from isthmus_demo.month.desk import Network
from isthmus_demo.month.whole import enter_month
from isthmus_demo.population import populate
from isthmus_demo.records import SAME_FILE_CHANCE, source_of
from isthmus_demo.touchpoints import Touchpoint, touchpoints

CONCURRENCY = 12
TRIES = 5
SEED = 1
SURVEY = {"title": "售后服务满意度调查", "kind": "csi", "questions": [{"code": "q1", "text": "您是否愿意推荐我们？"}]}


class LoadError(Exception):
    """A call that must succeed did not; the message holds the answer."""


@dataclass
class Loader:
    """Enters documents through one gateway session that is signed in as headquarters."""

    session: aiohttp.ClientSession
    gateway: str
    random: Random
    survey: str = ""
    records: dict[tuple[str, str], str] = field(default_factory=dict)
    """Record id by source and true customer."""
    truth: dict[tuple[str, str], str] = field(default_factory=dict)
    """True customer by source and record id."""

    async def begin(self) -> None:
        """Make what documents refer to."""
        self.survey = (await self.post("/v1/feedback/surveys", SURVEY))["id"]

    async def enter(self, touchpoint: Touchpoint) -> None:
        """Enter one meeting; a customer known to the source is mostly found again, sometimes entered twice."""
        key = (source_of(touchpoint), touchpoint.customer)
        known = self.records.get(key)
        found_again = known is not None and self.random.random() < SAME_FILE_CHANCE
        customer: dict[str, Any] = {"record_id": known} if found_again else touchpoint.party
        for call in calls(touchpoint, self.random):
            body = call.body | {"customer": customer}
            if "survey_id" in body:
                body["survey_id"] = self.survey
            record = (await self.post(call.path, body))["customer"]
            customer = {"record_id": record["record_id"]}
            self.records[key] = record["record_id"]
            self.truth[record["source"], record["record_id"]] = touchpoint.customer

    async def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer to a POST; a platform that is still warming up or busy is asked again."""
        for attempt in range(TRIES):
            async with self.session.post(f"{self.gateway}{path}", json=body) as answer:
                text = await answer.text()
                if answer.status in {200, 201}:
                    document: dict[str, Any] = orjson.loads(text)
                    return document
                if answer.status not in {429, 502, 503, 504}:
                    break
            await asyncio.sleep(0.5 * 2**attempt)
        raise LoadError(f"POST {path} was answered {answer.status}: {text[:500]}")


async def sign_in(gateway: str, client_id: str, client_secret: str) -> str:
    """A bearer token of a client."""
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
    async with aiohttp.ClientSession() as session, session.post(f"{gateway}/oauth/token", data=form) as answer:
        if answer.status != 200:
            raise LoadError(f"signing in was answered {answer.status}: {await answer.text()}")
        return str((await answer.json())["access_token"])


async def enter_market(loader: Loader, market: list[Touchpoint], progress: Progress) -> None:
    """Enter all touchpoints; those of one customer in time order, several customers at once."""
    by_customer: dict[str, list[Touchpoint]] = defaultdict(list)
    for touchpoint in market:
        by_customer[touchpoint.customer].append(touchpoint)
    waiting = iter(by_customer.values())
    task = progress.add_task("demo market", total=len(market))

    async def enter_customers() -> None:
        for meetings in waiting:
            for touchpoint in meetings:
                await loader.enter(touchpoint)
                progress.advance(task)

    await loader.begin()
    async with asyncio.TaskGroup() as group:
        for _ in range(CONCURRENCY):
            group.create_task(enter_customers())


async def load(gateway: str, client_id: str, client_secret: str, customers: int, now: datetime, truth: Path) -> None:
    """Enter a market of so many customers and write the truth file (NDJSON of source, record_id, customer).

    Years of meetings go before; then comes the month until `now`, with all that is still open in it.
    """
    population = populate(SEED, customers, now.date())
    market = touchpoints(population, seed=SEED, dealer_count=10, dirtiness=0.5)
    headers = {"Authorization": f"Bearer {await sign_in(gateway, client_id, client_secret)}"}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with aiohttp.ClientSession(headers=headers) as session:
        loader = Loader(session, gateway, Random(SEED))
        with Progress(*columns, console=Console(stderr=True)) as progress:
            await enter_market(loader, market, progress)
            # How many calls a month takes is not known before; the bar counts them.
            last = progress.add_task("last month", total=None)

            async def post(path: str, body: dict[str, Any]) -> dict[str, Any]:
                answer = await loader.post(path, body)
                progress.advance(last)
                return answer

            await enter_month(Network(post, now, loader.records, loader.truth), population, SEED)
            progress.update(last, total=progress.tasks[last].completed)
    with truth.open("wb") as stream:
        for (source, record_id), customer in sorted(loader.truth.items()):
            label = {"source": source, "record_id": record_id, "customer": customer}
            stream.write(orjson.dumps(label, option=orjson.OPT_APPEND_NEWLINE))
