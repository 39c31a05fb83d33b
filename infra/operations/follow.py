"""What follows the logs: read models, feed, clock, relay; one follower of a data folder is active, others
wait.
"""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from infra.house import CountryHouse, House
from infra.operations.ticking import Ticker, record_access_head
from infra.read_models.follower import BATCH
from infra.runtime.turn import Stopped, turn

logger = logging.getLogger(__name__)
IDLE_S: Final = 0.02
LONGEST_S: Final = 5.0  # between two attempts of what fails
TICK_S: Final = 1.0


def follow(house: House, stop: threading.Event) -> None:
    """Follow every log until ``stop``: a thread for each, one for the clock, one for the relay where there is
    a Kafka.

    While another follower of the data folder is active it waits, until that one ends, whatever way (rules.md
    31).
    """
    with suppress(Stopped), turn(house.settings.data / "follower.lock", stop):
        work: list[Callable[[], None]] = [
            _forever(_steps(country), stop, f"{code} read models")
            for code, country in house.countries.items()
        ]
        work.append(_ticking(house, stop))
        if house.settings.kafka:
            from infra.operations.relay import Relay  # noqa: PLC0415 - a quarter of a second that few houses need

            relay = Relay(house)
            work.append(lambda: relay.run(stop))
        threads = [threading.Thread(target=target, daemon=True) for target in work]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()


def catch_up(country: CountryHouse) -> None:
    """Bring read models and feed up to the log, once."""
    step = _steps(country)
    while step():
        pass


def _steps(country: CountryHouse) -> Callable[[], int]:
    return lambda: country.follower.step() + country.feed.follow(country.log)


def _forever(step: Callable[[], int], stop: threading.Event, what: str) -> Callable[[], None]:
    """Step after step; what fails is tried again, a little later each time.

    A short rest after each lets the next batch grow: a batch of three events costs as much as one of fifty.
    """

    def run() -> None:
        wait = IDLE_S
        while not stop.is_set():
            try:
                wait = IDLE_S if step() < BATCH else 0.0
            except Exception:
                logger.exception("follower_failed", extra={"why": what})
                wait = min(max(wait, IDLE_S) * 2, LONGEST_S)
            if wait and stop.wait(wait):
                return

    return run


def _ticking(house: House, stop: threading.Event) -> Callable[[], None]:
    ticker = Ticker(house)

    def run() -> None:
        while not stop.wait(TICK_S):
            ticker.tick()
        # A reading is in the log at the latest when the house closes.
        for code, country in house.countries.items():
            try:
                record_access_head(country)
            except Exception:
                logger.exception("clock_failed", extra={"country": code})

    return run
