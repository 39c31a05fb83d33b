"""What follows the logs: read models, feed, clock, relay; of each country one follower is active, others wait."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from infra.house import CountryHouse, House
from infra.identity.competences import Competences
from infra.operations.ticking import Ticker, record_access_head
from infra.read_models.follower import BATCH
from infra.runtime.clock import Clock
from infra.runtime.turn import Stopped, turn

logger = logging.getLogger(__name__)
IDLE_S: Final = 0.02
LONGEST_S: Final = 5.0  # between two attempts of what fails
TICK_S: Final = 1.0


def follow(house: House, stop: threading.Event) -> None:
    """Follow every log of this house until ``stop``, each with its clock; one relay for all where there is a Kafka.

    A country that another process follows waits for its turn, until that one ends, whatever way (rules.md 31):
    processes on one data folder may keep different countries.
    """
    work = [_following(country, house.competences, house.clock, stop) for country in house.countries.values()]
    if house.settings.kafka:
        from infra.operations.relay import Relay  # noqa: PLC0415 - a quarter of a second that few houses need

        relay = Relay(house)
        work.append(lambda: relay.run(stop))
    _side_by_side(work)


def _side_by_side(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=target, daemon=True) for target in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _following(
    country: CountryHouse, competences: Competences, clock: Clock, stop: threading.Event
) -> Callable[[], None]:
    def run() -> None:
        with suppress(Stopped), turn(country.folder / "follower.lock", stop):
            steps = _forever(_steps(country, competences), stop, f"{country.code} read models")
            _side_by_side([steps, _ticking(country, clock, stop)])

    return run


def catch_up(country: CountryHouse, competences: Competences) -> None:
    """Bring read models, feed and the record of competences up to the log, once."""
    step = _steps(country, competences)
    while step():
        pass


def tick_once(house: House) -> dict[str, int | None]:
    """Do once what the clock has to do now, by read models that are up with their logs: what is due is found in them.

    By country how many commands led to events; None: it failed there, and a log line says why.
    """
    return {code: _caught_up_and_ticked(country, house) for code, country in house.countries.items()}


def _caught_up_and_ticked(country: CountryHouse, house: House) -> int | None:
    try:
        catch_up(country, house.competences)
    except Exception:  # one country's trouble is not that of the others
        logger.exception("follower_failed", extra={"why": f"{country.code} read models"})
        return None
    return Ticker(country, house.clock).tick()


def _steps(country: CountryHouse, competences: Competences) -> Callable[[], int]:
    """Who appended what about competences has told the record, unless it was killed in between."""
    seen, is_behind = -1, True

    def step() -> int:
        nonlocal seen, is_behind
        done = country.follower.step()
        is_behind = is_behind or done > 0  # and stays so where the record cannot be written now
        if is_behind:
            appointees, until = country.appointees(seen)
            competences.follow(appointees)
            seen, is_behind = until, False
        return done + country.feed.follow(country.log)  # whose readers are those of the record

    return step


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


def _ticking(country: CountryHouse, clock: Clock, stop: threading.Event) -> Callable[[], None]:
    ticker = Ticker(country, clock)

    def run() -> None:
        while not stop.wait(TICK_S):
            ticker.tick()
        # A reading is in the log at the latest when the house closes.
        try:
            record_access_head(country)
        except Exception:
            logger.exception("clock_failed", extra={"country": country.code})

    return run
