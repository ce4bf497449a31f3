"""`python -m isthmus_demo`: write generated records and their truth, or load the demo market through the gateway."""

from __future__ import annotations

import asyncio
import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import orjson
import typer

from isthmus_demo.load import load
from isthmus_demo.records import Dirtiness, labelled_set

app = typer.Typer(help="A seeded car market with its truth kept apart.", no_args_is_help=True)


@app.command()
def records(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for records.ndjson and truth.csv.")],
    customers: Annotated[int, typer.Option(min=10, help="True customers; about four records each.")] = 2000,
    dealers: Annotated[int, typer.Option(min=1, max=99)] = 10,
    seed: Annotated[int, typer.Option(help="Another seed gives another market.")] = 1,
    dirtiness: Annotated[Dirtiness, typer.Option(help="How well the sources keep their files.")] = Dirtiness.USUAL,
) -> None:
    """Write generated customer records and, in a file of its own, whose they truly are."""
    found = labelled_set(seed, customers, dirtiness, dealers)
    out.mkdir(parents=True, exist_ok=True)
    with (out / "records.ndjson").open("wb") as stream:
        stream.writelines(orjson.dumps(record.body, option=orjson.OPT_APPEND_NEWLINE) for record in found)
    with (out / "truth.csv").open("w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table)
        rows.writerow(("source", "record_id", "customer"))
        rows.writerows((record.body["source"], record.body["record_id"], record.customer) for record in found)
    typer.echo(f"{len(found)} records of {len({record.customer for record in found})} customers: {out}")


@app.command("load")
def load_command(
    run: Annotated[Path, typer.Option(help="run.json of the platform.")],
    customers: Annotated[int, typer.Option(min=10, help="True customers; about four documents each.")] = 2000,
) -> None:
    """Load the demo market through the gateway; the truth goes to demo-truth.ndjson beside run.json."""
    running = orjson.loads(run.read_bytes())
    login = running["clients"]["hq"]
    now = datetime.now(tz=UTC)
    truth = run.with_name("demo-truth.ndjson")
    asyncio.run(load(running["gateway"], login["client_id"], login["client_secret"], customers, now, truth))


if __name__ == "__main__":
    app()
