"""Commands that run until they are stopped, beside a house that serves or without one; and the clock, once."""

import os
import signal
import threading
from typing import Annotated

import typer

from infra.command_line.opening import WrongUsage, opened
from infra.command_line.printing import AsJson, said
from infra.operations.follow import follow as follow_until
from infra.operations.follow import tick_once
from infra.settings import read_settings


def follow(
    *, with_parent: Annotated[bool, typer.Option(help="End when standard input ends.", hidden=True)] = False
) -> None:
    """Follow the logs: read models, feed, clock, relay. Waits while another follower of the data folder is active."""
    with opened() as house:
        stop = stopped_by_signals()
        if with_parent:
            threading.Thread(target=_stopped_by_parent, args=(stop,), daemon=True).start()
        follow_until(house, stop)


def relay() -> None:
    """Publish the feeds to Kafka (TAMGA_KAFKA), without serving; waits while another relay is active."""
    from infra.operations.relay import Relay  # noqa: PLC0415 - a quarter of a second that few commands need

    settings = read_settings()
    if not settings.kafka:
        raise WrongUsage("TAMGA_KAFKA is empty: say where Kafka is")
    with opened(settings) as house:
        Relay(house).run(stopped_by_signals())


def tick(*, as_json: AsJson = False) -> None:
    """Do once what the clock has to do now: lapses, ends of appeal terms, uploads that nobody filed."""
    with opened() as house:
        done = tick_once(house)
        said(done, as_json=as_json)
    if None in done.values():
        raise typer.Exit(3)


def stopped_by_signals() -> threading.Event:
    """Set when the process is asked to end."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _stopped_by_parent(stop: threading.Event) -> None:
    """Standard input ends when the parent does; read without the buffer, which could not be given up at the end."""
    while os.read(0, 1):
        pass
    stop.set()
