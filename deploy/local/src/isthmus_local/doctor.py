"""`isthmus doctor`: checks the machine and the platform, and tells what to do about what it finds."""

import asyncio
from collections.abc import Iterator

import typer
from rich.console import Console
from rich.markup import escape

from isthmus_local.findings import Finding, State
from isthmus_local.instance import Instance
from isthmus_local.machine_checks import machine_findings
from isthmus_local.platform_checks import platform_findings
from isthmus_local.run_file import RunFile

_MARKS = {State.GOOD: "[green]✓[/]", State.WARNING: "[yellow]![/]", State.BAD: "[red]✗[/]"}


def doctor() -> None:
    """Check Python, Java, ports, disk, databases, broker, topics, lag and outboxes; ends with status 1 on a fault."""
    console = Console()
    faults = 0
    for finding in _findings(Instance.from_environment()):
        console.print(f"{_MARKS[finding.state]} [bold]{finding.subject}[/] {escape(finding.what)}", soft_wrap=True)
        if finding.advice:
            console.print(f"    → {escape(finding.advice)}", soft_wrap=True, highlight=False)
        faults += finding.state is State.BAD
    raise typer.Exit(1 if faults else 0)


def _findings(instance: Instance) -> Iterator[Finding]:
    try:
        run = RunFile.read(instance.home)
    except FileNotFoundError:
        run = None
    yield from machine_findings(instance, running=run is not None)
    if run is None:
        yield Finding(State.WARNING, "platform", f"is not running in {instance.home}", "start it with `make up`")
    else:
        yield from asyncio.run(platform_findings(instance, run))
