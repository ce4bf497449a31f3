"""`isthmus dlq`: look at dead letters (死信) and send them again."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress

from isthmus.cli.broker import find_bootstrap_servers
from isthmus.contracts.topic import DEAD_LETTER_SUFFIX
from isthmus.contracts.topics import TOPICS
from isthmus.messaging.dead_letter_office import Advance, DeadLetter, DeadLetterOffice

app = typer.Typer(help="Dead letters: list, show, replay.", no_args_is_help=True)
_messages = Console(stderr=True)

Bootstrap = Annotated[str | None, typer.Option(help="Kafka servers; else KAFKA_BOOTSTRAP_SERVERS, else run.json.")]
TopicName = Annotated[str, typer.Argument(help="Topic the messages were meant for, e.g. sales.events.")]


@app.command("list")
def list_letters(
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
    bootstrap: Bootstrap = None,
) -> None:
    """List dead letters: where they are, why they are dead, whether they were replayed."""
    letters = _run(bootstrap, lambda office, advance: office.letters(_topics(topic), advance), "reading")
    for letter in letters:
        print(_line(letter))
    waiting = sum(not letter.replayed_at for letter in letters)
    _messages.print(f"{waiting} dead letters, and {len(letters) - waiting} already replayed")


@app.command()
def show(topic: TopicName, partition: int, offset: int, bootstrap: Bootstrap = None) -> None:
    """Show one dead letter: reason, headers, bytes."""
    name = _name(topic)

    async def find(office: DeadLetterOffice, advance: Advance) -> tuple[DeadLetter | None, bytes | None]:
        letters = await office.letters([name], advance)
        found = next((each for each in letters if (each.partition, each.offset) == (partition, offset)), None)
        return found, await office.value(name, (partition, offset))

    letter, value = _run(bootstrap, find, "reading")
    if letter is not None:
        print(_line(letter))
        for header, content in letter.headers:
            print(f"{header}: {content.decode(errors='replace')}")
    print()
    print("(tombstone)" if value is None else value.decode(errors="backslashreplace"))


@app.command()
def replay(
    topic: TopicName,
    *,
    partition: Annotated[int | None, typer.Option(help="Partition of the dead letter.")] = None,
    offset: Annotated[int | None, typer.Option(help="Offset of the dead letter.")] = None,
    all_letters: Annotated[bool, typer.Option("--all", help="All that were not replayed yet.")] = False,
    mended: Annotated[Path | None, typer.Option(help="File with the bytes to send instead of the original.")] = None,
    bootstrap: Bootstrap = None,
) -> None:
    """Send one dead letter, or all, to their topic again, with their key and headers."""
    name = _name(topic)
    if all_letters == (partition is not None and offset is not None):
        raise typer.BadParameter("name one dead letter with --partition and --offset, or --all")
    if mended is not None and all_letters:
        raise typer.BadParameter("--mended is for one dead letter")
    value = None if mended is None else mended.read_bytes()
    places = [(partition, offset)] if partition is not None and offset is not None else None

    async def send(office: DeadLetterOffice, advance: Advance) -> int:
        chosen = places or await _waiting(office, name, advance)
        for count, place in enumerate(chosen, start=1):
            await office.replay(name, place, datetime.now(UTC), value)
            advance(count, len(chosen))
        return len(chosen)

    print(f"{_run(bootstrap, send, 'replaying')} replayed to {name}")


async def _waiting(office: DeadLetterOffice, topic: str, advance: Advance) -> list[tuple[int, int]]:
    letters = await office.letters([topic], advance)
    return [(letter.partition, letter.offset) for letter in letters if not letter.replayed_at]


def _run(
    bootstrap: str | None, work: Callable[[DeadLetterOffice, Advance], Coroutine[Any, Any, Any]], what: str
) -> Any:
    """Do `work` on a connection, with a progress bar, and end with a plain message when it cannot be done."""

    async def connected() -> Any:
        async with DeadLetterOffice.connect(find_bootstrap_servers(bootstrap)) as office:
            with Progress(console=_messages, transient=True) as progress:
                task = progress.add_task(what, total=None)
                return await work(office, lambda done, total: progress.update(task, completed=done, total=total))

    try:
        return asyncio.run(connected())
    except (KafkaError, LookupError, OSError) as error:
        _messages.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error


def _name(topic: str) -> str:
    name = topic.removesuffix(DEAD_LETTER_SUFFIX)
    if name not in TOPICS:
        raise typer.BadParameter(f"no topic {name!r}; there are {', '.join(TOPICS)}")
    return name


def _topics(topic: str | None) -> list[str]:
    return list(TOPICS) if topic is None else [_name(topic)]


def _line(letter: DeadLetter) -> str:
    reason = letter.reason
    return "  ".join(
        [
            letter.topic,
            f"partition={letter.partition}",
            f"offset={letter.offset}",
            f"kind={reason.get('kind', '?')}",
            f"consumer={reason.get('consumer', '?')}",
            f"key={(letter.key or b'').decode(errors='backslashreplace')}",
            f"bytes={letter.size}",
            f"attempts={reason.get('attempts', '?')}",
            f"at={reason.get('time', '?')}",
            f"from={reason.get('partition', '?')}/{reason.get('offset', '?')}",
            f"replayed={letter.replayed_at or 'no'}",
            f"reason={reason.get('reason', '?')}",
        ]
    )
