"""`python -m call_center serve | migrate | openapi | simulate-calls`."""

import asyncio
from typing import Annotated

import typer

from call_center.cti.simulator import deliver, simulated_calls, token_of
from call_center.service import service
from isthmus.clock import SystemClock
from isthmus.service.command_line import command_line

application = command_line(service)


@application.command("simulate-calls")
def simulate_calls(
    gateway: Annotated[str, typer.Option(help="URL of the gateway.")],
    client_id: Annotated[str, typer.Option(envvar="ISTHMUS_CLIENT_ID")],
    client_secret: Annotated[str, typer.Option(envvar="ISTHMUS_CLIENT_SECRET")],
    cti_secret: Annotated[str, typer.Option(envvar="ISTHMUS_CTI_SECRETS", help="The first is signed with.")],
    calls: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    seed: Annotated[int, typer.Option(help="The same seed makes the same calls.")] = 1,
    number: Annotated[list[str] | None, typer.Option(help="A number that calls; may be given several times.")] = None,
) -> None:
    """Play a telephone system: send the signed events of simulated calls, late, out of order and repeated."""
    clock = SystemClock()
    told = simulated_calls(calls, seed, clock.now(), number or [])

    async def play() -> dict[int, int]:
        token = await token_of(gateway, client_id, client_secret)
        url = f"{gateway}/v1/call-center/cti/events"
        return await deliver(told, url=url, token=token, secret=cti_secret.split()[0], now=clock.now)

    counts = asyncio.run(play())
    for status, count in sorted(counts.items()):
        typer.echo(f"{status}: {count} deliveries")
    if any(status >= 400 for status in counts):
        raise typer.Exit(1)


if __name__ == "__main__":
    application()
