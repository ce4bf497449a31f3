"""What the running platform must show: processes ready, databases reachable, events flowing."""

import asyncpg

from isthmus_local.broker_checks import broker_findings
from isthmus_local.findings import Finding, State
from isthmus_local.instance import Instance
from isthmus_local.platform_processes import http_ready
from isthmus_local.run_file import RunFile

_OLD_OUTBOX_SECONDS = 60
_UNPUBLISHED = """
    SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS oldest_seconds
    FROM outbox WHERE published_at IS NULL AND parked_reason IS NULL
"""
_PARKED_TIMERS = "SELECT count(*) FROM timers WHERE parked_at IS NOT NULL"


async def platform_findings(instance: Instance, run: RunFile) -> list[Finding]:
    """Check the processes, the databases and the broker."""
    findings = [await _process(instance, name) for name in run.processes if name not in ("postgres", "kafka")]
    for name, url in run.databases.items():
        findings.append(await _outbox(name, url))
    return findings + await broker_findings(run.kafka)


async def _process(instance: Instance, name: str) -> Finding:
    if await http_ready(instance.ports[name])():
        return Finding(State.GOOD, name, "ready")
    advice = f"ask {instance.url_of(name)}/readyz for the reason, and see {instance.log_of(name)}"
    return Finding(State.BAD, name, "is not ready", advice)


async def _outbox(name: str, url: str) -> Finding:
    subject = f"database {name}"
    try:
        connection = await asyncpg.connect(url, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return Finding(State.BAD, subject, f"cannot be reached: {error}", "see the log of postgres")
    try:
        ((waiting, oldest),) = await connection.fetch(_UNPUBLISHED)
        parked = await connection.fetchval(_PARKED_TIMERS)
    except asyncpg.UndefinedTableError:
        return Finding(State.BAD, subject, "lacks tables", "run `make migrate`")
    finally:
        await connection.close()
    if oldest >= _OLD_OUTBOX_SECONDS:
        what = f"{waiting} events wait for the broker, the oldest for {oldest:.0f} s"
        return Finding(State.BAD, subject, what, f"is Kafka ready? see the log of {name}")
    if parked:
        advice = f"see the log of {name}, then `python -m {name.replace('-', '_')} timers list` and `rearm`"
        return Finding(State.WARNING, subject, f"{parked} timers failed too often and wait", advice)
    return Finding(State.GOOD, subject, f"reachable; {waiting} events waiting for the broker")
