"""`isthmus evaluate`: how well records are put together into customers, scored against the truth."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any

import aiohttp
import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from customer_master.cli.instance import Gateway
from customer_master.cli.record_files import read_crosswalk, read_records, read_truth
from customer_master.match_model import load_model, match_model
from entity_resolution.evaluation import Loss, Score, Scores, Truth, losses, score
from entity_resolution.records import RecordKey, StandardRecord
from entity_resolution.resolution import resolve

LIVE = "live"
_MOST_EXAMPLES = 1000

_messages = Console(stderr=True)


def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(
            exists=True, dir_okay=False, metavar="[RECORDS.ndjson] TRUTH", help="Records and truth; or only the truth."
        ),
    ],
    *,
    model: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Match model; else the one in use.")
    ] = None,
    crosswalk: Annotated[
        str | None, typer.Option(metavar="FILE|live", help="Score this crosswalk, or the running instance's.")
    ] = None,
    losses_file: Annotated[
        Path | None, typer.Option("--losses", dir_okay=False, help="NDJSON of the worst wrong pairs, to be written.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON instead of a table.")] = False,
) -> None:
    """Score customers against the truth (评估): pairs, B-cubed, the largest false cluster, and where the loss is.

    With records and truth, resolves the records here, as a rebuild would. With --crosswalk, scores what is there.
    The truth is CSV (or NDJSON) with source, record_id and customer; records without a label do not count.
    """
    if (crosswalk is None) != (len(files) == 2) or len(files) > 2:
        raise typer.BadParameter("give RECORDS.ndjson and TRUTH, or --crosswalk and TRUTH")
    truth = read_truth(files[-1])
    if crosswalk is not None:
        if losses_file or model:
            raise typer.BadParameter("--losses and --model need RECORDS.ndjson instead of --crosswalk")
        _show(score(_clusters(crosswalk, truth), truth), None, as_json=as_json)
        return
    scores, lost = _resolved(files[0], truth, model)
    if losses_file is not None:
        _write_losses(losses_file, lost)
    _show(scores, lost, as_json=as_json)


def _resolved(file: Path, truth: Truth, model_file: Path | None) -> tuple[Scores, list[Loss]]:
    try:
        model = load_model(model_file) if model_file else match_model()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=_messages, transient=True) as bar:
        reading = bar.add_task("read and standardise", total=file.stat().st_size)
        records = read_records(file, lambda size: bar.advance(reading, size))
        _demand_labelled(truth, records)
        bar.add_task("resolve", total=None)
        found = resolve(records, model)
        bar.add_task("score", total=None)
        return score(found.partition.clusters, truth), losses(found, records, truth, model)


def _demand_labelled(truth: Truth, records: Sequence[StandardRecord]) -> None:
    _demand_known(truth, {record.key for record in records}, "the file of records")


def _demand_known(truth: Truth, known: Collection[RecordKey], where: str) -> None:
    unknown = sorted(key for key in truth if key not in known)
    if unknown:
        raise typer.BadParameter(f"{len(unknown)} labelled records are not in {where}, the first is {unknown[0]}")


def _clusters(crosswalk: str, truth: Truth) -> Iterable[set[RecordKey]]:
    if crosswalk == LIVE:
        try:
            lines = asyncio.run(_live_crosswalk())
        except aiohttp.ClientError as error:
            raise typer.BadParameter(f"the gateway does not give the crosswalk: {error}") from error
    else:
        lines = _file_lines(Path(crosswalk))
    golden_ids = read_crosswalk(Path(crosswalk), lines)
    _demand_known(truth, golden_ids.keys(), "the crosswalk, or not resolved yet")
    clusters: dict[str, set[RecordKey]] = defaultdict(set)
    for key, golden_id in golden_ids.items():
        clusters[golden_id].add(key)
    return clusters.values()


async def _live_crosswalk() -> list[bytes]:
    async with Gateway.connect() as gateway, gateway.request("GET", "/v1/crosswalk") as answer:
        return (await answer.read()).splitlines()


def _file_lines(file: Path) -> list[bytes]:
    try:
        return file.read_bytes().splitlines()
    except OSError as error:
        raise typer.BadParameter(f"no crosswalk: {error}") from error


def _show(scores: Scores, lost: list[Loss] | None, *, as_json: bool) -> None:
    counted = None if lost is None else Counter[tuple[str, str]]((loss.kind, loss.reason) for loss in lost)
    if as_json:
        print(orjson.dumps(_document(scores, counted), option=orjson.OPT_INDENT_2).decode())
        return
    console = Console()
    print(_headline(scores))
    table = Table("", "precision", "recall", "F1")
    for name, measured in (("pairs", scores.pairs), ("B-cubed", scores.b_cubed)):
        table.add_row(name, *(f"{figure:.4f}" for figure in _figures(measured).values()))
    console.print(table)
    if counted is not None:
        where = Table("wrong pairs", "where", "count", title="Where the loss is")
        for (kind, reason), count in sorted(counted.items(), key=lambda item: (item[0][0], -item[1], item[0])):
            where.add_row(kind, reason, str(count))
        console.print(where)


def _headline(scores: Scores) -> str:
    return (
        f"{scores.records} records of {scores.customers} customers in {scores.clusters} clusters, "
        f"{scores.missed_pairs} pairs missed, {scores.false_pairs} false, "
        f"largest false cluster {scores.largest_false_cluster}"
    )


def _figures(measured: Score) -> dict[str, float]:
    return {"precision": float(measured.precision), "recall": float(measured.recall), "f1": float(measured.f1)}


def _document(scores: Scores, counted: Counter[tuple[str, str]] | None) -> dict[str, Any]:
    document = scores._asdict() | {"pairs": _figures(scores.pairs), "b_cubed": _figures(scores.b_cubed)}
    if counted is not None:
        lost: dict[str, dict[str, int]] = {"missed": {}, "false": {}}
        for (kind, reason), count in sorted(counted.items()):
            lost[kind][reason] = count
        document["losses"] = lost
    return document


def _write_losses(file: Path, lost: list[Loss]) -> None:
    """Write the worst false pairs and the worst missed ones."""
    written = [
        loss for kind in ("false", "missed") for loss in [one for one in lost if one.kind == kind][:_MOST_EXAMPLES]
    ]
    with file.open("wb") as stream:
        for loss in written:
            decision = loss.decision
            example = {
                "kind": loss.kind,
                "reason": loss.reason,
                "left": str(decision.left),
                "right": str(decision.right),
                "weight": decision.weight,
                "rule": decision.rule,
                "veto": decision.veto,
                "levels": {part.field: part.level for part in decision.contributions if part.level},
            }
            stream.write(orjson.dumps(example, option=orjson.OPT_APPEND_NEWLINE))
