"""A decree since then: which cases of a country have a time that runs and was computed with another calendar.

They are found in the read models and decided on the log, page by page; each is looked at once by a process, and again
when it changed. One case's trouble keeps no other waiting.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from domain.commands import SYSTEM, RestateDeadlines
from domain.countries import country_of
from domain.days.working_days import calendar_of
from infra.desk.desk import new_cause
from infra.house import CountryHouse
from infra.operations.rounds import asked, led_to_events, pages
from projections import Row

LOOK_EVERY: Final = timedelta(hours=1)  # another process may run with an older calendar still


class Restating:
    """What one process knows of a country: which cases it has looked at, at which version, by which calendar."""

    def __init__(self, country: CountryHouse) -> None:
        self._country = country
        self._calendar = ""
        self._versions: dict[str, int] = {}
        self._looked: datetime | None = None
        self._size: int | None = None  # of the log, when it was time to look

    def look(self, now: datetime) -> int:
        """Ask for each case that was not looked at, where it is time; how many commands led to events."""
        calendar = calendar_of(country_of(self._country.code)).version
        if calendar != self._calendar:
            self._calendar, self._versions, self._looked, self._size = calendar, {}, None, None
        # Development's clock jumps, also back.
        if self._looked is not None and timedelta(0) <= now - self._looked < LOOK_EVERY:
            return 0
        if self._size is None:
            self._size = self._country.log.size()
        if self._country.read_models.position() < self._size:
            return 0  # what they do not show yet would not be found: with a later tick
        done = sum(self._asked())
        self._looked, self._size = now, None
        return done

    def _asked(self) -> Iterator[int]:
        """Of each page, how many commands led to events."""
        order = ("case",)
        rows = partial(
            self._country.read_models.rows, "deadlines", unlike={"calendar": self._calendar}, order=order
        )
        for page in pages(self._country, rows, order):
            new = [row for row in page if self._is_new(row)]
            outcomes = asked(self._country, [_command(row["case"]) for row in new])
            for row, outcome in zip(new, outcomes, strict=True):
                if outcome is not None:
                    self._versions[row["case"]] = max(row["version"], outcome.version)
            yield sum(map(led_to_events, outcomes))

    def _is_new(self, row: Row) -> bool:
        return self._versions.get(row["case"], 0) < int(row["version"])


def _command(case: str) -> RestateDeadlines:
    return RestateDeadlines(by=SYSTEM, cause=new_cause(), case=case)
