"""A round of the clock: what the read models show, page by page, and what the desk answers for each page.

What is parked is left out: the read models know nothing new of it. One command's trouble keeps no other waiting.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, Final

from domain.commands import Command
from infra.desk.desk import Outcome
from infra.house import CountryHouse
from projections import Row

PAGE: Final = 500
logger = logging.getLogger(__name__)


def pages(country: CountryHouse, rows: Callable[..., list[Row]], order: Sequence[str]) -> Iterator[list[Row]]:
    """All that ``rows`` finds (``after`` a cursor, up to a ``limit``), in that order, of which the last is the
    stream.
    """
    parked = country.read_models.parked()
    after: tuple[Any, ...] = ()
    while True:
        page = rows(after=after, limit=PAGE)
        yield [row for row in page if row[order[-1]] not in parked]
        if len(page) < PAGE:
            return
        after = tuple(page[-1][column] for column in order)


def asked(country: CountryHouse, commands: Iterable[Command]) -> list[Outcome | None]:
    """What came of these, asked at once, so that they are one batch of the desk; None: it failed, and a log line says
    why.
    """
    futures = [country.desk.ask(command) for command in commands]
    return [_outcome(country, future) for future in futures]


def led_to_events(outcome: Outcome | None) -> bool:
    """Whether it did something."""
    return outcome is not None and not outcome.is_repeat


def _outcome(country: CountryHouse, future: Future[Outcome]) -> Outcome | None:
    try:
        return future.result()
    except Exception:  # one case's trouble is not that of the others
        logger.exception("clock_command_failed", extra={"country": country.code})
        return None
