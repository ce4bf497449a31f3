"""`isthmus train`: learns a match model from the records at hand, without labels from people."""

import asyncio
import json
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from pydantic import SecretStr
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from customer_master.cli.instance import run_file
from customer_master.cli.record_files import read_records
from customer_master.database import connected
from customer_master.match_model import MatchModelSettings
from entity_resolution.model import DEFAULT_MODEL
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.training import STEPS, Trained, report_page, train, weights_svg
from isthmus.db import Database
from isthmus.settings import DatabaseSettings

_RECORDS = "SELECT source, record_id, standard FROM records WHERE NOT deleted ORDER BY source, record_id"
_ROWS_AT_ONCE = 1_000

_messages = Console(stderr=True)


def train_command(
    file: Annotated[
        Path | None,
        typer.Argument(exists=True, dir_okay=False, help="NDJSON of customer records; else the running instance's."),
    ] = None,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", dir_okay=False, help="Model file to write.")] = Path(
        "match_model.json"
    ),
    base: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Model to start from; else the one in use.")
    ] = None,
    database_url: Annotated[
        str | None, typer.Option(envvar="ISTHMUS_DATABASE_URL", help="Database of customer-master; else run.json's.")
    ] = None,
) -> None:
    """Learn a match model (训练匹配模型) from records, and write it with its report and a chart of its weights.

    To use it, set ISTHMUS_MATCH_MODEL to the file for all processes of customer-master, start them anew, and run
    `isthmus rebuild`.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_messages, transient=True) as bar:
        if file is not None:
            reading = bar.add_task("read and standardise", total=file.stat().st_size)
            records = read_records(file, lambda size: bar.advance(reading, size))
        else:
            bar.add_task("read records", total=None)
            records = asyncio.run(_stored(database_url or run_file()["databases"]["customer-master"]))
        learning = bar.add_task("learn", total=len(STEPS))

        def show(step: str) -> None:
            bar.update(learning, description=step, completed=STEPS.index(step))

        try:
            trained = train(records, _base(base), show)
        except (ValueError, KeyError, TypeError) as error:
            raise typer.BadParameter(f"nothing can be learned: {error}") from error
    _write(output, trained)
    report = trained.report
    print(
        f"{report.version}: {report.labels_same} + {report.labels_different} natural labels of {report.records} records"
    )
    print(f"written: {output}, {_page(output)}, {_chart(output)}")


def _base(file: Path | None) -> dict[str, Any]:
    """The content of the model to start from: the one named, else the one in use."""
    chosen = file or MatchModelSettings().match_model
    text = (chosen or files("entity_resolution") / DEFAULT_MODEL).read_text(encoding="utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


async def _stored(url: str) -> list[StandardRecord]:
    database = await Database.connect(DatabaseSettings(database_url=SecretStr(url)))
    try:
        return await stored_records(database)
    finally:
        await database.close()


async def stored_records(database: Database) -> list[StandardRecord]:
    """The latest version of every record that is not deleted, standardised as it is stored."""
    async with connected(database) as connection, connection.transaction(readonly=True):
        return [
            StandardRecord.from_json(RecordKey(row["source"], row["record_id"]), row["standard"])
            async for row in connection.cursor(_RECORDS, prefetch=_ROWS_AT_ONCE)
        ]


def _page(output: Path) -> Path:
    return output.with_suffix(".report.md")


def _chart(output: Path) -> Path:
    return output.with_suffix(".weights.svg")


def _write(output: Path, trained: Trained) -> None:
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    output.write_bytes(orjson.dumps(trained.document, option=options))
    chart = weights_svg(f"Match model {trained.report.version}", trained.report.changes)
    _chart(output).write_bytes(chart)
    _page(output).write_text(report_page(trained.report, _chart(output).name), encoding="utf-8")
