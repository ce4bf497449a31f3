"""`python -m isthmus_demo`: write generated records and their truth, or load the demo market through the gateway."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from isthmus_demo.load import load
from isthmus_demo.population import populate
from isthmus_demo.records import labelled_records
from isthmus_demo.touchpoints import touchpoints

app = typer.Typer(help="A seeded car market with its truth kept apart.", no_args_is_help=True)


@app.command()
def records(
    out: Annotated[Path, typer.Option(help="NDJSON of customer records, one version a line.")],
    truth: Annotated[Path, typer.Option(help="NDJSON of {source, record_id, customer}.")],
    customers: Annotated[int, typer.Option(min=10, help="True customers; about three records each.")] = 2000,
    dealers: Annotated[int, typer.Option(min=1, max=99)] = 10,
    seed: Annotated[int, typer.Option()] = 1,
    dirtiness: Annotated[float, typer.Option(min=0, max=1, help="0 is clean, 0.5 is everyday, 1 is filthy.")] = 0.5,
    until: Annotated[str, typer.Option(help="Last day of the history, YYYY-MM-DD; today by default.")] = "",
) -> None:
    """Write generated customer records and, in a file of its own, whose they truly are."""
    day = date.fromisoformat(until) if until else datetime.now(tz=UTC).date()
    history = touchpoints(populate(seed, customers, day), seed=seed, dealer_count=dealers, dirtiness=dirtiness)
    labels: dict[tuple[str, str], str] = {}
    lines = 0
    with out.open("wb") as stream:
        for record in labelled_records(history, seed=seed):
            stream.write(orjson.dumps(record.body, option=orjson.OPT_APPEND_NEWLINE))
            labels[(record.body["source"], record.body["record_id"])] = record.customer
            lines += 1
    with truth.open("wb") as stream:
        for (source, record_id), customer in labels.items():
            label = {"source": source, "record_id": record_id, "customer": customer}
            stream.write(orjson.dumps(label, option=orjson.OPT_APPEND_NEWLINE))
    typer.echo(f"{lines} record versions of {len(labels)} records, {len(set(labels.values()))} customers")


@app.command("load")
def load_command(
    run: Annotated[Path, typer.Option(help="run.json of the platform.")],
    customers: Annotated[int, typer.Option(min=10, help="True customers; about four documents each.")] = 2000,
) -> None:
    """Load the demo market through the gateway; the truth goes to demo-truth.ndjson beside run.json."""
    running = orjson.loads(run.read_bytes())
    login = running["clients"]["hq"]
    today = datetime.now(tz=UTC).date()
    truth = run.with_name("demo-truth.ndjson")
    asyncio.run(load(running["gateway"], login["client_id"], login["client_secret"], customers, today, truth))


if __name__ == "__main__":
    app()
