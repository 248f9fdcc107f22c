"""`sagetop simulate`: the simulated endpoint alone."""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING

import click

from tui.cli.settings import speed_option

if TYPE_CHECKING:
    from tui.simulator import Simulator


@click.command()
@click.option("--port", default=0, type=click.IntRange(0, 65535), help="Port on 127.0.0.1; any free one without.")
@speed_option
def simulate(port: int, speed: float) -> None:
    """The simulated account alone, for any AWS client that takes --endpoint-url."""
    asyncio.run(_serve(port, speed))


def simulated(speed: float, port: int) -> Simulator:
    """Return the demo account behind an endpoint that does not listen yet."""
    from tui.simulator import Clock, Simulator, demo_account

    return Simulator(demo_account(Clock(speed=speed)), port=port)


async def _serve(port: int, speed: float) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    try:
        simulator = simulated(speed, port)
        await simulator.start()
    except OSError as error:
        raise click.ClickException(f"cannot listen on port {port}: {error.strerror}") from None
    click.echo(simulator.url)
    click.echo(f"any credentials do: aws sagemaker list-training-jobs --endpoint-url {simulator.url}", err=True)
    sys.stdout.flush()
    await ended.wait()
    await simulator.stop()
